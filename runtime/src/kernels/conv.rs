//! Convolutions: sums over windows, computed directly on the images.
//!
//! Images are stored row by row, with the channels of a position adjacent. The weight has Keras's layout, `(kernel
//! rows, kernel columns, inputs per group, outputs)`, with the outputs adjacent. Every output is its bias plus its
//! products in the order (kernel row, kernel column, channel); products with padding are left out. Tiles of positions
//! and channels are computed side by side in registers, which changes the order of no sum.
mod bias;
mod blocks;
mod gradients;
mod phase;
mod tiles;
mod walk;
mod weight;

use core::marker::PhantomData;

use super::window::Window;
use crate::isa::Isa;
use crate::scalar::Scalar;

use crate::kernels::window::least_one;
pub use bias::sum_positions;
pub use gradients::backward_weight;
use phase::Phase;
use walk::Walk;
use weight::{Order, Weight};

/// The most taps of a window of which two positions may share a vector, plus one for the bias.
const PAIRED: usize = 64;
/// The number of positions for which a copy of the weight is worth its cost.
const POSITIONS: usize = 256;

/// Whether the values of a batch and of its weight have the sizes that the window says.
#[inline(always)]
fn fits<T>(window: &Window, weight: usize, inputs: &[T], outputs: &[T], samples: usize) -> bool {
    let fits = window.is_sound()
        && weight == window.places() * (window.input[2] / least_one(window.groups)) * window.output[2]
        && samples.saturating_mul(window.input_len()) <= inputs.len()
        && samples.saturating_mul(window.output_len()) <= outputs.len();
    debug_assert!(fits, "sizes do not fit {window:?}");
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
    if !fits(&window, weight.len(), inputs, outputs, samples) {
        return;
    }
    let [_, columns, channels] = window.input;
    let [_, out_columns, units] = window.output;
    let (depth, per_group) = (channels / least_one(window.groups), units / least_one(window.groups));
    for group in 0..window.groups {
        let walk = Walk {
            y: window.axis(0),
            x: window.axis(1),
            samples,
            a: inputs.as_ptr().wrapping_add(group * depth),
            a_steps: [window.input_len(), columns * channels, channels],
            depth,
            c: outputs.as_mut_ptr().wrapping_add(group * per_group),
            c_steps: [window.output_len(), out_columns * units, units],
            columns: per_group,
            borrowed: PhantomData,
        };
        let weight = Weight { values: weight.as_ptr().wrapping_add(group * per_group), units, order: Order::AsItLies };
        let bias = bias.and_then(|bias| bias.get(group * per_group..)).filter(|bias| bias.len() >= per_group);
        // SAFETY: images and weight have the sizes of the window, and the channels of the group are within them.
        unsafe { walk.run(isa, weight, bias) };
    }
}

/// `grad_inputs = weightᵀ * grad_outputs`: the gradient of an input is a sum over the outputs whose windows contain the
/// input, in the order (row, column, channel) of the outputs. With a bias: the forward pass of a transposed
/// convolution.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    weight: &[T],
    bias: Option<&[T]>,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let samples = grad_inputs.len() / window.input_len().max(1);
    if !fits(&window, weight.len(), grad_inputs, grad_outputs, samples) {
        return;
    }
    let [_, columns, channels] = window.input;
    let [_, out_columns, units] = window.output;
    let (per_group, depth) = (channels / least_one(window.groups), units / least_one(window.groups));
    for (down, right) in (0..window.stride[0]).flat_map(|down| (0..window.stride[1]).map(move |right| (down, right))) {
        let (Some(y), Some(x)) = (Phase::of(&window.axis(0), down), Phase::of(&window.axis(1), right)) else {
            continue;
        };
        for group in 0..window.groups {
            let first = (y.first * columns + x.first) * channels + group * per_group;
            let walk = Walk {
                y: y.axis,
                x: x.axis,
                samples,
                a: grad_outputs.as_ptr().wrapping_add(group * depth),
                a_steps: [window.output_len(), out_columns * units, units],
                depth,
                c: grad_inputs.as_mut_ptr().wrapping_add(first),
                c_steps: [window.input_len(), window.stride[0] * columns * channels, window.stride[1] * channels],
                columns: per_group,
                borrowed: PhantomData,
            };
            let order = Order::Backwards { y: y.places, x: x.places, row: window.kernel[1], columns: per_group };
            let weight = Weight { values: weight.as_ptr().wrapping_add(group * depth), units, order };
            let bias = bias.and_then(|bias| bias.get(group * per_group..)).filter(|bias| bias.len() >= per_group);
            // SAFETY: as above; the inputs of a phase are within the images.
            unsafe { walk.run(isa, weight, bias) };
        }
    }
}

#[cfg(test)]
mod tests;
