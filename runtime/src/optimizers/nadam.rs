//! Nadam: Adam with Nesterov's momentum.
use super::{Optimizer, Step, numbers, power};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// Nadam: [`Adam`](super::Adam) with Nesterov's momentum.
///
/// With `u_t = beta_1 (1 - 0.96^t / 2)` and `U_t` the product of all `u` up to step t:
/// `w -= learning_rate * (u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)`.
/// Source: Dozat, "Incorporating Nesterov Momentum into Adam", 2016; Keras's
/// [`Nadam`](https://keras.io/api/optimizers/Nadam/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nadam {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the gradient's average that stays at each step: 0.9 by default.
    pub beta_1: f64,
    /// The fraction of the squared gradient's average that stays at each step: 0.999 by default.
    pub beta_2: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Nadam {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

/// The moments of [`Nadam`].
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct MomentsAndProduct<G: Flat> {
    /// The running average of the gradient.
    pub first: G,
    /// The running average of the squared gradient.
    pub second: G,
    /// The product of all `u` so far; zero before the first step, and read as one.
    pub product: [G::Scalar; 1],
}

// SAFETY: fields of scalars, in order.
unsafe impl<G: Flat> Flat for MomentsAndProduct<G> {
    type Scalar = G::Scalar;
}

impl Optimizer for Nadam {
    type Moments<G: Flat> = MomentsAndProduct<G>;
    numbers!(Nadam { beta_1: BelowOne, beta_2: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut MomentsAndProduct<G>,
    ) {
        let u = |number: u64| self.beta_1 * (1.0 - 0.5 * power(0.96, number));
        let (now, next) = (u(step.number), u(step.number + 1));
        let before = if step.number == 1 { 1.0 } else { moments.product[0].to_f64() };
        let product = before * now;
        moments.product[0] = G::Scalar::from_f64(product);
        let factors = [
            self.learning_rate,
            1.0 - self.beta_1,
            1.0 - self.beta_2,
            next / (1.0 - product * next),
            (1.0 - now) / (1.0 - product),
            1.0 / (1.0 - power(self.beta_2, step.number)),
            self.epsilon,
        ];
        let [rate, rest_1, rest_2, of_average, of_gradient, correction, epsilon] = factors.map(G::Scalar::from_f64);
        let averages = moments.first.as_flat_mut().iter_mut().zip(moments.second.as_flat_mut());
        for ((w, &g), (m, v)) in parameters.iter_mut().zip(gradient.as_flat()).zip(averages) {
            *m += (g - *m) * rest_1;
            *v += (g * g - *v) * rest_2;
            *w -= rate * (of_average * *m + of_gradient * g) / ((*v * correction).sqrt() + epsilon);
        }
    }
}
