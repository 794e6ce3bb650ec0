//! Wrappers: features that can be added to every optimizer.
mod accumulation;
mod averaging;
mod clipping;
mod weight_decay;

pub use accumulation::{Accumulate, Accumulated};
pub use averaging::{Average, Averaged};
pub use clipping::{ClipGlobalNorm, ClipNorm, ClipValue};
pub use weight_decay::WeightDecay;

/// The methods that a wrapper forwards to its inner optimizer, and the range of its own number.
macro_rules! of_the_optimizer {
    ($owner:ident { $field:ident: $range:ident }) => {
        fn learning_rate(&self) -> f64 {
            self.optimizer.learning_rate()
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.optimizer.set_learning_rate(learning_rate);
        }

        fn follows_schedule(&self) -> bool {
            self.optimizer.follows_schedule()
        }

        fn check(&self) -> Result<(), $crate::numbers::NumberError> {
            $crate::numbers::check_numbers!(self: $owner { $field: $range })?;
            self.optimizer.check()
        }
    };
}
use of_the_optimizer;

/// Implements [`Optimizer`](super::Optimizer) for a wrapper that only changes the parameters or the gradient before
/// each step.
macro_rules! before_each_step {
    ($name:ident { $field:ident: $range:ident }, |$this:ident, $step:ident, $parameters:ident, $gradient:ident| $change:expr) => {
        impl<O: $crate::optimizers::Optimizer> $crate::optimizers::Optimizer for $name<O> {
            type Moments<G: $crate::flat::Flat> = O::Moments<G>;
            $crate::optimizers::wrappers::of_the_optimizer!($name { $field: $range });

            #[inline(always)]
            fn step<G: $crate::flat::Flat>(
                &self,
                $step: $crate::optimizers::Step<'_>,
                $parameters: &mut [G::Scalar],
                $gradient: &mut G,
                moments: &mut O::Moments<G>,
            ) {
                let $this = self;
                $change;
                self.optimizer.step($step, $parameters, $gradient, moments);
            }

            fn learning_rate_of(&self, step: u64) -> f64 {
                self.optimizer.learning_rate_of(step)
            }

            fn finish<G: $crate::flat::Flat>(&self, steps: u64, parameters: &mut [G::Scalar], moments: &O::Moments<G>) {
                self.optimizer.finish(steps, parameters, moments);
            }
        }
    };
}
use before_each_step;
