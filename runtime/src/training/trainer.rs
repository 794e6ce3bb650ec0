//! A network with its loss and optimizer.
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::buffers::{Buffer, Buffers};
use super::fit::{Fit, Samples};
use super::metrics::Metrics;
use crate::activations::Activation;
use crate::flat::copy;
use crate::history::{Epoch, History, Outcome, Report};
use crate::isa::Portable;
use crate::losses::Loss;
use crate::memory::{Arena, Gradients, Tape};
use crate::metrics::Metric;
use crate::optimizers::{Optimizer, OptimizerState};
use crate::progress::Progress;
use crate::same::{GradientOf, InputOf, StateOf, TargetOf};
use crate::shuffle::shuffle;
use crate::{BatchError, Dataset, Flat, LengthMismatch, Network, Scalar, TrainingRng, seeded};

/// A network in training: made by [`Network::compile`], turned back by [`into_network`](Self::into_network).
///
/// The same seed, the same data and the same options give the same bits on every machine.
pub struct Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    network: Box<N>,
    loss: L,
    optimizer: O,
    state: OptimizerState<O, N>,
    gradient: Box<N::Gradient>,
    metrics: Metrics<N::Output, L::Target>,
    rng: TrainingRng,
    buffers: Buffers<N>,
}

impl<N, L, O> core::fmt::Debug for Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { loss, optimizer, state, .. } = self;
        let mut debug = f.debug_struct("Trainer");
        debug.field("network", &N::NAME).field("loss", loss).field("optimizer", optimizer).field("steps", &state.steps);
        debug.finish_non_exhaustive()
    }
}

/// How many samples are evaluated at once.
const EVALUATED_AT_ONCE: usize = 256;

