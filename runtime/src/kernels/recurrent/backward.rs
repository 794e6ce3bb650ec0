//! Backward through time.
use super::forward::{of_step, of_step_mut};
use super::planes::{Gradients, GradientsMut, Saved, cut, cut_mut};
use super::products::{Rows, Weight, add_outer};
use super::step::copy;
use super::{BLOCK, Cell, Gate, Given, Recurrence};
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::kernels::product::Size;
use crate::scalar::Scalar;

/// Writes the gradients of the gates of all steps, and of the initial state. `weight` is that of the state.
#[inline(always)]
pub fn backward<T: Scalar, I: Isa<T>>(
    isa: I,
    of: &Recurrence<T>,
    weight: Weight<'_, T>,
    saved: &[T],
    given: Given<'_, T>,
    grad_outputs: &[T],
    gradients: &mut [T],
) {
    let (len, saved_len) = (of.gradients(), of.saved());
    let mut begin = 0;
    for memory in gradients.chunks_mut((BLOCK * len).max(1)) {
        let samples = Recurrence::samples(memory, len);
        let saved = saved.get(begin * saved_len..).and_then(|rest| rest.get(..samples * saved_len));
        let saved = Saved::of(of, samples, saved.unwrap_or_default());
        let given = given.later(begin);
        let grad_outputs = grad_outputs.get(begin * of.output_values()..).unwrap_or_default();
        begin += samples;
        let mut block = GradientsMut::of(of, samples, memory);
        block.state.fill(T::ZERO);
        for step in (0..of.steps).rev() {
            add_outputs(of, &given, step, grad_outputs, block.state);
            Step { of, saved: &saved, given: &given, step, samples }.backward(isa, weight, &mut block);
        }
    }
}

/// Adds the gradients of the outputs of a step to those of the state after it.
#[inline(always)]
fn add_outputs<T: Scalar>(of: &Recurrence<T>, given: &Given<'_, T>, step: usize, grad_outputs: &[T], state: &mut [T]) {
    let Some(place) = of.output_of(step) else { return };
    let rows = grad_outputs.in_chunks(of.output_values()).zip(state.in_chunks_mut(of.state_values()));
    for (sample, (grad_output, state)) in rows.enumerate() {
        if given.has_output(of, sample, step) {
            let grad_output = grad_output.get(place..).unwrap_or_default().iter().take(of.width());
            state.iter_mut().zip(grad_output).for_each(|(sum, &grad)| *sum += grad);
        }
    }
}

/// A step of a block.
struct Step<'a, T: 'static> {
    of: &'a Recurrence<T>,
    saved: &'a Saved<'a, T>,
    given: &'a Given<'a, T>,
    step: usize,
    samples: usize,
}

