use nalgebra::Matrix3x2;

use super::{MaxNorm, NonNegative};

/// Compares with the results of Keras 3.15.1 on the same values, transposed as Keras stores them.
#[test]
fn as_keras_does() {
    let weight = Matrix3x2::new(3.0, 4.0, -1.0, 2.0, 0.5, -0.1_f32);
    let mut constrained = weight;
    MaxNorm(2.0).constrain(&mut constrained);
    let keras = Matrix3x2::new(1.2, 1.6, -0.894_427_2, 1.788_854_4, 0.499_999_88, -0.099_999_98);
    assert!((constrained - keras).abs().max() < 1e-7, "{constrained}");
    let mut constrained = weight;
    NonNegative.constrain(&mut constrained);
    assert_eq!(constrained, Matrix3x2::new(3.0, 4.0, 0.0, 2.0, 0.5, 0.0));
}

#[test]
fn nothing_stays_nothing() {
    let mut zeros = Matrix3x2::<f64>::zeros();
    MaxNorm(1.0).constrain(&mut zeros);
    assert_eq!(zeros, Matrix3x2::zeros());
}
