//! Gradient accumulation.
use crate::flat::Flat;
use crate::optimizers::{Optimizer, Step};
use crate::scalar::Scalar;

/// Takes one step along the mean of several gradients, as if their batches were one batch. Keras's
/// `gradient_accumulation_steps`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accumulate<O> {
    /// The optimizer that takes the step.
    pub optimizer: O,
    /// The number of gradients for one step.
    pub gradients: u64,
}

/// The moments of [`Accumulate`].
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Accumulated<G, M> {
    /// The sum of the gradients since the last step.
    pub sum: G,
    /// The moments of the inner optimizer.
    pub inner: M,
}

// SAFETY: fields of the same scalars, in order.
unsafe impl<G: Flat, M: Flat<Scalar = G::Scalar>> Flat for Accumulated<G, M> {
    type Scalar = G::Scalar;
}

impl<O: Optimizer> Optimizer for Accumulate<O> {
    type Moments<G: Flat> = Accumulated<G, O::Moments<G>>;
    super::of_the_optimizer!(Accumulate { gradients: FromOne });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut Accumulated<G, O::Moments<G>>,
    ) {
        let gradients = self.gradients();
        let sums = moments.sum.as_flat_mut();
        sums.iter_mut().zip(gradient.as_flat()).for_each(|(sum, &g)| *sum += g);
        if !step.number.is_multiple_of(gradients) {
            return;
        }
        let factor = G::Scalar::from_f64(1.0 / gradients as f64);
        for (g, sum) in gradient.as_flat_mut().iter_mut().zip(sums) {
            *g = *sum * factor;
            *sum = G::Scalar::ZERO;
        }
        let step = Step { number: step.number / gradients, ..step };
        self.optimizer.step(step, parameters, gradient, &mut moments.inner);
    }

    fn learning_rate_of(&self, step: u64) -> f64 {
        self.optimizer.learning_rate_of(step.div_ceil(self.gradients()))
    }

    fn finish<G: Flat>(&self, steps: u64, parameters: &mut [G::Scalar], moments: &Accumulated<G, O::Moments<G>>) {
        let steps = steps / self.gradients();
        if steps > 0 {
            self.optimizer.finish(steps, parameters, &moments.inner);
        }
    }
}

impl<O> Accumulate<O> {
    /// The number of gradients for one step, at least 1.
    fn gradients(&self) -> u64 {
        self.gradients.max(1)
    }
}