impl<T: Scalar> Step<'_, T> {
    /// From the gradient of the state after the step to that of the gates and of the state before it.
    #[inline(always)]
    fn backward<I: Isa<T>>(&self, isa: I, weight: Weight<'_, T>, gradients: &mut GradientsMut<'_, T>) {
        let Self { of, samples, step, .. } = *self;
        let (units, width) = (of.units, of.gate_values());
        let len = samples * width;
        let gates = of_step_mut(gradients.gates, step, len);
        match of.cell {
            Cell::Simple => self.simple(gates, gradients.state),
            Cell::Lstm => self.lstm(gates, gradients.state),
            Cell::Gru { reset_after: true } => {
                let products = of_step_mut(gradients.products, step, len);
                self.gru_after(gates, products, gradients.state);
            }
            Cell::Gru { reset_after: false } => {
                self.gru_candidate(gates, gradients.state);
                gradients.between.fill(T::ZERO);
                let of_candidate = Rows { values: gates.get(2 * units..).unwrap_or_default(), apart: width };
                weight.add_transposed(isa, samples, [2 * units, units], of_candidate, gradients.between, units);
                self.gru_before(gates, gradients.between, gradients.state);
            }
        }
        let (products, number) = match of.cell {
            Cell::Gru { reset_after: true } => (of_step(gradients.products, step, len), 3),
            Cell::Gru { reset_after: false } => (of_step(gradients.gates, step, len), 2),
            Cell::Simple | Cell::Lstm => (of_step(gradients.gates, step, len), of.cell.gates()),
        };
        let products = Rows { values: products, apart: width };
        if of.drops_state() {
            gradients.between.fill(T::ZERO);
            weight.add_transposed(isa, samples, [0, number * units], products, gradients.between, units);
            let factors = gradients.between.iter_mut().zip(self.saved.state_factors);
            factors.for_each(|(grad, &factor)| *grad *= factor);
            for (state, added) in
                gradients.state.in_chunks_mut(of.state_values()).zip(gradients.between.in_chunks(units))
            {
                state.iter_mut().zip(added).for_each(|(sum, &grad)| *sum += grad);
            }
        } else {
            weight.add_transposed(isa, samples, [0, number * units], products, gradients.state, of.state_values());
        }
    }

    /// The samples of the step: its gates, extras and state before it, from which derivatives follow, and whether the step counts.
    #[inline(always)]
    fn sample(&self, sample: usize) -> Sample<'_, T> {
        let Self { of, saved, samples, step, .. } = *self;
        let (width, units) = (of.gate_values(), of.units);
        let row = |plane, len: usize| of_step(of_step(plane, step, samples * len), sample, len);
        let gates = row(saved.gates, width);
        Sample {
            gates,
            kept: if of.keeps_inputs() { row(saved.linear, width) } else { gates },
            extras: row(saved.extras, of.cell.extras() * units),
            before: row(saved.states, of.state_values()),
            after: of_step(of_step(saved.states, step + 1, samples * of.state_values()), sample, of.state_values()),
            dropped: if of.drops_state() { row(saved.dropped, units) } else { row(saved.states, of.state_values()) },
            counts: self.given.counts(sample, of.read_at(step)),
        }
    }

    /// The values from which an activation's derivative is computed.
    #[inline(always)]
    fn kept<'a>(gate: Gate<T>, outputs: &'a [T], inputs: &'a [T]) -> &'a [T] {
        if gate.keeps_inputs() { inputs } else { outputs }
    }

    #[inline(always)]
    fn simple(&self, gates: &mut [T], state: &mut [T]) {
        let of = self.of;
        for (index, (gates, state)) in gates.in_chunks_mut(of.units).zip(state.in_chunks_mut(of.units)).enumerate() {
            let sample = self.sample(index);
            if !sample.counts {
                gates.fill(T::ZERO);
                continue;
            }
            copy(state, gates);
            let kept = Self::kept(of.activation, sample.gates, sample.kept);
            of.activation.multiply_by_derivative(kept, gates);
            state.fill(T::ZERO);
        }
    }

    #[inline(always)]
    fn lstm(&self, gates: &mut [T], state: &mut [T]) {
        let (of, units) = (self.of, self.of.units);
        for (index, (gates, state)) in gates.in_chunks_mut(4 * units).zip(state.in_chunks_mut(2 * units)).enumerate() {
            let sample = self.sample(index);
            if !sample.counts {
                gates.fill(T::ZERO);
                continue;
            }
            let Some((grad_h, grad_c)) = state.split_at_mut_checked(units) else { return };
            let [grad_i, grad_f, grad_g, grad_o] = parts_mut(gates, units);
            let [i, f, g, o] = parts(sample.gates, units);
            let [_, c] = parts(sample.before, units);
            // The gradient of the activation of c is computed where that of the candidate comes later.
            for (((grad_o, grad), &grad_h), (&o, &active)) in
                grad_o.iter_mut().zip(grad_g.iter_mut()).zip(&*grad_h).zip(o.iter().zip(sample.extras))
            {
                *grad_o = grad_h * active;
                *grad = grad_h * o;
            }
            let [_, after] = parts(sample.after, units);
            of.activation.multiply_by_derivative(Self::kept(of.activation, sample.extras, after), grad_g);
            grad_c.iter_mut().zip(&*grad_g).for_each(|(sum, &grad)| *sum += grad);
            for ((grad_i, grad_g), (&grad, (&i, &g))) in
                grad_i.iter_mut().zip(grad_g.iter_mut()).zip(grad_c.iter().zip(i.iter().zip(g)))
            {
                *grad_i = grad * g;
                *grad_g = grad * i;
            }
            for ((grad_f, grad_c), (&c, &f)) in grad_f.iter_mut().zip(grad_c.iter_mut()).zip(c.iter().zip(f)) {
                *grad_f = *grad_c * c;
                *grad_c *= f;
            }
            let [kept_i, kept_f, kept_g, kept_o] = parts(sample.kept, units);
            of.gates.multiply_by_derivative(Self::kept(of.gates, i, kept_i), grad_i);
            of.gates.multiply_by_derivative(Self::kept(of.gates, f, kept_f), grad_f);
            of.activation.multiply_by_derivative(Self::kept(of.activation, g, kept_g), grad_g);
            of.gates.multiply_by_derivative(Self::kept(of.gates, o, kept_o), grad_o);
            grad_h.fill(T::ZERO);
        }
    }

    /// The gradients of z and of the candidate of a GRU; that of the state becomes the part that passes by.
    #[inline(always)]
    fn gru_candidate(&self, gates: &mut [T], state: &mut [T]) {
        let (of, units) = (self.of, self.of.units);
        for (index, (gates, state)) in gates.in_chunks_mut(3 * units).zip(state.in_chunks_mut(units)).enumerate() {
            let sample = self.sample(index);
            if !sample.counts {
                gates.fill(T::ZERO);
                continue;
            }
            let [grad_z, _, grad_g] = parts_mut(gates, units);
            let [z, _, g] = parts(sample.gates, units);
            for ((grad_z, grad_g), (grad, (&h, (&z, &g)))) in grad_z
                .iter_mut()
                .zip(grad_g.iter_mut())
                .zip(state.iter_mut().zip(sample.before.iter().zip(z.iter().zip(g))))
            {
                *grad_z = *grad * (h - g);
                *grad_g = *grad * (T::ONE - z);
                *grad *= z;
            }
            let [kept_z, _, kept_g] = parts(sample.kept, units);
            of.gates.multiply_by_derivative(Self::kept(of.gates, z, kept_z), grad_z);
            of.activation.multiply_by_derivative(Self::kept(of.activation, g, kept_g), grad_g);
        }
    }

    #[inline(always)]
    fn gru_after(&self, gates: &mut [T], products: &mut [T], state: &mut [T]) {
        let (of, units) = (self.of, self.of.units);
        self.gru_candidate(gates, state);
        for (index, (gates, products)) in
            gates.in_chunks_mut(3 * units).zip(products.in_chunks_mut(3 * units)).enumerate()
        {
            let sample = self.sample(index);
            let [grad_z, grad_r, grad_g] = parts_mut(gates, units);
            let [products_z, products_r, products_g] = parts_mut(products, units);
            let [_, r, _] = parts(sample.gates, units);
            let [_, kept_r, _] = parts(sample.kept, units);
            for ((grad_r, product_g), (&grad_g, (&extra, &r))) in
                grad_r.iter_mut().zip(products_g.iter_mut()).zip(grad_g.iter().zip(sample.extras.iter().zip(r)))
            {
                *grad_r = grad_g * extra;
                *product_g = grad_g * r;
            }
            of.gates.multiply_by_derivative(Self::kept(of.gates, r, kept_r), grad_r);
            copy(grad_z, products_z);
            copy(grad_r, products_r);
        }
    }

    /// The gradient of r, from that of `r * h` in `between`; the part of h that passes by r is added to the gradient of the state.
    #[inline(always)]
    fn gru_before(&self, gates: &mut [T], between: &[T], state: &mut [T]) {
        let (of, units) = (self.of, self.of.units);
        let rows = gates.in_chunks_mut(3 * units).zip(between.in_chunks(units).zip(state.in_chunks_mut(units)));
        for (index, (gates, (between, state))) in rows.enumerate() {
            let sample = self.sample(index);
            let [_, grad_r, _] = parts_mut(gates, units);
            let [_, r, _] = parts(sample.gates, units);
            let [_, kept_r, _] = parts(sample.kept, units);
            let factors = self.saved.state_factors.get(index * units..).unwrap_or_default();
            for ((grad_r, sum), (&grad, (&h, &r))) in
                grad_r.iter_mut().zip(state.iter_mut()).zip(between.iter().zip(sample.dropped.iter().zip(r)))
            {
                *grad_r = grad * h;
                if factors.is_empty() {
                    *sum += grad * r;
                }
            }
            for ((sum, &factor), (&grad, &r)) in state.iter_mut().zip(factors).zip(between.iter().zip(r)) {
                *sum += grad * r * factor;
            }
            of.gates.multiply_by_derivative(Self::kept(of.gates, r, kept_r), grad_r);
        }
    }
}

