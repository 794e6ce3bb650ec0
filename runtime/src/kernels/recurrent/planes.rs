//! The memory of a block of samples in training.
use super::{BLOCK, Given, Recurrence};
use crate::scalar::Scalar;

impl<T: Scalar> Recurrence<T> {
    /// The samples of a block whose memory is so long, of `per_sample` values for each.
    #[inline(always)]
    pub(super) fn samples(memory: &[T], per_sample: usize) -> usize {
        memory.len().checked_div(per_sample).unwrap_or_default()
    }
}

/// Cuts the first values off a slice.
#[inline(always)]
pub(super) fn cut<'a, T>(rest: &mut &'a [T], len: usize) -> &'a [T] {
    let (first, behind) = rest.split_at_checked(len).unwrap_or_default();
    *rest = behind;
    first
}

/// Cuts the first values off a slice.
#[inline(always)]
pub(super) fn cut_mut<'a, T>(rest: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    let (first, behind) = core::mem::take(rest).split_at_mut_checked(len).unwrap_or_default();
    *rest = behind;
    first
}

macro_rules! saved {
    ($(#[$doc:meta])* $name:ident, $slice:ty, $memory:ty, $cut:ident) => {
        $(#[$doc])*
        pub struct $name<'a, T> {
            /// For each step the inputs, those that are dropped being zero.
            pub inputs: $slice,
            /// For each step the state before it, and then the state after the last one.
            pub states: $slice,
            /// For each step the gates.
            pub gates: $slice,
            /// For each step the extras: of a GRU that resets after the product, the product of the candidate with h; of one that resets before
            /// it, r * h; of an LSTM, the activation of c.
            pub extras: $slice,
            /// For each step the gates before their activations; empty if no derivative is computed from them.
            pub linear: $slice,
            /// For each step h with the dropped values set to zero; empty if none is dropped.
            pub dropped: $slice,
            /// 0 or a factor for each input; empty if none is dropped.
            pub input_factors: $slice,
            /// 0 or a factor for each value of h; empty if none is dropped.
            pub state_factors: $slice,
        }

        impl<'a, T: Scalar> $name<'a, T> {
            /// The memory of a block of some samples.
            #[inline(always)]
            pub fn of(of: &Recurrence<T>, samples: usize, memory: $memory) -> Self {
                let mut rest = memory;
                let each = of.steps * samples;
                let dropped = if of.drops_state() { of.units } else { 0 };
                Self {
                    inputs: $cut(&mut rest, each * of.inputs),
                    states: $cut(&mut rest, (each + samples) * of.state_values()),
                    gates: $cut(&mut rest, each * of.gate_values()),
                    extras: $cut(&mut rest, each * of.cell.extras() * of.units),
                    linear: $cut(&mut rest, if of.keeps_inputs() { each * of.gate_values() } else { 0 }),
                    dropped: $cut(&mut rest, each * dropped),
                    input_factors: $cut(&mut rest, if of.drops() { samples * of.inputs } else { 0 }),
                    state_factors: $cut(&mut rest, samples * dropped),
                }
            }
        }
    };
}
saved!(
    /// The values of a block that a training step keeps, to be written.
    SavedMut, &'a mut [T], &'a mut [T], cut_mut
);
saved!(
    /// The values of a block that a training step has kept.
    Saved, &'a [T], &'a [T], cut
);

macro_rules! gradients {
    ($(#[$doc:meta])* $name:ident, $slice:ty, $memory:ty, $cut:ident $(, $extra:ident: $extra_doc:literal)?) => {
        $(#[$doc])*
        pub struct $name<'a, T> {
            /// For each step the gradients of the gates before their activations.
            pub gates: $slice,
            /// For each step the gradients of the products with the state, if they are others than those of the gates; else empty.
            pub products: $slice,
            /// For each step the gradients of the inputs.
            pub inputs: $slice,
            /// The gradients of the state after the step.
            pub state: $slice,
            $(#[doc = $extra_doc] pub $extra: $slice,)?
        }

        impl<'a, T: Scalar> $name<'a, T> {
            /// The gradients of a block of some samples.
            #[inline(always)]
            pub fn of(of: &Recurrence<T>, samples: usize, memory: $memory) -> Self {
                let mut rest = memory;
                let each = of.steps * samples;
                let gates = each * of.gate_values();
                Self {
                    gates: $cut(&mut rest, gates),
                    products: $cut(&mut rest, if of.cell.resets_after() { gates } else { 0 }),
                    inputs: $cut(&mut rest, each * of.inputs),
                    state: $cut(&mut rest, samples * of.state_values()),
                    $($extra: $cut(&mut rest, samples * of.units),)?
                }
            }
        }
    };
}
gradients!(
    /// The gradients of a block, to be written.
    GradientsMut, &'a mut [T], &'a mut [T], cut_mut, between: "Memory of a step for one value of each unit."
);
gradients!(
    /// The gradients of a block.
    Gradients, &'a [T], &'a [T], cut
);

impl<'a, T: Scalar> Gradients<'a, T> {
    /// The gradients of the products with the state.
    #[inline(always)]
    pub fn of_products(&self, of: &Recurrence<T>) -> &'a [T] {
        if of.cell.resets_after() { self.products } else { self.gates }
    }
}

impl<T: Scalar> Given<'_, T> {
    /// Whether a step of a sample counts.
    #[inline(always)]
    pub fn counts(&self, sample: usize, step: usize) -> bool {
        self.mask.get(sample * self.mask_len + step).is_none_or(|&flag| flag != T::ZERO)
    }

    /// Whether the output of a step is one that the layer has computed: with a mask, no step may have counted so far.
    #[inline(always)]
    pub fn has_output(&self, of: &Recurrence<T>, sample: usize, step: usize) -> bool {
        if self.mask.is_empty() {
            return true;
        }
        match of.zero_masked {
            true => self.counts(sample, of.read_at(step)),
            false => (0..=step).any(|step| self.counts(sample, of.read_at(step))),
        }
    }
}

/// Draws the factors of the inputs and of the state that are dropped: `draw` gives one for a rate.
pub fn fill_factors<T: Scalar>(of: &Recurrence<T>, saved: &mut [T], mut draw: impl FnMut(f64) -> T) {
    if !(of.drops() || of.drops_state()) {
        return;
    }
    let len = of.saved();
    for memory in saved.chunks_mut((BLOCK * len).max(1)) {
        let block = SavedMut::of(of, Recurrence::samples(memory, len), memory);
        block.input_factors.iter_mut().for_each(|factor| *factor = draw(of.dropout));
        block.state_factors.iter_mut().for_each(|factor| *factor = draw(of.recurrent_dropout));
    }
}
