//! Matrix products of dense layers. The weight is column-major, `units` rows by `inputs` columns.
//!
//! Every output is its bias plus its products in the order of the inputs. The gradient of an input is the sum of its
//! products in the order of the units, the gradient of a weight is the sum of its products in the order of the samples.
use core::mem::MaybeUninit;

use super::product::{Matrix, Product, Size, Start, Stays};
use crate::isa::{Isa, SQUARE};
use crate::kernels::chunks::InChunks;
use crate::kernels::window::least_one;
use crate::scalar::Scalar;

/// The most inputs that are summed in one pass: a longer block of the weight would not stay in the L1 and L2 caches.
const DEPTH: usize = 1024;

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
    forward_of::<T, I, 0, 0>(isa, weight, weight.len() / least_one(units), bias, inputs, outputs, units);
}

/// As [`forward`], for a weight of `width` inputs that may be followed by other values: where the weight does not fill
/// its last vector, the vector is loaded with the values that follow, which is faster than a mask.
#[inline(always)]
pub fn forward_of<T: Scalar, I: Isa<T>, const SAMPLES: usize, const UNITS: usize>(
    isa: I,
    weight: &[T],
    width: usize,
    bias: Option<&[T]>,
    inputs: &[T],
    outputs: &mut [T],
    units: usize,
) {
    if units == 1 && outputs.len() == 1 {
        // One unit and one sample: there are no outputs to compute side by side.
        for (input, output) in inputs.in_chunks(width).zip(outputs) {
            let start = bias.and_then(|bias| bias.first()).map_or(T::ZERO, |&bias| bias);
            *output = weight.iter().zip(input).fold(start, |sum, (&w, &x)| isa.mul_add(w, x, sum));
        }
        return;
    }
    if const { !I::IN_VECTORS } {
        let weight = weight.get(..width * units).unwrap_or_default();
        for (input, output) in inputs.in_chunks(width).zip(outputs.in_chunks_mut(units)) {
            match bias {
                Some(bias) => output.iter_mut().zip(bias).for_each(|(y, &bias)| *y = bias),
                None => output.fill(T::ZERO),
            }
            in_registers(isa, weight, units, input, output);
        }
        return;
    }
    let mut start = bias.map_or(Start::Zero, Start::Row);
    let mut first = 0;
    while first < width {
        let depth = (width - first).min(DEPTH);
        let (Some(inputs), Some(weight)) = (inputs.get(first..), weight.get(first * units..)) else { return };
        let size = Size { rows: outputs.len() / least_one(units), columns: units, depth };
        let (a, b) = (Matrix::by_rows(inputs, width), Matrix::by_rows(weight, units));
        Product { size, a, b, start, c: outputs, c_row: units }.compute::<I, SAMPLES, UNITS>(isa, Stays::Columns);
        first += depth;
        start = Start::Result;
    }
}

/// `output += weight * input`, four rows at a time: each input is loaded once for four weights, and no sum is stored before it
/// is complete. The columns of the weight, of which the first values are used, lie `apart` values from each other.
#[inline(always)]
pub(super) fn in_registers<T: Scalar, I: Isa<T>>(isa: I, weight: &[T], apart: usize, input: &[T], output: &mut [T]) {
    let mut weight = weight;
    let (blocks, rest) = output.as_chunks_mut::<4>();
    for [a, b, c, d] in blocks {
        let mut sums = (*a, *b, *c, *d);
        for (column, &x) in weight.chunks(least_one(apart)).zip(input) {
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
        for (column, &x) in weight.chunks(least_one(apart)).zip(input) {
            if let [w, ..] = *column {
                sum = isa.mul_add(w, x, sum);
            }
        }
        *row = sum;
        weight = weight.get(1..).unwrap_or_default();
    }
}

/// Inputs and units of a block of the weight that is transposed at a time: 16 KiB in single precision, on the stack.
const BLOCK: (usize, usize) = (32, 128);

/// `grad_inputs[s] = weightᵀ * grad_outputs[s]`.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>, const WIDTH: usize>(
    isa: I,
    weight: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
    units: usize,
) {
    let width = weight.len() / least_one(units);
    if const { !I::IN_VECTORS } {
        for (grad_output, grad_input) in grad_outputs.in_chunks(units).zip(grad_inputs.in_chunks_mut(width)) {
            for (column, grad) in weight.in_chunks(units).zip(grad_input) {
                let products = column.iter().zip(grad_output);
                *grad = products.fold(T::ZERO, |sum, (&w, &g)| isa.mul_add(w, g, sum));
            }
        }
        return;
    }
    let samples = grad_inputs.len() / least_one(width);
    // Only the values in use are cleared: for a small layer they are a hundredth of the block.
    let mut memory = [const { MaybeUninit::<T>::uninit() }; BLOCK.0 * BLOCK.1];
    let row = width.next_multiple_of(I::LANES).min(BLOCK.0);
    let used = memory.get_mut(..row * units.min(BLOCK.1)).unwrap_or_default();
    used.iter_mut().for_each(|place| _ = place.write(T::ZERO));
    // SAFETY: all of it has just been written.
    let transposed = unsafe { &mut *(core::ptr::from_mut(used) as *mut [T]) };
    for first_input in (0..width).step_by(BLOCK.0) {
        let columns = (width - first_input).min(BLOCK.0);
        let mut start = Start::Zero;
        for first_unit in (0..units).step_by(BLOCK.1) {
            let depth = (units - first_unit).min(BLOCK.1);
            if let Some(block) = weight.get(first_input * units + first_unit..) {
                transpose(isa, block, units, transposed, row, [columns, depth]);
            }
            let (Some(grad_outputs), Some(grad_inputs)) =
                (grad_outputs.get(first_unit..), grad_inputs.get_mut(first_input..))
            else {
                return;
            };
            let size = Size { rows: samples, columns, depth };
            let (a, b) = (Matrix::by_rows(grad_outputs, units), Matrix::by_rows(transposed, row));
            Product { size, a, b, start, c: grad_inputs, c_row: width }.compute::<I, 0, WIDTH>(isa, Stays::Columns);
            start = Start::Result;
        }
    }
}

