//! Dot products of two vectors of each sample.
//!
//! Every sum is computed as eight interleaved partial sums, on every instruction set.
use super::chunks::InChunks;
use super::normalization::Sum;
use super::unitnorm::inverse_norm;
use crate::isa::Isa;
use crate::scalar::Scalar;

/// The largest factor of a vector, as in Keras's `Dot` with `normalize`.
const MOST: f64 = 1e7;

/// `outputs = Σ a * b`, for vectors of `width` values.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(_isa: I, width: usize, a: &[T], b: &[T], outputs: &mut [T]) {
    for ((a, b), output) in a.in_chunks(width).zip(b.in_chunks(width)).zip(outputs) {
        let mut products = Sum::new();
        products.add(a, b, |a, b| a * b);
        *output = products.total();
    }
}

/// `outputs = Σ a / ‖a‖ * b / ‖b‖`.
#[inline(always)]
pub fn cosine_forward<T: Scalar, I: Isa<T>>(_isa: I, width: usize, a: &[T], b: &[T], outputs: &mut [T]) {
    for ((a, b), output) in a.in_chunks(width).zip(b.in_chunks(width)).zip(outputs) {
        let ((of_a, _), (of_b, _)) = (inverse_norm(a, MOST), inverse_norm(b, MOST));
        let mut products = Sum::new();
        products.add(a, b, |a, b| (a * of_a) * (b * of_b));
        *output = products.total();
    }
}

/// `grad_a = g / ‖a‖ * (b / ‖b‖ - y a / ‖a‖)` with the output y; without its second part where the factor of a is `MOST`.
#[inline(always)]
pub fn cosine_backward<T: Scalar, I: Isa<T>>(
    _isa: I,
    width: usize,
    a: &[T],
    b: &[T],
    grad_outputs: &[T],
    grad_a: &mut [T],
) {
    let samples = a.in_chunks(width).zip(b.in_chunks(width)).zip(grad_outputs);
    for (((a, b), &grad_output), grad_a) in samples.zip(grad_a.in_chunks_mut(width)) {
        let ((of_a, depends), (of_b, _)) = (inverse_norm(a, MOST), inverse_norm(b, MOST));
        let mut products = Sum::new();
        if depends {
            products.add(a, b, |a, b| (a * of_a) * (b * of_b));
        }
        let (cosine, factor) = (products.total(), grad_output * of_a);
        for ((grad, &a), &b) in grad_a.iter_mut().zip(a).zip(b) {
            *grad = (b * of_b - a * of_a * cosine) * factor;
        }
    }
}
