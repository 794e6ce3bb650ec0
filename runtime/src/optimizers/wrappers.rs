//! What can be added to every optimizer.
use super::{Optimizer, Step};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// The methods that a wrapper leaves to the optimizer inside; all that concern steps, if it takes them as they come.
macro_rules! of_the_optimizer {
    (step by step) => {
        of_the_optimizer!();

        fn learning_rate_of(&self, step: u64) -> f64 {
            self.optimizer.learning_rate_of(step)
        }

        fn finish<G: Flat>(&self, steps: u64, parameters: &mut [G::Scalar], moments: &Self::Moments<G>) {
            self.optimizer.finish(steps, parameters, moments);
        }
    };
    () => {
        fn learning_rate(&self) -> f64 {
            self.optimizer.learning_rate()
        }

        fn set_learning_rate(&mut self, learning_rate: f64) {
            self.optimizer.set_learning_rate(learning_rate);
        }

        fn follows_schedule(&self) -> bool {
            self.optimizer.follows_schedule()
        }
    };
}

/// Decoupled weight decay: before each step, `w -= learning_rate * rate * w`.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017; Keras's `weight_decay`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightDecay<O> {
    /// What takes the step.
    pub optimizer: O,
    /// How fast weights decay.
    pub rate: f64,
}

impl<O: Optimizer> Optimizer for WeightDecay<O> {
    type Moments<G: Flat> = O::Moments<G>;
    of_the_optimizer!(step by step);

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut O::Moments<G>,
    ) {
        let factor = G::Scalar::from_f64(self.learning_rate_of(step.number) * self.rate);
        parameters.iter_mut().for_each(|w| *w -= *w * factor);
        self.optimizer.step(step, parameters, gradient, moments);
    }
}

/// Clips each value of the gradient to `[-value, value]`: Keras's `clipvalue`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipValue<O> {
    /// What takes the step.
    pub optimizer: O,
    /// The largest value that is left.
    pub value: f64,
}

impl<O: Optimizer> Optimizer for ClipValue<O> {
    type Moments<G: Flat> = O::Moments<G>;
    of_the_optimizer!(step by step);

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut O::Moments<G>,
    ) {
        let most = G::Scalar::from_f64(self.value);
        gradient.as_flat_mut().iter_mut().for_each(|g| *g = Scalar::clamp(*g, -most, most));
        self.optimizer.step(step, parameters, gradient, moments);
    }
}

/// Shortens a vector to a length, if it is longer.
fn shorten<T: Scalar>(values: &mut [T], length: f64) {
    let norm = Scalar::sqrt(values.iter().map(|value| value.to_f64() * value.to_f64()).sum::<f64>());
    if norm > length {
        let factor = T::from_f64(length / norm);
        values.iter_mut().for_each(|value| *value *= factor);
    }
}

/// Shortens the gradient of each tensor to a norm, if it is longer: Keras's `clipnorm`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipNorm<O> {
    /// What takes the step.
    pub optimizer: O,
    /// The largest norm of a tensor's gradient.
    pub norm: f64,
}

impl<O: Optimizer> Optimizer for ClipNorm<O> {
    type Moments<G: Flat> = O::Moments<G>;
    of_the_optimizer!(step by step);

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut O::Moments<G>,
    ) {
        let mut rest = gradient.as_flat_mut();
        for tensor in step.tensors {
            let Some((values, behind)) = rest.split_at_mut_checked(tensor.shape.iter().product()) else { break };
            shorten(values, self.norm);
            rest = behind;
        }
        self.optimizer.step(step, parameters, gradient, moments);
    }
}

/// Shortens the whole gradient to a norm, if it is longer: Keras's `global_clipnorm`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipGlobalNorm<O> {
    /// What takes the step.
    pub optimizer: O,
    /// The largest norm of the gradient.
    pub norm: f64,
}

impl<O: Optimizer> Optimizer for ClipGlobalNorm<O> {
    type Moments<G: Flat> = O::Moments<G>;
    of_the_optimizer!(step by step);

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut O::Moments<G>,
    ) {
        shorten(gradient.as_flat_mut(), self.norm);
        self.optimizer.step(step, parameters, gradient, moments);
    }
}

/// Steps along the mean of several gradients: as a batch that is so much larger. Keras's `gradient_accumulation_steps`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accumulate<O> {
    /// What takes the step.
    pub optimizer: O,
    /// How many gradients make a step.
    pub gradients: u64,
}

/// What [`Accumulate`] remembers.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Accumulated<G, M> {
    /// The sum of the gradients since the last step.
    pub sum: G,
    /// What the optimizer inside remembers.
    pub inner: M,
}

// SAFETY: fields of the same scalars, in order.
unsafe impl<G: Flat, M: Flat<Scalar = G::Scalar>> Flat for Accumulated<G, M> {
    type Scalar = G::Scalar;
}

impl<O: Optimizer> Optimizer for Accumulate<O> {
    type Moments<G: Flat> = Accumulated<G, O::Moments<G>>;
    of_the_optimizer!();

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
    /// At least one.
    fn gradients(&self) -> u64 {
        self.gradients.max(1)
    }
}

/// Averages the weights over the steps, and puts the average in their place at the end of
/// [`fit`](crate::Trainer::fit), and now and then before it if asked for: Keras's `use_ema`.
///
/// `average = momentum * average + (1 - momentum) * w` after each step; it begins with the weights after the first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Average<O> {
    /// What takes the step.
    pub optimizer: O,
    /// How much of the average stays at each step; 0.99 in Keras.
    pub momentum: f64,
    /// After how many steps the average becomes the weights, again and again; 0: only at the end.
    pub overwrite_every: u64,
}

/// What [`Average`] remembers.
#[repr(C)]
#[derive(Clone, Debug, PartialEq)]
pub struct Averaged<G, M> {
    /// The average of the weights.
    pub average: G,
    /// What the optimizer inside remembers.
    pub inner: M,
}

// SAFETY: fields of the same scalars, in order.
unsafe impl<G: Flat, M: Flat<Scalar = G::Scalar>> Flat for Averaged<G, M> {
    type Scalar = G::Scalar;
}

impl<O: Optimizer> Optimizer for Average<O> {
    type Moments<G: Flat> = Averaged<G, O::Moments<G>>;
    of_the_optimizer!();

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
