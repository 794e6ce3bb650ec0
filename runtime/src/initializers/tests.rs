use super::*;
use crate::random::seeded;
use std::vec;

const FANS: Fans = Fans { inputs: 300, outputs: 100 };

/// Mean and deviation of 100,000 values, and the largest.
fn statistics(initializer: impl Initializer) -> (f64, f64, f64) {
    let mut values = vec![0.0_f64; 100_000];
    initializer.fill(FANS, &mut seeded(11), &mut values);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / values.len() as f64;
    (mean, variance.sqrt(), values.iter().fold(0.0, |most: f64, x| most.max(x.abs())))
}

/// The mean is zero, the deviation that of the formula, and the largest value near the limit, if there is one.
#[track_caller]
fn check(initializer: impl Initializer, expected: f64, limit: Option<f64>) {
    let (mean, deviation, most) = statistics(initializer);
    assert!(mean.abs() < 0.01 * expected, "mean {mean}");
    assert!((deviation / expected - 1.0).abs() < 0.01, "deviation {deviation}, not {expected}");
    match limit {
        Some(limit) => assert!(most <= limit && most > 0.99 * limit, "largest {most}, limit {limit}"),
        None => assert!(most > 3.5 * expected, "largest {most}"),
    }
}

/// The formulas of Keras, for 300 inputs and 100 outputs. The deviation of a uniform variable within ±limit is limit / sqrt(3).
#[test]
fn formulas() {
    let uniform = |initializer: fn() -> f64| {
        let limit = initializer();
        (limit / 3.0_f64.sqrt(), Some(limit))
    };
    let normal = |variance: f64| (variance.sqrt(), Some(2.0 * variance.sqrt() / 0.879_625_661_034_239_8));
    let (deviation, limit) = uniform(|| (6.0_f64 / 400.0).sqrt());
    check(GlorotUniform, deviation, limit);
    let (deviation, limit) = uniform(|| (6.0_f64 / 300.0).sqrt());
    check(HeUniform, deviation, limit);
    let (deviation, limit) = uniform(|| (3.0_f64 / 300.0).sqrt());
    check(LecunUniform, deviation, limit);
    let (deviation, limit) = normal(2.0 / 400.0);
    check(GlorotNormal, deviation, limit);
    let (deviation, limit) = normal(2.0 / 300.0);
    check(HeNormal, deviation, limit);
    let (deviation, limit) = normal(1.0 / 300.0);
    check(LecunNormal, deviation, limit);
    check(RandomUniform(0.05), 0.05 / 3.0_f64.sqrt(), Some(0.05));
    check(RandomNormal(0.05), 0.05, None);
    check(TruncatedNormal(0.05), 0.05 * 0.879_625_661_034_239_8, Some(0.1));
}

#[test]
fn fixed_values() {
    fn filled(initializer: impl Initializer) -> [f32; 6] {
        let mut values = [7.0; 6];
        initializer.fill(Fans { inputs: 2, outputs: 3 }, &mut seeded(1), &mut values);
        values
    }
    let results = [filled(Zeros), filled(Ones), filled(Constant(0.5)), filled(Identity)];
    assert_eq!(results, [[0.0; 6], [1.0; 6], [0.5; 6], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]]);
}

/// The product of the matrix with its transpose is the identity, for tall, wide and square matrices.
#[test]
fn orthogonal() {
    for (inputs, outputs) in [(5, 3), (3, 5), (40, 40), (1, 4)] {
        let mut values = vec![0.0_f64; inputs * outputs];
        Orthogonal.fill(Fans { inputs, outputs }, &mut seeded(1), &mut values);
        let at = |vector: usize, index: usize| {
            if inputs >= outputs { values[index * outputs + vector] } else { values[vector * outputs + index] }
        };
        let (vectors, len) = (inputs.min(outputs), inputs.max(outputs));
        for a in 0..vectors {
            for b in 0..vectors {
                let product: f64 = (0..len).map(|index| at(a, index) * at(b, index)).sum();
                let expected = if a == b { 1.0 } else { 0.0 };
                assert!((product - expected).abs() < 1e-12, "{inputs} x {outputs}: {a}, {b}: {product}");
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_weights_in_both_precisions() {
    let (mut single, mut double) = ([0.0_f32; 50], [0.0_f64; 50]);
    GlorotUniform.fill(FANS, &mut seeded(3), &mut single);
    GlorotUniform.fill(FANS, &mut seeded(3), &mut double);
    assert_eq!(single, double.map(|x| x as f32));
}
