//! Adam and its variants: momentum, and a learning rate of its own for every parameter.
use super::{Optimizer, Step, WeightDecay, each, moments, numbers, power};
use crate::flat::Flat;
use crate::numbers::NumberError;
use crate::scalar::Scalar;

/// Adam: steps along a running average of the gradient, divided by the root of a running average of the squared
/// gradient.
///
/// `m += (g - m) * (1 - beta_1)`, `v += (g² - v) * (1 - beta_2)`,
/// `w -= learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)` at step `t`.
/// With Keras's `amsgrad` it is [`AmsGrad`], which keeps another moment: `AmsGrad(Adam { learning_rate: 0.01, ..Adam::default() })`.
/// With Keras's `weight_decay` it is [`AdamW`]. Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014; Keras's
/// [`Adam`](https://keras.io/api/optimizers/adam/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the gradient's average that stays at each step: 0.9 by default.
    pub beta_1: f64,
    /// The fraction of the squared gradient's average that stays at each step: 0.999 by default.
    pub beta_2: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

moments! {
    /// The moments of [`Adam`].
    FirstAndSecondMoment {
        /// The running average of the gradient.
        first,
        /// The running average of the squared gradient.
        second
    }
}

impl Optimizer for Adam {
    type Moments<G: Flat> = FirstAndSecondMoment<G>;
    numbers!(Adam { beta_1: BelowOne, beta_2: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut FirstAndSecondMoment<G>,
    ) {
        let [rate, rest_1, rest_2, epsilon] = self.factors(step).map(G::Scalar::from_f64);
        let moments = [moments.first.as_flat_mut(), moments.second.as_flat_mut()];
        each(parameters, gradient.as_flat_mut(), moments, |w, g, [m, v]| {
            let m = m + (g - m) * rest_1;
            let v = v + (g * g - v) * rest_2;
            (w - rate * m / (v.sqrt() + epsilon), [m, v])
        });
    }
}

impl Adam {
    /// The corrected learning rate, the fractions of a gradient and of its square that enter the averages, and epsilon.
    fn factors(&self, step: Step<'_>) -> [f64; 4] {
        let correction = Scalar::sqrt(1.0 - power(self.beta_2, step.number)) / (1.0 - power(self.beta_1, step.number));
        [self.learning_rate * correction, 1.0 - self.beta_1, 1.0 - self.beta_2, self.epsilon]
    }
}

/// [`Adam`] with decoupled weight decay: before each step, `w -= learning_rate * weight_decay * w`.
///
/// ```
/// use castnet::prelude::*;
///
/// let optimizer = AdamW { learning_rate: 1e-4, weight_decay: 0.01, ..AdamW::default() };
/// # let _ = optimizer;
/// ```
///
/// [`WeightDecay`] adds it to every other optimizer. Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017;
/// Keras's [`AdamW`](https://keras.io/api/optimizers/adamw/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of a weight that is subtracted at each step, per unit of the learning rate: 0.004 by default.
    pub weight_decay: f64,
    /// As [`Adam::beta_1`].
    pub beta_1: f64,
    /// As [`Adam::beta_2`].
    pub beta_2: f64,
    /// As [`Adam::epsilon`].
    pub epsilon: f64,
}

impl Default for AdamW {
    fn default() -> Self {
        let Adam { learning_rate, beta_1, beta_2, epsilon } = Adam::default();
        Self { learning_rate, weight_decay: 0.004, beta_1, beta_2, epsilon }
    }
}

impl Optimizer for AdamW {
    type Moments<G: Flat> = FirstAndSecondMoment<G>;
    numbers!(AdamW { weight_decay: NotNegative, beta_1: BelowOne, beta_2: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut FirstAndSecondMoment<G>,
    ) {
        let Self { learning_rate, weight_decay, beta_1, beta_2, epsilon } = *self;
        let decayed = WeightDecay { optimizer: Adam { learning_rate, beta_1, beta_2, epsilon }, rate: weight_decay };
        decayed.step(step, parameters, gradient, moments);
    }
}

/// [`Adam`] divided by the root of the largest running average so far: the divisor never falls.
///
/// Source: Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018; Keras's
/// [`Adam`](https://keras.io/api/optimizers/adam/) with `amsgrad`.
///
/// ```
/// use castnet::prelude::*;
///
/// let optimizer = AmsGrad(Adam { learning_rate: 0.01, ..Adam::default() });
/// # let _ = optimizer;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AmsGrad(pub Adam);

moments! {
    /// The moments of [`AmsGrad`].
    WithMaximum {
        /// The running average of the gradient.
        first,
        /// The running average of the squared gradient.
        second,
        /// The largest value of the average of the squared gradient so far.
        maximum
    }
}

impl Optimizer for AmsGrad {
    type Moments<G: Flat> = WithMaximum<G>;

    fn learning_rate(&self) -> f64 {
        self.0.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.0.learning_rate = learning_rate;
    }

    fn check(&self) -> Result<(), NumberError> {
        self.0.check()
    }

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut WithMaximum<G>,
    ) {
        let [rate, rest_1, rest_2, epsilon] = self.0.factors(step).map(G::Scalar::from_f64);
        let seconds = moments.second.as_flat_mut().iter_mut().zip(moments.maximum.as_flat_mut());
        let averages = moments.first.as_flat_mut().iter_mut().zip(seconds);
        for ((w, &g), (m, (v, most))) in parameters.iter_mut().zip(gradient.as_flat()).zip(averages) {
            *m += (g - *m) * rest_1;
            *v += (g * g - *v) * rest_2;
            *most = if *v > *most { *v } else { *most };
            *w -= rate * *m / (most.sqrt() + epsilon);
        }
    }
}
