//! Pooling: the largest or the mean value of each channel in a window.
//!
//! Images lie row by row, the channels of a position side by side; a sequence is an image of one row.
use core::ops::Range;

use super::channels::{add, in_blocks, load, store};
use super::window::Window;
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::scalar::Scalar;

/// The rows (`axis` 0) or columns (1) of an image that a window sees at its `index`-th position.
#[inline(always)]
fn seen(window: &Window, axis: usize, index: usize) -> Range<usize> {
    let (begin, before) = (index * window.stride[axis], window.padding[axis]);
    begin.saturating_sub(before)..(begin + window.kernel[axis]).saturating_sub(before).min(window.input[axis])
}

/// Whether a window is the usual one: 2x2, with a stride of 2, always inside of the image.
#[inline(always)]
fn is_of_four(window: &Window) -> bool {
    let fits = |axis: usize| 2 * window.output[axis] <= window.input[axis];
    window.kernel == [2, 2] && window.stride == [2, 2] && window.padding == [0, 0] && fits(0) && fits(1)
}

/// Calls `act` for each position of a window: with its rows, its columns, and the place of its values in the output.
#[inline(always)]
fn places(window: &Window, mut act: impl FnMut(Range<usize>, Range<usize>, usize)) {
    let mut at = 0;
    for row in 0..window.output[0] {
        let rows = seen(window, 0, row);
        for column in 0..window.output[1] {
            act(rows.clone(), seen(window, 1, column), at);
            at += window.input[2];
        }
    }
}

#[inline(always)]
fn largest<T: Scalar, const B: usize>(mut best: [T; B], values: [T; B]) -> [T; B] {
    best.iter_mut().zip(values).for_each(|(best, x)| *best = if x > *best { x } else { *best });
    best
}

/// `outputs = max(inputs in the window)`.
#[inline(always)]
pub fn max_forward<T: Scalar, I: Isa<T>>(_isa: I, window: &Window, inputs: &[T], outputs: &mut [T]) {
    let (input_len, output_len) = (window.input_len(), window.output_len());
    for (input, output) in inputs.in_chunks(input_len).zip(outputs.in_chunks_mut(output_len)) {
        if is_of_four(window) {
            in_blocks!(window.input[2], max_of_four::<T>(window, input, output));
        } else {
            in_blocks!(window.input[2], max_of_any::<T>(window, input, output));
        }
    }
}

#[inline(always)]
fn max_of_four<T: Scalar, const B: usize>(first: usize, window: &Window, input: &[T], output: &mut [T]) {
    let channels = window.input[2];
    let (row, output_row) = (window.input[1] * channels, window.output[1] * channels);
    for (rows, outputs) in input.in_chunks(2 * row).zip(output.in_chunks_mut(output_row)) {
        let Some((above, below)) = rows.split_at_checked(row) else { return };
        let pairs = above.in_chunks(2 * channels).zip(below.in_chunks(2 * channels));
        for ((above, below), output) in pairs.zip(outputs.in_chunks_mut(channels)) {
            let best = largest(load::<T, B>(above, first), load(above, channels + first));
            let best = largest(best, load(below, first));
            store(largest(best, load(below, channels + first)), output, first);
        }
    }
}

#[inline(always)]
fn max_of_any<T: Scalar, const B: usize>(first: usize, window: &Window, input: &[T], output: &mut [T]) {
    places(window, |rows, columns, at| {
        store(max_of_window::<T, B>(first, window, input, rows, columns), output, at + first);
    });
}

#[inline(always)]
fn max_of_window<T: Scalar, const B: usize>(
    first: usize,
    window: &Window,
    input: &[T],
    rows: Range<usize>,
    columns: Range<usize>,
) -> [T; B] {
    let (width, channels) = (window.input[1], window.input[2]);
    let mut best = load::<T, B>(input, (rows.start * width + columns.start) * channels + first);
    for row in rows {
        for column in columns.clone() {
            best = largest(best, load(input, (row * width + column) * channels + first));
        }
    }
    best
}

