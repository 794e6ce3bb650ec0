//! Schedules: learning rates as functions of the step. Formulas and names are Keras's, also those of the numbers.
//!
//! Keras has no defaults for the first learning rate and the number of steps; here they are 0.001 and 1000.
//!
//! ```
//! use castnet::prelude::*;
//!
//! let schedule = CosineDecay { initial_learning_rate: 0.01, decay_steps: 5000, ..CosineDecay::default() };
//! let optimizer = Scheduled { optimizer: Adam::default(), schedule };
//! # let _ = optimizer;
//! ```
use super::{Optimizer, Step};
use crate::flat::Flat;
use crate::math::Elementary;
use crate::numbers::{self, NumberError, Range, check_numbers};

/// A learning rate for every step.
pub trait Schedule: Clone + core::fmt::Debug + Send + Sync + 'static {
    /// The learning rate of a step, counted from 0.
    fn at(&self, step: u64) -> f64;

    /// As [`Optimizer::check`]: whether the numbers of the schedule make sense.
    ///
    /// # Errors
    /// The first number that makes no sense.
    fn check(&self) -> Result<(), NumberError> {
        Ok(())
    }
}

/// An optimizer whose learning rate follows a schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled<O, S> {
    /// The optimizer that takes the step; its own learning rate is ignored.
    pub optimizer: O,
    /// The learning rate.
    pub schedule: S,
}

impl<O: Optimizer, S: Schedule> Optimizer for Scheduled<O, S> {
    type Moments<G: Flat> = O::Moments<G>;

    /// The learning rate of the first step.
    fn learning_rate(&self) -> f64 {
        self.schedule.at(0)
    }

    /// Changes nothing: the schedule decides.
    fn set_learning_rate(&mut self, _learning_rate: f64) {}

    fn follows_schedule(&self) -> bool {
        true
    }

    fn check(&self) -> Result<(), NumberError> {
        self.schedule.check()?;
        self.optimizer.check()
    }

    fn learning_rate_of(&self, step: u64) -> f64 {
        self.schedule.at(step.saturating_sub(1))
    }

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut O::Moments<G>,
    ) {
        let mut optimizer = self.optimizer.clone();
        optimizer.set_learning_rate(self.learning_rate_of(step.number));
        optimizer.step(step, parameters, gradient, moments);
    }

    fn finish<G: Flat>(&self, steps: u64, parameters: &mut [G::Scalar], moments: &O::Moments<G>) {
        self.optimizer.finish(steps, parameters, moments);
    }
}

/// A function of the step as a schedule.
#[derive(Clone, Copy)]
pub struct ByStep<F>(pub F);

impl<F> core::fmt::Debug for ByStep<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ByStep")
    }
}

impl<F: Fn(u64) -> f64 + Clone + Send + Sync + 'static> Schedule for ByStep<F> {
    fn at(&self, step: u64) -> f64 {
        (self.0)(step)
    }
}

/// The first learning rate of a schedule, unless told otherwise: the learning rate of most optimizers.
const FIRST: f64 = 0.001;
/// The steps of a schedule, unless told otherwise.
const STEPS: u64 = 1000;

/// `base` to the power `exponent`, neither of which is negative; 1 for an exponent of 0, whatever the base is.
fn power(base: f64, exponent: f64) -> f64 {
    match (base, exponent) {
        (_, 0.0) => 1.0,
        (0.0, _) => 0.0,
        _ => Elementary::exp(exponent * Elementary::ln(base)),
    }
}

/// The largest whole number that is not above `x`, for numbers of steps.
fn whole(x: f64) -> f64 {
    (x as u64) as f64
}

/// `initial_learning_rate * decay_rate^(step / decay_steps)`: falls by the factor `decay_rate` in every `decay_steps` steps; if
/// `staircase`, at once at their end.
///
/// Keras's [`ExponentialDecay`](https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialDecay {
    /// The first learning rate: 0.001 by default.
    pub initial_learning_rate: f64,
    /// The number of steps in which the learning rate falls by the factor `decay_rate`: 1000 by default.
    pub decay_steps: u64,
    /// The factor by which the learning rate falls: 0.96 by default.
    pub decay_rate: f64,
    /// Whether the learning rate falls only every `decay_steps` steps: it does not by default.
    pub staircase: bool,
}

impl Default for ExponentialDecay {
    fn default() -> Self {
        Self { initial_learning_rate: FIRST, decay_steps: STEPS, decay_rate: 0.96, staircase: false }
    }
}

