//! Separable convolutions: a depthwise convolution, and then a dense layer at every position (the pointwise convolution).
//!
//! The outputs of the depthwise convolution exist for a few positions and channels at a time.
use core::num::NonZero;

use super::{OutputTaps, Positions, Taps, multiplier};
use crate::isa::{Isa, Task};
use crate::kernels::chunks::InChunks;
use crate::kernels::dense;
use crate::kernels::product::{Matrix, Product, Size, Start, Stays};
use crate::kernels::window::{Window, least_one};
use crate::scalar::Scalar;

/// Positions and channels of the depthwise outputs that are computed at a time: 16 KiB in double precision, on the
/// stack.
const AT_ONCE: (usize, usize) = (32, 64);

/// `outputs = bias + pointwise * (depthwise * inputs)`.
#[inline(always)]
pub fn separable_forward<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    depthwise: &[T],
    pointwise: &[T],
    bias: Option<&[T]>,
    inputs: &[T],
    outputs: &mut [T],
) {
    let [rows, columns, middle] = window.output;
    let positions = rows * columns;
    let units = pointwise.len() / middle.max(1);
    let samples = outputs.len() / (positions * units).max(1);
    let fits = window.is_sound()
        && middle.is_multiple_of(window.input[2])
        && depthwise.len() == window.places() * middle
        && pointwise.len() == middle * units
        && samples.saturating_mul(window.input_len()) <= inputs.len();
    debug_assert!(fits, "sizes do not fit {window:?}");
    if !fits || units == 0 {
        return;
    }
    let mut scratch = [T::ZERO; AT_ONCE.0 * AT_ONCE.1];
    for (input, output) in inputs.in_chunks(window.input_len()).zip(outputs.in_chunks_mut(positions * units)) {
        for (first, output) in (0..positions).step_by(AT_ONCE.0).zip(output.chunks_mut(least_one(AT_ONCE.0 * units))) {
            let positions = (first, (first + AT_ONCE.0).min(positions));
            let mut start = bias.map_or(Start::Zero, Start::Row);
            for channel in (0..middle).step_by(AT_ONCE.1) {
                let (channels, weight) = ((channel, (channel + AT_ONCE.1).min(middle)), depthwise);
                isa.apart(Positions {
                    window: &window,
                    weight,
                    bias: None,
                    input,
                    output: &mut scratch,
                    positions,
                    channels,
                });
                let depth = channels.1 - channels.0;
                let size = Size { rows: positions.1 - positions.0, columns: units, depth };
                let weight = pointwise.get(channel * units..).unwrap_or_default();
                let (a, b) = (Matrix::by_rows(&scratch, depth), Matrix::by_rows(weight, units));
                Product { size, a, b, start, c: output, c_row: units }.compute::<I, 0, 0>(isa, Stays::Columns);
                start = Start::Result;
            }
        }
    }
}

/// The gradients of the depthwise outputs: `grads = pointwiseᵀ * grad_output`.
struct Backwards<'a, T> {
    weight: &'a [T],
    grad_output: &'a [T],
    grads: &'a mut [T],
    units: usize,
}

impl<T: Scalar> Task<T> for Backwards<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        dense::backward_input::<T, I, 0>(isa, self.weight, self.grad_output, self.grads, self.units);
    }
}

