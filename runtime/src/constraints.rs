//! Constraints on weights, applied after every step of training; the words `max_norm` and `non_negative` after a layer.
use nalgebra::SMatrix;

use crate::flat::Flat;
use crate::scalar::Scalar;

/// Scales the weights of each unit so that their norm is at most `max`: `w * min(|w|, max) / (|w| + 1e-7)`.
///
/// Source: Srivastava et al., "Dropout", 2014; Keras's
/// [`MaxNorm`](https://keras.io/api/layers/constraints/#maxnorm-class) with `axis=0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxNorm(pub f64);

/// Makes negative weights zero. Keras's [`NonNeg`](https://keras.io/api/layers/constraints/#nonneg-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NonNegative;

impl MaxNorm {
    /// Constrains the weight, a matrix of units x inputs.
    pub fn constrain<T: Scalar, const UNITS: usize, const INPUTS: usize>(self, weight: &mut SMatrix<T, UNITS, INPUTS>) {
        let (most, epsilon) = (T::from_f64(self.0), T::from_f64(1e-7));
        for mut unit in weight.row_iter_mut() {
            let norm = unit.iter().fold(T::ZERO, |sum, &w| sum + w * w).sqrt();
            let factor = Scalar::clamp(norm, T::ZERO, most) / (epsilon + norm);
            unit.iter_mut().for_each(|w| *w *= factor);
        }
    }
}

impl NonNegative {
    /// Constrains the weights.
    pub fn constrain<A: Flat>(self, weight: &mut A) {
        for w in weight.as_flat_mut() {
            if *w < A::Scalar::ZERO {
                *w = A::Scalar::ZERO;
            }
        }
    }
}

#[cfg(test)]
mod tests;
