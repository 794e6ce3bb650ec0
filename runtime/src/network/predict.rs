//! Networks that predict.
#[cfg(feature = "alloc")]
use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::slice;

use super::classes::LabelOf;
#[cfg(feature = "alloc")]
use super::error::LengthError;
use super::error::{InputLengthError, NotFiniteOutput};
use super::inputs::VectorInput;
use super::memory::Arena;
use super::workspace::Workspace;
use crate::flat::{Flat, from_scalars};
use crate::info::{LayerInfo, Source, TensorInfo};
use crate::isa::{self, Arithmetic, Isa, Task};
use crate::plain::Plain;
use crate::scalar::Scalar;

/// How predictions for one sample round.
const PREDICTIONS: Arithmetic = if cfg!(feature = "fused") { Arithmetic::Fused } else { Arithmetic::Portable };

/// A network that predicts; implemented by [`network!`](crate::network).
///
/// The trait is in the [`prelude`](crate::prelude). Input, output and memory may be of any numbers, integers too. A network
/// that can be trained is also a [`Network`](super::Network).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no network",
    label = "not a network",
    note = "help: name a type that `network!` declares"
)]
pub trait Predict: Plain + Send + Sync {
    /// One sample.
    type In: Clone + Send + Sync + 'static;
    /// The output for one sample.
    type Out: Plain + Clone + Send + Sync;
    /// Memory for the activations of one prediction, apart from its output.
    type Arena: Plain;
    /// The unit of places in the arena.
    #[doc(hidden)]
    type Unit: Plain + Copy;
    /// The number whose kernels compute the prediction.
    #[doc(hidden)]
    type Kernels: Scalar;

    /// The name that it was declared with.
    const NAME: &'static str;
    /// All parameters.
    const PARAMS: usize;
    /// Bytes of the weights.
    const FLASH_BYTES: usize = size_of::<Self>();
    /// Peak bytes of activations in one prediction: its arena and its output.
    const RAM_BYTES: usize = size_of::<Workspace<Self>>();
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
    /// A hash of everything that changes a prediction, apart from the weights: kinds of layers, shapes, activations, scalar.
    const FINGERPRINT: u64;
    /// The network as text, and the networks that are layers of it. Files of weights hold it.
    const SOURCE: Source;
    /// Units per sample of the arena.
    #[doc(hidden)]
    const ARENA: usize;

    /// The pass of a prediction up to the last activation.
    #[doc(hidden)]
    fn forward<I: Isa<Self::Kernels>>(
        &self,
        isa: I,
        input: &[Self::In],
        arena: &mut Arena<'_, Self>,
        output: &mut [Self::Out],
    );

    /// The activation at the very end.
    #[doc(hidden)]
    fn apply_head<I: Isa<Self::Kernels>>(isa: I, output: &mut [Self::Out]);

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
    fn predict(&self, input: &Self::In) -> Self::Out
    where
        Self: PredictsOnStack,
    {
        let mut memory = MaybeUninit::uninit();
        let workspace = Workspace::<Self>::unset(&mut memory);
        run(self, input, workspace);
        workspace.output.clone()
    }

    /// As [`predict`](Self::predict), from an array, for a network whose input is a vector. An array of another length does not compile.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// let net = Xor::init(&mut seeded(1));
    /// let probability = net.predict_array(&[0.0, 1.0])[0];
    /// assert_eq!(probability, net.predict(&[0.0, 1.0].into())[0]);
    /// ```
    #[inline]
    fn predict_array(&self, input: &<Self::In as VectorInput>::Array) -> Self::Out
    where
        Self: PredictsOnStack,
        Self::In: VectorInput,
    {
        self.predict(VectorInput::from_array(input))
    }

    /// As [`predict`](Self::predict), from the numbers of one sample: as [`input_from`](Self::input_from) takes them.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Digits< input 8x8x1 => flatten => dense 10 softmax > }
    ///
    /// let net = Digits::init(&mut seeded(1));
    /// let pixels = vec![0.5; 64];
    /// let probabilities = net.predict_slice(&pixels)?;
    /// assert_eq!(
    ///     net.predict_slice(&pixels[1..]).unwrap_err().to_string(),
    ///     "63 numbers, but an input of `Digits` has 64: give the values of one sample, channels last",
    /// );
    /// # let _ = probabilities;
    /// # Ok::<(), castnet::InputLengthError>(())
    /// ```
    ///
    /// # Errors
    /// Another number of values than the input has.
    #[inline]
    fn predict_slice(&self, numbers: &[<Self::In as Flat>::Scalar]) -> Result<Self::Out, InputLengthError>
    where
        Self: PredictsOnStack,
        Self::In: Flat,
    {
        Ok(self.predict(Self::input_from(numbers)?))
    }

    /// The numbers of one sample as an input, at no cost: position by position, row by row, channels last; of several inputs one after
    /// the other.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// network! { Digits< input 28x28x1 => flatten => dense 32 relu => dense 10 softmax > }
    ///
    /// let (net, mut workspace) = (Digits::init(&mut seeded(1)), Workspace::new());
    /// let pixels = vec![0.5; 28 * 28];
    /// let probabilities = net.predict_in(Digits::input_from(&pixels)?, &mut workspace);
    /// # let _ = probabilities;
    /// # Ok::<(), castnet::InputLengthError>(())
    /// ```
    ///
    /// # Errors
    /// Another number of values than the input has.
    #[inline]
    fn input_from(numbers: &[<Self::In as Flat>::Scalar]) -> Result<&Self::In, InputLengthError>
    where
        Self::In: Flat,
    {
        from_scalars(numbers).ok_or(InputLengthError::new(numbers.len(), Self::In::LEN, Self::NAME))
    }

