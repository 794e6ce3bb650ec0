//! ResNeXt50.

/// Networks made of ResNeXt50's blocks: `resnext50()` is everything up to the pooling over all positions.
#[macro_export]
macro_rules! resnext50 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block normalized(filters, kernel, how) <
            conv filters kernel how nobias => batchnorm momentum 0.9 epsilon 1e-5
        >
        block bottleneck(filters, step) <
            normalized(2*filters, 1x1, valid) => relu =>
            normalized(2*filters, 3x3, stride step pad 1 groups 32) => relu =>
            normalized(4*filters, 1x1, valid)
        >
        block residuals(filters, count, step) <
            add(bottleneck(filters, step), normalized(4*filters, 1x1, stride step)) => relu =>
            repeat (count - 1) { add(bottleneck(filters, 1), identity) => relu }
        >
        block resnext50() <
            normalized(64, 7x7, stride 2 pad 3) => relu => pad 1 => maxpool 3x3 stride 2 =>
            residuals(64, 3, 1) => residuals(128, 4, 2) => residuals(256, 6, 2) => residuals(512, 3, 2)
        >
        $($network)*
    } };
}

resnext50! {
    /// ResNeXt50 32x4d: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// S. Xie, R. Girshick, P. Dollár, Z. Tu, K. He, *Aggregated residual transformations for deep neural networks*, 2016: 32
    /// groups of 4 filters in the first stage. As in torchvision: no biases in the convolutions, the 3x3 convolution halves the
    /// image.
    pub ResNeXt50<
        input 224x224x3 => resnext50() => globalavgpool => dense 1000 softmax
    > where params == 25_097_128
}
