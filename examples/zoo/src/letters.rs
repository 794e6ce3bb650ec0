//! A first convolutional network.

castnet::network! {
    /// Letters: 128 x 128 grey pixels to 26 classes.
    ///
    /// One convolution and one pooling, then two dense layers, the first of which holds nearly all parameters: what global pooling
    /// spares later networks.
    pub Letters<
        input 128x128x1 =>
        conv 16 3x3 stride 2 same relu => maxpool 2x2 =>
        flatten => dense 512 relu => dense 26 softmax
    > where params == 8_402_618
}
