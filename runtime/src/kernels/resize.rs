//! Images that grow and shrink: by a border of zeros, or by more positions.
use super::channels::{add, in_blocks, load, store};
use crate::isa::Isa;
use crate::scalar::Scalar;

/// An image within a larger one. Sizes are height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Border {
    /// Of the smaller image.
    pub inner: [usize; 2],
    /// Of the larger one.
    pub outer: [usize; 2],
    /// Rows above and columns left of the smaller one.
    pub before: [usize; 2],
}

/// Calls `act` with each row of the smaller image and where it lies in the larger one.
#[inline(always)]
fn rows(border: &Border, channels: usize, mut act: impl FnMut(core::ops::Range<usize>, core::ops::Range<usize>)) {
    let len = border.inner[1] * channels;
    for row in 0..border.inner[0] {
        let at = ((row + border.before[0]) * border.outer[1] + border.before[1]) * channels;
        act(row * len..(row + 1) * len, at..at + len);
    }
}

/// Copies the smaller image into the larger one, and zeros around it.
#[inline(always)]
pub fn enlarge<T: Scalar, I: Isa<T>>(_isa: I, border: &Border, channels: usize, inner: &[T], outer: &mut [T]) {
    let (inner_len, outer_len) =
        (border.inner[0] * border.inner[1] * channels, border.outer[0] * border.outer[1] * channels);
    outer.fill(T::ZERO);
    for (inner, outer) in inner.chunks_exact(inner_len).zip(outer.chunks_exact_mut(outer_len)) {
        rows(border, channels, |from, to| copy(inner.get(from), outer.get_mut(to)));
    }
}

/// Copies the smaller image out of the larger one.
#[inline(always)]
pub fn cut_out<T: Scalar, I: Isa<T>>(_isa: I, border: &Border, channels: usize, outer: &[T], inner: &mut [T]) {
    let (inner_len, outer_len) =
        (border.inner[0] * border.inner[1] * channels, border.outer[0] * border.outer[1] * channels);
    for (inner, outer) in inner.chunks_exact_mut(inner_len).zip(outer.chunks_exact(outer_len)) {
        rows(border, channels, |to, from| copy(outer.get(from), inner.get_mut(to)));
    }
}

#[inline(always)]
fn copy<T: Scalar>(from: Option<&[T]>, to: Option<&mut [T]>) {
    if let (Some(from), Some(to)) = (from, to) {
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }
}

/// An image of which every position becomes several. Sizes are height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// Of the smaller image.
    pub input: [usize; 2],
    /// Rows and columns that one becomes.
    pub factor: [usize; 2],
}

impl Scaling {
    #[inline(always)]
    fn lens(&self, channels: usize) -> (usize, usize) {
        let input = self.input[0] * self.input[1] * channels;
        (input, input * self.factor[0] * self.factor[1])
    }
}

/// Every position as often as the factors say.
#[inline(always)]
pub fn repeat_forward<T: Scalar, I: Isa<T>>(
    _isa: I,
    scaling: &Scaling,
    channels: usize,
    inputs: &[T],
    outputs: &mut [T],
) {
    let (input_len, output_len) = scaling.lens(channels);
    for (input, output) in inputs.chunks_exact(input_len).zip(outputs.chunks_exact_mut(output_len)) {
        let rows = input.chunks_exact(scaling.input[1] * channels);
        let repeated = output.chunks_exact_mut(output_len / scaling.input[0]);
        for (row, repeated) in rows.zip(repeated) {
            for output in repeated.chunks_exact_mut(repeated_len(scaling, channels)) {
                let positions = row.chunks_exact(channels);
                for (x, ys) in positions.zip(output.chunks_exact_mut(scaling.factor[1] * channels)) {
                    for y in ys.chunks_exact_mut(channels) {
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

/// Every input gets the sum of the gradients of what it became, row by row.
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
    for (grad_input, grad_output) in grad_inputs.chunks_exact_mut(input_len).zip(grad_outputs.chunks_exact(output_len))
    {
        let rows = grad_input.chunks_exact_mut(scaling.input[1] * channels);
        for (row, repeated) in rows.zip(grad_output.chunks_exact(output_len / scaling.input[0])) {
            for grad_output in repeated.chunks_exact(repeated_len(scaling, channels)) {
                let grads = grad_output.chunks_exact(scaling.factor[1] * channels);
                for (grad_x, grads) in row.chunks_exact_mut(channels).zip(grads) {
                    for grad in grads.chunks_exact(channels) {
                        grad_x.iter_mut().zip(grad).for_each(|(x, g)| *x += *g);
                    }
                }
            }
        }
    }
}

/// The two rows (or columns) that lie around one of the larger image, and the share of the second. Pixels are squares: the middle of
/// the first lies at half a pixel.
#[inline(always)]
fn neighbours<T: Scalar>(index: usize, factor: usize, len: usize) -> (usize, usize, T) {
    // The place in the smaller image, in steps of `1 / (2 factor)`, plus half a pixel.
    let place = 2 * index + 1;
    if place < factor {
        return (0, 0, T::ZERO);
    }
    let (lower, part) = ((place - factor) / (2 * factor), (place - factor) % (2 * factor));
    (lower, (lower + 1).min(len - 1), T::from_f64(part as f64 / (2 * factor) as f64))
}

/// Calls `act` with where a value of the larger image lies, where its four neighbours lie (two above, two below), and the shares of
/// those below and on the right.
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
    for (input, output) in inputs.chunks_exact(input_len).zip(outputs.chunks_exact_mut(output_len)) {
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
    let mix = |a: T, b: T, part: T| isa.mul_add(b - a, part, a);
    between(scaling, channels, first, |at, corners, (down, along)| {
        let [mut above, right, mut below, below_right] = corners.map(|corner| load::<T, B>(input, corner));
        above.iter_mut().zip(right).for_each(|(a, b)| *a = mix(*a, b, along));
        below.iter_mut().zip(below_right).for_each(|(a, b)| *a = mix(*a, b, along));
        above.iter_mut().zip(below).for_each(|(a, b)| *a = mix(*a, b, down));
        store(above, output, at);
    });
}

/// Every input gets its share of the gradients around it.
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
    for (grad_input, grad_output) in grad_inputs.chunks_exact_mut(input_len).zip(grad_outputs.chunks_exact(output_len))
    {
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
