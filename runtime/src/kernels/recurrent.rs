//! Recurrent layers: simple ones, gated recurrent units (GRU) and long short-term memory (LSTM).
//!
//! A layer has weights for its inputs (`weight`) and for its state (`recurrent`). A row of either holds the values of all gates, in the order of
//! Keras: z, r, h of a GRU; i, f, g, o of an LSTM. A gate is its bias, plus its products with the inputs, plus its products with the state, each in
//! their order; where a GRU resets after the product, the products of its candidate with the state are a sum of their own.
//!
//! Samples are computed in blocks. In the memory of a block everything lies step by step, and for each step sample by sample.
mod backward;
mod forward;
mod gate;
mod planes;
mod products;
mod step;

pub use backward::{
    backward, backward_bias, backward_input, backward_recurrent, backward_weight, scatter_inputs, scatter_states,
};
pub use forward::{forward, forward_training, outputs_of_training};
pub use gate::{Function, Gate};
pub use planes::fill_factors;
pub use products::Weight;

use crate::scalar::Scalar;

/// The kinds of recurrent layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `h = f(W x + U h + b)`.
    Simple,
    /// `h = z * h + (1 - z) * candidate`.
    Gru {
        /// Whether the gate r multiplies the product of the state, or the state itself.
        reset_after: bool,
    },
    /// `c = f * c + i * g`, `h = o * tanh(c)`.
    Lstm,
}

impl Cell {
    /// The number of gates, the candidate among them.
    pub const fn gates(self) -> usize {
        match self {
            Self::Simple => 1,
            Self::Gru { .. } => 3,
            Self::Lstm => 4,
        }
    }

    /// The number of values of the state for each unit: h, or h and c.
    pub const fn states(self) -> usize {
        match self {
            Self::Simple | Self::Gru { .. } => 1,
            Self::Lstm => 2,
        }
    }

    /// The number of values that a step computes for each unit, beside the gates and the state.
    const fn extras(self) -> usize {
        match self {
            Self::Simple => 0,
            Self::Gru { .. } | Self::Lstm => 1,
        }
    }

    const fn resets_after(self) -> bool {
        matches!(self, Self::Gru { reset_after: true })
    }
}

/// The values that a recurrent layer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// h of the last step.
    Last,
    /// h of every step.
    Sequence,
    /// The state of the last step: h, and c of an LSTM behind it.
    State,
    /// The state of every step.
    States,
}

/// The order in which a recurrent layer reads the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// From the first to the last.
    Forwards,
    /// From the last to the first; the outputs stand in this order too.
    Backwards,
    /// From the last to the first; the outputs stand in the order of the inputs.
    BackwardsInPlace,
}

/// A recurrent layer: its sizes and its options.
#[derive(Clone, Copy, Debug)]
pub struct Recurrence<T: 'static> {
    /// Its kind.
    pub cell: Cell,
    /// The number of time steps.
    pub steps: usize,
    /// The number of inputs of a step.
    pub inputs: usize,
    /// The number of units.
    pub units: usize,
    /// The activation of the candidate, and of c in an LSTM.
    pub activation: Gate<T>,
    /// The activation of the gates.
    pub gates: Gate<T>,
    /// The values that it gives.
    pub gives: Gives,
    /// The order in which it reads the steps.
    pub order: Order,
    /// The fraction of the inputs that are dropped in training, the same ones in all steps.
    pub dropout: f64,
    /// The fraction of the state that is dropped in training before it is multiplied, the same one in all steps.
    pub recurrent_dropout: f64,
    /// Whether outputs of steps that a mask leaves out are zero, or those of the step before. Callers of the kernels may set it; the macro never
    /// does, as networks have no masks yet.
    pub zero_masked: bool,
}

/// The samples of a block in training. Threads share samples in multiples of it.
const BLOCK: usize = 8;

