use super::{Fans, GlorotUniform, HeNormal, Initializer, Zeros};
use crate::seeded;
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

/// The deviation of a uniform variable within ±limit is limit / sqrt(3).
#[test]
fn glorot_uniform() {
    let limit = (6.0_f64 / 400.0).sqrt();
    let (mean, deviation, most) = statistics(GlorotUniform);
    assert!(mean.abs() < 0.01 * limit, "{mean}");
    assert!((deviation / (limit / 3.0_f64.sqrt()) - 1.0).abs() < 0.01, "{deviation}");
    assert!(most <= limit && most > 0.999 * limit, "{most}");
}

/// Truncated at two deviations of the wider normal, so that what is left has the deviation sqrt(2 / inputs).
#[test]
fn he_normal() {
    let expected = (2.0_f64 / 300.0).sqrt();
    let (mean, deviation, most) = statistics(HeNormal);
    assert!(mean.abs() < 0.01 * expected, "{mean}");
    assert!((deviation / expected - 1.0).abs() < 0.01, "{deviation}");
    let limit = 2.0 * expected / 0.879_625_661_034_239_8;
    assert!(most <= limit && most > 0.99 * limit, "{most}");
}

#[test]
fn zeros() {
    assert_eq!(statistics(Zeros), (0.0, 0.0, 0.0));
}

#[test]
fn the_same_seed_gives_the_same_weights_in_both_precisions() {
    let (mut single, mut double) = ([0.0_f32; 50], [0.0_f64; 50]);
    GlorotUniform.fill(FANS, &mut seeded(3), &mut single);
    GlorotUniform.fill(FANS, &mut seeded(3), &mut double);
    assert_eq!(single, double.map(|x| x as f32));
}
