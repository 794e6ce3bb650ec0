//! One step of training, wherever its memory lies.
use core::slice;

use crate::activations::Activation;
#[cfg(feature = "alloc")]
use crate::activations::Kept;
use crate::flat::{Flat, copy};
use crate::isa::{Isa, Task};
use crate::losses::{Loss, TargetError};
use crate::network::{Adjoints, BatchError, LengthError, Network, Tape};
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// Inputs and targets, sample by sample, and weights, if samples have any.
pub(crate) struct Samples<'a, X, Y> {
    pub(crate) inputs: &'a [X],
    pub(crate) targets: &'a [Y],
    /// As many as samples, or none.
    pub(crate) weights: &'a [f64],
}

impl<X, Y> Clone for Samples<'_, X, Y> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<X, Y> Copy for Samples<'_, X, Y> {}

impl<'a, X, Y> Samples<'a, X, Y> {
    /// A batch.
    pub(crate) fn batch(inputs: &'a [X], targets: &'a [Y], weights: &'a [f64]) -> Result<Self, BatchError> {
        check_lengths(inputs, targets)?;
        if !weights.is_empty() {
            check_lengths(inputs, weights)?;
            if !weights.iter().all(|weight| (0.0..f64::INFINITY).contains(weight)) {
                return Err(BatchError::Weight);
            }
        }
        Ok(Self { inputs, targets, weights })
    }

    /// The samples of a range; none if there are not so many.
    #[cfg(feature = "alloc")]
    pub(crate) fn range(self, range: core::ops::Range<usize>) -> Self {
        Self {
            inputs: self.inputs.get(range.clone()).unwrap_or_default(),
            targets: self.targets.get(range.clone()).unwrap_or_default(),
            weights: self.weights.get(range).unwrap_or_default(),
        }
    }
}

/// Whether there are as many inputs as targets, and at least one.
pub(crate) fn check_lengths<X, Y>(inputs: &[X], targets: &[Y]) -> Result<(), BatchError> {
    if inputs.len() != targets.len() {
        return Err(LengthError { inputs: inputs.len(), outputs: targets.len() }.into());
    }
    if inputs.is_empty() {
        return Err(BatchError::Empty);
    }
    Ok(())
}

/// Whether the targets suit the loss. The target of a sample of weight 0 may be anything.
pub(crate) fn check_targets<H, A: Flat, L: Loss<H, A>>(
    loss: &L,
    targets: &[L::Target],
    weights: &[f64],
) -> Result<(), TargetError> {
    for (sample, target) in targets.iter().enumerate() {
        if let Some(objection) = loss.objection(target)
            && weights.get(sample) != Some(&0.0)
        {
            return Err(TargetError { sample, objection });
        }
    }
    Ok(())
}

/// The memory that a forward and a backward pass over a batch write.
pub(crate) struct Passes<'a, N: Network> {
    pub(crate) tape: Tape<'a, N>,
    pub(crate) adjoints: Adjoints<'a, N>,
    pub(crate) logits: &'a mut [N::Output],
    pub(crate) outputs: &'a mut [N::Output],
    pub(crate) grad_logits: &'a mut [N::Output],
}

/// Computes the gradient of a batch and its loss; `None` if that is not finite.
pub(crate) struct Backpropagate<'a, N: Network, L: Loss<N::Head, N::Output>> {
    pub(crate) network: &'a N,
    pub(crate) loss: L,
    pub(crate) rng: &'a mut TrainingRng,
    pub(crate) batch: Samples<'a, N::Input, L::Target>,
    pub(crate) passes: Passes<'a, N>,
    /// Of the parameters, if it is asked for.
    pub(crate) gradient: Option<&'a mut N::Gradient>,
    pub(crate) grad_inputs: Option<&'a mut [N::Input]>,
}

impl<N: Network, L: Loss<N::Head, N::Output>> Task<N::Scalar> for Backpropagate<'_, N, L> {
    type Output = Option<f64>;

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, isa: I) -> Option<f64> {
        let Self { network, loss, rng, batch, passes, mut gradient, grad_inputs } = self;
        let Samples { inputs, targets, weights } = batch;
        let Passes { mut tape, mut adjoints, logits, outputs, grad_logits } = passes;
        let samples = inputs.len();
        network.forward_training(isa, rng, inputs, &mut tape, logits);
        copy(logits, outputs);
        N::HEAD.apply(isa, outputs);
        let factor = loss.reduction().factor(samples, total(weights, samples));
        let activity = network.activity_penalty(&mut tape, logits) + N::output_penalty(outputs);
        let penalty = network.penalty() + mean(activity, samples);
        let value = weighted_sum(loss, logits, outputs, targets, weights) * factor + penalty;
        if !value.is_finite() {
            return None;
        }

        loss.gradient(isa, N::HEAD, logits, outputs, targets, grad_logits);
        weigh(grad_logits, weights, factor * samples as f64);
        let to = gradient.as_deref_mut();
        network.backward(isa, inputs, &mut tape, logits, &mut adjoints, grad_logits, to, grad_inputs);
        if let Some(gradient) = gradient {
            network.add_penalty_gradient(gradient);
        }
        Some(value)
    }
}

