//! Predictions, and the forward pass of training.
use super::planes::{Saved, SavedMut, cut_mut};
use super::products::{Rows, add_product};
use super::step::{self, copy};
use super::{BLOCK, Given, Parameters, Recurrence};
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::kernels::product::Size;
use crate::scalar::Scalar;

/// The samples of a block in predictions.
const PREDICTED: usize = 32;

/// Predicts. `memory` holds [`Recurrence::memory`] values for each sample.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(
    isa: I,
    layer: Parameters<'_, T>,
    inputs: &[T],
    given: Given<'_, T>,
    memory: &mut [T],
    outputs: &mut [T],
) {
    let Parameters { of, weight, bias, .. } = layer;
    let (len, width, state_len) = (of.memory(), of.gate_values(), of.state_values());
    let mut begin = 0;
    for (memory, outputs) in
        memory.chunks_mut((PREDICTED * len).max(1)).zip(outputs.chunks_mut((PREDICTED * of.output_values()).max(1)))
    {
        let samples = Recurrence::samples(memory, len);
        let inputs = inputs.get(begin * of.input_values()..).unwrap_or_default();
        let given = given.later(begin);
        begin += samples;
        let Some((states, rest)) = memory.split_at_mut_checked(samples * state_len) else { return };
        let Some((gates, extras)) = rest.split_at_mut_checked(samples * width) else { return };
        begin_state(given.initial, states);
        for step in 0..of.steps {
            step::begin(of, bias, gates);
            let inputs = inputs.get(of.read_at(step) * of.inputs..).unwrap_or_default();
            let size = Size { rows: samples, columns: width, depth: of.inputs };
            let rows = Rows { values: inputs, apart: of.input_values() };
            add_product(isa, size, rows, Rows { values: weight, apart: width }, gates, width);
            step::gates(isa, layer, Rows { values: states, apart: state_len }, gates, extras, &mut []);
            update_all(of, &given, step, gates, extras, states);
            write_outputs(of, &given, step, states, outputs);
        }
    }
}

/// The initial states: those given, or zeros.
#[inline(always)]
fn begin_state<T: Scalar>(initial: &[T], states: &mut [T]) {
    match initial.get(..states.len()).filter(|initial| !initial.is_empty()) {
        Some(initial) => copy(initial, states),
        None => states.fill(T::ZERO),
    }
}

/// The new states of the samples whose step counts.
#[inline(always)]
fn update_all<T: Scalar>(
    of: &Recurrence<T>,
    given: &Given<'_, T>,
    step: usize,
    gates: &[T],
    extras: &mut [T],
    states: &mut [T],
) {
    let extra_len = of.cell.extras() * of.units;
    let mut extras = extras;
    let rows = gates.in_chunks(of.gate_values()).zip(states.in_chunks_mut(of.state_values()));
    for (sample, (gates, state)) in rows.enumerate() {
        let extra = cut_mut(&mut extras, extra_len);
        if given.counts(sample, of.read_at(step)) {
            of.update(gates, extra, state);
        }
    }
}

/// Writes the outputs of a step, if it has any.
#[inline(always)]
fn write_outputs<T: Scalar>(of: &Recurrence<T>, given: &Given<'_, T>, step: usize, states: &[T], outputs: &mut [T]) {
    let Some(place) = of.output_of(step) else { return };
    let rows = states.in_chunks(of.state_values()).zip(outputs.in_chunks_mut(of.output_values()));
    for (sample, (state, output)) in rows.enumerate() {
        let output = output.get_mut(place..).and_then(|rest| rest.get_mut(..of.width())).unwrap_or_default();
        if given.has_output(of, sample, step) {
            copy(state, output);
        } else {
            output.fill(T::ZERO);
        }
    }
}

/// The forward pass of training: as [`forward`], without outputs. `saved` holds [`Recurrence::saved`] values for each sample, among them the
/// factors of dropped values.
#[inline(always)]
pub fn forward_training<T: Scalar, I: Isa<T>>(
    isa: I,
    layer: Parameters<'_, T>,
    inputs: &[T],
    given: Given<'_, T>,
    saved: &mut [T],
) {
    let Parameters { of, weight, bias, .. } = layer;
    let (len, width, state_len) = (of.saved(), of.gate_values(), of.state_values());
    let mut begin = 0;
    for memory in saved.chunks_mut((BLOCK * len).max(1)) {
        let samples = Recurrence::samples(memory, len);
        let given = given.later(begin);
        let inputs = inputs.get(begin * of.input_values()..).unwrap_or_default();
        begin += samples;
        let mut block = SavedMut::of(of, samples, memory);
        gather_inputs(of, inputs, samples, &mut block);
        step::begin(of, bias, block.gates);
        let size = Size { rows: of.steps * samples, columns: width, depth: of.inputs };
        let rows = Rows { values: &*block.inputs, apart: of.inputs };
        add_product(isa, size, rows, Rows { values: weight, apart: width }, block.gates, width);
        begin_state(given.initial, block.states.get_mut(..samples * state_len).unwrap_or_default());
        for step in 0..of.steps {
            one_step(isa, layer, &given, step, samples, &mut block);
        }
    }
}

