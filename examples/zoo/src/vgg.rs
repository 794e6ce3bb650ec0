//! VGG16.

/// Networks made of VGG16's block: `convolutions(filters, count)`, which ends in a pooling.
#[macro_export]
macro_rules! vgg16 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block convolutions(filters, count) <
            repeat count { conv filters 3x3 same relu } => maxpool 2x2
        >
        block vgg16() <
            convolutions(64, 2) => convolutions(128, 2) => convolutions(256, 3) => convolutions(512, 3) => convolutions(512, 3)
        >
        $($network)*
    } };
}

vgg16! {
    /// VGG16: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// K. Simonyan, A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, 2014: column D, as in
    /// Keras, without the dropout between the dense layers that the paper trains with. The largest of the zoo by its parameters,
    /// three quarters of which are those of the first dense layer.
    pub Vgg16<
        input 224x224x3 => vgg16() =>
        flatten => dense 4096 relu => dense 4096 relu => dense 1000 softmax
    > where params == 138_357_544
}
