//! MobileNet v2.

/// Networks made of MobileNet v2's blocks: `mobilenet_v2(..)` is everything up to the pooling over all positions, with the filters
/// of its stem and of its seven stages.
#[macro_export]
macro_rules! mobilenet_v2 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block project(filters, step) <
            depthwise 3x3 stride step same nobias => batchnorm momentum 0.999 => relu6 =>
            conv filters 1x1 nobias => batchnorm momentum 0.999
        >
        block expanded(filters) < conv filters 1x1 nobias => batchnorm momentum 0.999 => relu6 >
        block inverted(filters, step) < expanded(6*channels) => project(filters, step) >
        block stage(filters, count, step) <
            inverted(filters, step) => repeat (count - 1) { add(identity, inverted(filters, 1)) }
        >
        block mobilenet_v2(stem, a, b, c, d, e, f, g) <
            conv stem 3x3 stride 2 same nobias => batchnorm momentum 0.999 => relu6 =>
            project(a, 1) => stage(b, 2, 2) => stage(c, 3, 2) => stage(d, 4, 2) => stage(e, 3, 1) => stage(f, 3, 2) =>
            inverted(g, 1) => expanded(1280)
        >
        $($network)*
    } };
}

mobilenet_v2! {
    /// MobileNet v2: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, *MobileNetV2: inverted residuals and linear bottlenecks*, 2018. As
    /// in Keras.
    pub MobileNetV2<
        input 224x224x3 => mobilenet_v2(32, 16, 24, 32, 64, 96, 160, 320) => globalavgpool => dense 1000 softmax
    > where params == 3_538_984
}