impl Schedule for ExponentialDecay {
    fn at(&self, step: u64) -> f64 {
        let time = step as f64 / self.decay_steps as f64;
        self.initial_learning_rate * power(self.decay_rate, if self.staircase { whole(time) } else { time })
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: ExponentialDecay { initial_learning_rate: NotNegative, decay_steps: Positive, decay_rate: NotNegative })
    }
}

/// `initial_learning_rate / (1 + decay_rate * step / decay_steps)`; if `staircase`, `step / decay_steps` is rounded down.
///
/// Keras's [`InverseTimeDecay`](https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseTimeDecay {
    /// The first learning rate: 0.001 by default.
    pub initial_learning_rate: f64,
    /// The unit of time, in steps: 1000 by default.
    pub decay_steps: u64,
    /// The decay per `decay_steps` steps: 0.5 by default.
    pub decay_rate: f64,
    /// Whether the learning rate falls only every `decay_steps` steps: it does not by default.
    pub staircase: bool,
}

impl Default for InverseTimeDecay {
    fn default() -> Self {
        Self { initial_learning_rate: FIRST, decay_steps: STEPS, decay_rate: 0.5, staircase: false }
    }
}

impl Schedule for InverseTimeDecay {
    fn at(&self, step: u64) -> f64 {
        let time = step as f64 / self.decay_steps as f64;
        self.initial_learning_rate / (1.0 + self.decay_rate * if self.staircase { whole(time) } else { time })
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: InverseTimeDecay { initial_learning_rate: NotNegative, decay_steps: Positive, decay_rate: NotNegative })
    }
}

/// From `initial_learning_rate` to `end_learning_rate` in `decay_steps` steps: `(initial_learning_rate - end_learning_rate) *
/// (1 - step / decay_steps)^power + end_learning_rate`. If `cycle`, the number of steps is doubled, tripled and so on whenever it is
/// reached, and the rate rises again.
///
/// Keras's [`PolynomialDecay`](https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialDecay {
    /// The first learning rate: 0.001 by default.
    pub initial_learning_rate: f64,
    /// The number of steps until the learning rate is `end_learning_rate`: 1000 by default.
    pub decay_steps: u64,
    /// The last learning rate: 0.0001 by default, as in Keras.
    pub end_learning_rate: f64,
    /// The exponent: 1 by default, a straight line, as in Keras.
    pub power: f64,
    /// Whether the rate rises and falls again when it has reached its end: it does not by default.
    pub cycle: bool,
}

impl Default for PolynomialDecay {
    fn default() -> Self {
        Self { initial_learning_rate: FIRST, decay_steps: STEPS, end_learning_rate: 1e-4, power: 1.0, cycle: false }
    }
}

impl Schedule for PolynomialDecay {
    fn at(&self, step: u64) -> f64 {
        let (step, steps, end) = (step as f64, self.decay_steps as f64, self.end_learning_rate);
        let time = if self.cycle {
            let cycles = whole(step / steps);
            let begun = if cycles * steps < step || step == 0.0 { cycles + 1.0 } else { cycles };
            step / (steps * begun)
        } else if step < steps {
            step / steps
        } else {
            1.0
        };
        (self.initial_learning_rate - end) * power(1.0 - time, self.power) + end
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: PolynomialDecay { initial_learning_rate: NotNegative, decay_steps: Positive, end_learning_rate: NotNegative, power: NotNegative })
    }
}

/// One learning rate up to a boundary, the next rate after the boundary.
///
/// The step of a boundary has the earlier rate. There is one value more than there are boundaries, and boundaries rise: a training
/// refuses others. Keras's
/// [`PiecewiseConstantDecay`](https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PiecewiseConstantDecay {
    /// The last step of each rate but the last.
    pub boundaries: &'static [u64],
    /// The rates.
    pub values: &'static [f64],
}

impl Schedule for PiecewiseConstantDecay {
    fn at(&self, step: u64) -> f64 {
        let piece = self.boundaries.iter().filter(|&&boundary| step > boundary).count();
        self.values.get(piece).or(self.values.last()).copied().unwrap_or(0.0)
    }

