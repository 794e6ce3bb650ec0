//! Depthwise convolutions: every channel has a filter of its own, or several (their number is the multiplier).
//!
//! The weight has Keras's layout, `(kernel rows, kernel columns, channels, multiplier)`: a row of all outputs for each
//! tap of the window. Every output is its bias plus its products in the order of the taps; products with padding are
//! left out.
mod gradients;
mod separable;

use core::num::NonZero;

use super::rows::{load_row, store_row};
use crate::isa::{HAS_VECTORS, Isa, Task};
use crate::kernels::chunks::InChunks;
use crate::kernels::window::Window;
use crate::scalar::Scalar;

pub use gradients::{backward_input, backward_weight};
pub use separable::{separable_backward_depthwise, separable_backward_input, separable_forward};

/// Whether the values of a batch and of its weight have the sizes that the window says.
#[inline(always)]
fn fits(window: &Window, weight: usize, inputs: usize, outputs: usize, samples: usize) -> bool {
    let fits = window.is_sound()
        && window.output[2].is_multiple_of(window.input[2])
        && weight == window.places() * window.output[2]
        && samples.saturating_mul(window.input_len()) <= inputs
        && samples.saturating_mul(window.output_len()) <= outputs;
    debug_assert!(fits, "sizes do not fit {window:?}");
    fits
}

/// The number of filters of each channel, for windows that fit. A divisor that is never zero: else the compiler, which does not see that the
/// window fits, would link a panic.
#[inline(always)]
fn multiplier(window: &Window) -> Option<NonZero<usize>> {
    NonZero::new(window.output[2].checked_div(window.input[2])?)
}

/// `outputs = bias + weight * inputs`, for every window of every sample.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    weight: &[T],
    bias: Option<&[T]>,
    inputs: &[T],
    outputs: &mut [T],
) {
    let samples = outputs.len() / window.output_len().max(1);
    if !fits(&window, weight.len(), inputs.len(), outputs.len(), samples) {
        return;
    }
    let channels = (0, window.output[2]);
    let positions = (0, window.output[0] * window.output[1]);
    let samples = inputs.in_chunks(window.input_len()).zip(outputs.in_chunks_mut(window.output_len()));
    for (input, output) in samples {
        isa.apart(Positions { window: &window, weight, bias, input, output, positions, channels });
    }
}

/// A range of channels of the output at a range of positions of a sample, row by row: a task of its own, so that it is
/// compiled once.
///
/// The sample and the weight have the sizes of the window; positions and channels are within the output.
struct Positions<'a, T> {
    window: &'a Window,
    weight: &'a [T],
    bias: Option<&'a [T]>,
    input: &'a [T],
    output: &'a mut [T],
    positions: (usize, usize),
    channels: (usize, usize),
}

impl<T: Scalar> Task<T> for Positions<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { window, weight, bias, input, output, positions, channels } = self;
        let (Some(multiplier), Some(columns)) = (multiplier(window), NonZero::new(window.output[1])) else { return };
        let bias = bias.filter(|bias| bias.len() >= window.output[2]);
        for (position, output) in (positions.0..positions.1).zip(output.in_chunks_mut(channels.1 - channels.0)) {
            let taps = OutputTaps::new(window, columns, position);
            let mut done = 0;
            if HAS_VECTORS && multiplier.get() == 1 {
                let (values, weight) =
                    (input.as_ptr().wrapping_add(channels.0), weight.as_ptr().wrapping_add(channels.0));
                let start = bias.map(|bias| bias.as_ptr().wrapping_add(channels.0));
                // SAFETY: the taps are inside of the image and of the weight; each of them, and a bias, has the
                // channels of the output.
                done = unsafe { sum_in_vectors(isa, &taps, values, weight, start, output) };
            }
            for (output, channel) in output.iter_mut().skip(done).zip(channels.0 + done..) {
                *output = bias.and_then(|bias| bias.get(channel)).copied().unwrap_or(T::ZERO);
                taps.each(|at, place| {
                    if let (Some(&w), Some(&x)) = (weight.get(place + channel), input.get(at + channel / multiplier)) {
                        *output = isa.mul_add(w, x, *output);
                    }
                });
            }
        }
    }
}

/// Some taps of a window.
trait Taps {
    /// Calls `visit` for each tap with two offsets: of the values that it is multiplied with, and of its weights.
    fn each(&self, visit: impl FnMut(usize, usize));
}

