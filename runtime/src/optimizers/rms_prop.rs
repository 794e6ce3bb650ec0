//! RMSprop: gradient descent with a learning rate of its own for every parameter.
use super::{Optimizer, Step, each, moments, numbers};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// RMSprop: divides each gradient by the root of a running average of the squared gradient.
///
/// `v = rho * v + (1 - rho) * g²`, `w -= learning_rate * g / sqrt(v + epsilon)`.
/// Source: Hinton, "Neural Networks for Machine Learning", lecture 6, 2012; Keras's
/// [`RMSprop`](https://keras.io/api/optimizers/rmsprop/), whose epsilon stands inside the root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the average that stays at each step: 0.9 by default.
    pub rho: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { learning_rate: 0.001, rho: 0.9, epsilon: 1e-7 }
    }
}

moments! {
    /// The moments of [`RmsProp`].
    SquareAverage {
        /// The running average of the squared gradient.
        average
    }
}

impl Optimizer for RmsProp {
    type Moments<G: Flat> = SquareAverage<G>;
    numbers!(RmsProp { rho: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        _: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut SquareAverage<G>,
    ) {
        let [learning_rate, rho, rest, epsilon] =
            [self.learning_rate, self.rho, 1.0 - self.rho, self.epsilon].map(G::Scalar::from_f64);
        each(parameters, gradient.as_flat_mut(), [moments.average.as_flat_mut()], |w, g, [v]| {
            let v = rho * v + rest * (g * g);
            (w - learning_rate * g / (v + epsilon).sqrt(), [v])
        });
    }
}

/// [`RmsProp`] with momentum; if `centered`, with the variance of the gradient in the place of its square.
///
/// `v` as in RMSprop; centered: `a = rho * a + (1 - rho) * g`, `v - a²` in the place of `v`;
/// `m = momentum * m + learning_rate * g / sqrt(v + epsilon)`, `w -= m`.
/// Keras's [`RMSprop`](https://keras.io/api/optimizers/rmsprop/) with `momentum` and `centered`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsPropMomentum {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the averages that stays at each step: 0.9 by default.
    pub rho: f64,
    /// The fraction of the last step that is added to the next: 0.9 by default.
    pub momentum: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
    /// Whether gradients are divided by the root of their variance: false by default.
    pub centered: bool,
}

impl Default for RmsPropMomentum {
    fn default() -> Self {
        Self { learning_rate: 0.001, rho: 0.9, momentum: 0.9, epsilon: 1e-7, centered: false }
    }
}

moments! {
    /// The moments of [`RmsPropMomentum`].
    CenteredAverages {
        /// The running average of the squared gradient.
        square,
        /// The last step.
        velocity,
        /// The running average of the gradient; zero if not `centered`.
        mean
    }
}

impl Optimizer for RmsPropMomentum {
    type Moments<G: Flat> = CenteredAverages<G>;
    numbers!(RmsPropMomentum { rho: BelowOne, momentum: Fraction, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        _: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut CenteredAverages<G>,
    ) {
        let [learning_rate, rho, rest, momentum, epsilon] =
            [self.learning_rate, self.rho, 1.0 - self.rho, self.momentum, self.epsilon].map(G::Scalar::from_f64);
        let velocities = moments.velocity.as_flat_mut().iter_mut().zip(moments.mean.as_flat_mut());
        let moments = moments.square.as_flat_mut().iter_mut().zip(velocities);
        for ((w, &g), (square, (velocity, mean))) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments) {
            *square = rho * *square + rest * (g * g);
            let mut variance = *square + epsilon;
            if self.centered {
                *mean = rho * *mean + rest * g;
                variance = *square - *mean * *mean + epsilon;
            }
            *velocity = momentum * *velocity + learning_rate * g / variance.sqrt();
            *w -= *velocity;
        }
    }
}