/// The values of a step of one sample.
struct Sample<'a, T> {
    gates: &'a [T],
    /// The gates before their activations, if the layer keeps them.
    kept: &'a [T],
    extras: &'a [T],
    before: &'a [T],
    after: &'a [T],
    /// h as it was multiplied.
    dropped: &'a [T],
    counts: bool,
}

/// Parts of so many values, one behind the other.
#[inline(always)]
fn parts<T, const N: usize>(values: &[T], len: usize) -> [&[T]; N] {
    let mut rest = values;
    core::array::from_fn(|_| cut(&mut rest, len))
}

/// Parts of so many values, one behind the other.
#[inline(always)]
fn parts_mut<T, const N: usize>(values: &mut [T], len: usize) -> [&mut [T]; N] {
    let mut rest = values;
    core::array::from_fn(|_| cut_mut(&mut rest, len))
}

/// Writes `weightᵀ gradients` for every step of every sample: the gradients of the inputs, step by step. `weight` is that of the inputs.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(isa: I, of: &Recurrence<T>, weight: Weight<'_, T>, gradients: &mut [T]) {
    let (len, width) = (of.gradients(), of.gate_values());
    for memory in gradients.chunks_mut((BLOCK * len).max(1)) {
        let samples = Recurrence::samples(memory, len);
        let block = GradientsMut::of(of, samples, memory);
        block.inputs.fill(T::ZERO);
        let gates = Rows { values: &*block.gates, apart: width };
        weight.add_transposed(isa, of.steps * samples, [0, width], gates, block.inputs, of.inputs);
    }
}

