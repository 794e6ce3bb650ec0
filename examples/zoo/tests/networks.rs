//! Whole networks compute what Keras computes: on small images, with weights that follow from a formula and so need no file.
//!
//! Each is declared anew from its blocks, for the images and classes of the fixture; beside the classes it gives the values between
//! its stages, of which the fixture has the mean, the root of the mean square and the first four.
mod support;

use castnet_zoo::castnet::prelude::*;
use castnet_zoo::castnet::{Flat, TensorInfo};
use safetensors::SafeTensors;
use serde_json::Value;
use support::list;

/// How far values between the stages may be off, beside the root of their mean square: single precision, after up to 120 layers.
const TOLERANCE: f64 = 2e-5;
/// The place of the input in the formula.
const INPUT: u64 = 65_535;

/// A number in [-1, 1) that is exact in single precision, the same for the same arguments.
fn uniform(seed: u64, tensor: u64, index: u64) -> f64 {
    let x = ((seed << 48) + (tensor << 32) + index).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let x = x ^ (x >> 31);
    2.0 * ((x >> 40) as f64 / f64::from(1 << 24)) - 1.0
}

/// The factor and the summand that turn a uniform number into a weight.
fn formula(leaf: &str, shape: &[usize], is_depthwise: bool, gain: f64) -> (f64, f64) {
    match leaf {
        "gamma" => (0.1, 1.0),
        "beta" | "bias" | "moving_mean" => (0.1, 0.0),
        "moving_variance" => (0.5, 1.0),
        _ => {
            let inner = shape.len() - if is_depthwise { 2 } else { 1 };
            let fan_in: usize = shape[..inner].iter().product();
            ((3.0 * gain / fan_in as f64).sqrt(), 0.0)
        }
    }
}

/// The name of Keras's weight here, without that of the layer.
fn tensor_of(leaf: &str) -> &str {
    match leaf {
        "gamma" => ".gamma",
        "beta" => ".beta",
        "bias" => ".bias",
        "moving_mean" => "_moving.mean",
        "moving_variance" => "_moving.variance",
        "depthwise_kernel" => ".depthwise",
        "pointwise_kernel" => ".pointwise",
        "kernel" => ".weight",
        other => panic!("what is a {other}?"),
    }
}

/// Where a tensor lies, and its length.
fn find<N: Network>(name: &str) -> (usize, &'static TensorInfo) {
    let mut offset = 0;
    for tensor in N::TENSORS {
        if tensor.name == name {
            return (offset, tensor);
        }
        offset += tensor.shape.iter().product::<usize>();
    }
    panic!("{} has no tensor {name}", N::NAME)
}

