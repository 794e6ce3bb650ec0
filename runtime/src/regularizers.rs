//! Penalties in the loss: on large weights, by the words `l1` and `l2` after a layer, and on large biases, by `bias_l1` and `bias_l2`.
use crate::flat::Flat;
use crate::scalar::Scalar;

/// Adds `factor * Σ |w|` to the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1(pub f64);

/// Adds `factor * Σ w²` to the loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2(pub f64);

impl L1 {
    /// `factor * Σ |w|`.
    pub fn penalty<A: Flat>(self, weight: &A) -> f64 {
        self.0 * weight.as_flat().iter().map(|w| w.abs().to_f64()).sum::<f64>()
    }

    /// `gradient += factor * sign(w)`.
    pub fn add_gradient<A: Flat>(self, weight: &A, gradient: &mut A) {
        let factor = A::Scalar::from_f64(self.0);
        for (grad, &w) in gradient.as_flat_mut().iter_mut().zip(weight.as_flat()) {
            if w > A::Scalar::ZERO {
                *grad += factor;
            } else if w < A::Scalar::ZERO {
                *grad -= factor;
            }
        }
    }
}

impl L2 {
    /// `factor * Σ w²`.
    pub fn penalty<A: Flat>(self, weight: &A) -> f64 {
        self.0 * weight.as_flat().iter().map(|w| w.to_f64() * w.to_f64()).sum::<f64>()
    }

    /// `gradient += 2 factor * w`.
    pub fn add_gradient<A: Flat>(self, weight: &A, gradient: &mut A) {
        let factor = A::Scalar::from_f64(2.0 * self.0);
        for (grad, &w) in gradient.as_flat_mut().iter_mut().zip(weight.as_flat()) {
            *grad += factor * w;
        }
    }
}
