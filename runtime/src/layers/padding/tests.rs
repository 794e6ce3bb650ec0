use nalgebra::SMatrix;

use super::*;
use crate::isa::Portable;
use crate::scalar::Scalar;

/// A sample of one channel.
fn row<T: Scalar, const P: usize>(values: [T; P]) -> SMatrix<T, 1, P> {
    SMatrix::<T, 1, P>::from_row_slice(&values)
}

#[test]
fn by_hand() {
    // 1x2 within 2x4: no row above and one below, one column left and one right.
    let border = Border { inner: [1, 2], outer: [2, 4], before: [0, 1] };
    let small = [SMatrix::<f32, 2, 2>::from([[1.0, 2.0], [3.0, 4.0]])];
    let large = [SMatrix::<f32, 2, 8>::from_fn(|channel, position| (10 * position + channel) as f32)];

    let mut padded = large;
    ZeroPad(border).forward(Portable, &small, &mut padded);
    let zero = [0.0, 0.0];
    assert_eq!(padded, [SMatrix::from([zero, [1.0, 2.0], [3.0, 4.0], zero, zero, zero, zero, zero])]);
    let mut grad = small;
    ZeroPad(border).backward_input(Portable, &large, &mut grad);
    assert_eq!(grad, [SMatrix::from([[10.0, 11.0], [20.0, 21.0]])]);

    let mut cropped = small;
    Crop(border).forward(Portable, &large, &mut cropped);
    assert_eq!(cropped, grad);
    let mut grad = large;
    Crop(border).backward_input(Portable, &small, &mut grad);
    assert_eq!(grad, padded);
}

#[test]
fn every_sample() {
    let border = Border { inner: [1, 1], outer: [1, 3], before: [0, 2] };
    let mut padded = [SMatrix::<f64, 1, 3>::repeat(7.0); 2];
    ZeroPad(border).forward(Portable, &[SMatrix::from([[1.0]]), SMatrix::from([[2.0]])], &mut padded);
    assert_eq!(padded, [row([0.0, 0.0, 1.0]), row([0.0, 0.0, 2.0])]);
}
