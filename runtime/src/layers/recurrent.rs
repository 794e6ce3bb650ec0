//! Recurrent layers.
use nalgebra::{SMatrix, SVector};
use rand::{Rng, RngExt};

use super::optional::Bias;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::{Fans, Initializer};
use crate::isa::Isa;
use crate::kernels::recurrent::{self, Given, Parameters, Recurrence, Weight};
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// The parameters of a recurrent layer: an [`Rnn`], a [`Gru`] or an [`Lstm`].
///
/// `weight` is `GATES x IN` and `recurrent_weight` is `GATES x UNITS`, where `GATES` is the number of units times that of gates; their bytes are
/// those of Keras's `(in, gates)` kernel and `(units, gates)` recurrent kernel. `bias` has `GATES` values, or two for each gate in a [`Gru`], or is
/// [`NoBias`](super::NoBias).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recurrent<const IN: usize, const UNITS: usize, const GATES: usize, T = f32, B = SVector<T, GATES>> {
    /// `GATES x IN`.
    pub weight: SMatrix<T, GATES, IN>,
    /// `GATES x UNITS`.
    pub recurrent_weight: SMatrix<T, GATES, UNITS>,
    /// `GATES` values, or two columns of them.
    pub bias: B,
}

/// A simple recurrent layer: `h = tanh(W x + U h + b)`. Keras's `SimpleRNN`.
pub type Rnn<const IN: usize, const UNITS: usize, const GATES: usize, T = f32, B = SVector<T, GATES>> =
    Recurrent<IN, UNITS, GATES, T, B>;

/// A gated recurrent unit, as Keras's `GRU` computes it:
///
/// ```text
/// z = sigmoid(Wz x + Uz h + bz)
/// r = sigmoid(Wr x + Ur h + br)
/// candidate = tanh(Wh x + bh + r * (Uh h + b'h))
/// h = z * h + (1 - z) * candidate
/// ```
///
/// The gates stand in the order z, r, candidate; the second column of `bias` belongs to the products with h.
///
/// Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.
pub type Gru<const IN: usize, const UNITS: usize, const GATES: usize, T = f32, B = SMatrix<T, GATES, 2>> =
    Recurrent<IN, UNITS, GATES, T, B>;

/// A [`Gru`] whose gate r multiplies the state before the product: `candidate = tanh(Wh x + bh + Uh (r * h))`.
pub type GruResetBefore<const IN: usize, const UNITS: usize, const GATES: usize, T = f32, B = SVector<T, GATES>> =
    Recurrent<IN, UNITS, GATES, T, B>;

/// Long short-term memory, as Keras's `LSTM` computes it:
///
/// ```text
/// i = sigmoid(Wi x + Ui h + bi)
/// f = sigmoid(Wf x + Uf h + bf)
/// g = tanh(Wg x + Ug h + bg)
/// o = sigmoid(Wo x + Uo h + bo)
/// c = f * c + i * g
/// h = o * tanh(c)
/// ```
///
/// The gates stand in the order i, f, g, o.
///
/// Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997.
pub type Lstm<const IN: usize, const UNITS: usize, const GATES: usize, T = f32, B = SVector<T, GATES>> =
    Recurrent<IN, UNITS, GATES, T, B>;

// SAFETY: three fields of scalars (or two and nothing), of the same alignment, in order.
unsafe impl<const IN: usize, const UNITS: usize, const GATES: usize, T: Scalar, B: Bias<T, GATES>> Flat
    for Recurrent<IN, UNITS, GATES, T, B>
{
    type Scalar = T;
}

impl<'a, T: Scalar> Given<'a, T> {
    /// The initial state of every sample.
    #[inline(always)]
    pub fn state<S: Flat<Scalar = T>>(self, states: &'a [S]) -> Self {
        Self { initial: flatten(states), state_len: S::LEN, ..self }
    }

    /// The mask of every sample: 0 for a step that is left out. Callers of the kernels may give one; the macro never does, as networks have no
    /// masks yet.
    #[inline(always)]
    pub fn mask<S: Flat<Scalar = T>>(self, masks: &'a [S]) -> Self {
        Self { mask: flatten(masks), mask_len: S::LEN, ..self }
    }
}