/// The taps that are inside of the image at a position of the output.
struct OutputTaps {
    rows: usize,
    columns: usize,
    /// Offsets of the first tap, in the input and in the weight.
    first: (usize, usize),
    /// The steps of both offsets from one row of taps to the next.
    row_step: (usize, usize),
    /// The steps of both offsets from one tap of a row to the next.
    step: (usize, usize),
}

impl OutputTaps {
    /// The taps at a position of an output that has `columns`.
    #[inline(always)]
    fn new(window: &Window, columns: NonZero<usize>, position: usize) -> Self {
        let ([_, width, channels], units) = (window.input, window.output[2]);
        let (y_axis, x_axis) = (window.axis(0), window.axis(1));
        let (y, x) = (position / columns, position % columns);
        let (rows, columns) = (y_axis.taps_at(y), x_axis.taps_at(x));
        let row = (y_axis.origin(y) + (rows.0 * y_axis.dilation) as isize) as usize;
        let column = (x_axis.origin(x) + (columns.0 * x_axis.dilation) as isize) as usize;
        Self {
            rows: rows.1 - rows.0,
            columns: columns.1 - columns.0,
            first: ((row * width + column) * channels, (rows.0 * x_axis.taps + columns.0) * units),
            row_step: (y_axis.dilation * width * channels, x_axis.taps * units),
            step: (x_axis.dilation * channels, units),
        }
    }
}

impl Taps for OutputTaps {
    #[inline(always)]
    fn each(&self, mut visit: impl FnMut(usize, usize)) {
        let mut row = self.first;
        for _ in 0..self.rows {
            let (mut at, mut place) = row;
            // A loop without a counter: the compiler would unroll a counted loop, and windows are too small for that.
            let end = at + self.columns * self.step.0;
            while at != end {
                visit(at, place);
                (at, place) = (at + self.step.0, place + self.step.1);
            }
            row = (row.0 + self.row_step.0, row.1 + self.row_step.1);
        }
    }
}

/// `outputs = start + Σ weight * values` over the taps, for the first channels, as many as fill whole vectors. Returns
/// the number of these channels.
///
/// # Safety
/// For the offsets `(at, place)` of every tap, `values` has as many values from `at` on as there are outputs, and so
/// has `weight` from `place` on; `start` has as many values.
#[inline(always)]
unsafe fn sum_in_vectors<T: Scalar, I: Isa<T>>(
    isa: I,
    taps: &impl Taps,
    values: *const T,
    weight: *const T,
    start: Option<*const T>,
    outputs: &mut [T],
) -> usize {
    let mut first = 0;
    macro_rules! blocks_of {
        ($vectors:literal) => {
            while first + $vectors * I::LANES <= outputs.len() {
                let (values, weight) = (values.wrapping_add(first), weight.wrapping_add(first));
                let (start, block) =
                    (start.map(|start| start.wrapping_add(first)), outputs.as_mut_ptr().wrapping_add(first));
                // SAFETY: as the caller promises; the block is within the outputs.
                unsafe { sum_vectors::<T, I, $vectors>(isa, taps, values, weight, start, block) };
                first += $vectors * I::LANES;
            }
        };
    }
    blocks_of!(4);
    blocks_of!(2);
    blocks_of!(1);
    first
}

/// `V` vectors of [`sum_in_vectors`].
///
/// # Safety
/// As for [`sum_in_vectors`], for the outputs of `V` vectors, which can be written.
#[inline(always)]
unsafe fn sum_vectors<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    taps: &impl Taps,
    values: *const T,
    weight: *const T,
    start: Option<*const T>,
    outputs: *mut T,
) {
    let mut sums = [isa.splat(T::ZERO); V];
    if let Some(start) = start {
        // SAFETY: as the caller promises.
        sums = unsafe { load_row(isa, start, false, I::LANES) };
    }
    taps.each(|at, place| {
        for (v, sum) in sums.iter_mut().enumerate() {
            let (value, weight) = (values.wrapping_add(at + v * I::LANES), weight.wrapping_add(place + v * I::LANES));
            // SAFETY: as the caller promises.
            let (value, weight) = unsafe { (isa.load(value), isa.load(weight)) };
            *sum = isa.mul_add_vector(weight, value, *sum);
        }
    });
    // SAFETY: as the caller promises.
    unsafe { store_row(isa, &sums, outputs, false, I::LANES) };
}

#[cfg(test)]
mod tests;