/// Copies the inputs step by step, with the dropped ones set to zero.
#[inline(always)]
fn gather_inputs<T: Scalar>(of: &Recurrence<T>, inputs: &[T], samples: usize, block: &mut SavedMut<'_, T>) {
    for (index, row) in block.inputs.in_chunks_mut(of.inputs).enumerate() {
        let (step, sample) = (index / samples.max(1), index % samples.max(1));
        let from = sample * of.input_values() + of.read_at(step) * of.inputs;
        copy(inputs.get(from..).unwrap_or_default(), row);
        let factors = block.input_factors.get(sample * of.inputs..).unwrap_or_default();
        row.iter_mut().zip(factors).for_each(|(value, &factor)| *value *= factor);
    }
}

/// The values of a step in a plane that has `len` for each.
#[inline(always)]
pub(super) fn of_step<T>(plane: &[T], step: usize, len: usize) -> &[T] {
    plane.get(step * len..).and_then(|rest| rest.get(..len)).unwrap_or_default()
}

/// The values of a step in a plane that has `len` for each.
#[inline(always)]
pub(super) fn of_step_mut<T>(plane: &mut [T], step: usize, len: usize) -> &mut [T] {
    plane.get_mut(step * len..).and_then(|rest| rest.get_mut(..len)).unwrap_or_default()
}

/// One step of training: from one state to the next.
#[inline(always)]
fn one_step<T: Scalar, I: Isa<T>>(
    isa: I,
    layer: Parameters<'_, T>,
    given: &Given<'_, T>,
    step: usize,
    samples: usize,
    block: &mut SavedMut<'_, T>,
) {
    let of = layer.of;
    let (width, state_len) = (samples * of.gate_values(), samples * of.state_values());
    let extra_len = samples * of.cell.extras() * of.units;
    let Some((before, after)) = block.states.split_at_mut_checked((step + 1) * state_len) else { return };
    let state = of_step(before, step, state_len);
    let after = after.get_mut(..state_len).unwrap_or_default();
    let dropped = if of.drops_state() { of_step_mut(block.dropped, step, samples * of.units) } else { &mut [] };
    for (sample, row) in dropped.in_chunks_mut(of.units).enumerate() {
        let h = state.get(sample * of.state_values()..).unwrap_or_default();
        let factors = block.state_factors.get(sample * of.units..).unwrap_or_default();
        row.iter_mut().zip(h).zip(factors).for_each(|((place, &h), &factor)| *place = h * factor);
    }
    let h = match of.drops_state() {
        true => Rows { values: &*dropped, apart: of.units },
        false => Rows { values: state, apart: of.state_values() },
    };
    let gates = of_step_mut(block.gates, step, width);
    let extras = of_step_mut(block.extras, step, extra_len);
    let linear = if of.keeps_inputs() { of_step_mut(block.linear, step, width) } else { &mut [] };
    step::gates(isa, layer, h, gates, extras, linear);
    copy(state, after);
    update_all(of, given, step, gates, extras, after);
}

/// The outputs of the forward pass of training.
pub fn outputs_of_training<T: Scalar>(of: &Recurrence<T>, given: Given<'_, T>, saved: &[T], outputs: &mut [T]) {
    let (len, state_len) = (of.saved(), of.state_values());
    let blocks = saved.chunks((BLOCK * len).max(1));
    let mut begin = 0;
    for (memory, outputs) in blocks.zip(outputs.chunks_mut((BLOCK * of.output_values()).max(1))) {
        let samples = Recurrence::samples(memory, len);
        let given = given.later(begin);
        begin += samples;
        let block = Saved::of(of, samples, memory);
        for step in 0..of.steps {
            write_outputs(of, &given, step, of_step(block.states, step + 1, samples * state_len), outputs);
        }
    }
}
