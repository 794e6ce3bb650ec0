//! Gradient descent.
use super::{Optimizer, Step, each, moments, numbers};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// Stochastic gradient descent: `w -= learning_rate * g`.
///
/// Keras's [`SGD`](https://keras.io/api/optimizers/sgd/), without momentum: [`Momentum`] has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// The learning rate: 0.01 by default.
    pub learning_rate: f64,
}

impl Default for Sgd {
    fn default() -> Self {
        Self { learning_rate: 0.01 }
    }
}

impl Optimizer for Sgd {
    type Moments<G: Flat> = [G::Scalar; 0];
    numbers!(Sgd {});

    #[inline(always)]
    fn step<G: Flat>(&self, _: Step<'_>, parameters: &mut [G::Scalar], gradient: &mut G, _: &mut [G::Scalar; 0]) {
        let learning_rate = G::Scalar::from_f64(self.learning_rate);
        each(parameters, gradient.as_flat_mut(), [], |w, g, []| (w - learning_rate * g, []));
    }
}

/// Gradient descent with momentum: `v = momentum * v - learning_rate * g`, `w += v`; Nesterov's form is
/// `w += momentum * v - learning_rate * g`.
///
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013; Keras's
/// [`SGD`](https://keras.io/api/optimizers/sgd/) with `momentum`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// The learning rate: 0.01 by default.
    pub learning_rate: f64,
    /// The fraction of the velocity that stays at each step: 0.9 by default.
    pub momentum: f64,
    /// Whether the step has Nesterov's form: false by default.
    pub nesterov: bool,
}

impl Default for Momentum {
    fn default() -> Self {
        Self { learning_rate: 0.01, momentum: 0.9, nesterov: false }
    }
}

moments! {
    /// The moments of [`Momentum`].
    Velocity {
        /// The last step.
        velocity
    }
}

impl Optimizer for Momentum {
    type Moments<G: Flat> = Velocity<G>;
    numbers!(Momentum { momentum: Fraction });

    #[inline(always)]
    fn step<G: Flat>(&self, _: Step<'_>, parameters: &mut [G::Scalar], gradient: &mut G, moments: &mut Velocity<G>) {
        let [learning_rate, momentum] = [self.learning_rate, self.momentum].map(G::Scalar::from_f64);
        for ((w, &g), v) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments.velocity.as_flat_mut()) {
            *v = momentum * *v - learning_rate * g;
            *w += if self.nesterov { momentum * *v - learning_rate * g } else { *v };
        }
    }
}