    /// The class with the highest output of [`predict`](Self::predict), as a variant of an enum: see [`Label`](crate::Label).
    ///
    /// An output that is NaN or infinite gives some class; [`try_predict_class`](Self::try_predict_class) refuses it.
    #[inline]
    fn predict_class<C: LabelOf<Self::Out>>(&self, input: &Self::In) -> C
    where
        Self: PredictsOnStack,
        Self::Out: Flat,
    {
        C::decide(&self.predict(input)).0
    }

    /// As [`predict_class`](Self::predict_class), but an output that is NaN or infinite is no class.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq, Label)]
    /// enum Answer {
    ///     No,
    ///     Yes,
    /// }
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// let net = Xor::init(&mut seeded(1));
    /// let answer: Answer = net.try_predict_class(&[0.0, 1.0].into())?;
    /// assert!(net.try_predict_class::<Answer>(&[0.0, f32::NAN].into()).is_err());
    /// # let _ = answer;
    /// # Ok::<(), castnet::NotFiniteOutput>(())
    /// ```
    ///
    /// # Errors
    /// An output that is NaN or infinite.
    #[inline]
    fn try_predict_class<C: LabelOf<Self::Out>>(&self, input: &Self::In) -> Result<C, NotFiniteOutput>
    where
        Self: PredictsOnStack,
        Self::Out: Flat,
    {
        C::try_decide(&self.predict(input)).map(|(class, _)| class)
    }

    /// Predicts for one sample in memory that the caller owns: any size, no allocation. The result lies in the workspace.
    #[inline]
    fn predict_in<'w>(&self, input: &Self::In, workspace: &'w mut Workspace<Self>) -> &'w Self::Out {
        run(self, input, workspace);
        &workspace.output
    }

    /// Predicts for many samples, in [`Arithmetic::Fused`]: faster than one by one, and where the hardware fuses, with other last
    /// bits than [`predict`](Self::predict).
    ///
    /// # Errors
    /// Inputs and outputs that are not equally many; nothing is written then.
    #[cfg(feature = "alloc")]
    fn predict_batch(&self, inputs: &[Self::In], outputs: &mut [Self::Out]) -> Result<(), LengthError> {
        self.predict_batch_with(Arithmetic::Fused, inputs, outputs)
    }

    /// As [`predict_batch`](Self::predict_batch), in the arithmetic that is given: [`Arithmetic::Portable`] gives the bits of
    /// [`predict`](Self::predict).
    ///
    /// # Errors
    /// As [`predict_batch`](Self::predict_batch).
    #[cfg(feature = "alloc")]
    fn predict_batch_with(
        &self,
        arithmetic: Arithmetic,
        inputs: &[Self::In],
        outputs: &mut [Self::Out],
    ) -> Result<(), LengthError> {
        /// Samples at once: enough to use every weight many times, few enough to stay in the cache.
        const AT_ONCE: usize = 64;
        if inputs.len() != outputs.len() {
            return Err(LengthError { inputs: inputs.len(), outputs: outputs.len() });
        }
        let mut arena = Vec::new();
        for (inputs, outputs) in inputs.chunks(AT_ONCE).zip(outputs.chunks_mut(AT_ONCE)) {
            let arena = Arena::grown(&mut arena, inputs.len());
            isa::run(arithmetic, PredictBatch { network: self, inputs, arena, outputs });
        }
        Ok(())
    }
}

/// One prediction. The arena is as long as one sample needs, so it is always laid out.
#[inline(always)]
fn run<N: Predict>(network: &N, input: &N::In, workspace: &mut Workspace<N>) {
    isa::run(PREDICTIONS, PredictOne { network, input, workspace });
}

/// A prediction for one sample.
struct PredictOne<'a, N: Predict> {
    network: &'a N,
    input: &'a N::In,
    workspace: &'a mut Workspace<N>,
}

impl<N: Predict> Task<N::Kernels> for PredictOne<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Kernels>>(self, isa: I) {
        let Workspace { arena, output } = self.workspace;
        let output = slice::from_mut(output);
        self.network.forward(isa, slice::from_ref(self.input), &mut Arena::of_one(arena), output);
        N::apply_head(isa, output);
    }
}

/// Predictions for a batch of samples, in an arena that is large enough for them.
#[cfg(feature = "alloc")]
struct PredictBatch<'a, N: Predict> {
    network: &'a N,
    inputs: &'a [N::In],
    arena: Arena<'a, N>,
    outputs: &'a mut [N::Out],
}

#[cfg(feature = "alloc")]
impl<N: Predict> Task<N::Kernels> for PredictBatch<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<N::Kernels>>(self, isa: I) {
        let Self { network, inputs, mut arena, outputs } = self;
        network.forward(isa, inputs, &mut arena, outputs);
        N::apply_head(isa, outputs);
    }
}

/// A network whose activations fit on the stack: up to 16 KiB of [`RAM_BYTES`](Predict::RAM_BYTES). The macro knows.
#[diagnostic::on_unimplemented(
    message = "the activations of `{Self}` take more than 16 KiB, too much for the stack, or are not known here, as another network is a layer of it",
    label = "needs memory of its own",
    note = "help: `net.predict_in(&x, &mut workspace)` with a `Workspace::boxed()` that you make once"
)]
pub trait PredictsOnStack: Predict {}

#[cfg(test)]
mod tests;