impl<N, L, O> Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    pub(crate) fn new(network: Box<N>, loss: L, optimizer: O) -> Self {
        Self {
            network,
            loss,
            optimizer,
            state: OptimizerState::new(),
            gradient: Flat::zeroed_boxed(),
            metrics: Metrics::new(),
            rng: seeded(0),
            buffers: Buffers::default(),
        }
    }

    /// Measures something beside the loss, in training and in evaluation.
    #[must_use]
    pub fn metric<M: Metric<N::Head, N::Output, L::Target>>(mut self, metric: M) -> Self {
        self.metrics.add::<N::Head, M>(metric);
        self
    }

    /// Goes on with what an optimizer remembers of an earlier training.
    #[must_use]
    pub fn with_state<S: StateOf<OptimizerState<O, N>>>(mut self, state: S) -> Self {
        self.state = state.into_same();
        self
    }

    /// Starts the generator behind shuffling and dropout anew; at first it is that of seed 0.
    pub fn seed(&mut self, seed: u64) {
        self.rng = seeded(seed);
    }

    /// The network as it is now.
    pub fn network(&self) -> &N {
        &self.network
    }

    /// The network as it is now, to set its weights.
    pub fn network_mut(&mut self) -> &mut N {
        &mut self.network
    }

    /// The optimizer, to read or change its learning rate between steps.
    pub fn optimizer_mut(&mut self) -> &mut O {
        &mut self.optimizer
    }

    /// What the optimizer remembers.
    pub fn state(&self) -> &OptimizerState<O, N> {
        &self.state
    }

    /// The gradient of the last batch, penalties of weights included; clipped, if the optimizer clips.
    pub fn gradient(&self) -> &N::Gradient {
        &self.gradient
    }

    /// The trained network.
    pub fn into_network(self) -> Box<N> {
        self.network
    }

    /// The trained network and what the optimizer remembers, to go on later.
    pub fn into_parts(self) -> (Box<N>, OptimizerState<O, N>) {
        (self.network, self.state)
    }

    /// Trains on the samples of a data set, in batches, for a number of epochs.
    ///
    /// `normalize` layers that have not learnt their statistics learn them from the training data first. The loss of an
    /// epoch is the mean over its samples, measured while the weights move and with dropout at work; that of the
    /// validation data is measured after the epoch, without dropout. Both contain the penalties of `l1` and `l2`, as in
    /// Keras.
    ///
    /// A loss that is no longer finite ends the training before the batch that shows it changes anything, and so do weights
    /// that are no longer finite after an epoch. The history says where, as it does when the options cannot be followed.
    pub fn fit<X, Y>(&mut self, data: &Dataset<X, Y>, options: Fit<'_, X, Y>) -> History
    where
        X: InputOf<N::Input> + Flat<Scalar = N::Scalar>,
        Y: TargetOf<L::Target> + Flat<Scalar = N::Scalar>,
    {
        let mut history = History { epochs: Vec::new(), outcome: Outcome::Completed };
        let (training, validation) = match options.part(data) {
            Ok(parts) => parts,
            Err(error) => {
                history.outcome = Outcome::Refused(error);
                return history;
            }
        };
        let same = |(inputs, targets)| (X::same_slice(inputs), Y::same_slice(targets));
        let (training, validation) = (same(training), validation.map(same));

        if let Some(seed) = options.seed {
            self.seed(seed);
        }
        if !self.network.is_adapted() {
            self.network.adapt_to(training.0);
        }
        let mut progress = Progress::new(options.epochs, options.progress);
        let mut order: Vec<usize> = (0..training.0.len()).collect();
        let (mut inputs, mut targets) = (Buffer::default(), Buffer::default());
        for epoch in 1..=options.epochs {
            if options.shuffle {
                shuffle(&mut order, &mut self.rng);
            }
            match self.epoch(training, &order, options.batch_size, &mut inputs, &mut targets) {
                Ok(train) => {
                    let validation = validation.map(|(inputs, targets)| self.evaluate_samples(inputs, targets));
                    let epoch_record = Epoch { train, validation };
                    progress.epoch(epoch, &epoch_record);
                    history.epochs.push(epoch_record);
                }
                Err(batch) => {
                    history.outcome = Outcome::Diverged { epoch, batch };
                    break;
                }
            }
        }
        progress.finish(&history.outcome);
        history
    }

    /// One pass over all samples; the error is the number of the batch at which the training diverged.
    fn epoch(
        &mut self,
        (all_inputs, all_targets): Samples<'_, N::Input, L::Target>,
        order: &[usize],
        batch_size: usize,
        inputs: &mut Buffer<N::Input>,
        targets: &mut Buffer<L::Target>,
    ) -> Result<Report, usize> {
        self.metrics.reset();
        let mut sum = 0.0;
        for (index, batch) in order.chunks(batch_size).enumerate() {
            let inputs = inputs.gather(all_inputs, batch);
            let targets = targets.gather(all_targets, batch);
            let loss = self.step(inputs, targets).ok_or(index + 1)?;
            sum += loss * batch.len() as f64;
        }
        // A last step that went too far shows in no later loss.
        if !self.network.as_flat().iter().all(|parameter| parameter.is_finite()) {
            return Err(order.len().div_ceil(batch_size));
        }
        Ok(Report { loss: sum / order.len() as f64, metrics: self.metrics.values() })
    }

    /// One step of training on one batch. Unlike [`fit`](Self::fit) it teaches `normalize` layers nothing: see
    /// [`Network::adapt`].
    ///
    /// # Errors
    /// Inputs and targets that are not equally many, or none; a loss that is not finite. The network stays as it was.
    pub fn train_on_batch<X, Y>(&mut self, inputs: &[X], targets: &[Y]) -> Result<Report, BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        let (inputs, targets) = (X::same_slice(inputs), Y::same_slice(targets));
        check_lengths(inputs, targets)?;
        self.metrics.reset();
        let loss = self.step(inputs, targets).ok_or(BatchError::NotFinite)?;
        Ok(Report { loss, metrics: self.metrics.values() })
    }

    /// The gradient of the loss on one batch, and the loss; nothing is trained. See [`apply`](Self::apply).
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch).
    pub fn compute_gradient<X, Y>(&mut self, inputs: &[X], targets: &[Y]) -> Result<(f64, &N::Gradient), BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        let (inputs, targets) = (X::same_slice(inputs), Y::same_slice(targets));
        check_lengths(inputs, targets)?;
        let loss = self.backpropagate(inputs, targets, None).ok_or(BatchError::NotFinite)?;
        Ok((loss, &self.gradient))
    }

    /// As [`compute_gradient`](Self::compute_gradient), and writes the gradient of the loss with respect to each input.
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch), and for gradients that are not as many as the inputs.
    pub fn compute_input_gradient<X, Y>(
        &mut self,
        inputs: &[X],
        targets: &[Y],
        grad_inputs: &mut [N::Input],
    ) -> Result<(f64, &N::Gradient), BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        let (inputs, targets) = (X::same_slice(inputs), Y::same_slice(targets));
        check_lengths(inputs, targets)?;
        check_lengths(inputs, grad_inputs)?;
        let loss = self.backpropagate(inputs, targets, Some(grad_inputs)).ok_or(BatchError::NotFinite)?;
        Ok((loss, &self.gradient))
    }

    /// Takes one step of the optimizer along a gradient of one's own making.
    pub fn apply<G: GradientOf<N::Gradient>>(&mut self, gradient: &G) {
        self.gradient.as_flat_mut().copy_from_slice(gradient.same().as_flat());
        self.state.step(&self.optimizer, &mut self.network, &mut self.gradient);
    }

    /// Loss and metrics on data that the network does not learn from; dropout rests.
    pub fn evaluate<X, Y>(&mut self, data: &Dataset<X, Y>) -> Report
    where
        X: InputOf<N::Input> + Flat<Scalar = N::Scalar>,
        Y: TargetOf<L::Target> + Flat<Scalar = N::Scalar>,
    {
        self.evaluate_samples(X::same_slice(data.inputs()), Y::same_slice(data.targets()))
    }

    fn step(&mut self, inputs: &[N::Input], targets: &[L::Target]) -> Option<f64> {
        let loss = self.backpropagate(inputs, targets, None)?;
        self.metrics.update(self.buffers.outputs.of(inputs.len()), targets);
        self.state.step(&self.optimizer, &mut self.network, &mut self.gradient);
        Some(loss)
    }

    /// Computes the gradient of the batch; `None` if the loss is not finite.
    fn backpropagate(
        &mut self,
        inputs: &[N::Input],
        targets: &[L::Target],
        grad_inputs: Option<&mut [N::Input]>,
    ) -> Option<f64> {
        let samples = inputs.len();
        let Buffers { tape, grads, logits, outputs, grad_logits, .. } = &mut self.buffers;
        let mut tape = Tape::<N>::grown(tape, samples);
        let (logits, outputs, grad_logits) = (logits.of(samples), outputs.of(samples), grad_logits.of(samples));

        self.network.forward(Portable, &mut self.rng, inputs, &mut tape, logits);
        copy(logits, outputs);
        N::HEAD.apply(Portable, outputs);
        let loss = self.loss.sum(logits, outputs, targets) / samples as f64 + self.network.penalty();
        if !loss.is_finite() {
            return None;
        }

        self.loss.gradient(Portable, N::HEAD, logits, outputs, targets, grad_logits);
        self.gradient.as_flat_mut().fill(Default::default());
        let mut grads = Gradients::<N>::grown(grads, samples);
        self.network.backward(
            Portable,
            inputs,
            &mut tape,
            logits,
            &mut grads,
            grad_logits,
            &mut self.gradient,
            grad_inputs,
        );
        self.network.add_penalty_gradient(&mut self.gradient);
        Some(loss)
    }

    fn evaluate_samples(&mut self, inputs: &[N::Input], targets: &[L::Target]) -> Report {
        self.metrics.reset();
        let mut sum = 0.0;
        for (inputs, targets) in inputs.chunks(EVALUATED_AT_ONCE).zip(targets.chunks(EVALUATED_AT_ONCE)) {
            let samples = inputs.len();
            let Buffers { arena, logits, outputs, .. } = &mut self.buffers;
            let (logits, outputs) = (logits.of(samples), outputs.of(samples));
            self.network.infer(Portable, inputs, &mut Arena::<N>::grown(arena, samples), logits);
            copy(logits, outputs);
            N::HEAD.apply(Portable, outputs);
            sum += self.loss.sum(logits, outputs, targets);
            self.metrics.update(outputs, targets);
        }
        let loss = sum / inputs.len() as f64 + self.network.penalty();
        Report { loss, metrics: self.metrics.values() }
    }
}

fn check_lengths<X, Y>(inputs: &[X], targets: &[Y]) -> Result<(), BatchError> {
    if inputs.len() != targets.len() {
        return Err(LengthMismatch { inputs: inputs.len(), outputs: targets.len() }.into());
    }
    if inputs.is_empty() {
        return Err(BatchError::Empty);
    }
    Ok(())
}
