//! Loss and metrics without training. Needs `alloc`.
use super::buffers::Buffers;
use super::evaluation::Evaluation;
use super::step::{Samples, check_targets, mean, total, weighted_sum};
use super::trainer::{Trainer, same_samples};
use crate::activations::Activation;
use crate::data::Dataset;
use crate::flat::{Flat, copy};
use crate::isa::{self, Isa, Task};
use crate::kernels::threads;
use crate::losses::Loss;
use crate::network::{Arena, BatchError, InputOf, Network, TargetOf};
use crate::optimizers::Optimizer;

/// How many samples are evaluated at once.
const EVALUATED_AT_ONCE: usize = 256;

impl<N, L, O> Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    /// Loss and metrics on data that the network does not learn from; dropout rests.
    ///
    /// # Errors
    /// Targets that do not suit the loss; numbers of the loss or a metric that make no sense.
    pub fn evaluate<X, Y>(&mut self, data: &Dataset<X, Y>) -> Result<Evaluation, BatchError>
    where
        X: InputOf<N::Input> + Flat<Scalar = N::Scalar>,
        Y: TargetOf<L::Target> + Flat<Scalar = N::Scalar>,
    {
        let samples = same_samples::<X, Y, _, _>(Samples::all(data));
        self.loss.check()?;
        self.metrics.check()?;
        self.loss.check_reductions()?;
        check_targets(&self.loss, samples.targets, samples.weights)?;
        Ok(self.evaluate_samples(samples))
    }

    pub(super) fn evaluate_samples(&mut self, all: Samples<'_, N::Input, L::Target>) -> Evaluation {
        self.metrics.reset();
        let (mut sum, mut activity) = (0.0, 0.0);
        for Samples { inputs, targets, weights } in all.chunks(EVALUATED_AT_ONCE) {
            let samples = inputs.len();
            let Buffers { arena, logits, outputs, .. } = &mut self.buffers;
            let (logits, outputs) = (logits.of(samples), outputs.of(samples));
            let arena = Arena::<N>::grown(arena, samples);
            let evaluation = Evaluate { network: &*self.network, inputs, arena, logits, outputs };
            activity += threads::with(self.threads.as_ref(), || isa::run(self.arithmetic, evaluation));
            sum += weighted_sum(self.loss, logits, outputs, targets, weights);
            self.metrics.update(outputs, targets, weights);
        }
        let samples = all.inputs.len();
        let factor = self.loss.reduction().factor(samples, total(all.weights, samples));
        let penalty = self.network.penalty() + mean(activity, samples);
        Evaluation { loss: sum * factor + penalty, metrics: self.metrics.values() }
    }
}

/// Predictions for some samples, the logits before them, and the sum of the penalties on activities.
struct Evaluate<'a, N: Network> {
    network: &'a N,
    inputs: &'a [N::Input],
    arena: Arena<'a, N>,
    logits: &'a mut [N::Output],
    outputs: &'a mut [N::Output],
}

impl<N: Network> Task<N::Scalar> for Evaluate<'_, N> {
    type Output = f64;

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, isa: I) -> f64 {
        let Self { network, inputs, mut arena, logits, outputs } = self;
        let activity = network.forward_evaluation(isa, inputs, &mut arena, logits);
        copy(logits, outputs);
        N::HEAD.apply(isa, outputs);
        activity + N::output_penalty(outputs)
    }
}
