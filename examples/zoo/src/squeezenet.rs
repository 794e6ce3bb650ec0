//! SqueezeNet 1.0 and 1.1.

/// Networks made of SqueezeNet's blocks: `fire(less, more)`, and the classifier.
#[macro_export]
macro_rules! squeezenet {
    ($($network:tt)*) => { $crate::castnet::network! {
        block fire(less, more) < conv less 1x1 relu => concat(conv more 1x1 relu, conv more 3x3 same relu) >
        block classifier(classes) < dropout 0.5 => conv classes 1x1 relu => globalavgpool => softmax >
        $($network)*
    } };
}

squeezenet! {
    /// SqueezeNet 1.0: 224 x 224 pixels to the thousand classes of ImageNet, with fifty times fewer parameters than AlexNet.
    ///
    /// F. Iandola and others, *SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size*, 2016. The sizes
    /// are torchvision's, whose poolings round up: the second has one more column, behind, which is `same` here.
    pub SqueezeNet<
        input 224x224x3 => conv 96 7x7 stride 2 relu => maxpool 3x3 stride 2 =>
        repeat 2 { fire(16, 64) } => fire(32, 128) => maxpool 3x3 stride 2 same =>
        fire(32, 128) => repeat 2 { fire(48, 192) } => fire(64, 256) => maxpool 3x3 stride 2 =>
        fire(64, 256) => classifier(1000)
    > where params == 1_248_424

    /// SqueezeNet 1.1: the same accuracy with less than half of the computation, by a smaller first window and earlier poolings.
    pub SqueezeNet11<
        input 224x224x3 => conv 64 3x3 stride 2 relu => maxpool 3x3 stride 2 =>
        repeat 2 { fire(16, 64) } => maxpool 3x3 stride 2 =>
        repeat 2 { fire(32, 128) } => maxpool 3x3 stride 2 =>
        repeat 2 { fire(48, 192) } => repeat 2 { fire(64, 256) } => classifier(1000)
    > where params == 1_235_496
}