/// Turns the rows of a block of `rows` x `columns` into columns. Rows lie `from_row` and `to_row` apart.
#[inline(always)]
pub fn transpose<T: Scalar, I: Isa<T>>(
    isa: I,
    from: &[T],
    from_row: usize,
    to: &mut [T],
    to_row: usize,
    [rows, columns]: [usize; 2],
) {
    let (mut row, last) = (0, columns - columns % SQUARE);
    while row < rows {
        let squares = if row + SQUARE <= rows { last } else { 0 };
        for column in (0..squares).step_by(SQUARE) {
            let (from, to) = (from.get(row * from_row + column..), to.get_mut(column * to_row + row..));
            let (Some(from), Some(to)) = (from, to) else { return };
            let (from_len, to_len) = ((SQUARE - 1) * from_row + SQUARE, (SQUARE - 1) * to_row + SQUARE);
            if from.len() >= from_len && to.len() >= to_len {
                // SAFETY: the squares are within the slices.
                unsafe { isa.transpose_square(from.as_ptr(), from_row, to.as_mut_ptr(), to_row) };
            }
        }
        let rows_of_these = if squares > 0 { SQUARE } else { 1 };
        for row in row..row + rows_of_these {
            let values = from.get(row * from_row + squares..row * from_row + columns).unwrap_or_default();
            for (place, &value) in to.iter_mut().skip(squares * to_row + row).step_by(least_one(to_row)).zip(values) {
                *place = value;
            }
        }
        row += rows_of_these;
    }
}

/// `grad_weight = Σ grad_outputs[s] * inputs[s]ᵀ`.
#[inline(always)]
pub fn backward_weight<T: Scalar, I: Isa<T>, const UNITS: usize>(
    isa: I,
    inputs: &[T],
    grad_outputs: &[T],
    grad_weight: &mut [T],
    units: usize,
) {
    let width = grad_weight.len() / least_one(units);
    backward_weight_of::<T, I, UNITS>(isa, inputs, width, grad_outputs, grad_weight, units);
}

/// As [`backward_weight`], for samples of `width` inputs, of which only the first are used: as many as `grad_weight`
/// has columns.
#[inline(always)]
pub fn backward_weight_of<T: Scalar, I: Isa<T>, const UNITS: usize>(
    isa: I,
    inputs: &[T],
    width: usize,
    grad_outputs: &[T],
    grad_weight: &mut [T],
    units: usize,
) {
    if const { !I::IN_VECTORS } {
        for (j, column) in grad_weight.in_chunks_mut(units).enumerate() {
            column.fill(T::ZERO);
            for (&x, grad_output) in inputs.iter().skip(j).step_by(least_one(width)).zip(grad_outputs.in_chunks(units))
            {
                for (grad, &g) in column.iter_mut().zip(grad_output) {
                    *grad = isa.mul_add(g, x, *grad);
                }
            }
        }
        return;
    }
    let size = Size {
        rows: grad_weight.len() / least_one(units),
        columns: units,
        depth: grad_outputs.len() / least_one(units),
    };
    let (a, b) = (Matrix::by_columns(inputs, width), Matrix::by_rows(grad_outputs, units));
    let product = Product { size, a, b, start: Start::Zero, c: grad_weight, c_row: units };
    product.compute::<I, 0, UNITS>(isa, Stays::Rows);
}
