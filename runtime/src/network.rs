//! Networks: what the macro writes for each of them, and what each of them can do.
mod checks;
pub(crate) mod classes;
pub(crate) mod embedded;
mod error;
mod memory;
pub mod nested;
pub(crate) mod parts;
mod plan;
mod same;
mod workspace;

pub use checks::{Check, FailedCheck, self_test};
pub use classes::{Label, LabelOf};
pub use embedded::{from_bytes, view};
pub use error::{BatchError, LengthMismatch};
pub use memory::{Arena, Gradients, Memory, Purpose, Tape};
pub use parts::{Both, Parts};
pub use plan::Plan;
pub use same::{GradientOf, InputOf, StateOf, TargetOf};
pub use workspace::Workspace;

#[cfg(feature = "alloc")]
use alloc::{boxed::Box, vec::Vec};
use core::mem::MaybeUninit;
use core::slice;

use rand::Rng;

use crate::activations::Activation;
use crate::flat::{Flat, flatten};
use crate::info::{LayerInfo, TensorInfo};
use crate::isa::{self, Arithmetic, Isa, Task};
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// How predictions for one sample round.
const PREDICTIONS: Arithmetic = if cfg!(feature = "fused") { Arithmetic::Fused } else { Arithmetic::Portable };

/// A neural network; implemented by [`network!`](crate::network).
pub trait Network: Flat + Send + Sync {
    /// One sample: channels x positions, channels first in memory.
    type Input: Flat<Scalar = Self::Scalar> + Clone + Send + Sync;
    /// What the network makes of one sample.
    type Output: Flat<Scalar = Self::Scalar> + Clone + Send + Sync;
    /// The trainable parameters: a prefix of the network, of the same layout. The network itself where all are trainable.
    type Gradient: Flat<Scalar = Self::Scalar> + Send + Sync;
    /// The activation at the very end.
    type Head: Activation<Self::Output>;
    /// The number of parameters as a type, to bound it in generic code.
    type ParamCount: typenum::Unsigned;
    /// Memory for the activations of one prediction, apart from its output.
    type Arena: Flat<Scalar = Self::Scalar>;
    /// Memory for the activations that training keeps of one sample.
    type Tape: Flat<Scalar = Self::Scalar>;
    /// Memory for the gradients of the activations of one sample.
    type Gradients: Flat<Scalar = Self::Scalar>;

    /// The name that it was declared with.
    const NAME: &'static str;
    /// The activation at the very end.
    const HEAD: Self::Head;
    /// All parameters.
    const PARAMS: usize;
    /// The parameters that training changes: without frozen layers and learnt statistics.
    const TRAINABLE_PARAMS: usize;
    /// Bytes of the weights.
    const FLASH_BYTES: usize = Self::PARAMS * <Self::Scalar as Scalar>::BYTES;
    /// Peak bytes of activations in one prediction: its arena and its output.
    const RAM_BYTES: usize = size_of::<Workspace<Self>>();
    /// Bytes of the activations that training keeps of each sample for the backward pass: of no value that it does not read again.
    const TAPE_BYTES: usize = Self::TAPE * <Self::Scalar as Scalar>::BYTES;
    /// Multiply-adds of one prediction.
    const MACS: u64;
    /// The table of layers, with totals.
    const SUMMARY: &'static str;
    /// The network as a graph in the language of Graphviz, to be drawn: `dot -Tsvg`.
    const DOT: &'static str;
    /// The layers in order.
    const LAYERS: &'static [LayerInfo];
    /// The tensors in order.
    const TENSORS: &'static [TensorInfo];
    /// Changes whenever the network computes something else: kinds of layers, shapes, activations, scalar.
    const FINGERPRINT: u64;
    #[doc(hidden)]
    const ARENA: usize;
    #[doc(hidden)]
    const TAPE: usize;
    #[doc(hidden)]
    const GRADIENTS: usize;

    /// Whether the gradient of the inputs can be computed: not where a frozen network is a part of this one.
    const GIVES_INPUT_GRADIENT: bool = true;

    /// Fills the network with fresh parameters, as its initializers say.
    fn init_in<R: Rng + ?Sized>(&mut self, rng: &mut R);

