use nalgebra::SMatrix;

use super::*;
use crate::isa::Portable;
use crate::random::seeded;
use crate::scalar::Scalar;
use rand::RngExt;

/// A sample of one channel.
fn row<T: Scalar, const P: usize>(values: [T; P]) -> SMatrix<T, 1, P> {
    SMatrix::<T, 1, P>::from_row_slice(&values)
}

#[test]
fn nearest_by_hand() {
    let layer = Upsample(Scaling { input: [1, 2], factor: [2, 3] });
    let input = [SMatrix::<f32, 2, 2>::from([[1.0, 2.0], [3.0, 4.0]])];
    let mut output = [SMatrix::<f32, 2, 12>::zeros()];
    layer.forward(Portable, &input, &mut output);
    let (a, b) = ([1.0, 2.0], [3.0, 4.0]);
    assert_eq!(output, [SMatrix::from([a, a, a, b, b, b, a, a, a, b, b, b])]);
    let mut grad = input;
    layer.backward_input(Portable, &output, &mut grad);
    assert_eq!(grad, [input[0] * 6.0]);
}

#[test]
fn bilinear_by_hand() {
    let layer = UpsampleBilinear(Scaling { input: [1, 2], factor: [1, 2] });
    let input = [SMatrix::<f64, 1, 2>::from([[0.0], [8.0]])];
    let mut output = [SMatrix::<f64, 1, 4>::zeros()];
    layer.forward(Portable, &input, &mut output);
    assert_eq!(output, [row([0.0, 2.0, 6.0, 8.0])]);
    let mut grad = input;
    layer.backward_input(Portable, &[row([1.0, 4.0, 8.0, 1.0])], &mut grad);
    assert_eq!(grad, [SMatrix::from([[1.0 + 3.0 + 2.0], [1.0 + 6.0 + 1.0]])]);
}

/// A linear map and its transpose: `g · f(x) = fᵀ(g) · x`; and a constant image stays constant.
#[test]
fn bilinear_is_transposed() {
    let layer = UpsampleBilinear(Scaling { input: [3, 4], factor: [3, 2] });
    let rng = &mut seeded(1);
    let mut random = || 2.0 * rng.random::<f64>() - 1.0;
    let input = [SMatrix::<f64, 13, 12>::from_fn(|_, _| random())];
    let grad = [SMatrix::<f64, 13, 72>::from_fn(|_, _| random())];
    let (mut output, mut grad_input) = (grad, input);
    layer.forward(Portable, &input, &mut output);
    layer.backward_input(Portable, &grad, &mut grad_input);
    assert!((output[0].dot(&grad[0]) - grad_input[0].dot(&input[0])).abs() < 1e-12);
    layer.forward(Portable, &[SMatrix::<_, 13, 12>::repeat(0.3)], &mut output);
    assert!(output[0].iter().all(|&y| y == 0.3));
}
