//! Training without an allocator: all memory is the caller's, and its size a constant.
use super::evaluation::Evaluation;
use super::step::{Backpropagate, Passes, Samples, check_targets};
use crate::flat::{Flat, flatten_mut};
use crate::isa::{self, Arithmetic};
use crate::losses::Loss;
use crate::network::{Adjoints, BatchError, InputOf, Network, Tape, TargetOf};
use crate::optimizers::Optimizer;
use crate::optimizers::update::{self, TakeStep, check_learning_rate};
use crate::random::EpochRng;

/// The memory of a training of the network `N` with the optimizer `O`, in batches of at most `BATCH` samples: for a `static`, or
/// the stack where it is small. [`BYTES`](Self::BYTES) is its size.
#[repr(C)]
pub struct TrainingMemory<N: Network, O: Optimizer, const BATCH: usize> {
    moments: O::Moments<N::Gradient>,
    gradient: N::Gradient,
    tape: [N::Tape; BATCH],
    adjoints: [N::Adjoints; BATCH],
    logits: [N::Output; BATCH],
    outputs: [N::Output; BATCH],
    grad_logits: [N::Output; BATCH],
}

// SAFETY: fields of the same scalars and of arrays of them, in order.
unsafe impl<N: Network, O: Optimizer, const BATCH: usize> Flat for TrainingMemory<N, O, BATCH> {
    type Scalar = N::Scalar;
}

impl<N: Network, O: Optimizer, const BATCH: usize> TrainingMemory<N, O, BATCH> {
    /// Its bytes: the state of the optimizer, the gradient, and the activations of every sample of a batch.
    pub const BYTES: usize = size_of::<Self>();

    /// Memory in place: for a `static`, or for the stack where it is small.
    ///
    /// ```
    /// use castnet::{TrainingMemory, prelude::*};
    /// use std::sync::Mutex;
    ///
    /// network! { Line< input 1 => dense 1 > }
    ///
    /// static MEMORY: Mutex<TrainingMemory<Line, Adam, 8>> = Mutex::new(TrainingMemory::new());
    /// # assert!(MEMORY.lock().is_ok());
    /// ```
    pub const fn new() -> Self {
        // SAFETY: all bits zero is a value: there is nothing but scalars.
        unsafe { core::mem::zeroed() }
    }
}

impl<N: Network, O: Optimizer, const BATCH: usize> Default for TrainingMemory<N, O, BATCH> {
    fn default() -> Self {
        Self::new()
    }
}

/// A network in training, in memory of the caller: made by [`compile_in`](super::Compile::compile_in).
///
/// The same batches give the same bits as [`Trainer::train_on_batch`](crate::Compile::compile) does on a workstation.
///
/// ```
/// use castnet::{TrainingMemory, nalgebra::Vector1, prelude::*};
///
/// network! { Line< input 1 => dense 1 > }
///
/// let mut line = Line::zeroed();
/// let mut memory = TrainingMemory::<Line, Sgd, 2>::new();
/// let mut trainer = line.compile_in(&mut memory, MeanSquaredError, Sgd { learning_rate: 0.1 });
/// for _ in 0..100 {
///     trainer.train_on_batch(&[Vector1::new(1.0), Vector1::new(2.0)], &[Vector1::new(3.0), Vector1::new(5.0)])?;
/// }
/// assert!((line.predict(&[3.0].into())[0] - 7.0).abs() < 0.1); // 2 x + 1
/// # Ok::<(), castnet::BatchError>(())
/// ```
pub struct DeviceTrainer<'a, N, L, O, const BATCH: usize>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    network: &'a mut N,
    memory: &'a mut TrainingMemory<N, O, BATCH>,
    loss: L,
    optimizer: O,
    steps: u64,
    rng: EpochRng,
    /// Whether the numbers of the loss and the optimizer have been checked since they could change.
    numbers_checked: bool,
}

impl<'a, N, L, O, const BATCH: usize> DeviceTrainer<'a, N, L, O, BATCH>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    pub(crate) fn new(network: &'a mut N, memory: &'a mut TrainingMemory<N, O, BATCH>, loss: L, optimizer: O) -> Self {
        memory.moments.as_flat_mut().fill(Default::default());
        Self { network, memory, loss, optimizer, steps: 0, rng: EpochRng::new(0), numbers_checked: false }
    }

    /// The seed of the generator behind dropout; 0 unless told otherwise.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.reseed(seed);
        self
    }

    /// Starts the generator behind dropout anew, from a seed.
    pub fn reseed(&mut self, seed: u64) {
        self.rng = EpochRng::new(seed);
    }

    /// The network as it is now.
    pub fn network(&self) -> &N {
        self.network
    }

    /// The optimizer, to read or change its learning rate between steps.
    pub fn optimizer_mut(&mut self) -> &mut O {
        self.numbers_checked = false;
        &mut self.optimizer
    }

    /// One step of training on one batch, and its loss.
    ///
    /// # Errors
    /// Inputs and targets that are not equally many, none, or more than `BATCH`; targets that do not suit the loss; numbers of the loss or
    /// the optimizer that make no sense; a loss or a learning rate that is not finite. The network stays as it was.
    pub fn train_on_batch<X, Y>(&mut self, inputs: &[X], targets: &[Y]) -> Result<Evaluation, BatchError>
    where
        X: InputOf<N::Input>,
        Y: TargetOf<L::Target>,
    {
        let batch = Samples::batch(X::same_slice(inputs), Y::same_slice(targets), &[])?;
        if !self.numbers_checked {
            self.loss.check()?;
            self.optimizer.check()?;
            self.numbers_checked = true;
        }
        self.loss.check_reductions()?;
        check_targets(&self.loss, batch.targets, &[])?;
        check_learning_rate::<N, O>(&self.optimizer, self.steps + 1)?;
        let samples = batch.inputs.len();
        let too_many = BatchError::TooMany { samples, most: BATCH };
        let TrainingMemory { moments, gradient, tape, adjoints, logits, outputs, grad_logits } = &mut *self.memory;
        let passes = Passes {
            tape: Tape::of(flatten_mut(tape), samples).ok_or(too_many)?,
            adjoints: Adjoints::of(flatten_mut(adjoints), samples).ok_or(too_many)?,
            logits: logits.get_mut(..samples).ok_or(too_many)?,
            outputs: outputs.get_mut(..samples).ok_or(too_many)?,
            grad_logits: grad_logits.get_mut(..samples).ok_or(too_many)?,
        };
        let (network, loss, rng) = (&*self.network, self.loss, &mut self.rng.rng);
        let pass =
            Backpropagate { network, loss, rng, batch, passes, gradient: Some(&mut *gradient), grad_inputs: None };
        let loss = isa::run(Arithmetic::Portable, pass).ok_or(BatchError::NotFinite)?;
        self.steps += 1;
        let (optimizer, number, network) = (&self.optimizer, self.steps, &mut *self.network);
        isa::run(Arithmetic::Portable, TakeStep { optimizer, number, network, gradient, moments });
        self.network.update_state(&mut Tape::of(flatten_mut(tape), samples).ok_or(too_many)?);
        Ok(Evaluation::of_loss(loss))
    }

    /// Ends the training: what the optimizer keeps for the weights, such as [`Average`](crate::optimizers::Average), takes
    /// their place.
    pub fn finish(&mut self) {
        update::finish(&self.optimizer, self.steps, self.network, &self.memory.moments);
    }
}
