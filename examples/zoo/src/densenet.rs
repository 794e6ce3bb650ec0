//! DenseNet121.

/// Networks made of DenseNet121's blocks: `densenet121()` is everything up to the pooling over all positions.
#[macro_export]
macro_rules! densenet121 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block active() < batchnorm epsilon 1.001e-5 => relu >
        block dense_block(count) <
            repeat count {
                concat(identity, active() => conv 128 1x1 nobias => active() => conv 32 3x3 same nobias)
            }
        >
        block transition() < active() => conv channels/2 1x1 nobias => avgpool 2x2 >
        block densenet121() <
            conv 64 7x7 stride 2 pad 3 nobias => active() => pad 1 => maxpool 3x3 stride 2 =>
            dense_block(6) => transition() =>
            dense_block(12) => transition() =>
            dense_block(24) => transition() =>
            dense_block(16) => active()
        >
        $($network)*
    } };
}

densenet121! {
    /// DenseNet121: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// G. Huang, Z. Liu, L. van der Maaten, K. Weinberger, *Densely connected convolutional networks*, 2016: DenseNet-BC with a
    /// growth of 32, the channels halved between the blocks, as in Keras.
    pub DenseNet121<
        input 224x224x3 => densenet121() => globalavgpool => dense 1000 softmax
    > where params == 8_062_504
}