impl<T: 'static> Recurrence<T> {
    /// The same layer; an error of compilation unless the memory of a prediction, of training and of the backward pass are so long.
    pub const fn with_memory(self, memory: usize, saved: usize, gradients: usize) -> Self {
        assert!(self.memory() == memory && self.saved() == saved && self.gradients() == gradients, "memory as planned");
        self
    }

    /// The number of values of all gates of a sample.
    pub const fn gate_values(&self) -> usize {
        self.cell.gates() * self.units
    }

    /// The number of values of the state of a sample.
    pub const fn state_values(&self) -> usize {
        self.cell.states() * self.units
    }

    /// The number of inputs of a sample.
    pub const fn input_values(&self) -> usize {
        self.steps * self.inputs
    }

    /// The number of outputs of a sample.
    pub const fn output_values(&self) -> usize {
        match self.gives {
            Gives::Last => self.units,
            Gives::Sequence => self.steps * self.units,
            Gives::State => self.state_values(),
            Gives::States => self.steps * self.state_values(),
        }
    }

    /// The number of multiply-adds of a sample.
    pub const fn work(&self) -> usize {
        self.steps * self.gate_values() * (self.inputs + self.units)
    }

    /// The number of values that a prediction keeps in memory for one sample: the state, the gates and the extras of a step.
    pub const fn memory(&self) -> usize {
        self.state_values() + self.gate_values() + self.cell.extras() * self.units
    }

    const fn keeps_inputs(&self) -> bool {
        self.activation.keeps_inputs() || self.gates.keeps_inputs()
    }

    const fn drops(&self) -> bool {
        self.dropout > 0.0
    }

    const fn drops_state(&self) -> bool {
        self.recurrent_dropout > 0.0
    }

    /// The number of values that training keeps of one sample.
    pub const fn saved(&self) -> usize {
        let gates = self.gate_values() * if self.keeps_inputs() { 2 } else { 1 };
        let dropped = if self.drops_state() { self.units } else { 0 };
        let step = self.inputs + gates + self.cell.extras() * self.units + dropped;
        let factors = if self.drops() { self.inputs } else { 0 } + dropped;
        self.steps * step + (self.steps + 1) * self.state_values() + factors
    }

    /// The number of values that a backward pass keeps in memory for one sample: the gradients of the gates, before the products with inputs
    /// and with the state, those of the state and of the inputs.
    pub const fn gradients(&self) -> usize {
        let gates = self.gate_values() * if self.cell.resets_after() { 2 } else { 1 };
        self.steps * (gates + self.inputs) + self.state_values() + self.units
    }

    /// The index of the step that is read as the one with this number.
    const fn read_at(&self, step: usize) -> usize {
        match self.order {
            Order::Forwards => step,
            Order::Backwards | Order::BackwardsInPlace => self.steps - 1 - step,
        }
    }

    /// The place of the output of the step with this number.
    const fn written_at(&self, step: usize) -> usize {
        match self.order {
            Order::Forwards | Order::Backwards => step,
            Order::BackwardsInPlace => self.steps - 1 - step,
        }
    }

    /// The number of values of an output of a step.
    const fn width(&self) -> usize {
        match self.gives {
            Gives::Last | Gives::Sequence => self.units,
            Gives::State | Gives::States => self.state_values(),
        }
    }

    /// The place of the output of the step with this number among those of a sample; `None` if it is no output.
    const fn output_of(&self, step: usize) -> Option<usize> {
        match self.gives {
            Gives::Sequence | Gives::States => Some(self.written_at(step) * self.width()),
            Gives::Last | Gives::State if step + 1 == self.steps => Some(0),
            Gives::Last | Gives::State => None,
        }
    }
}

/// A recurrent layer with its parameters.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a, T: 'static> {
    /// Its sizes and options.
    pub of: &'a Recurrence<T>,
    /// For each input a row with the values of all gates.
    pub weight: &'a [T],
    /// For each unit a row with the values of all gates.
    pub recurrent: &'a [T],
    /// A value for each gate and unit, and perhaps a second one for the product with the state.
    pub bias: Option<&'a [T]>,
}

/// The values that a recurrent layer reads beside its inputs: an initial state and a mask over the steps, if it has them.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a, T> {
    /// The initial states; empty if the state begins with zeros.
    pub(crate) initial: &'a [T],
    /// The number of values of the state of a sample.
    pub(crate) state_len: usize,
    /// A value for each step, 0 for one that is left out; empty if all steps count.
    pub(crate) mask: &'a [T],
    /// The number of values of the mask of a sample.
    pub(crate) mask_len: usize,
}

impl<T: Scalar> Given<'_, T> {
    /// The state begins with zeros, and all steps count.
    #[inline(always)]
    pub const fn nothing() -> Self {
        Self { initial: &[], state_len: 0, mask: &[], mask_len: 0 }
    }

    /// The states and masks of the samples from one of them on.
    #[inline(always)]
    pub(crate) fn later(self, sample: usize) -> Self {
        Self {
            initial: self.initial.get(sample * self.state_len..).unwrap_or_default(),
            mask: self.mask.get(sample * self.mask_len..).unwrap_or_default(),
            ..self
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
