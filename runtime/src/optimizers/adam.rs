//! Gradient descent with momentum and a rate of its own for every parameter.
use super::Optimizer;
use crate::{Flat, Scalar};

/// Adam: steps along a running average of the gradient, divided by the root of that of its square.
///
/// `m += (g - m) * (1 - beta_1)`, `v += (g² - v) * (1 - beta_2)`,
/// `w -= learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)` at step `t`.
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014; Keras's
/// [`Adam`](https://keras.io/api/optimizers/adam/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// 0.001 by default.
    pub learning_rate: f64,
    /// How much of the gradient's average stays at each step: 0.9 by default.
    pub beta_1: f64,
    /// How much of the square's average stays at each step: 0.999 by default.
    pub beta_2: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

/// What [`Adam`] remembers.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct FirstAndSecondMoment<G> {
    /// The running average of the gradient.
    pub first: G,
    /// The running average of its square.
    pub second: G,
}

// SAFETY: two fields of scalars, in order.
unsafe impl<G: Flat> Flat for FirstAndSecondMoment<G> {
    type Scalar = G::Scalar;
}

impl Optimizer for Adam {
    type Moments<G: Flat> = FirstAndSecondMoment<G>;

    fn step<G: Flat>(
        &self,
        step: u64,
        parameters: &mut [G::Scalar],
        gradient: &G,
        moments: &mut FirstAndSecondMoment<G>,
    ) {
        let correction = Scalar::sqrt(1.0 - power(self.beta_2, step)) / (1.0 - power(self.beta_1, step));
        let [rate, rest_1, rest_2, epsilon] =
            [self.learning_rate * correction, 1.0 - self.beta_1, 1.0 - self.beta_2, self.epsilon]
                .map(G::Scalar::from_f64);
        let averages = moments.first.as_flat_mut().iter_mut().zip(moments.second.as_flat_mut());
        for ((w, &g), (m, v)) in parameters.iter_mut().zip(gradient.as_flat()).zip(averages) {
            *m += (g - *m) * rest_1;
            *v += (g * g - *v) * rest_2;
            *w -= rate * *m / (v.sqrt() + epsilon);
        }
    }
}

/// `base` to a whole power, by squaring: the same bits on every target.
fn power(base: f64, mut exponent: u64) -> f64 {
    let (mut square, mut product) = (base, 1.0);
    while exponent > 0 {
        if exponent & 1 == 1 {
            product *= square;
        }
        square *= square;
        exponent >>= 1;
    }
    product
}
