//! Matrix products of dense layers. The weight is column-major, `units` rows by `inputs` columns.
//!
//! Every output is its bias plus its products in the order of the inputs; blocks of rows change which outputs are
//! computed side by side, never the order within one.
use crate::Scalar;
use crate::isa::Isa;

/// Rows computed side by side: four vectors of eight `f32`.
const ROWS: usize = 32;

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
