//! MobileNet v1.

/// Networks made of MobileNet's blocks: `mobilenet(quarters)` is everything up to the pooling over all positions; `quarters` of the
/// filters are there, 4 for all.
#[macro_export]
macro_rules! mobilenet_v1 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block separated(filters, how) <
            depthwise 3x3 how nobias => batchnorm => relu6 =>
            conv filters 1x1 nobias => batchnorm => relu6
        >
        block mobilenet(quarters) <
            conv 8*quarters 3x3 stride 2 same nobias => batchnorm => relu6 =>
            separated(16*quarters, same) =>
            separated(32*quarters, stride 2 pad 0x1x0x1) => separated(32*quarters, same) =>
            separated(64*quarters, stride 2 pad 0x1x0x1) => separated(64*quarters, same) =>
            separated(128*quarters, stride 2 pad 0x1x0x1) => repeat 5 { separated(128*quarters, same) } =>
            separated(256*quarters, stride 2 pad 0x1x0x1) => separated(256*quarters, same)
        >
        block classifier(classes) <
            globalavgpool keepdims => dropout 0.001 => conv classes 1x1 => reshape classes => softmax
        >
        $($network)*
    } };
}

mobilenet_v1! {
    /// MobileNet with all its filters: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// A. Howard and others, *MobileNets: efficient convolutional neural networks for mobile vision applications*, 2017. As in
    /// Keras: relu6, zeros only below and to the right of an image that is halved, a 1x1 convolution as classifier.
    pub MobileNetV1<
        input 224x224x3 => mobilenet(4) => classifier(1000)
    > where params == 4_253_864

    /// A quarter of [`MobileNetV1`]'s filters for small images, ten classes: what a microcontroller with a megabyte holds.
    pub MobileNetV1Quarter<
        input 96x96x3 => mobilenet(1) => classifier(10)
    > where params == 221_114
}
