//! A small network for CIFAR-10.

castnet::network! {
    /// Two convolutions for the 32 x 32 images of CIFAR-10, ten classes.
    ///
    /// A. Krizhevsky, *Learning multiple layers of features from tiny images*, 2009, has the images; the network is the one that
    /// courses begin with.
    pub Cifar<
        input 32x32x3 =>
        conv 32 3x3 relu => conv 64 3x3 relu => maxpool 2x2 =>
        flatten => dense 128 relu => dense 10 softmax
    > where params == 1_626_442
}