/// Copies the gradients of the inputs to their places.
pub fn scatter_inputs<T: Scalar>(of: &Recurrence<T>, saved: &[T], gradients: &[T], grad_inputs: &mut [T]) {
    let grad_inputs = grad_inputs.chunks_mut((BLOCK * of.input_values()).max(1));
    for ((samples, saved, gradients), grad_inputs) in blocks(of, saved, gradients).zip(grad_inputs) {
        for (index, row) in gradients.inputs.in_chunks(of.inputs).enumerate() {
            let (step, sample) = (index / samples.max(1), index % samples.max(1));
            let to = sample * of.input_values() + of.read_at(step) * of.inputs;
            let place = grad_inputs.get_mut(to..).and_then(|rest| rest.get_mut(..of.inputs)).unwrap_or_default();
            copy(row, place);
            let factors = saved.input_factors.get(sample * of.inputs..).unwrap_or_default();
            place.iter_mut().zip(factors).for_each(|(grad, &factor)| *grad *= factor);
        }
    }
}

/// Copies the gradients of the initial states to their places.
pub fn scatter_states<T: Scalar>(of: &Recurrence<T>, gradients: &[T], grad_initial: &mut [T]) {
    let len = of.gradients();
    let blocks = gradients.chunks((BLOCK * len).max(1));
    for (memory, place) in blocks.zip(grad_initial.chunks_mut((BLOCK * of.state_values()).max(1))) {
        let block = Gradients::of(of, Recurrence::samples(memory, len), memory);
        copy(block.state, place);
    }
}

