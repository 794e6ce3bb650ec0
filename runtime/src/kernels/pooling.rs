//! Pooling: what a window holds, as one value for each channel.
//!
//! Images lie row by row, the channels of a position side by side; a sequence is an image of one row.
use core::ops::Range;

use super::channels::{add, in_blocks, load, store};
use crate::Scalar;
use crate::isa::Isa;

/// A window that moves over an image. Sizes are height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolWindow {
    /// Of the image.
    pub input: [usize; 2],
    /// How many places the window takes.
    pub output: [usize; 2],
    /// Of the window.
    pub size: [usize; 2],
    /// How far it moves at a time.
    pub stride: [usize; 2],
    /// Rows above and columns left of the image, where the window begins. What lies outside is not looked at.
    pub before: [usize; 2],
}

impl PoolWindow {
    /// The rows that the window sees at its `index`-th place, and the columns.
    #[inline(always)]
    fn rows(&self, index: usize) -> Range<usize> {
        range(index, self.stride[0], self.size[0], self.before[0], self.input[0])
    }
    #[inline(always)]
    fn columns(&self, index: usize) -> Range<usize> {
        range(index, self.stride[1], self.size[1], self.before[1], self.input[1])
    }

    /// Whether it is of 2x2, and moves on by as much: the usual one.
    #[inline(always)]
    fn is_of_four(&self) -> bool {
        self.size == [2, 2] && self.stride == [2, 2] && self.before == [0, 0] && self.fits()
    }

    /// Whether all places lie within the image.
    #[inline(always)]
    fn fits(&self) -> bool {
        let fits = |axis: usize| (self.output[axis] - 1) * self.stride[axis] + self.size[axis] <= self.input[axis];
        fits(0) && fits(1)
    }

    /// The values of a sample of the inputs.
    pub(crate) fn input_len(&self, channels: usize) -> usize {
        self.input[0] * self.input[1] * channels
    }

    /// The values of a sample of the outputs.
    pub(crate) fn output_len(&self, channels: usize) -> usize {
        self.output[0] * self.output[1] * channels
    }

    /// How many values a sample's windows hold.
    pub(crate) fn work(&self, channels: usize) -> usize {
        self.output_len(channels) * self.size[0] * self.size[1]
    }
}

#[inline(always)]
fn range(index: usize, stride: usize, size: usize, before: usize, len: usize) -> Range<usize> {
    let begin = index * stride;
    begin.saturating_sub(before)..(begin + size).saturating_sub(before).min(len)
}

