//! Networks: the traits that the macro implements, their memory, and the functions that every network has.
mod checks;
pub(crate) mod classes;
pub(crate) mod difference;
pub(crate) mod embedded;
mod error;
mod inputs;
mod memory;
pub mod nested;
pub(crate) mod penalties;
pub(crate) mod ports;
mod predict;
mod same;
mod workspace;

pub use checks::{Check, CheckError, self_test};
pub use classes::{Label, LabelOf};
#[cfg(feature = "alloc")]
pub use error::OutOfMemory;
pub use error::{BatchError, InputLengthError, LengthError, NotFiniteOutput};
pub use inputs::VectorInput;
pub use memory::{Adjoints, Arena, Layout, Memory, Tape};
pub use ports::{Both, Ports};
pub use predict::{Predict, PredictsOnStack};
pub use same::{GradientOf, InputOf, StateOf, TargetOf};
pub use workspace::Workspace;

#[cfg(feature = "alloc")]
use alloc::boxed::Box;

use rand::Rng;

use crate::activations::Activation;
use crate::flat::{Flat, flatten};
use crate::isa::Isa;
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// A network of floating-point numbers, which can be trained; implemented by [`network!`](crate::network). All that concerns predictions is
/// in [`Predict`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no network",
    label = "not a network",
    note = "help: name a type that `network!` declares"
)]
pub trait Network:
    Flat
    + Predict<
        In = <Self as Network>::Input,
        Out = <Self as Network>::Output,
        Kernels = <Self as Flat>::Scalar,
        Unit = <Self as Flat>::Scalar,
        Arena: Flat<Scalar = <Self as Flat>::Scalar>,
    >
{
    /// One sample: channels x positions, channels first in memory.
    type Input: Flat<Scalar = Self::Scalar> + Clone + Send + Sync;
    /// The output for one sample.
    type Output: Flat<Scalar = Self::Scalar> + Clone + Send + Sync;
    /// The trainable parameters: a prefix of the network, of the same layout. The network itself where all are trainable.
    type Gradient: Flat<Scalar = Self::Scalar> + Send + Sync;
    /// The activation at the very end.
    type Head: Activation<Self::Output>;
    /// The number of parameters as a type, to bound it in generic code.
    type ParamCount: typenum::Unsigned;
    /// Memory for the activations that training keeps of one sample.
    type Tape: Flat<Scalar = Self::Scalar>;
    /// Memory for the gradients of the activations of one sample.
    type Adjoints: Flat<Scalar = Self::Scalar>;

    /// The activation at the very end.
    const HEAD: Self::Head;
    /// The parameters that training changes: without frozen layers and learnt statistics.
    const TRAINABLE_PARAMS: usize;
    /// Bytes of the activations that training keeps of each sample: only values that the backward pass reads.
    const TAPE_BYTES: usize = Self::TAPE * <Self::Scalar as Scalar>::BYTES;
    /// Scalars per sample of the tape.
    #[doc(hidden)]
    const TAPE: usize;
    /// Scalars per sample of the gradients of activations.
    #[doc(hidden)]
    const ADJOINTS: usize;

    /// Whether the gradient of the inputs can be computed: not where a frozen network is a layer of this one.
    const GIVES_INPUT_GRADIENT: bool = true;

    /// Fills the network with fresh parameters, as its initializers say.
    fn init_in<R: Rng + ?Sized>(&mut self, rng: &mut R);

    /// Everything up to the last activation, as in training: dropout is active and the tape keeps what `backward` reads.
    #[doc(hidden)]
    fn forward_training<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        rng: &mut TrainingRng,
        input: &[Self::Input],
        tape: &mut Tape<'_, Self>,
        output: &mut [Self::Output],
    );

    /// Writes the gradient of the parameters, from the gradient of `output`, which is what `forward_training` wrote, and that of the input:
    /// each only if it is asked for.
    #[doc(hidden)]
    #[expect(
        clippy::too_many_arguments,
        reason = "the values that a backward pass reads and writes; only the trainer calls it"
    )]
    fn backward<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        input: &[Self::Input],
        tape: &mut Tape<'_, Self>,
        output: &[Self::Output],
        adjoints: &mut Adjoints<'_, Self>,
        grad_output: &mut [Self::Output],
        gradient: Option<&mut Self::Gradient>,
        grad_input: Option<&mut [Self::Input]>,
    );

    /// The penalty of the regularizers of parameters, a term of the loss: for an `l2` of 0.01, `0.01 Σ w²`.
    fn penalty(&self) -> f64 {
        0.0
    }

    /// Adds the gradient of [`penalty`](Self::penalty).
    #[doc(hidden)]
    fn add_penalty_gradient(&self, _gradient: &mut Self::Gradient) {}

    /// The penalties on activities before the last activation, summed over the samples of the last forward pass of training, which wrote
    /// `tape` and the logits in `output`.
    #[doc(hidden)]
    fn activity_penalty(&self, _tape: &mut Tape<'_, Self>, _output: &[Self::Output]) -> f64 {
        0.0
    }

    /// The penalties on outputs behind the last activation, summed over the samples.
    #[doc(hidden)]
    fn output_penalty(_output: &[Self::Output]) -> f64 {
        0.0
    }

    /// As [`forward`](Predict::forward); gives the penalties on activities before the last activation, summed over the samples.
    #[doc(hidden)]
    #[inline(always)]
    fn forward_evaluation<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        input: &[Self::Input],
        arena: &mut Arena<'_, Self>,
        output: &mut [Self::Output],
    ) -> f64 {
        self.forward(isa, input, arena, output);
        0.0
    }

    /// Keeps weights within the bounds of `max_norm` and `non_negative`; called after every step.
    #[doc(hidden)]
    fn constrain(&mut self) {}

    /// After a training step: lets layers learn from the values that passed them, such as moving statistics.
    #[doc(hidden)]
    fn update_state(&mut self, _tape: &mut Tape<'_, Self>) {}

    /// Learns the statistics of the `normalize` layers; the samples are checked.
    #[doc(hidden)]
    fn adapt_to(&mut self, _samples: &[Self::Input], _report: &mut nested::Report<'_>) {}

    /// Whether every `normalize` layer has learnt its statistics.
    #[doc(hidden)]
    fn is_adapted(&self) -> bool {
        true
    }

    /// Learns the statistics of the `normalize` layers from samples: a slice, or a [`Dataset`](crate::Dataset).
    ///
    /// [`fit`](crate::Trainer::fit) does it by itself with its training data if it has not been done, and its history warns of channels that
    /// are constant. Here their number is returned: such a channel is shifted to 0 and not scaled.
    ///
    /// # Errors
    /// No samples, or one that is NaN or infinite; the network stays as it was.
    fn adapt<S: AsRef<[Self::Input]> + ?Sized>(&mut self, samples: &S) -> Result<usize, BatchError> {
        let samples = samples.as_ref();
        if samples.is_empty() {
            return Err(BatchError::Empty);
        }
        if !flatten(samples).iter().all(|value| value.is_finite()) {
            return Err(BatchError::NotFiniteInput);
        }
        let mut constant = 0;
        self.adapt_to(samples, &mut |_, channels| constant += channels.iter().filter(|constant| **constant).count());
        Ok(constant)
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

    /// As [`init`](Self::init), where memory may be short: `init` would end the program.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// let net = Xor::try_init(&mut seeded(1))?;
    /// assert_eq!(net, Xor::init(&mut seeded(1)));
    /// # Ok::<(), castnet::OutOfMemory>(())
    /// ```
    ///
    /// # Errors
    /// Not enough memory on the heap.
    #[cfg(feature = "alloc")]
    fn try_init<R: Rng + ?Sized>(rng: &mut R) -> Result<Box<Self>, OutOfMemory> {
        let network = Self::try_zeroed_boxed();
        let mut network = network.ok_or(OutOfMemory::new(size_of::<Self>(), Self::NAME))?;
        network.init_in(rng);
        Ok(network)
    }
}