    /// Everything up to the last activation, without a record.
    #[doc(hidden)]
    fn infer<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        input: &[Self::Input],
        arena: &mut Arena<'_, Self>,
        output: &mut [Self::Output],
    );

    /// Everything up to the last activation, as in training: dropout is active and the tape keeps what `backward` reads.
    #[doc(hidden)]
    fn forward<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        rng: &mut TrainingRng,
        input: &[Self::Input],
        tape: &mut Tape<'_, Self>,
        output: &mut [Self::Output],
    );

    /// Writes the gradient of the parameters, from the gradient of `output`, which is what `forward` wrote, and that of the input:
    /// each only if it is asked for.
    #[doc(hidden)]
    #[expect(clippy::too_many_arguments, reason = "what a backward pass reads and writes; only the trainer calls it")]
    fn backward<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        input: &[Self::Input],
        tape: &mut Tape<'_, Self>,
        output: &[Self::Output],
        grads: &mut Gradients<'_, Self>,
        grad_output: &mut [Self::Output],
        gradient: Option<&mut Self::Gradient>,
        grad_input: Option<&mut [Self::Input]>,
    );

    /// The regularizers' part of the loss: for an `l2` of 0.01, `0.01 Σ w²`.
    fn penalty(&self) -> f64 {
        0.0
    }

    /// Adds the gradient of [`penalty`](Self::penalty).
    #[doc(hidden)]
    fn add_penalty_gradient(&self, _gradient: &mut Self::Gradient) {}

    /// Keeps weights within the bounds of `max_norm` and `non_negative`; called after every step.
    #[doc(hidden)]
    fn constrain(&mut self) {}

    /// After a training step: what layers learn from the values that passed them, such as moving statistics.
    #[doc(hidden)]
    fn update_state(&mut self, _tape: &mut Tape<'_, Self>) {}

    /// Learns the statistics of the `normalize` layers; the samples are checked.
    #[doc(hidden)]
    fn adapt_to(&mut self, _samples: &[Self::Input]) {}

    /// Whether every `normalize` layer has learnt its statistics.
    #[doc(hidden)]
    fn is_adapted(&self) -> bool {
        true
    }

    /// Learns the statistics of the `normalize` layers from samples: a slice, or a [`Dataset`](crate::Dataset).
    ///
    /// [`fit`](crate::Trainer::fit) does it by itself with its training data if it has not been done.
    ///
    /// # Errors
    /// No samples, or one that is NaN or infinite; the network stays as it was.
    fn adapt<S: AsRef<[Self::Input]> + ?Sized>(&mut self, samples: &S) -> Result<(), BatchError> {
        let samples = samples.as_ref();
        if samples.is_empty() {
            return Err(BatchError::Empty);
        }
        if !flatten(samples).iter().all(|value| value.is_finite()) {
            return Err(BatchError::NotFiniteInput);
        }
        self.adapt_to(samples);
        Ok(())
    }

    /// A network with fresh parameters, on the heap.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// let net = Xor::init(&mut seeded(1));
    /// assert_eq!(net.dense_1.bias[3], 0.0);
    /// ```
    #[cfg(feature = "alloc")]
    fn init<R: Rng + ?Sized>(rng: &mut R) -> Box<Self> {
        let mut network = Self::zeroed_boxed();
        network.init_in(rng);
        network
    }

    /// Predicts for one sample, on the stack.
    ///
    /// The result has the same bits on every target and allocates nothing.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// let net = Xor::init(&mut seeded(1));
    /// let probability = net.predict(&[0.0, 1.0].into())[0];
    /// assert!(probability > 0.0 && probability < 1.0);
    /// ```
    #[inline]
    fn predict(&self, input: &Self::Input) -> Self::Output
    where
        Self: PredictsOnStack,
    {
        let mut memory = MaybeUninit::uninit();
        let workspace = Workspace::<Self>::unset(&mut memory);
        run(self, input, workspace);
        workspace.output.clone()
    }

    /// The class that [`predict`](Self::predict) is in favour of, as a variant of an enum: see [`Label`](crate::Label).
    #[inline]
    fn predict_class<C: LabelOf<Self::Output>>(&self, input: &Self::Input) -> C
    where
        Self: PredictsOnStack,
    {
        C::decide(&self.predict(input)).0
    }

    /// Predicts for one sample in memory that the caller owns: any size, no allocation. The result lies in the workspace.
    #[inline]
    fn predict_in<'w>(&self, input: &Self::Input, workspace: &'w mut Workspace<Self>) -> &'w Self::Output {
        run(self, input, workspace);
        &workspace.output
    }

    /// Predicts for many samples, in [`Arithmetic::Fused`]: faster than one by one, and where the hardware fuses, with other last
    /// bits than [`predict`](Self::predict).
    ///
    /// # Errors
    /// Inputs and outputs that are not equally many; nothing is written then.
    #[cfg(feature = "alloc")]
    fn predict_batch(&self, inputs: &[Self::Input], outputs: &mut [Self::Output]) -> Result<(), LengthMismatch> {
        self.predict_batch_in(Arithmetic::Fused, inputs, outputs)
    }

    /// As [`predict_batch`](Self::predict_batch), in the arithmetic that is given: [`Arithmetic::Portable`] gives the bits of
    /// [`predict`](Self::predict).
    ///
    /// # Errors
    /// As [`predict_batch`](Self::predict_batch).
    #[cfg(feature = "alloc")]
    fn predict_batch_in(
        &self,
        arithmetic: Arithmetic,
        inputs: &[Self::Input],
        outputs: &mut [Self::Output],
    ) -> Result<(), LengthMismatch> {
        /// Samples at once: enough to use every weight many times, few enough to stay in the cache.
        const AT_ONCE: usize = 64;
        if inputs.len() != outputs.len() {
            return Err(LengthMismatch { inputs: inputs.len(), outputs: outputs.len() });
        }
        let mut arena = Vec::new();
        for (inputs, outputs) in inputs.chunks(AT_ONCE).zip(outputs.chunks_mut(AT_ONCE)) {
            let arena = Arena::grown(&mut arena, inputs.len());
            isa::run(arithmetic, PredictBatch { network: self, inputs, arena, outputs });
        }
        Ok(())
    }
}