/// A forward pass as in training: the outputs, and the tape for a backward pass.
#[cfg(feature = "alloc")]
pub(crate) struct TrainingPass<'a, N: Network> {
    pub(crate) network: &'a N,
    pub(crate) rng: &'a mut TrainingRng,
    pub(crate) inputs: &'a [N::Input],
    pub(crate) tape: Tape<'a, N>,
    pub(crate) logits: &'a mut [N::Output],
    pub(crate) outputs: &'a mut [N::Output],
}

#[cfg(feature = "alloc")]
impl<N: Network> Task<N::Scalar> for TrainingPass<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, isa: I) {
        let Self { network, rng, inputs, mut tape, logits, outputs } = self;
        network.forward_training(isa, rng, inputs, &mut tape, logits);
        copy(logits, outputs);
        N::HEAD.apply(isa, outputs);
    }
}

/// The backward pass that belongs to [`TrainingPass`], from the gradient of the outputs.
#[cfg(feature = "alloc")]
pub(crate) struct BackwardPass<'a, N: Network> {
    pub(crate) network: &'a N,
    pub(crate) inputs: &'a [N::Input],
    pub(crate) passes: Passes<'a, N>,
    pub(crate) gradient: &'a mut N::Gradient,
}

#[cfg(feature = "alloc")]
impl<N: Network> Task<N::Scalar> for BackwardPass<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, isa: I) {
        let Self { network, inputs, passes, gradient } = self;
        let Passes { mut tape, mut adjoints, logits, outputs, grad_logits } = passes;
        N::HEAD.backward(isa, Kept::of(logits, outputs), grad_logits);
        network.backward(isa, inputs, &mut tape, logits, &mut adjoints, grad_logits, Some(&mut *gradient), None);
        network.add_penalty_gradient(gradient);
    }
}

/// The sum of the weights; of ones if there are none.
pub(crate) fn total(weights: &[f64], samples: usize) -> f64 {
    if weights.is_empty() { samples as f64 } else { weights.iter().sum() }
}

/// The mean over the samples of penalties on activities. Most networks have none, and take no division.
pub(crate) fn mean(sum: f64, samples: usize) -> f64 {
    if sum == 0.0 { 0.0 } else { sum / samples as f64 }
}

/// The sum over the samples of the loss of each, times its weight.
#[inline(always)]
pub(crate) fn weighted_sum<H, A: Flat, L: Loss<H, A>>(
    loss: L,
    logits: &[A],
    outputs: &[A],
    targets: &[L::Target],
    weights: &[f64],
) -> f64 {
    if weights.is_empty() {
        loss.sum(logits, outputs, targets)
    } else {
        sum_one_by_one(loss, logits, outputs, targets, weights)
    }
}

/// A function of its own, and not compiled for every instruction set: weights of samples are rare.
#[inline(never)]
fn sum_one_by_one<H, A: Flat, L: Loss<H, A>>(
    loss: L,
    logits: &[A],
    outputs: &[A],
    targets: &[L::Target],
    weights: &[f64],
) -> f64 {
    let samples = logits.iter().zip(outputs).zip(targets).zip(weights);
    let losses = samples.map(|(((logits, output), target), &weight)| {
        if weight > 0.0 {
            weight * loss.sum(slice::from_ref(logits), slice::from_ref(output), slice::from_ref(target))
        } else if logits.as_flat().iter().all(|&logit| Scalar::is_finite(logit)) {
            0.0
        } else {
            // The infinity or NaN would be in the gradient, as 0 times infinity is not 0.
            f64::NAN
        }
    });
    losses.sum()
}

/// Turns the gradient of the mean over samples that count once into that of the weighted and reduced loss.
fn weigh<A: Flat>(grads: &mut [A], weights: &[f64], factor: f64) {
    if weights.is_empty() && factor == 1.0 {
        return;
    }
    let weights = weights.iter().copied().chain(core::iter::repeat(1.0));
    for (grad, weight) in grads.iter_mut().zip(weights) {
        if weight == 0.0 {
            // The target of the sample may be NaN.
            grad.as_flat_mut().fill(A::Scalar::ZERO);
            continue;
        }
        let factor = A::Scalar::from_f64(weight * factor);
        grad.as_flat_mut().iter_mut().for_each(|grad| *grad *= factor);
    }
}
