//! Vectors divided by their norms.
//!
//! A norm is computed from eight interleaved sums, as those of `normalization` are.
use super::chunks::InChunks;
use super::normalization::Sum;
use crate::isa::Isa;
use crate::scalar::Scalar;

/// The largest factor of a vector, as in Keras's `UnitNormalization`.
const MOST: f64 = 1e12;

/// `1 / ‖values‖`, at most `most`; whether it is less than `most`.
#[inline(always)]
pub(super) fn inverse_norm<T: Scalar>(values: &[T], most: f64) -> (T, bool) {
    let mut squares = Sum::new();
    squares.add(values, values, |a, b| a * b);
    let (inverse, most) = (T::ONE / squares.total().sqrt(), T::from_f64(most));
    if inverse >= most { (most, false) } else { (inverse, true) }
}

/// `outputs = inputs / ‖inputs‖`, vector by vector.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(_isa: I, width: usize, inputs: &[T], outputs: &mut [T]) {
    for (input, output) in inputs.in_chunks(width).zip(outputs.in_chunks_mut(width)) {
        let (inverse, _) = inverse_norm(input, MOST);
        output.iter_mut().zip(input).for_each(|(y, &x)| *y = x * inverse);
    }
}

/// `grad_x = (g - y Σ g y) / ‖x‖`; `grad_x = MOST * g` for vectors that are multiplied by this constant.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(
    _isa: I,
    width: usize,
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let samples = inputs.in_chunks(width).zip(grad_outputs.in_chunks(width));
    for ((input, grad_output), grad_input) in samples.zip(grad_inputs.in_chunks_mut(width)) {
        let (inverse, depends) = inverse_norm(input, MOST);
        let mut slope = Sum::new();
        if depends {
            slope.add(grad_output, input, |g, x| g * (x * inverse));
        }
        let slope = slope.total();
        for ((grad, &g), &x) in grad_input.iter_mut().zip(grad_output).zip(input) {
            *grad = (g - x * inverse * slope) * inverse;
        }
    }
}
