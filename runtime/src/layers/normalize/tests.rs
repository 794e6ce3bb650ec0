use super::Normalize;
use crate::isa::Portable;
use nalgebra::{SMatrix, SVector};

#[test]
fn statistics_by_hand() {
    let mut layer = Normalize::<2, f64> { mean: SVector::from([0.0, 0.0]), scale: SVector::from([1.0, 1.0]) };
    assert!(layer.is_identity());
    // Channel 0: 1, 3, 5, 7: mean 4, variance 5. Channel 1 is constant.
    layer.adapt(&[SMatrix::from([[1.0, 2.0], [3.0, 2.0]]), SMatrix::from([[5.0, 2.0], [7.0, 2.0]])]);
    assert!(!layer.is_identity());
    assert_eq!(layer.mean, SVector::from([4.0, 2.0]));
    assert_eq!(layer.scale, SVector::from([1.0 / 5.0_f64.sqrt(), 1.0 / 1e-7]));

    let mut outputs = [SMatrix::zeros()];
    layer.forward(Portable, &[SMatrix::from([[9.0, 2.0], [4.0, 2.0]])], &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[5.0 / 5.0_f64.sqrt(), 0.0], [0.0, 0.0]])]);

    let mut grads = [SMatrix::zeros()];
    layer.backward_input(Portable, &[SMatrix::from([[5.0, 0.0], [0.0, 1.0]])], &mut grads);
    assert_eq!(grads, [SMatrix::from([[5.0 / 5.0_f64.sqrt(), 0.0], [0.0, 1.0 / 1e-7]])]);
}

#[test]
fn nothing_is_learnt_from_nothing() {
    let mut layer = Normalize::<1, f32> { mean: SVector::from([3.0]), scale: SVector::from([2.0]) };
    layer.adapt::<1>(&[]);
    assert_eq!((layer.mean, layer.scale), (SVector::from([3.0]), SVector::from([2.0])));
}
