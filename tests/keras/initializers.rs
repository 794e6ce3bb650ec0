//! The initializers: their generators are not Keras's, so statistics are compared, and the limits that the formulas set.
use castnet::initializers::*;
use serde_json::Value;

use super::*;

fn fixture() -> Value {
    let text = include_str!("../fixtures/initializers.json");
    serde_json::from_str(text).expect("a fixture's JSON")
}

/// The initializer that Keras calls by this name, with Keras's default numbers.
fn fill(class: &str, fans: Fans, values: &mut [f64]) {
    let mut rng = seeded(5);
    match class {
        "GlorotUniform" => GlorotUniform.fill(fans, &mut rng, values),
        "GlorotNormal" => GlorotNormal.fill(fans, &mut rng, values),
        "HeUniform" => HeUniform.fill(fans, &mut rng, values),
        "HeNormal" => HeNormal.fill(fans, &mut rng, values),
        "LecunUniform" => LecunUniform.fill(fans, &mut rng, values),
        "LecunNormal" => LecunNormal.fill(fans, &mut rng, values),
        "RandomNormal" => RandomNormal(0.05).fill(fans, &mut rng, values),
        "RandomUniform" => RandomUniform(0.05).fill(fans, &mut rng, values),
        "TruncatedNormal" => TruncatedNormal(0.05).fill(fans, &mut rng, values),
        "Orthogonal" => Orthogonal.fill(fans, &mut rng, values),
        "Zeros" => Zeros.fill(fans, &mut rng, values),
        "Ones" => Ones.fill(fans, &mut rng, values),
        "Identity" => Identity.fill(fans, &mut rng, values),
        other => panic!("there is no initializer {other}"),
    }
}

struct Statistics {
    least: f64,
    most: f64,
    mean: f64,
    deviation: f64,
}

impl Statistics {
    fn of(values: &[f64]) -> Self {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values.len() as f64;
        let [least, most] = [f64::min, f64::max].map(|of: fn(f64, f64) -> f64| values.iter().copied().fold(0.0, of));
        Self { least, most, mean, deviation: variance.sqrt() }
    }
}

/// Compares the weights of a layer with those that Keras drew for the same shape.
#[track_caller]
fn check(sample: &Value, values: &[f64]) {
    let class = sample["class"].as_str().expect("a class");
    let number = |key: &str| sample[key].as_f64().expect("a number");
    let ours = Statistics::of(values);
    // Four times how far the mean and the deviation of so many values scatter; where the formula's deviation is not in the
    // fixture, Keras's own scatters as well.
    let exact = sample["expected_std"].as_f64();
    let (expected, scatter) = exact.map_or((number("std"), 8.0), |expected| (expected, 4.0));
    let count = values.len() as f64;
    assert!(ours.mean.abs() < 4.0 * expected / count.sqrt(), "{class}: the mean is {}", ours.mean);
    let off = (ours.deviation / expected - 1.0).abs();
    assert!(off < scatter / (2.0 * count).sqrt(), "{class}: the deviation is {}, not {expected}", ours.deviation);
    if let Some(limit) = sample["limit"].as_f64() {
        assert!(ours.most.max(-ours.least) <= limit * (1.0 + 1e-6), "{class}: beyond the limit {limit}");
    }
    // The tails of the others have no end, and no two samples agree there.
    if !["RandomNormal", "Orthogonal"].contains(&class) {
        for (ours, keras) in [(ours.least, number("min")), (ours.most, number("max"))] {
            assert!((ours / keras - 1.0).abs() < 0.01, "{class}: the outermost value is {ours}, Keras has {keras}");
        }
    }
}

#[test]
fn samples() {
    for sample in fixture()["keras_samples"].as_array().expect("samples") {
        let shape: Vec<usize> = sample["shape"]
            .as_array()
            .expect("a shape")
            .iter()
            .map(|axis| axis.as_u64().expect("a size") as usize)
            .collect();
        let [inputs, outputs] = ["fan_in", "fan_out"].map(|key| sample[key].as_u64().expect("a number") as usize);
        let mut values = vec![0.0; shape.iter().product()];
        let class = sample["class"].as_str().expect("a class");
        fill(class, Fans { inputs, outputs }, &mut values);
        check(sample, &values);
        if class == "Orthogonal" {
            // Q: a row for each input, or a column, whichever are fewer, of length 1 and orthogonal to each other.
            let matrix = castnet::nalgebra::DMatrix::from_row_slice(inputs, outputs, &values);
            let product = if inputs < outputs { &matrix * matrix.transpose() } else { matrix.transpose() * &matrix };
            let off = product.map_with_location(|row, column, x| x - f64::from(u8::from(row == column))).abs().max();
            assert!(off < sample["max_abs_QtQ_minus_I"].as_f64().expect("a number"), "{off}");
        }
    }
}

/// Every initializer of the fixture is there, and those that draw nothing give what they say.
#[test]
fn all_of_keras() {
    for entry in fixture()["entries"].as_array().expect("entries") {
        let class = entry["class"].as_str().expect("a class");
        let mut values = [7.0; 6];
        fill(class, Fans { inputs: 2, outputs: 3 }, &mut values);
        match class {
            "Zeros" => assert_eq!(values, [0.0; 6]),
            "Ones" => assert_eq!(values, [1.0; 6]),
            "Identity" => assert_eq!(values, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
            _ => assert!(values.iter().all(|x| x.abs() < 7.0 && *x != 0.0), "{class}: {values:?}"),
        }
    }
}

macro_rules! networks {
    ($($name:ident: $class:literal, $word:ident;)*) => {
        castnet::network! { $($name< input 64 f64 => dense 96 init $word >)* }

        /// The words of the language, with the fans of a dense layer; biases are zero.
        #[test]
        fn of_dense_layers() {
            let fixture = fixture();
            let samples = fixture["keras_samples"].as_array().expect("samples");
            $(
                let sample = samples.iter().find(|sample| sample["class"] == $class && sample["shape"] == serde_json::json!([64, 96]));
                let net = $name::init(&mut seeded(2));
                check(sample.expect("a sample of that shape"), net.dense_1.weight.as_slice());
                assert!(net.dense_1.bias.iter().all(|&bias| bias == 0.0));
            )*
            // Keras's default initializer.
            let (default, named) = (Unsaid::init(&mut seeded(2)), GlorotUniform64::init(&mut seeded(2)));
            assert_eq!(default.as_flat(), named.as_flat());
        }
    };
}

castnet::network! { Unsaid< input 64 f64 => dense 96 > }

networks! {
    GlorotUniform64: "GlorotUniform", glorot_uniform;
    GlorotNormal64: "GlorotNormal", glorot_normal;
    HeUniform64: "HeUniform", he_uniform;
    HeNormal64: "HeNormal", he_normal;
    LecunUniform64: "LecunUniform", lecun_uniform;
    LecunNormal64: "LecunNormal", lecun_normal;
    RandomNormal64: "RandomNormal", normal;
    RandomUniform64: "RandomUniform", uniform;
    TruncatedNormal64: "TruncatedNormal", truncated_normal;
    Orthogonal64: "Orthogonal", orthogonal;
}
