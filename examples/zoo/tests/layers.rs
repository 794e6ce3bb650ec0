//! Every network is that of its paper: its parameters, and layer by layer what Keras has.
mod support;

use castnet_zoo::castnet::prelude::*;
use castnet_zoo::*;

/// Total and trainable parameters: moving statistics are not trained.
#[test]
fn parameters() {
    fn check<N: Network>(total: usize, trainable: usize) {
        assert_eq!((N::PARAMS, N::TRAINABLE_PARAMS), (total, trainable), "{}", N::NAME);
        assert_eq!(N::LAYERS.iter().map(|layer| layer.params).sum::<usize>(), total);
        assert_eq!(N::LAYERS.iter().map(|layer| layer.trainable_params).sum::<usize>(), trainable);
        assert_eq!(N::TENSORS.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum::<usize>(), total);
    }
    check::<LeNet5>(61_706, 61_706);
    check::<Letters>(8_402_618, 8_402_618);
    check::<Cifar>(1_626_442, 1_626_442);
    check::<Vgg16>(138_357_544, 138_357_544);
    check::<ResNet50>(25_636_712, 25_583_592);
    check::<ResNeXt50>(25_097_128, 25_028_904);
    check::<InceptionV1>(6_998_552, 6_998_552);
    check::<InceptionV1Training>(13_378_280, 13_378_280);
    check::<InceptionV3>(23_851_784, 23_817_352);
    check::<DenseNet121>(8_062_504, 7_978_856);
    check::<Xception>(22_910_480, 22_855_952);
    check::<MobileNetV1>(4_253_864, 4_231_976);
    check::<MobileNetV1Quarter>(221_114, 215_642);
    check::<MobileNetV2>(3_538_984, 3_504_872);
    check::<SqueezeNet>(1_248_424, 1_248_424);
    check::<SqueezeNet11>(1_235_496, 1_235_496);
}

macro_rules! layers {
    ($($test:ident: $network:ident;)*) => {
        $(
            #[test]
            fn $test() {
                let network = support::fixture(concat!("summaries/", stringify!($test)));
                let pairs = support::pairs::<$network>(&network, 0);
                assert!(!pairs.is_empty());
                assert_eq!(network["param_counts"]["total"], $network::PARAMS);
                assert_eq!(network["param_counts"]["trainable"], $network::TRAINABLE_PARAMS);
            }
        )*
    };
}

layers! {
    lenet5_mnist: LeNet5;
    vgg16: Vgg16;
    resnet50: ResNet50;
    resnext50_32x4d_torchvision: ResNeXt50;
    inceptionv3: InceptionV3;
    densenet121: DenseNet121;
    xception: Xception;
    mobilenet: MobileNetV1;
    mobilenetv2: MobileNetV2;
    squeezenet11_torchvision: SqueezeNet11;
}
