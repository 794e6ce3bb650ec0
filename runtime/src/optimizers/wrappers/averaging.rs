//! Averages of the weights.
use crate::flat::Flat;
use crate::optimizers::{Optimizer, Step};
use crate::scalar::Scalar;

/// Averages the weights over the steps, and replaces the weights by the average at the end of
/// [`fit`](crate::Trainer::fit) and, if `overwrite_every` is not 0, after every so many steps: Keras's `use_ema`.
///
/// `average = momentum * average + (1 - momentum) * w` after each step; the first average is the weights after the
/// first step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Average<O> {
    /// The optimizer that takes the step.
    pub optimizer: O,
    /// The fraction of the average that stays at each step; 0.99 in Keras.
    pub momentum: f64,
    /// The number of steps after which the average replaces the weights, each time; 0: only at the end.
    pub overwrite_every: u64,
}

/// The moments of [`Average`].
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Averaged<G, M> {
    /// The average of the weights.
    pub average: G,
    /// The moments of the inner optimizer.
    pub inner: M,
}

// SAFETY: fields of the same scalars, in order.
unsafe impl<G: Flat, M: Flat<Scalar = G::Scalar>> Flat for Averaged<G, M> {
    type Scalar = G::Scalar;
}

impl<O: Optimizer> Optimizer for Average<O> {
    type Moments<G: Flat> = Averaged<G, O::Moments<G>>;
    super::of_the_optimizer!(Average { momentum: BelowOne });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut Averaged<G, O::Moments<G>>,
    ) {
        self.optimizer.step(step, parameters, gradient, &mut moments.inner);
        let momentum = if step.number == 1 { 0.0 } else { self.momentum };
        let [keep, rest] = [momentum, 1.0 - momentum].map(G::Scalar::from_f64);
        let overwrite = self.overwrite_every > 0 && step.number.is_multiple_of(self.overwrite_every);
        for (w, average) in parameters.iter_mut().zip(moments.average.as_flat_mut()) {
            *average = keep * *average + rest * *w;
            if overwrite {
                *w = *average;
            }
        }
    }

    fn learning_rate_of(&self, step: u64) -> f64 {
        self.optimizer.learning_rate_of(step)
    }

    fn finish<G: Flat>(&self, steps: u64, parameters: &mut [G::Scalar], moments: &Averaged<G, O::Moments<G>>) {
        self.optimizer.finish(steps, parameters, &moments.inner);
        parameters.iter_mut().zip(moments.average.as_flat()).for_each(|(w, &average)| *w = average);
    }
}
