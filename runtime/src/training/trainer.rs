//! A network with its loss and optimizer. Needs `alloc`.
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::buffers::Buffers;
use super::callbacks::Trains;
use super::evaluation::Evaluation;
use super::history::Epoch;
use super::metrics::Metrics;
use super::monitor::{FigureError, Monitor};
use super::step::{Backpropagate, BackwardPass, Passes, Samples, TrainingPass, check_lengths, check_targets};
use crate::flat::Flat;
use crate::isa::{self, Arithmetic};
use crate::kernels::threads::{self, Pool};
use crate::losses::Loss;
use crate::metrics::{Better, Metric};
use crate::network::{Adjoints, BatchError, GradientOf, InputOf, Network, StateOf, Tape, TargetOf};
use crate::numbers::NumberError;
use crate::optimizers::update::check_learning_rate;
use crate::optimizers::{Optimizer, OptimizerState};
use crate::random::EpochRng;

/// A network in training: made by [`compile`](super::Compile::compile), turned back by [`into_network`](Self::into_network).
///
/// The same seed, the same data and the same options give the same bits on every x86-64 machine with FMA, and with
/// [`Arithmetic::Portable`] on all machines.
pub struct Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    pub(super) network: Box<N>,
    pub(super) loss: L,
    pub(super) optimizer: O,
    pub(super) state: OptimizerState<O, N>,
    gradient: Box<N::Gradient>,
    pub(super) metrics: Metrics<N::Output, L::Target>,
    pub(super) rng: EpochRng,
    pub(super) buffers: Buffers<N>,
    pub(super) arithmetic: Arithmetic,
    pub(super) threads: Option<Pool>,
    /// Whether the numbers of the loss, the optimizer and the metrics have been checked since they could change.
    numbers_checked: bool,
    /// From a checkpoint, until the next `fit`.
    pub(super) resumed: Option<Resumed>,
}