/// The gradient of an output goes to the first of the largest inputs in the window.
#[inline(always)]
pub fn max_backward<T: Scalar, I: Isa<T>>(
    _isa: I,
    window: &Window,
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let (input_len, output_len) = (window.input_len(), window.output_len());
    grad_inputs.fill(T::ZERO);
    let samples = inputs.in_chunks(input_len).zip(grad_inputs.in_chunks_mut(input_len));
    for ((input, grad_input), grad_output) in samples.zip(grad_outputs.in_chunks(output_len)) {
        in_blocks!(window.input[2], max_backward_block::<T>(window, input, grad_output, grad_input));
    }
}

#[inline(always)]
fn max_backward_block<T: Scalar, const B: usize>(
    first: usize,
    window: &Window,
    input: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let (width, channels) = (window.input[1], window.input[2]);
    places(window, |rows, columns, at| {
        let best = max_of_window::<T, B>(first, window, input, rows.clone(), columns.clone());
        // The gradients that have not been added to an input yet.
        let mut left = load::<T, B>(grad_output, at + first);
        for row in rows {
            for column in columns.clone() {
                let place = (row * width + column) * channels + first;
                let values = load::<T, B>(input, place);
                let mut given = [T::ZERO; B];
                for (((given, left), &x), &best) in given.iter_mut().zip(&mut left).zip(&values).zip(&best) {
                    let (here, later) = if x == best { (*left, T::ZERO) } else { (T::ZERO, *left) };
                    (*given, *left) = (here, later);
                }
                add(given, grad_input, place);
            }
        }
    });
}

/// `outputs = mean(inputs in the window)`, without the padding.
#[inline(always)]
pub fn mean_forward<T: Scalar, I: Isa<T>>(_isa: I, window: &Window, inputs: &[T], outputs: &mut [T]) {
    let (input_len, output_len) = (window.input_len(), window.output_len());
    for (input, output) in inputs.in_chunks(input_len).zip(outputs.in_chunks_mut(output_len)) {
        in_blocks!(window.input[2], mean_block::<T>(window, input, output));
    }
}

#[inline(always)]
fn mean_block<T: Scalar, const B: usize>(first: usize, window: &Window, input: &[T], output: &mut [T]) {
    let (width, channels) = (window.input[1], window.input[2]);
    places(window, |rows, columns, at| {
        let count = T::from_f64((rows.len() * columns.len()) as f64);
        let mut sums = [T::ZERO; B];
        for row in rows {
            for column in columns.clone() {
                let values = load::<T, B>(input, (row * width + column) * channels + first);
                sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
            }
        }
        store(sums.map(|sum| sum / count), output, at + first);
    });
}

/// Every input in the window gets `grad_output / count`, with the number of inputs in the window.
#[inline(always)]
pub fn mean_backward<T: Scalar, I: Isa<T>>(_isa: I, window: &Window, grad_outputs: &[T], grad_inputs: &mut [T]) {
    let (input_len, output_len) = (window.input_len(), window.output_len());
    grad_inputs.fill(T::ZERO);
    for (grad_input, grad_output) in grad_inputs.in_chunks_mut(input_len).zip(grad_outputs.in_chunks(output_len)) {
        in_blocks!(window.input[2], mean_backward_block::<T>(window, grad_output, grad_input));
    }
}

#[inline(always)]
fn mean_backward_block<T: Scalar, const B: usize>(
    first: usize,
    window: &Window,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let (width, channels) = (window.input[1], window.input[2]);
    places(window, |rows, columns, at| {
        let count = T::from_f64((rows.len() * columns.len()) as f64);
        let share = load::<T, B>(grad_output, at + first).map(|grad| grad / count);
        for row in rows {
            for column in columns.clone() {
                add(share, grad_input, (row * width + column) * channels + first);
            }
        }
    });
}
