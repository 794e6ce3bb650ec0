//! Optimizers: rules by which a gradient updates the parameters. Rules and defaults are Keras's.
//!
//! An optimizer holds hyperparameters, which are public fields. The values that it keeps from step to step, the
//! moments, are in an [`OptimizerState`]; moments have the type of the network's gradient. Features that Keras has in
//! all optimizers are wrappers: [`WeightDecay`], [`ClipValue`], [`ClipNorm`], [`ClipGlobalNorm`], [`Accumulate`],
//! [`Average`], [`Scheduled`].
//!
//! ```
//! use castnet::prelude::*;
//!
//! let optimizer = ClipNorm { optimizer: Adam { learning_rate: 0.01, ..Adam::default() }, norm: 1.0 };
//! ```
mod adagrad;
mod adam;
mod adamax;
mod ftrl;
mod lamb;
mod lion;
mod nadam;
mod rms_prop;
pub mod schedules;
mod sgd;
#[cfg(feature = "alloc")]
mod state;
pub(crate) mod update;
mod wrappers;

pub use adagrad::{Adadelta, Adagrad, SquareSum, SquareSums};
pub use adam::{Adam, AdamW, AmsGrad, FirstAndSecondMoment, WithMaximum};
pub use adamax::{Adamax, MomentAndNorm};
pub use ftrl::{Ftrl, SquareSumAndLinear};
pub use lamb::Lamb;
pub use lion::Lion;
pub use nadam::{MomentsAndProduct, Nadam};
pub use rms_prop::{CenteredAverages, RmsProp, RmsPropMomentum, SquareAverage};
pub use schedules::Scheduled;
pub use sgd::{Momentum, Sgd, Velocity};
#[cfg(feature = "alloc")]
pub use state::OptimizerState;
pub use wrappers::{Accumulate, Accumulated, Average, Averaged, ClipGlobalNorm, ClipNorm, ClipValue, WeightDecay};

use crate::flat::Flat;
use crate::info::TensorInfo;
use crate::isa::{self, Arithmetic, Isa, Task};
use crate::kernels::threads::over_slices;
use crate::numbers::NumberError;
use crate::scalar::Scalar;

/// A rule that turns gradients into steps.
pub trait Optimizer: Clone + core::fmt::Debug + Send + Sync + 'static {
    /// The moments, for parameters with a gradient of the type `G`; zero at the start.
    type Moments<G: Flat>: Flat<Scalar = G::Scalar>;

    /// The learning rate.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Whether the learning rate follows a schedule, so that it cannot be set.
    fn follows_schedule(&self) -> bool {
        false
    }

    /// The learning rate of a step; the first step is 1.
    fn learning_rate_of(&self, step: u64) -> f64 {
        let _ = step;
        self.learning_rate()
    }

    /// Whether the numbers of the optimizer make sense; a training is refused before its first step if they do not. By default nothing is
    /// refused. [`numbers::check`](crate::numbers::check) checks numbers against ranges.
    ///
    /// # Errors
    /// The first number that makes no sense.
    fn check(&self) -> Result<(), NumberError> {
        Ok(())
    }

    /// Takes a step: changes the parameters and the moments. The gradient may be overwritten.
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut Self::Moments<G>,
    );

    /// Ends a training after `steps` steps, at least one: may replace the parameters by values from the moments. Most optimizers change
    /// nothing. Keras's `finalize_variable_values`.
    fn finish<G: Flat>(&self, steps: u64, parameters: &mut [G::Scalar], moments: &Self::Moments<G>) {
        let _ = (steps, parameters, moments);
    }
}

/// A step of an optimizer.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// The number of the step; the first step is 1.
    pub number: u64,
    /// The tensors of the parameters, in order; tensors behind the last parameter are ignored.
    pub tensors: &'a [TensorInfo],
}

/// Updates every parameter and its moments by a rule, a function from the parameter, its gradient and its moments to
/// the new parameter and moments. Runs on the best instruction set, and in several threads if there are many
/// parameters.
#[inline(always)]
fn each<T: Scalar, const M: usize>(
    parameters: &mut [T],
    gradient: &mut [T],
    moments: [&mut [T]; M],
    rule: impl Fn(T, T, [T; M]) -> (T, [T; M]) + Copy + Sync,
) {
    /// The number of multiply-adds that take as long as the update of one parameter.
    const WORK: usize = 16;
    let mut slices: [&mut [T]; MOST_MOMENTS + 2] = Default::default();
    for (slice, given) in slices.iter_mut().zip([parameters, gradient].into_iter().chain(moments)) {
        *slice = given;
    }
    over_slices(slices, 1, WORK, |_, slices| isa::run(Arithmetic::Fused, Chunk { slices, rule }));
}

/// The most moments of an optimizer that uses [`each`].
const MOST_MOMENTS: usize = 2;

/// A chunk of the parameters, of the gradient and of the moments; slices that are not needed are empty.
struct Chunk<'a, T, R, const M: usize>
where
    R: Fn(T, T, [T; M]) -> (T, [T; M]),
{
    slices: [&'a mut [T]; MOST_MOMENTS + 2],
    rule: R,
}

impl<T: Scalar, R: Fn(T, T, [T; M]) -> (T, [T; M]), const M: usize> Task<T> for Chunk<'_, T, R, M> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, _: I) {
        // Optimizers do not use fused arithmetic, so they give the same bits on every instruction set.
        let Self { slices: [parameters, gradient, first, second], rule } = self;
        let update = |w: &mut T, g: T, m: T, v: T| {
            let (parameter, new) = rule(*w, g, core::array::from_fn(|moment| if moment == 0 { m } else { v }));
            *w = parameter;
            let mut new = new.into_iter();
            (new.next().unwrap_or(m), new.next().unwrap_or(v))
        };
        // One loop for each number of moments, so that the compiler vectorizes each.
        let parameters = parameters.iter_mut().zip(gradient.iter());
        match M {
            0 => parameters.for_each(|(w, &g)| _ = update(w, g, T::ZERO, T::ZERO)),
            1 => parameters.zip(first).for_each(|((w, &g), m)| (*m, _) = update(w, g, *m, T::ZERO)),
            _ => {
                let moments = first.iter_mut().zip(second);
                parameters.zip(moments).for_each(|((w, &g), (m, v))| (*m, *v) = update(w, g, *m, *v));
            }
        }
    }
}

/// The methods for the learning rate, of an optimizer with a field `learning_rate`, and the ranges of its other numbers: that of the learning
/// rate is checked before every step.
macro_rules! numbers {
    ($owner:ident { $($field:ident: $range:ident),* }) => {
        fn learning_rate(&self) -> f64 {
            self.learning_rate
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.learning_rate = learning_rate;
        }

        fn check(&self) -> Result<(), $crate::numbers::NumberError> {
            $crate::numbers::check_numbers!(self: $owner { $($field: $range),* })
        }
    };
}
use numbers;

/// Declares the moments of an optimizer: values of the gradient's type, in order.
macro_rules! moments {
    ($(#[$attribute:meta])* $name:ident { $($(#[$field_attribute:meta])* $field:ident),* }) => {
        $(#[$attribute])*
        #[repr(C)]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name<G> {
            $($(#[$field_attribute])* pub $field: G,)*
        }

        // SAFETY: fields of scalars, of the same type, in order.
        unsafe impl<G: $crate::flat::Flat> $crate::flat::Flat for $name<G> {
            type Scalar = G::Scalar;
        }
    };
}
use moments;

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