/// `grad_inputs = depthwiseᵀ * (pointwiseᵀ * grad_outputs)`: every position adds to the gradients of the inputs in its
/// window, position by position.
#[inline(always)]
pub fn separable_backward_input<T: Scalar, I: Isa<T>>(
    isa: I,
    window: &Window,
    depthwise: &[T],
    pointwise: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let units = pointwise.len() / window.output[2].max(1);
    let of_sample = window.output[0] * window.output[1] * units;
    let Some(multiplier) = multiplier(window) else { return };
    if !window.is_sound() || of_sample == 0 || depthwise.len() != window.places() * window.output[2] {
        return;
    }
    let samples = grad_outputs.in_chunks(of_sample).zip(grad_inputs.in_chunks_mut(window.input_len()));
    for (grad_output, grad_input) in samples {
        grad_input.fill(T::ZERO);
        each_tap(isa, window, pointwise, units, grad_output, |grads, first_channel, at, place| {
            let weights = depthwise.get(place + first_channel..).unwrap_or_default().iter().zip(grads);
            if multiplier.get() == 1 {
                let to = grad_input.iter_mut().skip(at + first_channel);
                to.zip(weights).for_each(|(to, (&w, &g))| *to = isa.mul_add(w, g, *to));
            } else {
                for (channel, (&w, &g)) in (first_channel..).zip(weights) {
                    if let Some(to) = grad_input.get_mut(at + channel / multiplier) {
                        *to = isa.mul_add(w, g, *to);
                    }
                }
            }
        });
    }
}

/// `grad_depthwise += Σ (pointwiseᵀ * grad_outputs) * inputs`, in the order of samples and positions.
#[inline(always)]
pub fn separable_backward_depthwise<T: Scalar, I: Isa<T>>(
    isa: I,
    window: &Window,
    pointwise: &[T],
    inputs: &[T],
    grad_outputs: &[T],
    grad_depthwise: &mut [T],
) {
    let units = pointwise.len() / window.output[2].max(1);
    let of_sample = window.output[0] * window.output[1] * units;
    let Some(multiplier) = multiplier(window) else { return };
    if !window.is_sound() || of_sample == 0 || grad_depthwise.len() != window.places() * window.output[2] {
        return;
    }
    for (grad_output, input) in grad_outputs.in_chunks(of_sample).zip(inputs.in_chunks(window.input_len())) {
        each_tap(isa, window, pointwise, units, grad_output, |grads, first_channel, at, place| {
            let to = grad_depthwise.get_mut(place + first_channel..).unwrap_or_default().iter_mut().zip(grads);
            if multiplier.get() == 1 {
                let values = input.iter().skip(at + first_channel);
                to.zip(values).for_each(|((to, &g), &x)| *to = isa.mul_add(x, g, *to));
            } else {
                for (channel, (to, &g)) in (first_channel..).zip(to) {
                    if let Some(&x) = input.get(at + channel / multiplier) {
                        *to = isa.mul_add(x, g, *to);
                    }
                }
            }
        });
    }
}

/// Computes the gradients of the depthwise outputs, for a block of channels and positions at a time. Calls `visit` for
/// every tap of every position with the gradients of these channels, the first of the channels, and the offsets of the
/// tap: in the input and in the weight.
#[inline(always)]
fn each_tap<T: Scalar, I: Isa<T>>(
    isa: I,
    window: &Window,
    pointwise: &[T],
    units: usize,
    grad_output: &[T],
    mut visit: impl FnMut(&[T], usize, usize, usize),
) {
    let middle = window.output[2];
    let (Some(columns), Some(units)) = (NonZero::new(window.output[1]), NonZero::new(units)) else { return };
    let mut scratch = [T::ZERO; AT_ONCE.0 * AT_ONCE.1];
    for (block, grad_output) in grad_output.chunks(least_one(AT_ONCE.0 * units.get())).enumerate() {
        for first in (0..middle).step_by(AT_ONCE.1) {
            let channels = AT_ONCE.1.min(middle - first);
            let weight = pointwise.get(first * units.get()..(first + channels) * units.get()).unwrap_or_default();
            let positions = grad_output.len() / units;
            let Some(grads) = scratch.get_mut(..positions * channels) else { return };
            isa.apart(Backwards { weight, grad_output, grads, units: units.get() });
            for (grads, position) in grads.in_chunks(channels).zip(block * AT_ONCE.0..) {
                OutputTaps::new(window, columns, position).each(|at, place| visit(grads, first, at, place));
            }
        }
    }
}
