//! Inception v1, GoogLeNet.

/// Networks made of GoogLeNet's blocks: `stem()`, and `inception(..)` with the filters of its four branches.
#[macro_export]
macro_rules! inception_v1 {
    ($($network:tt)*) => { $crate::castnet::network! {
        block inception(ones, less_threes, threes, less_fives, fives, pooled) <
            concat(
                conv ones 1x1 relu,
                conv less_threes 1x1 relu => conv threes 3x3 same relu,
                conv less_fives 1x1 relu => conv fives 5x5 same relu,
                maxpool 3x3 stride 1 same => conv pooled 1x1 relu
            )
        >
        block stem() <
            conv 64 7x7 stride 2 same relu => maxpool 3x3 stride 2 same =>
            conv 64 1x1 relu => conv 192 3x3 same relu => maxpool 3x3 stride 2 same
        >
        block to_4a() <
            stem() => inception(64, 96, 128, 16, 32, 32) => inception(128, 128, 192, 32, 96, 64) =>
            maxpool 3x3 stride 2 same => inception(192, 96, 208, 16, 48, 64)
        >
        block to_4d() <
            inception(160, 112, 224, 24, 64, 64) => inception(128, 128, 256, 24, 64, 64) =>
            inception(112, 144, 288, 32, 64, 64)
        >
        block to_5b() <
            inception(256, 160, 320, 32, 128, 128) => maxpool 3x3 stride 2 same =>
            inception(256, 160, 320, 32, 128, 128) => inception(384, 192, 384, 48, 128, 128)
        >
        block auxiliary(classes) <
            avgpool 5x5 stride 3 => conv 128 1x1 relu => flatten => dense 1024 relu => dropout 0.7 =>
            head: dense classes softmax
        >
        $($network)*
    } };
}

inception_v1! {
    /// Inception v1, the network of GoogLeNet, for predictions: 224 x 224 pixels to the thousand classes of ImageNet.
    ///
    /// C. Szegedy and others, *Going deeper with convolutions*, 2014. Convolutions have biases and no batch normalization, and
    /// those of 5x5 are 5x5 (many ports have 3x3 by mistake). The local response normalizations of the stem are left out, as is
    /// usual; they have no parameters.
    pub InceptionV1<
        input 224x224x3 => to_4a() => to_4d() => to_5b() => globalavgpool => dropout 0.4 => dense 1000 softmax
    > where params == 6_998_552

    /// [`InceptionV1`] as it is trained: with two auxiliary heads, which bring the gradient into the middle of the network. Their
    /// losses count three tenths in the paper.
    pub InceptionV1Training<
        input 224x224x3 => early: to_4a() => middle: to_4d() => to_5b() =>
            globalavgpool => dropout 0.4 => main: dense 1000 softmax;
        early => first: auxiliary(1000);
        middle => second: auxiliary(1000)
    > where params == 13_378_280
}
