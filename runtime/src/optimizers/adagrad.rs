//! Adagrad and Adadelta: learning rates that fall with the sum of squared gradients.
use super::{Optimizer, Step, moments, numbers};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// Adagrad: `s += g²`, `w -= learning_rate * g / sqrt(s + epsilon)`.
///
/// Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011;
/// Keras's [`Adagrad`](https://keras.io/api/optimizers/adagrad/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adagrad {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The initial value of the sum: 0.1 by default.
    pub initial_sum: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Adagrad {
    fn default() -> Self {
        Self { learning_rate: 0.001, initial_sum: 0.1, epsilon: 1e-7 }
    }
}

moments! {
    /// The moments of [`Adagrad`].
    SquareSum {
        /// The sum of all squared gradients.
        sum
    }
}

impl Optimizer for Adagrad {
    type Moments<G: Flat> = SquareSum<G>;
    numbers!(Adagrad { initial_sum: NotNegative, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut SquareSum<G>,
    ) {
        let [learning_rate, initial, epsilon] =
            [self.learning_rate, self.initial_sum, self.epsilon].map(G::Scalar::from_f64);
        if step.number == 1 {
            moments.sum.as_flat_mut().fill(initial);
        }
        for ((w, &g), sum) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments.sum.as_flat_mut()) {
            *sum += g * g;
            *w -= learning_rate * g / (*sum + epsilon).sqrt();
        }
    }
}

/// Adadelta: gradients are divided by the root mean square of former gradients, and multiplied by that of former steps.
///
/// `s = rho * s + (1 - rho) * g²`, `d = g * sqrt(t + epsilon) / sqrt(s + epsilon)`, `t = rho * t + (1 - rho) * d²`,
/// `w -= learning_rate * d`. Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012; Keras's
/// [`Adadelta`](https://keras.io/api/optimizers/adadelta/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adadelta {
    /// The learning rate: 0.001 by default; 1 in the paper.
    pub learning_rate: f64,
    /// The fraction of the averages that stays at each step: 0.95 by default.
    pub rho: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Adadelta {
    fn default() -> Self {
        Self { learning_rate: 0.001, rho: 0.95, epsilon: 1e-7 }
    }
}

moments! {
    /// The moments of [`Adadelta`].
    SquareSums {
        /// The running average of the squared gradient.
        gradients,
        /// The running average of the squared step.
        steps
    }
}

impl Optimizer for Adadelta {
    type Moments<G: Flat> = SquareSums<G>;
    numbers!(Adadelta { rho: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(&self, _: Step<'_>, parameters: &mut [G::Scalar], gradient: &mut G, moments: &mut SquareSums<G>) {
        let [learning_rate, rho, rest, epsilon] =
            [self.learning_rate, self.rho, 1.0 - self.rho, self.epsilon].map(G::Scalar::from_f64);
        let moments = moments.gradients.as_flat_mut().iter_mut().zip(moments.steps.as_flat_mut());
        for ((w, &g), (gradients, steps)) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments) {
            *gradients = rho * *gradients + rest * (g * g);
            let step = (*steps + epsilon).sqrt() / (*gradients + epsilon).sqrt() * g;
            *steps = rho * *steps + rest * (step * step);
            *w -= learning_rate * step;
        }
    }
}