/// Predicts, and compares: `between` are Keras's names of the values that the network gives after the classes.
fn check<N: Network<Scalar = f32>>(fixture: &str, between: &[&str]) {
    let network = support::fixture(&format!("networks/{fixture}"));
    let path = format!("{}/tests/fixtures/networks/{fixture}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).expect("a fixture's tensors");
    let file = SafeTensors::deserialize(&bytes).expect("a fixture's tensors");
    let single = |name: &str| -> Vec<f32> {
        let data = file.tensor(name).expect("a tensor").data();
        data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| panic!("no number: {value}"));
    let seed = network["seed"].as_u64().expect("a seed");
    let gain = number(&network["gain"]);

    let pairs = support::pairs::<N>(&network, between.len());
    let mut net = N::zeroed_boxed();
    let mut filled = 0;
    for (index, (weight, first)) in
        (0..).zip(list(&network["weights"]).iter().zip(single("param.first4_of_each").chunks(4)))
    {
        let (layer, leaf) = weight["path"].as_str().and_then(|path| path.split_once('/')).expect("layer/leaf");
        let (_, ours) = pairs.iter().find(|(theirs, _)| theirs == layer).expect("a layer with weights has a partner");
        let is_depthwise = weight["depthwise"] == true;
        let (offset, tensor) = find::<N>(&format!("{ours}{}", tensor_of(leaf)));
        assert_eq!(tensor.shape, support::shape(&weight["shape"]), "{}", tensor.name);
        let length: usize = tensor.shape.iter().product();
        let (factor, summand) = formula(leaf, tensor.shape, is_depthwise, gain);
        let values = &mut net.as_flat_mut()[offset..offset + length];
        for (at, value) in (0..).zip(values.iter_mut()) {
            *value = (summand + factor * uniform(seed, index, at)) as f32;
        }
        assert_eq!(values[..4.min(length)], first[..4.min(length)], "{}: the formula", tensor.name);
        filled += length;
    }
    assert_eq!(filled, N::PARAMS, "every parameter has a value");

    let mut input = N::Input::zeroed_boxed();
    let values = input.as_flat_mut();
    (0..).zip(values.iter_mut()).for_each(|(at, value)| *value = uniform(seed, INPUT, at) as f32);
    assert_eq!(values[..16], single("in.x.first16"), "the formula");

    let mut workspace = Workspace::boxed();
    let output = net.predict_in(&input, &mut workspace).as_flat();
    let expected: Vec<f64> = file
        .tensor("out.y")
        .expect("a tensor")
        .data()
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect();
    let (classes, mut rest) = output.split_at(expected.len());
    let tolerance = &network["tolerance"]["out.y"];
    let (relative, absolute) = (number(&tolerance["rtol"]), number(&tolerance["atol"]));
    for (index, (&got, expected)) in classes.iter().zip(expected).enumerate() {
        let error = (f64::from(got) - expected).abs();
        assert!(
            error <= absolute + relative * expected.abs(),
            "{}: class {index} is {got}, Keras has {expected}",
            N::NAME
        );
    }
    for name in between {
        let layer = list(&network["layers"]).iter().find(|layer| layer["name"] == *name);
        let layer = layer.unwrap_or_else(|| panic!("no layer {name}"));
        let length = support::shape(&layer["output_shape"]).iter().product();
        let values;
        (values, rest) = rest.split_at(length);
        let mean_of = |of: &dyn Fn(f64) -> f64| values.iter().map(|&x| of(f64::from(x))).sum::<f64>() / length as f64;
        let (mean, rms) = (mean_of(&|x| x), mean_of(&|x| x * x).sqrt());
        let probe = &layer["probe"];
        let close = |what: &str, got: f64, expected: &Value| {
            let expected = number(expected);
            assert!(
                (got - expected).abs() <= TOLERANCE * rms,
                "{} {name} {what}: {got}, Keras has {expected}",
                N::NAME
            );
        };
        close("mean", mean, &probe["mean"]);
        close("root of the mean square", rms, &probe["rms"]);
        values.iter().zip(list(&probe["first4"])).for_each(|(&got, expected)| close("value", got.into(), expected));
    }
    assert!(rest.is_empty());
}

castnet_zoo::resnet50! {
    ResNet50<
        input 64x64x3 => pooled: stem() => a: residuals(64, 3, 1) => b: residuals(128, 4, 2) => c: residuals(256, 6, 2) =>
            d: residuals(512, 3, 2) => globalavgpool => dense 20 softmax;
        pooled => linear; a => linear; b => linear; c => linear; d => linear
    >
}

#[test]
fn resnet50() {
    let between = ["pool1_pool", "conv2_block3_out", "conv3_block4_out", "conv4_block6_out", "conv5_block3_out"];
    check::<ResNet50>("resnet50_64", &between);
}

castnet_zoo::mobilenet_v1! {
    MobileNet< input 96x96x3 => last: mobilenet(1) => classifier(10); last => linear >
}

#[test]
fn mobilenet_v1() {
    check::<MobileNet>("mobilenet_a025_96", &["conv_pw_13_relu"]);
}

castnet_zoo::mobilenet_v2! {
    MobileNetV2<
        input 96x96x3 => last: mobilenet_v2(16, 8, 8, 16, 24, 32, 56, 112) => globalavgpool => dense 10 softmax; last => linear
    >
}

#[test]
fn mobilenet_v2() {
    check::<MobileNetV2>("mobilenet_v2_a035_96", &["out_relu"]);
}

castnet_zoo::densenet121! {
    DenseNet121<
        input 64x64x3 => conv 64 7x7 stride 2 pad 3 nobias => active() => pad 1 => pooled: maxpool 3x3 stride 2 =>
            a: dense_block(6) => transition() => b: dense_block(12) => transition() => c: dense_block(24) => transition() =>
            d: dense_block(16) => active() => globalavgpool => dense 10 softmax;
        pooled => linear; a => linear; b => linear; c => linear; d => linear
    >
}

#[test]
fn densenet121() {
    let between =
        ["pool1", "conv2_block6_concat", "conv3_block12_concat", "conv4_block24_concat", "conv5_block16_concat"];
    check::<DenseNet121>("densenet121_64", &between);
}

castnet_zoo::inception_v3! {
    InceptionV3<
        input 96x96x3 => last: inception_v3() => globalavgpool => dense 10 softmax; last => linear
    >
}

#[test]
fn inception_v3() {
    check::<InceptionV3>("inception_v3_96", &["mixed10"]);
}

castnet_zoo::xception! {
    Xception<
        input 96x96x3 => last: xception() => globalavgpool => dense 10 softmax; last => linear
    >
}

#[test]
fn xception() {
    check::<Xception>("xception_96", &["block14_sepconv2_act"]);
}