impl<const IN: usize, const UNITS: usize, const GATES: usize, T: Scalar, B: Bias<T, GATES>>
    Recurrent<IN, UNITS, GATES, T, B>
{
    /// Draws fresh weights. The biases are zero, but for those of the gate f of an LSTM, which are one if `unit_forget_bias`.
    pub fn init<R: Rng + ?Sized>(
        &mut self,
        weight: impl Initializer,
        recurrent_weight: impl Initializer,
        unit_forget_bias: bool,
        rng: &mut R,
    ) {
        weight.fill(Fans { inputs: IN, outputs: GATES }, rng, self.weight.as_flat_mut());
        recurrent_weight.fill(Fans { inputs: UNITS, outputs: GATES }, rng, self.recurrent_weight.as_flat_mut());
        self.bias.fill(T::ZERO);
        if unit_forget_bias && let Some(bias) = self.bias.values_mut() {
            bias.iter_mut().skip(UNITS).take(UNITS).for_each(|bias| *bias = T::ONE);
        }
    }

    #[inline(always)]
    fn parameters<'a>(&'a self, of: &'a Recurrence<T>) -> Parameters<'a, T> {
        let (weight, recurrent) = (self.weight.as_flat(), self.recurrent_weight.as_flat());
        Parameters { of, weight, recurrent, bias: self.bias.values() }
    }

    /// The outputs of a prediction.
    #[inline(always)]
    pub fn recur<I: Isa<T>, X: Flat<Scalar = T>, M: Flat<Scalar = T>, Y: Flat<Scalar = T>>(
        &self,
        isa: I,
        of: &Recurrence<T>,
        inputs: &[X],
        given: Given<'_, T>,
        memory: &mut [M],
        outputs: &mut [Y],
    ) {
        let (memory, outputs) = (flatten_mut(memory), flatten_mut(outputs));
        isa.recurrent_forward(self.parameters(of), flatten(inputs), given, memory, outputs);
    }

    /// The outputs in training, and in `saved` the values that the backward pass reads.
    #[inline(always)]
    pub fn recur_in_training<I: Isa<T>, X: Flat<Scalar = T>, M: Flat<Scalar = T>, Y: Flat<Scalar = T>>(
        &self,
        isa: I,
        of: &Recurrence<T>,
        inputs: &[X],
        given: Given<'_, T>,
        saved: &mut [M],
        outputs: &mut [Y],
    ) {
        let saved = flatten_mut(saved);
        isa.recurrent_forward_training(self.parameters(of), flatten(inputs), given, saved);
        recurrent::outputs_of_training(of, given, saved, flatten_mut(outputs));
    }

    /// As [`recur_in_training`](Self::recur_in_training), where inputs or values of the state are dropped.
    #[inline(always)]
    #[expect(
        clippy::too_many_arguments,
        reason = "the values that a pass reads and writes; only generated code calls it"
    )]
    pub fn recur_dropping<I: Isa<T>, X: Flat<Scalar = T>, M: Flat<Scalar = T>, Y: Flat<Scalar = T>>(
        &self,
        isa: I,
        rng: &mut TrainingRng,
        of: &Recurrence<T>,
        inputs: &[X],
        given: Given<'_, T>,
        saved: &mut [M],
        outputs: &mut [Y],
    ) {
        recurrent::fill_factors(of, flatten_mut(saved), |rate| match rng.random::<f64>() < rate {
            true => T::ZERO,
            false => T::from_f64(1.0 / (1.0 - rate)),
        });
        self.recur_in_training(isa, of, inputs, given, saved, outputs);
    }

    /// The gradients that are asked for: of the parameters, of the inputs and of the initial state. `memory` holds [`Recurrence::gradients`] values
    /// for each sample.
    #[inline(always)]
    #[expect(
        clippy::too_many_arguments,
        reason = "the values that a backward pass reads and writes; only generated code calls it"
    )]
    pub fn backward_through_time<I, M, G, Y>(
        &self,
        isa: I,
        of: &Recurrence<T>,
        given: Given<'_, T>,
        saved: &[M],
        grad_outputs: &[Y],
        memory: &mut [G],
        gradient: Option<&mut Self>,
        grad_inputs: Option<&mut [T]>,
        grad_initial: Option<&mut [T]>,
    ) where
        I: Isa<T>,
        M: Flat<Scalar = T>,
        G: Flat<Scalar = T>,
        Y: Flat<Scalar = T>,
    {
        let (saved, memory, grad_outputs) = (flatten(saved), flatten_mut(memory), flatten(grad_outputs));
        let gates = of.gate_values();
        let weight = Weight { values: self.weight.as_flat(), gates, rows: IN, transposed: &[] };
        let recurrent = Weight { values: self.recurrent_weight.as_flat(), gates, rows: UNITS, transposed: &[] };
        let Some(gradient) = gradient else {
            isa.recurrent_backward(of, recurrent, saved, given, grad_outputs, memory);
            if grad_inputs.is_some() {
                isa.recurrent_backward_input(of, weight, memory);
            }
            return Self::scatter(of, saved, memory, grad_inputs, grad_initial);
        };
        // The gradients of the weights are written last: until then their memory holds the weights with rows and columns exchanged.
        let recurrent = recurrent.with_transposed(isa, gradient.recurrent_weight.as_flat_mut());
        isa.recurrent_backward(of, recurrent, saved, given, grad_outputs, memory);
        if grad_inputs.is_some() {
            isa.recurrent_backward_input(of, weight.with_transposed(isa, gradient.weight.as_flat_mut()), memory);
        }
        isa.recurrent_backward_weight(of, saved, memory, 0, gradient.weight.as_flat_mut());
        isa.recurrent_backward_recurrent(of, saved, memory, 0, gradient.recurrent_weight.as_flat_mut());
        if let Some(grad_bias) = gradient.bias.values_mut() {
            recurrent::backward_bias(of, saved, memory, grad_bias);
        }
        Self::scatter(of, saved, memory, grad_inputs, grad_initial);
    }

    fn scatter(
        of: &Recurrence<T>,
        saved: &[T],
        memory: &[T],
        grad_inputs: Option<&mut [T]>,
        grad_initial: Option<&mut [T]>,
    ) {
        if let Some(grad_inputs) = grad_inputs {
            recurrent::scatter_inputs(of, saved, memory, grad_inputs);
        }
        if let Some(grad_initial) = grad_initial {
            recurrent::scatter_states(of, memory, grad_initial);
        }
    }
}
