use super::Normalize;
use crate::isa::Portable;
use nalgebra::{SMatrix, SVector};

#[test]
fn statistics_by_hand() {
    let mut layer = Normalize::<2, f64> { mean: SVector::from([0.0, 0.0]), scale: SVector::from([1.0, 1.0]) };
    assert!(layer.is_identity());
    // Channel 0: 1, 3, 5, 7: mean 4, variance 5. Channel 1 is constant.
    let constant = layer.adapt(&[SMatrix::from([[1.0, 2.0], [3.0, 2.0]]), SMatrix::from([[5.0, 2.0], [7.0, 2.0]])]);
    assert_eq!(constant, [false, true]);
    assert!(!layer.is_identity());
    assert_eq!(layer.mean, SVector::from([4.0, 2.0]));
    assert_eq!(layer.scale, SVector::from([1.0 / 5.0_f64.sqrt(), 1.0]));

    let mut outputs = [SMatrix::zeros()];
    layer.forward(Portable, &[SMatrix::from([[9.0, 2.0], [4.0, 2.0]])], &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[5.0 / 5.0_f64.sqrt(), 0.0], [0.0, 0.0]])]);

    let mut grads = [SMatrix::zeros()];
    layer.backward_input(Portable, &[SMatrix::from([[5.0, 0.0], [0.0, 1.0]])], &mut grads);
    assert_eq!(grads, [SMatrix::from([[5.0 / 5.0_f64.sqrt(), 0.0], [0.0, 1.0]])]);
}

/// The sum of many equal numbers is rounded; their mean is not. A later value of such a channel keeps its size.
#[test]
fn a_constant_channel() {
    let samples = [SVector::from([0.1_f32, 1e-9]), SVector::from([0.1, 3e-9])].repeat(5000);
    let mut layer = Normalize::<2, f32> { mean: SVector::zeros(), scale: SVector::zeros() };
    assert_eq!(layer.adapt(&samples), [true, false]);
    assert_eq!((layer.mean[0], layer.scale[0]), (0.1, 1.0));
    // The deviation of 1e-9 counts as 1e-7, as in Keras.
    assert_eq!(layer.scale[1], 1e7);
    let mut outputs = [SVector::zeros()];
    layer.forward(Portable, &[SVector::from([1.1_f32, 2e-9])], &mut outputs);
    assert_eq!(outputs[0][0], 1.0);
}

#[test]
fn nothing_is_learnt_from_nothing() {
    let mut layer = Normalize::<1, f32> { mean: SVector::from([3.0]), scale: SVector::from([2.0]) };
    assert_eq!(layer.adapt::<1>(&[]), [false]);
    assert_eq!((layer.mean, layer.scale), (SVector::from([3.0]), SVector::from([2.0])));
}
