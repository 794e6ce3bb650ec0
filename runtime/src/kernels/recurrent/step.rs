//! One step of a block of samples.
use super::products::{Rows, add_product};
use super::{Cell, Recurrence};
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::kernels::product::Size;
use crate::scalar::Scalar;

/// The weights of the state: for each of its units a row of all gates; and their biases, where they are apart.
#[derive(Clone, Copy)]
pub struct StateWeights<'a, T> {
    pub weight: &'a [T],
    /// All biases of the layer.
    pub bias: Option<&'a [T]>,
}

/// Sets the gates of every row to their biases.
#[inline(always)]
pub fn begin<T: Scalar>(of: &Recurrence<T>, bias: Option<&[T]>, gates: &mut [T]) {
    let Some(bias) = bias else { return gates.fill(T::ZERO) };
    let width = of.gate_values();
    let apart = if of.cell.resets_after() { 2 * of.units } else { 0 };
    for row in gates.in_chunks_mut(width) {
        row.iter_mut().zip(bias).for_each(|(gate, &bias)| *gate = bias);
        // The biases of the products with the state, but for the candidate, whose product is apart.
        let more = bias.get(width..).unwrap_or_default();
        row.iter_mut().zip(more).take(apart).for_each(|(gate, &bias)| *gate += bias);
    }
}

/// Adds the products with the state to the gates and activates them. `products` is h of every sample, `linear` takes the gates before their
/// activations if the layer keeps them.
#[inline(always)]
pub fn gates<T: Scalar, I: Isa<T>>(
    isa: I,
    of: &Recurrence<T>,
    weights: StateWeights<'_, T>,
    products: Rows<'_, T>,
    gates: &mut [T],
    extras: &mut [T],
    linear: &mut [T],
) {
    let (units, width) = (of.units, of.gate_values());
    let rows = gates.len().checked_div(width).unwrap_or_default();
    let of_gates = Rows { values: weights.weight, apart: width };
    let size = |columns| Size { rows, columns, depth: units };
    match of.cell {
        Cell::Simple | Cell::Lstm => {
            add_product(isa, size(width), products, of_gates, gates, width);
            keep(gates, linear);
            match of.cell {
                Cell::Lstm => of.activate_lstm(gates),
                _ => of.activation.apply(gates),
            }
        }
        Cell::Gru { reset_after } => {
            add_product(isa, size(2 * units), products, of_gates, gates, width);
            let of_candidate = Rows { values: weights.weight.get(2 * units..).unwrap_or_default(), apart: width };
            if reset_after {
                let bias = weights.bias.and_then(|bias| bias.get(width + 2 * units..));
                for row in extras.in_chunks_mut(units) {
                    match bias {
                        Some(bias) => row.iter_mut().zip(bias).for_each(|(value, &bias)| *value = bias),
                        None => row.fill(T::ZERO),
                    }
                }
                add_product(isa, size(units), products, of_candidate, extras, units);
            }
            keep(gates, linear);
            for ((row, extra), h) in gates
                .in_chunks_mut(width)
                .zip(extras.in_chunks_mut(units))
                .zip(products.values.chunks(products.apart.max(1)))
            {
                let Some((gates, candidate)) = row.split_at_mut_checked(2 * units) else { return };
                of.gates.apply(gates);
                let reset = gates.get(units..).unwrap_or_default();
                if reset_after {
                    for ((candidate, &product), &r) in candidate.iter_mut().zip(&*extra).zip(reset) {
                        *candidate += r * product;
                    }
                } else {
                    for ((extra, &h), &r) in extra.iter_mut().zip(h).zip(reset) {
                        *extra = r * h;
                    }
                }
            }
            if !reset_after && let Some(candidates) = gates.get_mut(2 * units..) {
                add_product(isa, size(units), Rows { values: extras, apart: units }, of_candidate, candidates, width);
            }
            for (row, linear) in gates.in_chunks_mut(width).zip(Chunks::of(linear, width)) {
                let candidate = row.get_mut(2 * units..).unwrap_or_default();
                keep(candidate, linear.get_mut(2 * units..).unwrap_or_default());
                of.activation.apply(candidate);
            }
        }
    }
}

/// Rows of a slice that may be empty: then they are empty too.
struct Chunks<'a, T>(&'a mut [T], usize);

impl<'a, T> Chunks<'a, T> {
    fn of(values: &'a mut [T], len: usize) -> Self {
        Self(values, len)
    }
}

impl<'a, T> Iterator for Chunks<'a, T> {
    type Item = &'a mut [T];

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (first, rest) = core::mem::take(&mut self.0).split_at_mut_checked(self.1).unwrap_or_default();
        self.0 = rest;
        Some(first)
    }
}

#[inline(always)]
fn keep<T: Copy>(values: &[T], kept: &mut [T]) {
    kept.iter_mut().zip(values).for_each(|(kept, &value)| *kept = value);
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
            Cell::Simple => state.iter_mut().zip(gates).for_each(|(h, &gate)| *h = gate),
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
                extras.iter_mut().zip(&*c).for_each(|(extra, &c)| *extra = c);
                self.activation.apply(extras);
                for ((h, &o), &active) in h.iter_mut().zip(output).zip(&*extras) {
                    *h = o * active;
                }
            }
        }
    }
}
