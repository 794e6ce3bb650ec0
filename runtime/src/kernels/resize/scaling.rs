//! Images enlarged by whole factors: positions repeated, or mixed from their neighbours.
use crate::isa::Isa;
use crate::kernels::channels::{add, in_blocks, load, store};
use crate::kernels::chunks::InChunks;
use crate::kernels::window::least_one;
use crate::scalar::Scalar;

/// An image that is enlarged: every position becomes `factor[0]` rows of `factor[1]` positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// Height and width of the smaller image.
    pub input: [usize; 2],
    /// The factors of height and width.
    pub factor: [usize; 2],
}

impl Scaling {
    /// Values of a sample: of the smaller image, of the larger image.
    #[inline(always)]
    fn lens(&self, channels: usize) -> (usize, usize) {
        let input = self.input[0] * self.input[1] * channels;
        (input, input * self.factor[0] * self.factor[1])
    }
}

/// `outputs[y][x] = inputs[y / factor[0]][x / factor[1]]`.
#[inline(always)]
pub fn repeat_forward<T: Scalar, I: Isa<T>>(
    _isa: I,
    scaling: &Scaling,
    channels: usize,
    inputs: &[T],
    outputs: &mut [T],
) {
    let (input_len, output_len) = scaling.lens(channels);
    for (input, output) in inputs.in_chunks(input_len).zip(outputs.in_chunks_mut(output_len)) {
        let rows = input.in_chunks(scaling.input[1] * channels);
        let repeated = output.in_chunks_mut(output_len / least_one(scaling.input[0]));
        for (row, repeated) in rows.zip(repeated) {
            for output in repeated.in_chunks_mut(repeated_len(scaling, channels)) {
                let positions = row.in_chunks(channels);
                for (x, ys) in positions.zip(output.in_chunks_mut(scaling.factor[1] * channels)) {
                    for y in ys.in_chunks_mut(channels) {
                        y.iter_mut().zip(x).for_each(|(y, x)| *y = *x);
                    }
                }
            }
        }
    }
}

/// The length of a row of the larger image.
#[inline(always)]
fn repeated_len(scaling: &Scaling, channels: usize) -> usize {
    scaling.input[1] * scaling.factor[1] * channels
}

/// Every input gets the sum of the gradients of its copies, row by row.
#[inline(always)]
pub fn repeat_backward<T: Scalar, I: Isa<T>>(
    _isa: I,
    scaling: &Scaling,
    channels: usize,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let (input_len, output_len) = scaling.lens(channels);
    grad_inputs.fill(T::ZERO);
    for (grad_input, grad_output) in grad_inputs.in_chunks_mut(input_len).zip(grad_outputs.in_chunks(output_len)) {
        let rows = grad_input.in_chunks_mut(scaling.input[1] * channels);
        for (row, repeated) in rows.zip(grad_output.in_chunks(output_len / least_one(scaling.input[0]))) {
            for grad_output in repeated.in_chunks(repeated_len(scaling, channels)) {
                let grads = grad_output.in_chunks(scaling.factor[1] * channels);
                for (grad_x, grads) in row.in_chunks_mut(channels).zip(grads) {
                    for grad in grads.in_chunks(channels) {
                        grad_x.iter_mut().zip(grad).for_each(|(x, g)| *x += *g);
                    }
                }
            }
        }
    }
}

/// The two rows (or columns) of the smaller image between which a row of the larger image lies, and the share of the
/// second one. Pixels are squares: the middle of the first pixel lies at half a pixel.
#[inline(always)]
fn neighbours<T: Scalar>(index: usize, factor: usize, len: usize) -> (usize, usize, T) {
    // The position in the smaller image, in steps of `1 / (2 factor)`, plus half a pixel.
    let place = 2 * index + 1;
    if place < factor {
        return (0, 0, T::ZERO);
    }
    let double = least_one(2 * factor);
    let (lower, share) = ((place - factor) / double, (place - factor) % double);
    (lower, (lower + 1).min(len - 1), T::from_f64(share as f64 / double as f64))
}

/// Calls `act` for each position of the larger image: with its place, the places of its four neighbours in the smaller image (two
/// above, two below), and the shares of the neighbours below and on the right.
#[inline(always)]
fn between<T: Scalar>(
    scaling: &Scaling,
    channels: usize,
    first: usize,
    mut act: impl FnMut(usize, [usize; 4], (T, T)),
) {
    let [height, width] = scaling.input;
    let mut at = first;
    for row in 0..height * scaling.factor[0] {
        let (above, below, down) = neighbours(row, scaling.factor[0], height);
        for column in 0..width * scaling.factor[1] {
            let (left, right, along) = neighbours(column, scaling.factor[1], width);
            let place = |row: usize, column: usize| (row * width + column) * channels + first;
            act(at, [place(above, left), place(above, right), place(below, left), place(below, right)], (down, along));
            at += channels;
        }
    }
}

/// The values of a larger image, each from its four neighbours in the smaller one.
#[inline(always)]
pub fn bilinear_forward<T: Scalar, I: Isa<T>>(
    isa: I,
    scaling: &Scaling,
    channels: usize,
    inputs: &[T],
    outputs: &mut [T],
) {
    let (input_len, output_len) = scaling.lens(channels);
    for (input, output) in inputs.in_chunks(input_len).zip(outputs.in_chunks_mut(output_len)) {
        in_blocks!(channels, bilinear_block::<T>(isa, scaling, channels, input, output));
    }
}

#[inline(always)]
fn bilinear_block<T: Scalar, const B: usize>(
    first: usize,
    isa: impl Isa<T>,
    scaling: &Scaling,
    channels: usize,
    input: &[T],
    output: &mut [T],
) {
    let mix = |a: T, b: T, share: T| isa.mul_add(b - a, share, a);
    between(scaling, channels, first, |at, corners, (down, along)| {
        let [mut above, right, mut below, below_right] = corners.map(|corner| load::<T, B>(input, corner));
        above.iter_mut().zip(right).for_each(|(a, b)| *a = mix(*a, b, along));
        below.iter_mut().zip(below_right).for_each(|(a, b)| *a = mix(*a, b, along));
        above.iter_mut().zip(below).for_each(|(a, b)| *a = mix(*a, b, down));
        store(above, output, at);
    });
}

/// The gradient of an input is the sum of `share * grad_output` over the outputs that were mixed from it.
#[inline(always)]
pub fn bilinear_backward<T: Scalar, I: Isa<T>>(
    _isa: I,
    scaling: &Scaling,
    channels: usize,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let (input_len, output_len) = scaling.lens(channels);
    grad_inputs.fill(T::ZERO);
    for (grad_input, grad_output) in grad_inputs.in_chunks_mut(input_len).zip(grad_outputs.in_chunks(output_len)) {
        in_blocks!(channels, bilinear_backward_block::<T>(scaling, channels, grad_output, grad_input));
    }
}

#[inline(always)]
fn bilinear_backward_block<T: Scalar, const B: usize>(
    first: usize,
    scaling: &Scaling,
    channels: usize,
    grad_output: &[T],
    grad_input: &mut [T],
) {
    between(scaling, channels, first, |at, corners, (down, along)| {
        let grad = load::<T, B>(grad_output, at);
        let (up, back) = (T::ONE - down, T::ONE - along);
        for (corner, share) in corners.into_iter().zip([up * back, up * along, down * back, down * along]) {
            add(grad.map(|grad| grad * share), grad_input, corner);
        }
    });
}
