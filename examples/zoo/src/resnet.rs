//! ResNet50.

/// Networks made of ResNet50's blocks: `resnet50()` is everything up to the pooling over all positions.
#[macro_export]
macro_rules! resnet50 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block bottleneck(filters, step) <
            conv filters 1x1 stride step => batchnorm epsilon 1.001e-5 => relu =>
            conv filters 3x3 same => batchnorm epsilon 1.001e-5 => relu =>
            conv 4*filters 1x1 => batchnorm epsilon 1.001e-5
        >
        block projection(filters, step) < conv filters 1x1 stride step => batchnorm epsilon 1.001e-5 >
        block residuals(filters, count, step) <
            add(projection(4*filters, step), bottleneck(filters, step)) => relu =>
            repeat (count - 1) { add(identity, bottleneck(filters, 1)) => relu }
        >
        block stem() <
            conv 64 7x7 stride 2 pad 3 => batchnorm epsilon 1.001e-5 => relu =>
            pad 1 => maxpool 3x3 stride 2
        >
        block resnet50() <
            stem() => residuals(64, 3, 1) => residuals(128, 4, 2) => residuals(256, 6, 2) => residuals(512, 3, 2)
        >
        $($network)*
    } };
}

resnet50! {
    /// ResNet50: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, 2015. As in Keras: the convolutions keep
    /// their biases, although a batch normalization follows, and a block that halves the image does so in its first 1x1 convolution
    /// (in its 3x3 convolution elsewhere, which is then called v1.5).
    pub ResNet50<
        input 224x224x3 => resnet50() => globalavgpool => dense 1000 softmax
    > where params == 25_636_712
}
