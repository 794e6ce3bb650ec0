//! Schedules: learning rates as functions of the step. Formulas and names are Keras's.
//!
//! ```
//! use castnet::optimizers::schedules::{CosineDecay, Scheduled};
//! use castnet::prelude::*;
//!
//! let schedule = CosineDecay { initial: 0.01, steps: 1000, ..CosineDecay::default() };
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

    /// The optimizer's own learning rate may be anything, as it is ignored.
    fn check(&self) -> Result<(), NumberError> {
        self.schedule.check()?;
        let mut optimizer = self.optimizer.clone();
        optimizer.set_learning_rate(1.0);
        optimizer.check()
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

/// `initial * rate^(step / steps)`: falls by the factor `rate` in every `steps` steps; if `staircase`, at once at their
/// end.
///
/// Keras's [`ExponentialDecay`](https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialDecay {
    /// The first learning rate.
    pub initial: f64,
    /// The number of steps in which the learning rate falls by the factor `rate`.
    pub steps: f64,
    /// The factor by which the learning rate falls.
    pub rate: f64,
    /// Whether the learning rate falls only every `steps` steps.
    pub staircase: bool,
}

impl Schedule for ExponentialDecay {
    fn at(&self, step: u64) -> f64 {
        let time = step as f64 / self.steps;
        self.initial * power(self.rate, if self.staircase { whole(time) } else { time })
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: ExponentialDecay { initial: NotNegative, steps: Positive, rate: NotNegative })
    }
}

/// `initial / (1 + rate * step / steps)`; if `staircase`, `step / steps` is rounded down.
///
/// Keras's [`InverseTimeDecay`](https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InverseTimeDecay {
    /// The first learning rate.
    pub initial: f64,
    /// The unit of time, in steps.
    pub steps: f64,
    /// The decay per `steps` steps.
    pub rate: f64,
    /// Whether the learning rate falls only every `steps` steps.
    pub staircase: bool,
}

impl Schedule for InverseTimeDecay {
    fn at(&self, step: u64) -> f64 {
        let time = step as f64 / self.steps;
        self.initial / (1.0 + self.rate * if self.staircase { whole(time) } else { time })
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: InverseTimeDecay { initial: NotNegative, steps: Positive, rate: NotNegative })
    }
}

/// From `initial` to `end` in `steps` steps: `(initial - end) * (1 - step / steps)^power + end`. If `cycle`, the number
/// of steps is doubled, tripled and so on whenever it is reached, and the rate rises again.
///
/// Keras's [`PolynomialDecay`](https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolynomialDecay {
    /// The first learning rate.
    pub initial: f64,
    /// The number of steps until the learning rate is `end`.
    pub steps: f64,
    /// The last learning rate.
    pub end: f64,
    /// The exponent; 1 is a straight line.
    pub power: f64,
    /// Whether the rate rises and falls again when it has reached `end`.
    pub cycle: bool,
}

impl Schedule for PolynomialDecay {
    fn at(&self, step: u64) -> f64 {
        let step = step as f64;
        let time = if self.cycle {
            let cycles = whole(step / self.steps);
            let begun = if cycles * self.steps < step || step == 0.0 { cycles + 1.0 } else { cycles };
            step / (self.steps * begun)
        } else if step < self.steps {
            step / self.steps
        } else {
            1.0
        };
        (self.initial - self.end) * power(1.0 - time, self.power) + self.end
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: PolynomialDecay { initial: NotNegative, steps: Positive, end: NotNegative, power: NotNegative })
    }
}

/// One learning rate up to a boundary, the next rate after the boundary.
///
/// The step of a boundary has the earlier rate. There is one value more than there are boundaries, and boundaries rise: a training
/// refuses others. Keras's
/// [`PiecewiseConstantDecay`](https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PiecewiseConstant {
    /// The last step of each rate but the last.
    pub boundaries: &'static [u64],
    /// The rates.
    pub values: &'static [f64],
}

impl Schedule for PiecewiseConstant {
    fn at(&self, step: u64) -> f64 {
        let piece = self.boundaries.iter().filter(|&&boundary| step > boundary).count();
        self.values.get(piece).or(self.values.last()).copied().unwrap_or(0.0)
    }

    fn check(&self) -> Result<(), NumberError> {
        let (owner, pieces) = ("PiecewiseConstant", self.boundaries.len() + 1);
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

/// Half a cosine from `initial` down to `alpha * initial` in `steps` steps, after an optional linear warmup.
///
/// With a `warmup_target`, the rate first rises from `initial` to `warmup_target` in `warmup_steps` steps, and then
/// falls from `warmup_target`. Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts",
/// 2016; Keras's [`CosineDecay`](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecay {
    /// The first learning rate.
    pub initial: f64,
    /// The number of steps of the descent.
    pub steps: u64,
    /// The fraction of the rate that is left at the end: 0 by default.
    pub alpha: f64,
    /// The rate at the end of the warmup; `None`, the default: no warmup.
    pub warmup_target: Option<f64>,
    /// The number of steps of the warmup: 0 by default.
    pub warmup_steps: u64,
}

impl Default for CosineDecay {
    fn default() -> Self {
        Self { initial: 0.001, steps: 1000, alpha: 0.0, warmup_target: None, warmup_steps: 0 }
    }
}

/// Half a cosine from 1 at time 0 to 0 at time 1.
fn half_cosine(time: f64) -> f64 {
    0.5 * (1.0 + libm::cos(core::f64::consts::PI * time))
}

impl Schedule for CosineDecay {
    fn at(&self, step: u64) -> f64 {
        let (top, warmup_steps) = match self.warmup_target {
            Some(target) if step < self.warmup_steps => {
                return self.initial + (target - self.initial) * (step as f64 / self.warmup_steps as f64);
            }
            Some(target) if self.warmup_steps > 0 => (target, self.warmup_steps),
            _ => (self.initial, 0),
        };
        let time = (step - warmup_steps).min(self.steps) as f64 / self.steps as f64;
        top * ((1.0 - self.alpha) * half_cosine(time) + self.alpha)
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: CosineDecay { initial: NotNegative, steps: Positive, alpha: Fraction })?;
        let warmup_target = self.warmup_target.unwrap_or(self.initial);
        numbers::check("CosineDecay", [("warmup_target", warmup_target, Range::NotNegative)])
    }
}

/// Half cosines that restart, each `times` as long and `heights` as high as the one before.
///
/// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2016; Keras's
/// [`CosineDecayRestarts`](https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineDecayRestarts {
    /// The first learning rate.
    pub initial: f64,
    /// The number of steps of the first descent.
    pub first_steps: f64,
    /// The length of each descent divided by that of the one before: 2 in Keras.
    pub times: f64,
    /// The first rate of each descent divided by that of the one before: 1 in Keras.
    pub heights: f64,
    /// The fraction of the first rate below which the rate does not fall: 0 in Keras.
    pub alpha: f64,
}

impl Schedule for CosineDecayRestarts {
    fn at(&self, step: u64) -> f64 {
        let (mut begin, mut length, mut height) = (0.0, self.first_steps, 1.0);
        let step = step as f64;
        // A length of zero would make this loop endless.
        while length > 0.0 && step >= begin + length {
            begin += length;
            length *= self.times;
            height *= self.heights;
        }
        let time = if length > 0.0 { (step - begin) / length } else { 1.0 };
        self.initial * ((1.0 - self.alpha) * height * half_cosine(time) + self.alpha)
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: CosineDecayRestarts { initial: NotNegative, first_steps: Positive, times: FromOne, heights: NotNegative, alpha: Fraction })
    }
}