impl<N: Network> Plan for N {
    type Scalar = N::Scalar;
    type Arena = N::Arena;
    type Output = N::Output;

    const ARENA: usize = N::ARENA;
    const TAPE: usize = N::TAPE;
    const GRADIENTS: usize = N::GRADIENTS;
}

/// One prediction. The arena is as long as one sample needs, so it is always laid out.
#[inline(always)]
fn run<N: Network>(network: &N, input: &N::Input, workspace: &mut Workspace<N>) {
    isa::run(PREDICTIONS, Predict { network, input, workspace });
}

/// A prediction for one sample.
struct Predict<'a, N: Network> {
    network: &'a N,
    input: &'a N::Input,
    workspace: &'a mut Workspace<N>,
}

impl<N: Network> Task<N::Scalar> for Predict<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, isa: I) {
        let Workspace { arena, output } = self.workspace;
        let output = slice::from_mut(output);
        self.network.infer(isa, slice::from_ref(self.input), &mut Arena::of_one(arena), output);
        N::HEAD.apply(isa, output);
    }
}

/// Predictions for some samples, as many as there is room for in the arena.
#[cfg(feature = "alloc")]
struct PredictBatch<'a, N: Network> {
    network: &'a N,
    inputs: &'a [N::Input],
    arena: Arena<'a, N>,
    outputs: &'a mut [N::Output],
}

#[cfg(feature = "alloc")]
impl<N: Network> Task<N::Scalar> for PredictBatch<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Scalar>>(self, isa: I) {
        let Self { network, inputs, mut arena, outputs } = self;
        network.infer(isa, inputs, &mut arena, outputs);
        N::HEAD.apply(isa, outputs);
    }
}

/// A network whose activations fit on the stack: up to 16 KiB of [`RAM_BYTES`](Network::RAM_BYTES). The macro knows.
#[diagnostic::on_unimplemented(
    message = "the activations of `{Self}` take more than 16 KiB, too much for the stack, or are not known here, as another network is a layer of it",
    label = "needs memory of its own",
    note = "help: `net.predict_in(&x, &mut workspace)` with a `Workspace::boxed()` that you make once"
)]
pub trait PredictsOnStack: Network {}
