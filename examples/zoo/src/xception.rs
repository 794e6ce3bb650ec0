//! Xception.

/// Networks made of Xception's blocks: `xception()` is everything up to the pooling over all positions.
#[macro_export]
macro_rules! xception {
    ($($network:tt)*) => { $crate::castnet::network! {
        block convolution(filters, kernel, how) < conv filters kernel how nobias => batchnorm >
        block separated(filters) < separable filters 3x3 same nobias => batchnorm >
        block halved(filters) < convolution(filters, 1x1, stride 2 same) >
        block first(filters) <
            add(separated(filters) => relu => separated(filters) => maxpool 3x3 stride 2 same, halved(filters))
        >
        block entry(less, filters) <
            add(
                relu => separated(less) => relu => separated(filters) => maxpool 3x3 stride 2 same,
                halved(filters)
            )
        >
        block middle(filters) < add(repeat 3 { relu => separated(filters) }, identity) >
        block xception() <
            convolution(32, 3x3, stride 2) => relu => convolution(64, 3x3, valid) => relu =>
            first(128) => entry(256, 256) => entry(728, 728) =>
            repeat 8 { middle(728) } =>
            entry(728, 1024) =>
            separated(1536) => relu => separated(2048) => relu
        >
        $($network)*
    } };
}

xception! {
    /// Xception: 299 x 299 pixels to the thousand classes of ImageNet.
    ///
    /// F. Chollet, *Xception: deep learning with depthwise separable convolutions*, 2016. As in Keras, whose author it is from:
    /// nothing between the two halves of a separable convolution, no biases.
    pub Xception<
        input 299x299x3 => xception() => globalavgpool => dense 1000 softmax
    > where params == 22_910_480
}