/// The blocks of a batch: what training has kept, and the gradients.
#[inline(always)]
fn blocks<'a, T: Scalar>(
    of: &'a Recurrence<T>,
    saved: &'a [T],
    gradients: &'a [T],
) -> impl Iterator<Item = (usize, Saved<'a, T>, Gradients<'a, T>)> {
    let (len, saved_len) = (of.gradients(), of.saved());
    let blocks = gradients.chunks((BLOCK * len).max(1)).zip(saved.chunks((BLOCK * saved_len).max(1)));
    blocks.map(move |(memory, saved)| {
        let samples = Recurrence::samples(memory, len);
        (samples, Saved::of(of, samples, saved), Gradients::of(of, samples, memory))
    })
}

/// The values from a place on.
#[inline(always)]
fn later<T>(values: &[T], from: usize) -> &[T] {
    values.get(from..).unwrap_or_default()
}

/// `grad_weight = Σ gradients inputsᵀ` over all steps of all samples, for inputs from `first_row` on.
#[inline(always)]
pub fn backward_weight<T: Scalar, I: Isa<T>>(
    isa: I,
    of: &Recurrence<T>,
    saved: &[T],
    gradients: &[T],
    first_row: usize,
    grad_weight: &mut [T],
) {
    let width = of.gate_values();
    let rows = grad_weight.len().checked_div(width).unwrap_or_default();
    for (index, (samples, saved, gradients)) in blocks(of, saved, gradients).enumerate() {
        let size = Size { rows, columns: width, depth: of.steps * samples };
        let inputs = Rows { values: saved.inputs.get(first_row..).unwrap_or_default(), apart: of.inputs };
        let gates = Rows { values: gradients.gates, apart: width };
        add_outer(isa, size, inputs, gates, grad_weight, width, index == 0);
    }
}

/// `grad_recurrent = Σ gradients hᵀ` over all steps of all samples, for units of the state from `first_row` on.
#[inline(always)]
pub fn backward_recurrent<T: Scalar, I: Isa<T>>(
    isa: I,
    of: &Recurrence<T>,
    saved: &[T],
    gradients: &[T],
    first_row: usize,
    grad_recurrent: &mut [T],
) {
    let (width, units) = (of.gate_values(), of.units);
    let rows = grad_recurrent.len().checked_div(width).unwrap_or_default();
    for (index, (samples, saved, gradients)) in blocks(of, saved, gradients).enumerate() {
        let size = |columns| Size { rows, columns, depth: of.steps * samples };
        let from = |plane| later(plane, first_row);
        let h = match of.drops_state() {
            true => Rows { values: from(saved.dropped), apart: units },
            false => Rows { values: from(saved.states), apart: of.state_values() },
        };
        let products = Rows { values: gradients.of_products(of), apart: width };
        let begins = index == 0;
        if of.cell == (Cell::Gru { reset_after: false }) {
            add_outer(isa, size(2 * units), h, products, grad_recurrent, width, begins);
            let candidates = Rows { values: products.values.get(2 * units..).unwrap_or_default(), apart: width };
            let place = grad_recurrent.get_mut(2 * units..).unwrap_or_default();
            let extras = Rows { values: from(saved.extras), apart: units };
            add_outer(isa, size(units), extras, candidates, place, width, begins);
        } else {
            add_outer(isa, size(width), h, products, grad_recurrent, width, begins);
        }
    }
}

/// `grad_bias = Σ gradients`, and behind it that of the second biases, if there are any.
#[inline(always)]
pub fn backward_bias<T: Scalar>(of: &Recurrence<T>, saved: &[T], gradients: &[T], grad_bias: &mut [T]) {
    let width = of.gate_values();
    grad_bias.fill(T::ZERO);
    let Some((first, second)) = grad_bias.split_at_mut_checked(width) else { return };
    for (_, _, gradients) in blocks(of, saved, gradients) {
        for row in gradients.gates.in_chunks(width) {
            first.iter_mut().zip(row).for_each(|(sum, &grad)| *sum += grad);
        }
        for row in gradients.products.in_chunks(width) {
            second.iter_mut().zip(row).for_each(|(sum, &grad)| *sum += grad);
        }
    }
}
