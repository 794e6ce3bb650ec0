use super::Dropout;
use crate::isa::Portable;
use crate::random::seeded;
use nalgebra::SVector;
use std::vec;

#[test]
fn drops_the_rate_and_keeps_the_mean() {
    let ones = vec![SVector::<f32, 100>::repeat(1.0); 100];
    let (mut mask, mut values) = (ones.clone(), ones.clone());
    Dropout { rate: 0.2 }.apply(Portable, &mut seeded(5), &mut mask, &mut values);
    assert_eq!(mask, values, "ones times the mask");
    let dropped = values.iter().flatten().filter(|&&x| x == 0.0).count();
    // Ten thousand draws: the deviation of the count is 40.
    assert!((1840..=2160).contains(&dropped), "{dropped} of 10000 dropped");
    assert!(values.iter().flatten().all(|&x| x == 0.0 || x == 1.25));

    let mut grad = ones;
    Dropout { rate: 0.2 }.backward(Portable, &mask, &mut grad);
    assert_eq!(grad, mask);
}

#[test]
fn the_same_seed_gives_the_same_mask() {
    let draw = |seed| {
        let (mut mask, mut values) = ([SVector::<f32, 64>::zeros()], [SVector::repeat(1.0)]);
        Dropout { rate: 0.5 }.apply(Portable, &mut seeded(seed), &mut mask, &mut values);
        mask
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}
