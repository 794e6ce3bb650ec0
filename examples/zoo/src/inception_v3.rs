//! Inception v3.

/// Networks made of Inception v3's blocks: `inception_v3()` is everything up to the pooling over all positions.
#[macro_export]
macro_rules! inception_v3 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block unit(filters, kernel, how) < conv filters kernel how nobias => batchnorm noscale => relu >
        block pooled(filters) < avgpool 3x3 stride 1 same => unit(filters, 1x1, same) >
        block inception_a(filters) < concat(
            unit(64, 1x1, same),
            unit(48, 1x1, same) => unit(64, 5x5, same),
            unit(64, 1x1, same) => repeat 2 { unit(96, 3x3, same) },
            pooled(filters)
        ) >
        block inception_b(filters) < concat(
            unit(192, 1x1, same),
            unit(filters, 1x1, same) => unit(filters, 1x7, same) => unit(192, 7x1, same),
            unit(filters, 1x1, same) => unit(filters, 7x1, same) => unit(filters, 1x7, same) => unit(filters, 7x1, same) =>
                unit(192, 1x7, same),
            pooled(192)
        ) >
        block split() < concat(unit(384, 1x3, same), unit(384, 3x1, same)) >
        block inception_c() < concat(
            unit(320, 1x1, same),
            unit(384, 1x1, same) => split(),
            unit(448, 1x1, same) => unit(384, 3x3, same) => split(),
            pooled(192)
        ) >
        block inception_v3() <
            unit(32, 3x3, stride 2) => unit(32, 3x3, valid) => unit(64, 3x3, same) => maxpool 3x3 stride 2 =>
            unit(80, 1x1, valid) => unit(192, 3x3, valid) => maxpool 3x3 stride 2 =>
            inception_a(32) => repeat 2 { inception_a(64) } =>
            concat(
                unit(384, 3x3, stride 2),
                unit(64, 1x1, same) => unit(96, 3x3, same) => unit(96, 3x3, stride 2),
                maxpool 3x3 stride 2
            ) =>
            inception_b(128) => repeat 2 { inception_b(160) } => inception_b(192) =>
            concat(
                unit(192, 1x1, same) => unit(320, 3x3, stride 2),
                unit(192, 1x1, same) => unit(192, 1x7, same) => unit(192, 7x1, same) => unit(192, 3x3, stride 2),
                maxpool 3x3 stride 2
            ) =>
            repeat 2 { inception_c() }
        >
        $($network)*
    } };
}

inception_v3! {
    /// Inception v3: 299 x 299 pixels to the thousand classes of ImageNet.
    ///
    /// C. Szegedy and others, *Rethinking the inception architecture for computer vision*, 2015. As in Keras: without the auxiliary
    /// head; batch normalizations shift and do not scale.
    pub InceptionV3<
        input 299x299x3 => inception_v3() => globalavgpool => dense 1000 softmax
    > where params == 23_851_784
}
