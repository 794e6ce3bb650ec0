//! Lion: steps of one size.
use super::{Optimizer, Step, Velocity, numbers};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// Lion: steps of the learning rate in the direction of `sign(beta_1 * m + (1 - beta_1) * g)`; then
/// `m = beta_2 * m + (1 - beta_2) * g`.
///
/// Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023; Keras's
/// [`Lion`](https://keras.io/api/optimizers/lion/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lion {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the average in the direction: 0.9 by default.
    pub beta_1: f64,
    /// The fraction of the average that stays at each step: 0.99 by default.
    pub beta_2: f64,
}

impl Default for Lion {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.99 }
    }
}

impl Optimizer for Lion {
    type Moments<G: Flat> = Velocity<G>;
    numbers!(Lion { beta_1: Fraction, beta_2: BelowOne });

    #[inline(always)]
    fn step<G: Flat>(&self, _: Step<'_>, parameters: &mut [G::Scalar], gradient: &mut G, moments: &mut Velocity<G>) {
        let factors = [self.learning_rate, self.beta_1, 1.0 - self.beta_1, self.beta_2, 1.0 - self.beta_2];
        let [learning_rate, beta_1, rest_1, beta_2, rest_2] = factors.map(G::Scalar::from_f64);
        for ((w, &g), m) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments.velocity.as_flat_mut()) {
            let direction = beta_1 * *m + rest_1 * g;
            if direction > G::Scalar::ZERO {
                *w -= learning_rate;
            } else if direction < G::Scalar::ZERO {
                *w += learning_rate;
            }
            *m = beta_2 * *m + rest_2 * g;
        }
    }
}