    fn check(&self) -> Result<(), NumberError> {
        let (owner, pieces) = ("PiecewiseConstantDecay", self.boundaries.len() + 1);
        if self.values.len() != pieces {
            let (name, value) = ("number of values", self.values.len() as f64);
            return Err(NumberError { owner, name, value, wanted: "one more than there are boundaries" });
        }
        if let Some((_, &value)) = self.boundaries.iter().zip(self.boundaries.iter().skip(1)).find(|(a, b)| a >= b) {
            return Err(NumberError { owner, name: "boundary", value: value as f64, wanted: "boundaries that rise" });
        }
        self.values.iter().try_for_each(|&value| numbers::check(owner, [("value", value, Range::NotNegative)]))
    }
}

/// Half a cosine from `initial_learning_rate` down to `alpha * initial_learning_rate` in `decay_steps` steps, after an optional linear
/// warmup.
///
/// With a `warmup_target`, the rate first rises from `initial_learning_rate` to `warmup_target` in `warmup_steps` steps, and then
/// falls from `warmup_target`. Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
/// 2016; Keras's [`CosineDecay`](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecay {
    /// The first learning rate: 0.001 by default.
    pub initial_learning_rate: f64,
    /// The number of steps of the descent: 1000 by default.
    pub decay_steps: u64,
    /// The fraction of the rate that is left at the end: 0 by default.
    pub alpha: f64,
    /// The rate at the end of the warmup; `None`, the default: no warmup.
    pub warmup_target: Option<f64>,
    /// The number of steps of the warmup: 0 by default.
    pub warmup_steps: u64,
}

impl Default for CosineDecay {
    fn default() -> Self {
        Self { initial_learning_rate: FIRST, decay_steps: STEPS, alpha: 0.0, warmup_target: None, warmup_steps: 0 }
    }
}

/// Half a cosine from 1 at time 0 to 0 at time 1.
fn half_cosine(time: f64) -> f64 {
    0.5 * (1.0 + libm::cos(core::f64::consts::PI * time))
}

impl Schedule for CosineDecay {
    fn at(&self, step: u64) -> f64 {
        let initial = self.initial_learning_rate;
        let (top, warmup_steps) = match self.warmup_target {
            Some(target) if step < self.warmup_steps => {
                return initial + (target - initial) * (step as f64 / self.warmup_steps as f64);
            }
            Some(target) if self.warmup_steps > 0 => (target, self.warmup_steps),
            _ => (initial, 0),
        };
        let time = (step - warmup_steps).min(self.decay_steps) as f64 / self.decay_steps as f64;
        top * ((1.0 - self.alpha) * half_cosine(time) + self.alpha)
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: CosineDecay { initial_learning_rate: NotNegative, decay_steps: Positive, alpha: Fraction })?;
        let warmup_target = self.warmup_target.unwrap_or(self.initial_learning_rate);
        numbers::check("CosineDecay", [("warmup_target", warmup_target, Range::NotNegative)])
    }
}

/// Half cosines that restart, each `t_mul` as long and `m_mul` as high as the one before.
///
/// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016; Keras's
/// [`CosineDecayRestarts`](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecayRestarts {
    /// The first learning rate: 0.001 by default.
    pub initial_learning_rate: f64,
    /// The number of steps of the first descent: 1000 by default.
    pub first_decay_steps: u64,
    /// The length of each descent divided by that of the one before: 2 by default, as in Keras.
    pub t_mul: f64,
    /// The first rate of each descent divided by that of the one before: 1 by default, as in Keras.
    pub m_mul: f64,
    /// The fraction of the first rate below which the rate does not fall: 0 by default, as in Keras.
    pub alpha: f64,
}

impl Default for CosineDecayRestarts {
    fn default() -> Self {
        Self { initial_learning_rate: FIRST, first_decay_steps: STEPS, t_mul: 2.0, m_mul: 1.0, alpha: 0.0 }
    }
}

impl Schedule for CosineDecayRestarts {
    fn at(&self, step: u64) -> f64 {
        let (mut begin, mut length, mut height) = (0.0, self.first_decay_steps as f64, 1.0);
        let step = step as f64;
        // A length of zero would make this loop endless.
        while length > 0.0 && step >= begin + length {
            begin += length;
            length *= self.t_mul;
            height *= self.m_mul;
        }
        let time = if length > 0.0 { (step - begin) / length } else { 1.0 };
        self.initial_learning_rate * ((1.0 - self.alpha) * height * half_cosine(time) + self.alpha)
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: CosineDecayRestarts { initial_learning_rate: NotNegative, first_decay_steps: Positive, t_mul: FromOne, m_mul: NotNegative, alpha: Fraction })
    }
}
