//! Dropout: sets a fraction of the values to zero in training.
use rand::RngExt;

use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// Sets each value to zero with probability `rate` and scales the others by `1 / (1 - rate)`; in training only.
///
/// Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// The fraction of the values that is dropped, in `[0, 1)`.
    pub rate: f64,
}

impl Dropout {
    /// Draws a mask of zeros and `1 / (1 - rate)` and multiplies the values by it.
    pub fn apply<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, rng: &mut TrainingRng, mask: &mut [A], values: &mut [A]) {
        let kept = A::Scalar::from_f64(1.0 / (1.0 - self.rate));
        for (factor, value) in flatten_mut(mask).iter_mut().zip(flatten_mut(values)) {
            *factor = if rng.random::<f64>() < self.rate { A::Scalar::ZERO } else { kept };
            *value *= *factor;
        }
    }

    /// Multiplies the gradient by the mask.
    pub fn backward<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, mask: &[A], grad: &mut [A]) {
        for (grad, &factor) in flatten_mut(grad).iter_mut().zip(flatten(mask)) {
            *grad *= factor;
        }
    }
}

#[cfg(test)]
mod tests;
