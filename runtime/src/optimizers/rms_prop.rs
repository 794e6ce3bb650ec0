//! Gradient descent with a rate of its own for every parameter.
use super::Optimizer;
use crate::{Flat, Scalar};

/// RMSprop: divides each gradient by the root of a running average of its square.
///
/// `v = rho * v + (1 - rho) * g²`, `w -= learning_rate * g / sqrt(v + epsilon)`.
/// Source: Hinton, "Neural Networks for Machine Learning", lecture 6, 2012; Keras's
/// [`RMSprop`](https://keras.io/api/optimizers/rmsprop/), whose epsilon stands inside the root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// 0.001 by default.
    pub learning_rate: f64,
    /// How much of the average stays at each step: 0.9 by default.
    pub rho: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { learning_rate: 0.001, rho: 0.9, epsilon: 1e-7 }
    }
}

/// What [`RmsProp`] remembers.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct SquareAverage<G> {
    /// The running average of the squared gradient.
    pub average: G,
}

// SAFETY: one field of scalars.
unsafe impl<G: Flat> Flat for SquareAverage<G> {
    type Scalar = G::Scalar;
}

impl Optimizer for RmsProp {
    type Moments<G: Flat> = SquareAverage<G>;

    fn step<G: Flat>(&self, _step: u64, parameters: &mut [G::Scalar], gradient: &G, moments: &mut SquareAverage<G>) {
        let [learning_rate, rho, rest, epsilon] =
            [self.learning_rate, self.rho, 1.0 - self.rho, self.epsilon].map(G::Scalar::from_f64);
        for ((w, &g), v) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments.average.as_flat_mut()) {
            *v = rho * *v + rest * (g * g);
            *w -= learning_rate * g / (*v + epsilon).sqrt();
        }
    }
}
