use super::*;
use crate::isa::Portable;
use crate::random::seeded;
use std::vec;

#[test]
fn whole_channels() {
    let ones = vec![SMatrix::<f32, 100, 3>::repeat(1.0); 100];
    let (mut mask, mut values) = (ones.clone(), ones.clone());
    SpatialDropout { rate: 0.2 }.apply(Portable, &mut seeded(5), &mut mask, &mut values);
    assert_eq!(mask, values, "ones times the mask");
    for sample in &values {
        assert!(sample.row_iter().all(|channel| channel.iter().all(|&x| x == channel[0])));
        assert!(sample.iter().all(|&x| x == 0.0 || x == 1.25));
    }
    let dropped =
        values.iter().flat_map(|sample| sample.column(0).into_owned().data.0[0]).filter(|&x| x == 0.0).count();
    // Ten thousand draws: the deviation of the count is 40.
    assert!((1840..=2160).contains(&dropped), "{dropped} of 10000 dropped");
    let mut grad = ones;
    SpatialDropout { rate: 0.2 }.backward(Portable, &mask, &mut grad);
    assert_eq!(grad, mask);
}

/// Mean and deviation of ten thousand values.
#[track_caller]
fn assert_statistics(values: &[[f64; 100]], mean: f64, deviation: f64) {
    let count = (values.len() * 100) as f64;
    let got = values.iter().flatten().sum::<f64>() / count;
    let variance = values.iter().flatten().map(|x| (x - got) * (x - got)).sum::<f64>() / count;
    assert!((got - mean).abs() < 4.0 * deviation / 100.0, "the mean is {got}, not {mean}");
    assert!((variance.sqrt() / deviation - 1.0).abs() < 0.03, "the deviation is {}, not {deviation}", variance.sqrt());
}

#[test]
fn gaussian() {
    let (mut values, mut mask) = (vec![[3.0; 100]; 100], vec![[0.0; 100]; 100]);
    GaussianNoise { deviation: 0.1 }.apply(Portable, &mut seeded(1), &mut values);
    assert_statistics(&values, 3.0, 0.1);

    let mut values = vec![[2.0; 100]; 100];
    GaussianDropout { rate: 0.2 }.apply(Portable, &mut seeded(1), &mut mask, &mut values);
    assert_statistics(&mask, 1.0, 0.5);
    assert_statistics(&values, 2.0, 1.0);
    let mut grad = vec![[1.0; 100]; 100];
    GaussianDropout { rate: 0.2 }.backward(Portable, &mask, &mut grad);
    assert_eq!(grad, mask);
}

#[test]
fn the_same_seed_gives_the_same_noise() {
    let draw = |seed| {
        let mut values = [[0.0_f32; 10]];
        GaussianNoise { deviation: 1.0 }.apply(Portable, &mut seeded(seed), &mut values);
        values
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}
