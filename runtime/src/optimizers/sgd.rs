//! Gradient descent.
use super::Optimizer;
use crate::{Flat, Scalar};

/// Stochastic gradient descent: `w -= learning_rate * g`.
///
/// Keras's [`SGD`](https://keras.io/api/optimizers/sgd/), without momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// 0.01 by default.
    pub learning_rate: f64,
}

impl Default for Sgd {
    fn default() -> Self {
        Self { learning_rate: 0.01 }
    }
}

impl Optimizer for Sgd {
    type Moments<G: Flat> = [G::Scalar; 0];

    fn step<G: Flat>(&self, _step: u64, parameters: &mut [G::Scalar], gradient: &G, _moments: &mut [G::Scalar; 0]) {
        let learning_rate = G::Scalar::from_f64(self.learning_rate);
        for (w, &g) in parameters.iter_mut().zip(gradient.as_flat()) {
            *w -= learning_rate * g;
        }
    }
}
