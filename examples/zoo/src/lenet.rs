//! LeNet-5.

castnet::network! {
    /// LeNet-5, which read the digits on cheques: 28 x 28 pixels to ten classes.
    ///
    /// Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, 1998. As it is built
    /// today: images of MNIST's size that the first convolution pads, where the paper has 32 x 32; averages without weights of
    /// their own; every filter of the second convolution sees all channels; a softmax at the end.
    pub LeNet5<
        input 28x28x1 =>
        conv 6 5x5 same tanh => avgpool 2x2 =>
        conv 16 5x5 tanh => avgpool 2x2 =>
        flatten => dense 120 tanh => dense 84 tanh => dense 10 softmax
    > where params == 61_706
}
