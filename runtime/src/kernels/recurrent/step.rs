//! One step of a block of samples.
use super::planes::cut_mut;
use super::products::{Rows, add_product};
use super::{Cell, Parameters, Recurrence};
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::kernels::product::Size;
use crate::scalar::Scalar;

/// Sets the gates of every row to their biases.
#[inline(always)]
pub fn begin<T: Scalar>(of: &Recurrence<T>, bias: Option<&[T]>, gates: &mut [T]) {
    let Some(bias) = bias else { return gates.fill(T::ZERO) };
    let width = of.gate_values();
    let apart = if of.cell.resets_after() { 2 * of.units } else { 0 };
    for row in gates.in_chunks_mut(width) {
        copy(bias, row);
        // The biases of the products with the state, but for the candidate, whose product is apart.
        let more = bias.get(width..).unwrap_or_default();
        row.iter_mut().zip(more).take(apart).for_each(|(gate, &bias)| *gate += bias);
    }
}

/// Adds the products with the state to the gates and activates them. `h` is that of every sample, `linear` takes the gates before their
/// activations if the layer keeps them.
#[inline(always)]
pub fn gates<T: Scalar, I: Isa<T>>(
    isa: I,
    layer: Parameters<'_, T>,
    h: Rows<'_, T>,
    gates: &mut [T],
    extras: &mut [T],
    linear: &mut [T],
) {
    let (of, width) = (layer.of, layer.of.gate_values());
    let rows = gates.len().checked_div(width).unwrap_or_default();
    if let Cell::Gru { reset_after } = of.cell {
        gru(isa, layer, reset_after, h, gates, extras, linear);
        return;
    }
    let size = Size { rows, columns: width, depth: of.units };
    add_product(isa, size, h, Rows { values: layer.recurrent, apart: width }, gates, width);
    copy(gates, linear);
    match of.cell {
        Cell::Lstm => of.activate_lstm(gates),
        Cell::Simple | Cell::Gru { .. } => of.activation.apply(gates),
    }
}

/// The gates of a GRU: z and r, and then the candidate, which depends on r.
#[inline(always)]
fn gru<T: Scalar, I: Isa<T>>(
    isa: I,
    layer: Parameters<'_, T>,
    reset_after: bool,
    h: Rows<'_, T>,
    gates: &mut [T],
    extras: &mut [T],
    linear: &mut [T],
) {
    let (of, units, width) = (layer.of, layer.of.units, layer.of.gate_values());
    let size = |columns| Size { rows: gates.len().checked_div(width).unwrap_or_default(), columns, depth: units };
    let (of_both, of_candidate) = (size(2 * units), size(units));
    let weight = Rows { values: layer.recurrent, apart: width };
    let candidate_weight = Rows { values: layer.recurrent.get(2 * units..).unwrap_or_default(), apart: width };
    add_product(isa, of_both, h, weight, gates, width);
    if reset_after {
        let bias = layer.bias.and_then(|bias| bias.get(width + 2 * units..));
        for row in extras.in_chunks_mut(units) {
            match bias {
                Some(bias) => copy(bias, row),
                None => row.fill(T::ZERO),
            }
        }
        add_product(isa, of_candidate, h, candidate_weight, extras, units);
    }
    copy(gates, linear);
    let states = h.values.chunks(h.apart.max(1));
    for ((row, extra), h) in gates.in_chunks_mut(width).zip(extras.in_chunks_mut(units)).zip(states) {
        let Some((gates, candidate)) = row.split_at_mut_checked(2 * units) else { return };
        of.gates.apply(gates);
        let reset = gates.get(units..).unwrap_or_default();
        if reset_after {
            let products = extra.iter().zip(reset);
            candidate.iter_mut().zip(products).for_each(|(candidate, (&product, &r))| *candidate += r * product);
        } else {
            extra.iter_mut().zip(h.iter().zip(reset)).for_each(|(extra, (&h, &r))| *extra = r * h);
        }
    }
    if !reset_after && let Some(candidates) = gates.get_mut(2 * units..) {
        add_product(isa, of_candidate, Rows { values: extras, apart: units }, candidate_weight, candidates, width);
    }
    let mut linear = linear;
    for row in gates.in_chunks_mut(width) {
        let candidate = row.get_mut(2 * units..).unwrap_or_default();
        // Empty if the layer does not keep them.
        let linear = cut_mut(&mut linear, width);
        copy(candidate, linear.get_mut(2 * units..).unwrap_or_default());
        of.activation.apply(candidate);
    }
}

/// Copies values to as many places as there are: without the panic of `copy_from_slice`.
#[inline(always)]
pub(super) fn copy<T: Copy>(values: &[T], places: &mut [T]) {
    places.iter_mut().zip(values).for_each(|(place, &value)| *place = value);
}

impl<T: Scalar> Recurrence<T> {
    /// Activates the gates of an LSTM: i, f, the candidate, o.
    #[inline(always)]
    fn activate_lstm(&self, gates: &mut [T]) {
        for row in gates.in_chunks_mut(4 * self.units) {
            let Some((gates, rest)) = row.split_at_mut_checked(2 * self.units) else { return };
            let Some((candidate, output)) = rest.split_at_mut_checked(self.units) else { return };
            self.gates.apply(gates);
            self.activation.apply(candidate);
            self.gates.apply(output);
        }
    }

    /// The new state of a sample in place of the old one, from its gates.
    #[inline(always)]
    pub(super) fn update(&self, gates: &[T], extras: &mut [T], state: &mut [T]) {
        let units = self.units;
        match self.cell {
            Cell::Simple => copy(gates, state),
            Cell::Gru { .. } => {
                let (update, candidate) = (gates.get(..units), gates.get(2 * units..));
                let (Some(update), Some(candidate)) = (update, candidate) else { return };
                for ((h, &z), &candidate) in state.iter_mut().zip(update).zip(candidate) {
                    *h = z * *h + (T::ONE - z) * candidate;
                }
            }
            Cell::Lstm => {
                let Some((h, c)) = state.split_at_mut_checked(units) else { return };
                let Some((input, rest)) = gates.split_at_checked(units) else { return };
                let Some((forget, rest)) = rest.split_at_checked(units) else { return };
                let Some((candidate, output)) = rest.split_at_checked(units) else { return };
                for (((c, &i), &f), &g) in c.iter_mut().zip(input).zip(forget).zip(candidate) {
                    *c = f * *c + i * g;
                }
                copy(c, extras);
                self.activation.apply(extras);
                for ((h, &o), &active) in h.iter_mut().zip(output).zip(&*extras) {
                    *h = o * active;
                }
            }
        }
    }
}
