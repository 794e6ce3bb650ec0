//! Adamax: Adam with a decaying maximum of gradients in the place of the average of their squares.
use super::{Optimizer, Step, moments, numbers, power};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// Adamax: `m += (g - m) * (1 - beta_1)`, `u = max(beta_2 * u, |g|)`, `w -= learning_rate / (1 - beta_1^t) * m / (u + epsilon)`.
///
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014, section 7; Keras's
/// [`Adamax`](https://keras.io/api/optimizers/adamax/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adamax {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the gradient's average that stays at each step: 0.9 by default.
    pub beta_1: f64,
    /// The fraction of the maximum that stays at each step: 0.999 by default.
    pub beta_2: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Adamax {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

moments! {
    /// The moments of [`Adamax`].
    MomentAndNorm {
        /// The running average of the gradient.
        first,
        /// The decaying maximum of the absolute gradient.
        norm
    }
}

impl Optimizer for Adamax {
    type Moments<G: Flat> = MomentAndNorm<G>;
    numbers!(Adamax { beta_1: BelowOne, beta_2: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut MomentAndNorm<G>,
    ) {
        let rate = self.learning_rate / (1.0 - power(self.beta_1, step.number));
        let [rate, rest_1, beta_2, epsilon] =
            [rate, 1.0 - self.beta_1, self.beta_2, self.epsilon].map(G::Scalar::from_f64);
        let moments = moments.first.as_flat_mut().iter_mut().zip(moments.norm.as_flat_mut());
        for ((w, &g), (m, u)) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments) {
            *m += (g - *m) * rest_1;
            let (faded, new) = (beta_2 * *u, g.abs());
            *u = if new > faded { new } else { faded };
            *w -= rate * *m / (*u + epsilon);
        }
    }
}