/// Calls `act` with the rows and columns of each place, and with where its value lies.
#[inline(always)]
fn places(window: &PoolWindow, channels: usize, mut act: impl FnMut(Range<usize>, Range<usize>, usize)) {
    let mut at = 0;
    for row in 0..window.output[0] {
        let rows = window.rows(row);
        for column in 0..window.output[1] {
            act(rows.clone(), window.columns(column), at);
            at += channels;
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
pub fn max_forward<T: Scalar, I: Isa<T>>(
    _isa: I,
    window: &PoolWindow,
    channels: usize,
    inputs: &[T],
    outputs: &mut [T],
) {
    let (input_len, output_len) = (window.input_len(channels), window.output_len(channels));
    for (input, output) in inputs.chunks_exact(input_len).zip(outputs.chunks_exact_mut(output_len)) {
        if window.is_of_four() {
            in_blocks!(channels, max_of_four::<T>(window, channels, input, output));
        } else {
            in_blocks!(channels, max_of_any::<T>(window, channels, input, output));
        }
    }
}

#[inline(always)]
fn max_of_four<T: Scalar, const B: usize>(
    first: usize,
    window: &PoolWindow,
    channels: usize,
    input: &[T],
    output: &mut [T],
) {
    let (row, output_row) = (window.input[1] * channels, window.output[1] * channels);
    for (rows, outputs) in input.chunks_exact(2 * row).zip(output.chunks_exact_mut(output_row)) {
        let (above, below) = rows.split_at(row);
        let pairs = above.chunks_exact(2 * channels).zip(below.chunks_exact(2 * channels));
        for ((above, below), output) in pairs.zip(outputs.chunks_exact_mut(channels)) {
            let best = largest(load::<T, B>(above, first), load(above, channels + first));
            let best = largest(best, load(below, first));
            store(largest(best, load(below, channels + first)), output, first);
        }
    }
}

#[inline(always)]
fn max_of_any<T: Scalar, const B: usize>(
    first: usize,
    window: &PoolWindow,
    channels: usize,
    input: &[T],
    output: &mut [T],
) {
    places(window, channels, |rows, columns, at| {
        store(max_of_window::<T, B>(first, window.input[1], channels, input, rows, columns), output, at + first);
    });
}

#[inline(always)]
fn max_of_window<T: Scalar, const B: usize>(
    first: usize,
    width: usize,
    channels: usize,
    input: &[T],
    rows: Range<usize>,
    columns: Range<usize>,
) -> [T; B] {
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
    window: &PoolWindow,
    channels: usize,
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let (input_len, output_len) = (window.input_len(channels), window.output_len(channels));
    grad_inputs.fill(T::ZERO);
    let samples = inputs.chunks_exact(input_len).zip(grad_inputs.chunks_exact_mut(input_len));
    for ((input, grad_input), grad_output) in samples.zip(grad_outputs.chunks_exact(output_len)) {
        in_blocks!(channels, max_backward_block::<T>(window, channels, input, grad_output, grad_input));
    }
}

#[inline(always)]
fn max_backward_block<T: Scalar, const B: usize>(
    first: usize,
    window: &PoolWindow,
    channels: usize,
    input: &[T],
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let width = window.input[1];
    places(window, channels, |rows, columns, at| {
        let best = max_of_window::<T, B>(first, width, channels, input, rows.clone(), columns.clone());
        // What has not been given to an input yet.
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

/// `outputs = mean(inputs in the window)`, of what lies within the image.
#[inline(always)]
pub fn mean_forward<T: Scalar, I: Isa<T>>(
    _isa: I,
    window: &PoolWindow,
    channels: usize,
    inputs: &[T],
    outputs: &mut [T],
) {
    let (input_len, output_len) = (window.input_len(channels), window.output_len(channels));
    for (input, output) in inputs.chunks_exact(input_len).zip(outputs.chunks_exact_mut(output_len)) {
        in_blocks!(channels, mean_block::<T>(window, channels, input, output));
    }
}

#[inline(always)]
fn mean_block<T: Scalar, const B: usize>(
    first: usize,
    window: &PoolWindow,
    channels: usize,
    input: &[T],
    output: &mut [T],
) {
    let width = window.input[1];
    places(window, channels, |rows, columns, at| {
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

/// Every input in the window gets its share of the gradient of the output.
#[inline(always)]
pub fn mean_backward<T: Scalar, I: Isa<T>>(
    _isa: I,
    window: &PoolWindow,
    channels: usize,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let (input_len, output_len) = (window.input_len(channels), window.output_len(channels));
    grad_inputs.fill(T::ZERO);
    for (grad_input, grad_output) in grad_inputs.chunks_exact_mut(input_len).zip(grad_outputs.chunks_exact(output_len))
    {
        in_blocks!(channels, mean_backward_block::<T>(window, channels, grad_output, grad_input));
    }
}

#[inline(always)]
fn mean_backward_block<T: Scalar, const B: usize>(
    first: usize,
    window: &PoolWindow,
    channels: usize,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    let width = window.input[1];
    places(window, channels, |rows, columns, at| {
        let count = T::from_f64((rows.len() * columns.len()) as f64);
        let share = load::<T, B>(grad_output, at + first).map(|grad| grad / count);
        for row in rows {
            for column in columns.clone() {
                add(share, grad_input, (row * width + column) * channels + first);
            }
        }
    });
}