/// The rest of a resumed training: its history, the states of callbacks and checkpoints, why it was stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct Resumed {
    pub(super) epochs: Vec<Epoch>,
    /// The states of the callbacks, then the states of the checkpoints.
    pub(super) states: Vec<Vec<f64>>,
    /// Why a callback had stopped it, if one had.
    pub(super) stopped: Option<alloc::string::String>,
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
            rng: EpochRng::new(0),
            buffers: Buffers::default(),
            arithmetic: Arithmetic::default(),
            threads: None,
            numbers_checked: false,
            resumed: None,
        }
    }

    /// Measures something beside the loss, in training and in evaluation; every sample counts once. Of two metrics of the same
    /// name, such as `TopK(3)` and `TopK(5)`, the second has a number behind it: `top_k_accuracy_1`.
    #[must_use]
    pub fn metric<M: Metric<N::Head, N::Output, L::Target>>(mut self, metric: M) -> Self {
        self.numbers_checked = false;
        self.metrics.add::<N::Head, M>(metric, false);
        self
    }

    /// As [`metric`](Self::metric), but every sample counts as often as its weight says: Keras's `weighted_metrics`. Beside
    /// the same metric without weights it is called `weighted_mae`.
    #[must_use]
    pub fn weighted_metric<M: Metric<N::Head, N::Output, L::Target>>(mut self, metric: M) -> Self {
        self.numbers_checked = false;
        self.metrics.add::<N::Head, M>(metric, true);
        self
    }

    /// Chooses how the training rounds: [`Arithmetic::Fused`] unless told otherwise. With [`Arithmetic::Portable`] it gives the
    /// same bits on every machine, a [`DeviceTrainer`](crate::DeviceTrainer) on a microcontroller included, and takes longer.
    #[must_use]
    pub fn arithmetic(mut self, arithmetic: Arithmetic) -> Self {
        self.arithmetic = arithmetic;
        self
    }

    /// Trains and evaluates on so many threads, this one included; on one unless told otherwise. The results are the same to the
    /// bit. It pays for layers of ten thousand weights and more; smaller work is not shared, so it costs nothing.
    ///
    /// While it trains, a waiting thread keeps its core busy for some microseconds before it sleeps.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Pool::new(threads);
        self
    }

    /// Finds a figure of this training by its name, to make a callback or a checkpoint depend on it: `loss`, the name of a
    /// metric, or either with `val_` before it.
    ///
    /// # Errors
    /// There is no figure of that name; the message says which there are.
    pub fn monitor(&self, name: &str) -> Result<Monitor, FigureError> {
        let figures: Vec<_> = core::iter::once(("loss", Better::Lower)).chain(self.metrics.names()).collect();
        Monitor::find(name, &figures)
    }

    /// Goes on with the optimizer's state of an earlier training.
    #[must_use]
    pub fn with_state<S: StateOf<OptimizerState<O, N>>>(mut self, state: S) -> Self {
        self.state = state.into_same();
        self
    }

    /// The seed of the generator behind shuffling, dropout and augmentation; 0 unless told otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.reseed(seed);
        self
    }

    /// Starts the generator behind shuffling, dropout and augmentation anew, from a seed.
    pub fn reseed(&mut self, seed: u64) {
        self.rng = EpochRng::new(seed);
    }

    /// The network as it is now.
    pub fn network(&self) -> &N {
        &self.network
    }

    /// The loss.
    pub fn loss(&self) -> &L {
        &self.loss
    }

    /// The optimizer.
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }

    /// The network as it is now, to set its weights.
    pub fn network_mut(&mut self) -> &mut N {
        &mut self.network
    }

    /// The optimizer, to read or change its learning rate between steps.
    pub fn optimizer_mut(&mut self) -> &mut O {
        self.numbers_checked = false;
        &mut self.optimizer
    }

    /// The state of the optimizer: moments, and the number of steps.
    pub fn state(&self) -> &OptimizerState<O, N> {
        &self.state
    }

    /// The gradient of the last batch, penalties of weights, biases and activities included; clipped, if the optimizer clips.
    pub fn gradient(&self) -> &N::Gradient {
        &self.gradient
    }

    /// The trained network.
    pub fn into_network(self) -> Box<N> {
        self.network
    }

    /// The trained network and the state of the optimizer, to go on later.
    pub fn into_parts(self) -> (Box<N>, OptimizerState<O, N>) {
        (self.network, self.state)
    }

    /// One step of training on one batch. Unlike [`fit`](Self::fit) it teaches `normalize` layers nothing: see
    /// [`Network::adapt`]; and it does not look whether the step has gone too far for the weights to be numbers, which the next
    /// one finds.
    ///
    /// # Errors
    /// Inputs and targets that are not equally many, or none; targets that do not suit the loss; numbers of the loss, the optimizer or a
    /// metric that make no sense; a loss or a learning rate that is not finite. The network stays as it was.
    pub fn train_on_batch<X, Y>(&mut self, inputs: &[X], targets: &[Y]) -> Result<Evaluation, BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        self.train_on_weighted_batch(inputs, targets, &[])
    }

    /// As [`train_on_batch`](Self::train_on_batch); every sample counts as often as its weight says, or once if there are no
    /// weights. The target of a sample of weight 0 may be anything, its input may not.
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch), and for weights that are not as many as the inputs.
    pub fn train_on_weighted_batch<X, Y>(
        &mut self,
        inputs: &[X],
        targets: &[Y],
        weights: &[f64],
    ) -> Result<Evaluation, BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        let batch = self.batch(X::same_slice(inputs), Y::same_slice(targets), weights)?;
        self.metrics.reset();
        let loss = self.step(batch)?;
        Ok(Evaluation { loss, metrics: self.metrics.values() })
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
        let batch = self.batch(X::same_slice(inputs), Y::same_slice(targets), &[])?;
        let loss = self.backpropagate(batch, true, None).ok_or(BatchError::NotFinite)?;
        Ok((loss, &self.gradient))
    }

    /// Writes the gradient of the loss on one batch with respect to each input, and gives the loss; nothing is trained, and no gradient
    /// of parameters is computed.
    ///
    /// # Errors
    /// As [`train_on_batch`](Self::train_on_batch); for gradients that are not as many as the inputs; and for a network that has a
    /// frozen nested network, which gives no gradient.
    pub fn compute_input_gradient<X, Y>(
        &mut self,
        inputs: &[X],
        targets: &[Y],
        grad_inputs: &mut [N::Input],
    ) -> Result<f64, BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        let batch = self.batch(X::same_slice(inputs), Y::same_slice(targets), &[])?;
        check_lengths(inputs, grad_inputs)?;
        if !N::GIVES_INPUT_GRADIENT {
            return Err(BatchError::NoInputGradient);
        }
        self.backpropagate(batch, false, Some(grad_inputs)).ok_or(BatchError::NotFinite)
    }

    /// One step of training by a judge in place of the loss of this trainer, such as the second network of a pair: `judge` gets the outputs
    /// of the batch, writes the gradient of its loss with respect to each of them, and gives that loss.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! {
    ///     Generator< input 2 => dense 8 relu => dense 3 tanh >
    ///     Discriminator< input 3 => dense 8 leaky_relu => dense 1 sigmoid >
    /// }
    ///
    /// let mut generator = Generator::init(&mut seeded(1)).compile(MeanSquaredError, Adam::default());
    /// let mut discriminator = Discriminator::init(&mut seeded(2)).compile(BinaryCrossentropy, Adam::default());
    /// let noise = [castnet::nalgebra::SVector::from([0.1, 0.7]), [0.9, 0.3].into()];
    /// let real = [castnet::nalgebra::SVector::from([1.0]), [1.0].into()];
    /// let loss = generator.train_on_judgement(&noise, |fakes, grad_fakes| {
    ///     discriminator.compute_input_gradient(fakes, &real, grad_fakes)
    /// })?;
    /// # assert!(loss.is_finite());
    /// # Ok::<(), castnet::BatchError>(())
    /// ```
    ///
    /// # Errors
    /// No inputs; an error of the judge; a loss that is not finite; a learning rate that is not finite or is negative; numbers of the loss,
    /// the optimizer or a metric that make no sense. The network stays as it was.
    pub fn train_on_judgement<X, F>(&mut self, inputs: &[X], judge: F) -> Result<f64, BatchError>
    where
        X: InputOf<N::Input>,
        F: FnOnce(&[N::Output], &mut [N::Output]) -> Result<f64, BatchError>,
    {
        let inputs = X::same_slice(inputs);
        check_lengths(inputs, inputs)?;
        self.check_numbers()?;
        self.check_learning_rate()?;
        let samples = inputs.len();
        let Buffers { tape, adjoints, logits, outputs, grad_logits, .. } = &mut self.buffers;
        let (network, rng, arithmetic) = (&*self.network, &mut self.rng.rng, self.arithmetic);
        let (logits, outputs, grad_logits) = (logits.of(samples), outputs.of(samples), grad_logits.of(samples));
        let record = TrainingPass { network, rng, inputs, tape: Tape::grown(tape, samples), logits, outputs };
        threads::with(self.threads.as_ref(), || isa::run(arithmetic, record));
        let loss = judge(outputs, grad_logits)?;
        if !loss.is_finite() {
            return Err(BatchError::NotFinite);
        }
        let (tape, adjoints) = (Tape::grown(tape, samples), Adjoints::grown(adjoints, samples));
        let passes = Passes { tape, adjoints, logits, outputs, grad_logits };
        let back = BackwardPass { network, inputs, passes, gradient: &mut self.gradient };
        threads::with(self.threads.as_ref(), || isa::run(arithmetic, back));
        self.take_step(samples);
        Ok(loss)
    }

    /// Takes one step of the optimizer along a gradient of one's own making.
    ///
    /// # Errors
    /// Numbers of the loss, the optimizer or a metric that make no sense; a learning rate that is not finite or is negative. The network
    /// stays as it was.
    pub fn apply<G: GradientOf<N::Gradient>>(&mut self, gradient: &G) -> Result<(), BatchError> {
        self.check_numbers()?;
        self.check_learning_rate()?;
        self.gradient.as_flat_mut().copy_from_slice(gradient.same().as_flat());
        self.state.step(&self.optimizer, &mut self.network, &mut self.gradient);
        Ok(())
    }

    /// Ends a training by [`train_on_batch`](Self::train_on_batch), as [`fit`](Self::fit) does by itself: what the optimizer
    /// keeps for the weights, such as [`Average`](crate::optimizers::Average), takes their place.
    pub fn finish(&mut self) {
        self.state.finish(&self.optimizer, &mut self.network);
    }

    /// A batch of samples that suit this trainer, whose numbers make sense.
    fn batch<'s>(
        &mut self,
        inputs: &'s [N::Input],
        targets: &'s [L::Target],
        weights: &'s [f64],
    ) -> Result<Samples<'s, N::Input, L::Target>, BatchError> {
        let batch = Samples::batch(inputs, targets, weights)?;
        self.check_numbers()?;
        self.loss.check_reductions()?;
        check_targets(&self.loss, targets, weights)?;
        Ok(batch)
    }

    /// Whether the numbers of the loss, the optimizer and the metrics make sense. Later calls cost nothing.
    pub(super) fn check_numbers(&mut self) -> Result<(), NumberError> {
        if !self.numbers_checked {
            self.loss.check()?;
            self.optimizer.check()?;
            self.metrics.check()?;
            self.numbers_checked = true;
        }
        Ok(())
    }

    /// Whether the next step has a learning rate.
    pub(super) fn check_learning_rate(&self) -> Result<(), BatchError> {
        check_learning_rate::<N, O>(&self.optimizer, self.state.steps + 1)
    }

    pub(super) fn step(&mut self, batch: Samples<'_, N::Input, L::Target>) -> Result<f64, BatchError> {
        self.check_learning_rate()?;
        let loss = self.backpropagate(batch, true, None).ok_or(BatchError::NotFinite)?;
        self.metrics.update(self.buffers.outputs.of(batch.inputs.len()), batch.targets, batch.weights);
        self.take_step(batch.inputs.len());
        Ok(loss)
    }

    /// Changes the network along the gradient of a batch of so many samples.
    fn take_step(&mut self, samples: usize) {
        let Self { network, optimizer, state, gradient, threads, .. } = self;
        threads::with(threads.as_ref(), || state.step(optimizer, network, gradient));
        self.network.update_state(&mut Tape::grown(&mut self.buffers.tape, samples));
    }

    /// Computes the gradient of the batch; `None` if the loss is not finite.
    fn backpropagate(
        &mut self,
        batch: Samples<'_, N::Input, L::Target>,
        of_parameters: bool,
        grad_inputs: Option<&mut [N::Input]>,
    ) -> Option<f64> {
        let samples = batch.inputs.len();
        let Buffers { tape, adjoints, logits, outputs, grad_logits, .. } = &mut self.buffers;
        let passes = Passes {
            tape: Tape::grown(tape, samples),
            adjoints: Adjoints::grown(adjoints, samples),
            logits: logits.of(samples),
            outputs: outputs.of(samples),
            grad_logits: grad_logits.of(samples),
        };
        let (network, loss, rng) = (&*self.network, self.loss, &mut self.rng.rng);
        let gradient = of_parameters.then_some(&mut *self.gradient);
        let pass = Backpropagate { network, loss, rng, batch, passes, gradient, grad_inputs };
        threads::with(self.threads.as_ref(), || isa::run(self.arithmetic, pass))
    }
}

/// Samples of the types that the network knows by other names.
pub(super) fn same_samples<'a, X: InputOf<A>, Y: TargetOf<B>, A, B>(samples: Samples<'a, X, Y>) -> Samples<'a, A, B> {
    let Samples { inputs, targets, weights } = samples;
    Samples { inputs: X::same_slice(inputs), targets: Y::same_slice(targets), weights }
}

impl<N, L, O> Trains<N> for Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    fn network(&self) -> &N {
        &self.network
    }
    fn network_mut(&mut self) -> &mut N {
        &mut self.network
    }
    fn learning_rate(&self) -> f64 {
        self.optimizer.learning_rate()
    }
    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.optimizer.set_learning_rate(learning_rate);
    }
    fn follows_schedule(&self) -> bool {
        self.optimizer.follows_schedule()
    }
}
