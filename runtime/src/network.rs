//! What the macro writes for every network, and what every network can do.
use rand::Rng;

use crate::activations::Activation;
use crate::isa::Isa;
use crate::memory::{Arena, Gradients, Tape};
use crate::{Flat, TrainingRng, Workspace};

/// A layer of a network, as its summary shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerInfo {
    /// The label, or the kind with a number: `dense_1`.
    pub name: &'static str,
    /// The kind, as Keras names it: `Dense`.
    pub kind: &'static str,
    /// The shape of the output of one sample, channels last.
    pub output_shape: &'static [usize],
    /// Parameters, trainable or not.
    pub params: usize,
    /// Parameters that training changes.
    pub trainable_params: usize,
    /// Whether training changes anything in it: `false` where the layer is `frozen` or has only learnt statistics.
    pub trainable: bool,
}

/// A tensor of a network, in the order in which they lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name in files: `dense_1.weight`.
    pub name: &'static str,
    /// Its shape in files, as Keras has it, row by row: `[inputs, units]` for a dense layer's weight.
    pub shape: &'static [usize],
}

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

    /// The name that it was declared with.
    const NAME: &'static str;
    /// The activation at the very end.
    const HEAD: Self::Head;
    /// All parameters.
    const PARAMS: usize;
    /// The parameters that training changes: without frozen layers and learnt statistics.
    const TRAINABLE_PARAMS: usize;
    /// Bytes of the weights.
    const FLASH_BYTES: usize = Self::PARAMS * <Self::Scalar as crate::Scalar>::BYTES;
    /// Peak bytes of activations in one prediction: its arena and its output.
    const RAM_BYTES: usize = size_of::<Workspace<Self>>();
    /// Multiply-adds of one prediction.
    const MACS: u64;
    /// The table of layers, with totals.
    const SUMMARY: &'static str;
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

    /// Adds the gradient of the parameters to `gradient`, from the gradient of `output`, which is what `forward` wrote;
    /// writes that of the input only if it is asked for.
    #[doc(hidden)]
    fn backward<I: Isa<Self::Scalar>>(
        &self,
        isa: I,
        input: &[Self::Input],
        tape: &mut Tape<'_, Self>,
        output: &[Self::Output],
        grads: &mut Gradients<'_, Self>,
        grad_output: &mut [Self::Output],
        gradient: &mut Self::Gradient,
        grad_input: Option<&mut [Self::Input]>,
    );

    /// The regularizers' part of the loss: for an `l2` of 0.01, `0.01 Σ w²`.
    fn penalty(&self) -> f64 {
        0.0
    }

    /// Adds the gradient of [`penalty`](Self::penalty).
    #[doc(hidden)]
    fn add_penalty_gradient(&self, _gradient: &mut Self::Gradient) {}

    /// Learns the statistics of the `normalize` layers.
    #[doc(hidden)]
    fn adapt_to(&mut self, _samples: &[Self::Input]) {}

    /// Whether every `normalize` layer has learnt its statistics.
    #[doc(hidden)]
    fn is_adapted(&self) -> bool {
        true
    }
}

/// A network whose activations fit on the stack: up to 16 KiB of [`RAM_BYTES`](Network::RAM_BYTES). The macro knows.
#[diagnostic::on_unimplemented(
    message = "the activations of `{Self}` take more than 16 KiB, too much for the stack",
    label = "needs memory of its own",
    note = "help: `net.predict_in(&x, &mut workspace)` with a `Workspace::boxed()` that you make once"
)]
pub trait PredictsOnStack: Network {}
