//! Matrix products of dense layers. The weight is column-major, `units` rows by `inputs` columns.
//!
//! Every output is its bias plus its products in the order of the inputs; blocks of rows change which outputs are
//! computed side by side, never the order within one.
use crate::Scalar;
use crate::isa::Isa;

/// Whether rows are computed side by side in vectors, or a few at a time in scalar registers: microcontrollers have no more.
/// The bits are the same.
pub const HAS_VECTORS: bool = !cfg!(any(target_arch = "arm", target_arch = "riscv32"));

/// `outputs[s] = bias + weight * inputs[s]`.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(
    isa: I,
    weight: &[T],
    bias: Option<&[T]>,
    inputs: &[T],
    outputs: &mut [T],
    units: usize,
) {
    let width = weight.len() / units;
    for (input, output) in inputs.chunks_exact(width).zip(outputs.chunks_exact_mut(units)) {
        match bias {
            Some(bias) => output.copy_from_slice(bias),
            None => output.fill(T::ZERO),
        }
        if HAS_VECTORS { in_vectors(isa, weight, input, output) } else { in_registers(isa, weight, input, output) }
    }
}

/// Rows computed side by side: four vectors of eight `f32`.
const ROWS: usize = 32;

/// `output += weight * input`.
#[inline(always)]
fn in_vectors<T: Scalar, I: Isa<T>>(isa: I, weight: &[T], input: &[T], output: &mut [T]) {
    let units = output.len();
    let (blocks, rest) = output.as_chunks_mut::<ROWS>();
    let first_of_rest = blocks.len() * ROWS;
    for (block, rows) in blocks.iter_mut().zip((0..).step_by(ROWS)) {
        let mut sums = *block;
        for (column, &x) in weight.chunks_exact(units).zip(input) {
            if let Some(column) = column.get(rows..).and_then(<[T]>::first_chunk::<ROWS>) {
                for (sum, &w) in sums.iter_mut().zip(column) {
                    *sum = isa.mul_add(w, x, *sum);
                }
            }
        }
        *block = sums;
    }
    if !rest.is_empty() {
        for (column, &x) in weight.chunks_exact(units).zip(input) {
            for (sum, &w) in rest.iter_mut().zip(column.iter().skip(first_of_rest)) {
                *sum = isa.mul_add(w, x, *sum);
            }
        }
    }
}

/// `output += weight * input`, four rows at a time: each input is loaded once for four weights, and no sum is stored before it
/// is complete.
#[inline(always)]
fn in_registers<T: Scalar, I: Isa<T>>(isa: I, weight: &[T], input: &[T], output: &mut [T]) {
    let units = output.len();
    let mut weight = weight;
    let (blocks, rest) = output.as_chunks_mut::<4>();
    for [a, b, c, d] in blocks {
        let mut sums = (*a, *b, *c, *d);
        for (column, &x) in weight.chunks(units).zip(input) {
            if let [a, b, c, d, ..] = *column {
                sums = (
                    isa.mul_add(a, x, sums.0),
                    isa.mul_add(b, x, sums.1),
                    isa.mul_add(c, x, sums.2),
                    isa.mul_add(d, x, sums.3),
                );
            }
        }
        (*a, *b, *c, *d) = sums;
        weight = weight.get(4..).unwrap_or_default();
    }
    for row in rest {
        let mut sum = *row;
        for (column, &x) in weight.chunks(units).zip(input) {
            if let [w, ..] = *column {
                sum = isa.mul_add(w, x, sum);
            }
        }
        *row = sum;
        weight = weight.get(1..).unwrap_or_default();
    }
}

/// Partial sums of a dot product; their number is part of the definition of the result.
const LANES: usize = 8;

/// `grad_inputs[s] = weightᵀ * grad_outputs[s]`.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(
    isa: I,
    weight: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
    units: usize,
) {
    let width = weight.len() / units;
    for (grad_output, grad_input) in grad_outputs.chunks_exact(units).zip(grad_inputs.chunks_exact_mut(width)) {
        for (column, grad) in weight.chunks_exact(units).zip(grad_input) {
            *grad = dot(isa, column, grad_output);
        }
    }
}

/// `grad_weight += Σ grad_outputs[s] * inputs[s]ᵀ`.
#[inline(always)]
pub fn backward_weight<T: Scalar, I: Isa<T>>(
    isa: I,
    inputs: &[T],
    grad_outputs: &[T],
    grad_weight: &mut [T],
    units: usize,
) {
    let width = grad_weight.len() / units;
    // A column at a time, over all samples: the column stays in the nearest cache.
    for (j, column) in grad_weight.chunks_exact_mut(units).enumerate() {
        for (&x, grad_output) in inputs.iter().skip(j).step_by(width).zip(grad_outputs.chunks_exact(units)) {
            for (grad, &g) in column.iter_mut().zip(grad_output) {
                *grad = isa.mul_add(g, x, *grad);
            }
        }
    }
}

#[inline(always)]
fn dot<T: Scalar, I: Isa<T>>(isa: I, a: &[T], b: &[T]) -> T {
    let mut sums = [T::ZERO; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for ((sum, &a), &b) in sums.iter_mut().zip(a).zip(b) {
            *sum = isa.mul_add(a, b, *sum);
        }
    }
    for ((sum, &a), &b) in sums.iter_mut().zip(a_rest).zip(b_rest) {
        *sum = isa.mul_add(a, b, *sum);
    }
    sums.into_iter().fold(T::ZERO, |total, sum| total + sum)
}
