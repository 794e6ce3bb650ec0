//! Depthwise convolutions: every channel has windows of its own, one or several (the multiplier).
//!
//! The weight lies as Keras has it, `(kernel rows, kernel columns, channels, multiplier)`: a row of all outputs for each tap of the
//! window. Every output is its bias plus its products in the order of the taps; products with padding are left out.
mod gradients;
mod separable;

use super::rows::{load_row, store_row};
use crate::isa::{HAS_VECTORS, Isa, Task};
use crate::kernels::window::Window;
use crate::scalar::Scalar;

pub use gradients::{backward_input, backward_weight};
pub use separable::{separable_backward_depthwise, separable_backward_input, separable_forward};

/// Whether a batch and its weight have the sizes of a window.
#[inline(always)]
fn fits(window: &Window, weight: usize, inputs: usize, outputs: usize, samples: usize) -> bool {
    let fits = window.is_sound()
        && window.output[2].is_multiple_of(window.input[2])
        && weight == window.places() * window.output[2]
        && samples.saturating_mul(window.input_len()) <= inputs
        && samples.saturating_mul(window.output_len()) <= outputs;
    debug_assert!(fits, "values of the sizes of {window:?}");
    fits
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
    let samples = inputs.chunks_exact(window.input_len()).zip(outputs.chunks_exact_mut(window.output_len()));
    for (input, output) in samples {
        isa.apart(Positions { window: &window, weight, bias, input, output, positions, channels });
    }
}

/// Some channels of the output at some positions of a sample, row by row: a function of its own, so that it is compiled once.
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
        let (inputs, units) = (window.input[2], window.output[2]);
        let multiplier = units / inputs;
        let bias = bias.filter(|bias| bias.len() >= units);
        for (position, output) in (positions.0..positions.1).zip(output.chunks_exact_mut(channels.1 - channels.0)) {
            let taps = taps_of_output(window, position);
            let mut done = 0;
            if HAS_VECTORS && multiplier == 1 {
                let (values, weight) =
                    (input.as_ptr().wrapping_add(channels.0), weight.as_ptr().wrapping_add(channels.0));
                let start = bias.map(|bias| bias.as_ptr().wrapping_add(channels.0));
                // SAFETY: the taps are inside of the image and of the weight; the channels of the output are there at each of them,
                // and in a bias.
                done = unsafe { sum_in_vectors(isa, taps.clone(), values, weight, start, output) };
            }
            for (output, channel) in output.iter_mut().skip(done).zip(channels.0 + done..) {
                let start = bias.and_then(|bias| bias.get(channel)).copied().unwrap_or(T::ZERO);
                *output = taps.clone().fold(start, |sum, (at, place)| {
                    match (weight.get(place + channel), input.get(at + channel / multiplier)) {
                        (Some(&w), Some(&x)) => isa.mul_add(w, x, sum),
                        _ => sum,
                    }
                });
            }
        }
    }
}

/// The taps of a window at a position of the output, without those in the padding. Each is two offsets: of the channels that it
/// sees, in the input, and of its row of the weight.
#[inline(always)]
fn taps_of_output(window: &Window, position: usize) -> impl Iterator<Item = (usize, usize)> + Clone + use<> {
    let ([_, width, channels], [_, columns, units]) = (window.input, window.output);
    let (y_axis, x_axis) = (window.axis(0), window.axis(1));
    let (row, column) = (position / columns, position % columns);
    let (rows, columns) = (y_axis.taps_at(row), x_axis.taps_at(column));
    let (y_origin, x_origin) = (y_axis.origin(row), x_axis.origin(column));
    (rows.0..rows.1).flat_map(move |y| {
        let at = (y_origin + (y * y_axis.dilation) as isize) as usize * width;
        (columns.0..columns.1).map(move |x| {
            let column = (x_origin + (x * x_axis.dilation) as isize) as usize;
            ((at + column) * channels, (y * x_axis.taps + x) * units)
        })
    })
}

/// `outputs = start + Σ weight * values` over some taps: of the first channels, as many as fill whole vectors. Returns how many these
/// are.
///
/// # Safety
/// For every tap `(at, place)`, `values` has as many values from `at` on as there are outputs, and `weight` from `place` on; so has
/// `start` from its beginning.
#[inline(always)]
unsafe fn sum_in_vectors<T: Scalar, I: Isa<T>>(
    isa: I,
    taps: impl Iterator<Item = (usize, usize)> + Clone,
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
                // SAFETY: as asked for; the block is within the outputs.
                unsafe { sum_vectors::<T, I, $vectors>(isa, taps.clone(), values, weight, start, block) };
                first += $vectors * I::LANES;
            }
        };
    }
    blocks_of!(4);
    blocks_of!(1);
    first
}

/// `V` vectors of [`sum_in_vectors`].
///
/// # Safety
/// As there, for the outputs of `V` vectors, which can be written.
#[inline(always)]
unsafe fn sum_vectors<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    taps: impl Iterator<Item = (usize, usize)>,
    values: *const T,
    weight: *const T,
    start: Option<*const T>,
    outputs: *mut T,
) {
    let mut sums = [isa.splat(T::ZERO); V];
    if let Some(start) = start {
        // SAFETY: as asked for.
        sums = unsafe { load_row(isa, start, None) };
    }
    for (at, place) in taps {
        for (v, sum) in sums.iter_mut().enumerate() {
            let (value, weight) = (values.wrapping_add(at + v * I::LANES), weight.wrapping_add(place + v * I::LANES));
            // SAFETY: as asked for.
            let (value, weight) = unsafe { (isa.load(value), isa.load(weight)) };
            *sum = isa.mul_add_vector(weight, value, *sum);
        }
    }
    // SAFETY: as asked for.
    unsafe { store_row(isa, &sums, outputs, None) };
}

#[cfg(test)]
mod tests;
