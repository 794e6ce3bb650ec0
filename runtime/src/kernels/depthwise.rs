//! Depthwise convolutions: every channel has windows of its own, one or several (the multiplier).
//!
//! The weight lies as Keras has it, `(kernel rows, kernel columns, channels, multiplier)`: a row of all outputs for each place of the
//! window. Every output is its bias plus its products in the order of the places; products with padding are left out.
use super::dense;
use super::product::{Matrix, Size, Start, Stays, product};
use super::window::Window;
use crate::isa::{HAS_VECTORS, Isa, Task};
use crate::scalar::Scalar;

/// Positions and channels that are computed in one go on the way through a separable convolution: 16 KiB in double precision, on the
/// stack.
const AT_ONCE: (usize, usize) = (32, 64);

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

/// Some channels at some positions of a sample, row by row: a function of its own, for it to be compiled once.
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
        positions_of(isa, self);
    }
}

#[inline(always)]
fn positions_of<T: Scalar, I: Isa<T>>(isa: I, part: Positions<'_, T>) {
    let Positions { window, weight, bias, input, output, positions, channels } = part;
    let [_, width, inputs] = window.input;
    let [_, columns, units] = window.output;
    let multiplier = units / inputs;
    let (y_axis, x_axis) = (window.axis(0), window.axis(1));
    let bias = bias.filter(|bias| bias.len() >= units);
    for (position, output) in (positions.0..positions.1).zip(output.chunks_exact_mut(channels.1 - channels.0)) {
        let (row, column) = (position / columns, position % columns);
        let (rows, columns) = (y_axis.taps_at(row), x_axis.taps_at(column));
        let (y_origin, x_origin) = (y_axis.origin(row), x_axis.origin(column));
        let taps = || {
            (rows.0..rows.1).flat_map(move |y| {
                let at = (y_origin + (y * y_axis.dilation) as isize) as usize * width;
                (columns.0..columns.1).map(move |x| {
                    let column = (x_origin + (x * x_axis.dilation) as isize) as usize;
                    ((at + column) * inputs, (y * x_axis.taps + x) * units)
                })
            })
        };
        let mut channel = channels.0;
        if HAS_VECTORS && multiplier == 1 {
            // SAFETY: the taps are inside of the image, and so many channels are there at each position and in each row.
            unsafe {
                let (input, weight, output) = (input.as_ptr(), weight.as_ptr(), output.as_mut_ptr());
                macro_rules! vectors {
                    ($vectors:literal) => {
                        while channel + $vectors * I::LANES <= channels.1 {
                            let mut sums = [isa.splat(T::ZERO); $vectors];
                            if let Some(bias) = bias {
                                for (v, sum) in sums.iter_mut().enumerate() {
                                    *sum = isa.load(bias.as_ptr().add(channel + v * I::LANES));
                                }
                            }
                            for (at, place) in taps() {
                                for (v, sum) in sums.iter_mut().enumerate() {
                                    let channel = channel + v * I::LANES;
                                    let value = isa.load(input.add(at + channel));
                                    *sum = isa.mul_add_vector(isa.load(weight.add(place + channel)), value, *sum);
                                }
                            }
                            for (v, &sum) in sums.iter().enumerate() {
                                isa.store(sum, output.add(channel - channels.0 + v * I::LANES));
                            }
                            channel += $vectors * I::LANES;
                        }
                    };
                }
                vectors!(4);
                vectors!(1);
            }
        }
        for (output, channel) in output.iter_mut().skip(channel - channels.0).zip(channel..) {
            let start = bias.and_then(|bias| bias.get(channel)).copied().unwrap_or(T::ZERO);
            *output = taps().fold(start, |sum, (at, place)| {
                match (weight.get(place + channel), input.get(at + channel / multiplier)) {
                    (Some(&w), Some(&x)) => isa.mul_add(w, x, sum),
                    _ => sum,
                }
            });
        }
    }
}

/// `grad_inputs = weightᵀ * grad_outputs`: every input gathers the outputs that have seen it, in the order of the places and then
/// of its windows.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    weight: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let samples = grad_inputs.len() / window.input_len().max(1);
    if !fits(&window, weight.len(), grad_inputs.len(), grad_outputs.len(), samples) {
        return;
    }
    let [_, width, channels] = window.input;
    let [_, columns, units] = window.output;
    let multiplier = units / channels;
    let (y_axis, x_axis) = (window.axis(0), window.axis(1));
    let samples = grad_outputs.chunks_exact(window.output_len()).zip(grad_inputs.chunks_exact_mut(window.input_len()));
    for (grad_output, grad_input) in samples {
        for (position, grad_input) in grad_input.chunks_exact_mut(channels).enumerate() {
            let taps = || {
                (0..y_axis.taps).filter_map(move |y| Some((y, y_axis.seen_from(position / width, y)?))).flat_map(
                    move |(y, row)| {
                        (0..x_axis.taps).filter_map(move |x| {
                            let column = x_axis.seen_from(position % width, x)?;
                            Some(((row * columns + column) * units, (y * x_axis.taps + x) * units))
                        })
                    },
                )
            };
            let mut channel = 0;
            if HAS_VECTORS && multiplier == 1 {
                macro_rules! vectors {
                    ($vectors:literal) => {
                        while channel + $vectors * I::LANES <= channels {
                            let mut sums = [isa.splat(T::ZERO); $vectors];
                            // SAFETY: the positions are inside of the image, and so many channels are there at each.
                            unsafe {
                                for (at, place) in taps() {
                                    for (v, sum) in sums.iter_mut().enumerate() {
                                        let channel = channel + v * I::LANES;
                                        let g = isa.load(grad_output.as_ptr().add(at + channel));
                                        *sum =
                                            isa.mul_add_vector(isa.load(weight.as_ptr().add(place + channel)), g, *sum);
                                    }
                                }
                                for (v, &sum) in sums.iter().enumerate() {
                                    isa.store(sum, grad_input.as_mut_ptr().add(channel + v * I::LANES));
                                }
                            }
                            channel += $vectors * I::LANES;
                        }
                    };
                }
                vectors!(4);
                vectors!(1);
            }
            for (grad, channel) in grad_input.iter_mut().skip(channel).zip(channel..) {
                *grad = T::ZERO;
                for (at, place) in taps() {
                    let unit = channel * multiplier;
                    let weights = weight.iter().skip(place + unit).take(multiplier);
                    let grads = grad_output.iter().skip(at + unit);
                    *grad = weights.zip(grads).fold(*grad, |sum, (&w, &g)| isa.mul_add(w, g, sum));
                }
            }
        }
    }
}

/// `grad_weight += Σ grad_outputs * inputs` over all windows, in the order of samples and positions; for places from one on.
#[inline(always)]
pub fn backward_weight<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    inputs: &[T],
    grad_outputs: &[T],
    first_place: usize,
    grad_weight: &mut [T],
) {
    let samples = grad_outputs.len() / window.output_len().max(1);
    let [_, width, channels] = window.input;
    let [_, columns, units] = window.output;
    let all = window.places() * units;
    if !fits(&window, all, inputs.len(), grad_outputs.len(), samples) || first_place * units + grad_weight.len() > all {
        return;
    }
    let multiplier = units / channels;
    let (y_axis, x_axis) = (window.axis(0), window.axis(1));
    for (grads, place) in grad_weight.chunks_exact_mut(units).zip(first_place..) {
        let (y, x) = (place / x_axis.taps, place % x_axis.taps);
        let (rows, columns_of) = (y_axis.positions_of(y), x_axis.positions_of(x));
        let at = |row: usize, column: usize| {
            let y = (y_axis.origin(row) + (y * y_axis.dilation) as isize) as usize;
            let x = (x_axis.origin(column) + (x * x_axis.dilation) as isize) as usize;
            ((y * width + x) * channels, (row * columns + column) * units)
        };
        let mut unit = 0;
        if HAS_VECTORS && multiplier == 1 {
            // SAFETY: the taps are inside of the images, and so many channels are there at each position.
            unsafe {
                macro_rules! vectors {
                    ($vectors:literal) => {
                        while unit + $vectors * I::LANES <= units {
                            let to = grads.as_mut_ptr().add(unit);
                            let mut sums = [isa.splat(T::ZERO); $vectors];
                            for (v, sum) in sums.iter_mut().enumerate() {
                                *sum = isa.load(to.add(v * I::LANES));
                            }
                            for sample in 0..samples {
                                let input = inputs.as_ptr().add(sample * window.input_len() + unit);
                                let grad = grad_outputs.as_ptr().add(sample * window.output_len() + unit);
                                for row in rows.0..rows.1 {
                                    for column in columns_of.0..columns_of.1 {
                                        let (from, to) = at(row, column);
                                        for (v, sum) in sums.iter_mut().enumerate() {
                                            let value = isa.load(input.add(from + v * I::LANES));
                                            *sum =
                                                isa.mul_add_vector(isa.load(grad.add(to + v * I::LANES)), value, *sum);
                                        }
                                    }
                                }
                            }
                            for (v, &sum) in sums.iter().enumerate() {
                                isa.store(sum, to.add(v * I::LANES));
                            }
                            unit += $vectors * I::LANES;
                        }
                    };
                }
                vectors!(4);
                vectors!(1);
            }
        }
        for (grad, unit) in grads.iter_mut().skip(unit).zip(unit..) {
            let samples = inputs.chunks_exact(window.input_len()).zip(grad_outputs.chunks_exact(window.output_len()));
            for (input, grad_output) in samples {
                for row in rows.0..rows.1 {
                    for column in columns_of.0..columns_of.1 {
                        let (from, to) = at(row, column);
                        if let (Some(&x), Some(&g)) = (input.get(from + unit / multiplier), grad_output.get(to + unit))
                        {
                            *grad = isa.mul_add(g, x, *grad);
                        }
                    }
                }
            }
        }
    }
}

/// A depthwise convolution and then a dense layer at every position: `outputs = bias + pointwise * (depthwise * inputs)`. What is
/// between the two exists for a few positions and channels at a time.
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
    debug_assert!(fits, "values of the sizes of {window:?}");
    if !fits || units == 0 {
        return;
    }
    let mut scratch = [T::ZERO; AT_ONCE.0 * AT_ONCE.1];
    for (input, output) in inputs.chunks_exact(window.input_len()).zip(outputs.chunks_exact_mut(positions * units)) {
        for (first, output) in (0..positions).step_by(AT_ONCE.0).zip(output.chunks_mut(AT_ONCE.0 * units)) {
            let end = (first + AT_ONCE.0).min(positions);
            let mut start = bias.map_or(Start::Zero, Start::Row);
            for channel in (0..middle).step_by(AT_ONCE.1) {
                let channels = (channel, (channel + AT_ONCE.1).min(middle));
                let depth = channels.1 - channels.0;
                let (weight, positions) = (depthwise, (first, end));
                isa.apart(Positions {
                    window: &window,
                    weight,
                    bias: None,
                    input,
                    output: &mut scratch,
                    positions,
                    channels,
                });
                let size = Size { rows: end - first, columns: units, depth };
                let weight = pointwise.get(channel * units..).unwrap_or_default();
                let (a, b) = (Matrix::by_rows(&scratch, depth), Matrix::by_rows(weight, units));
                isa.apart(Product { size, a, b, start, output });
                start = Start::Result;
            }
        }
    }
}

/// What a dense layer makes of some channels at some positions.
struct Product<'a, T> {
    size: Size,
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    start: Start<'a, T>,
    output: &'a mut [T],
}

impl<T: Scalar> Task<T> for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { size, a, b, start, output } = self;
        product::<T, I, 0, 0>(isa, size, a, b, start, output, size.columns, Stays::Columns);
    }
}

/// The gradients of what came into a dense layer.
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

/// `grad_inputs = depthwiseᵀ * (pointwiseᵀ * grad_outputs)`: every position adds to what its window sees, position by position.
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
    if !window.is_sound() || of_sample == 0 || depthwise.len() != window.places() * window.output[2] {
        return;
    }
    let samples = grad_outputs.chunks_exact(of_sample).zip(grad_inputs.chunks_exact_mut(window.input_len()));
    for (grad_output, grad_input) in samples {
        grad_input.fill(T::ZERO);
        middle(isa, window, pointwise, units, grad_output, |grads, first_channel, at, place| {
            let weights = depthwise.get(place + first_channel..).unwrap_or_default().iter().zip(grads);
            let multiplier = window.output[2] / window.input[2];
            if multiplier == 1 {
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
    if !window.is_sound() || of_sample == 0 || grad_depthwise.len() != window.places() * window.output[2] {
        return;
    }
    for (grad_output, input) in grad_outputs.chunks_exact(of_sample).zip(inputs.chunks_exact(window.input_len())) {
        middle(isa, window, pointwise, units, grad_output, |grads, first_channel, at, place| {
            let to = grad_depthwise.get_mut(place + first_channel..).unwrap_or_default().iter_mut().zip(grads);
            let multiplier = window.output[2] / window.input[2];
            if multiplier == 1 {
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

/// The gradients of what is between the parts of a separable convolution, some channels at some positions at a time: calls `visit`
/// with those of a position for every place of its window, with the first channel, where the window sees the input, and where the
/// weights of the place are.
#[inline(always)]
fn middle<T: Scalar, I: Isa<T>>(
    isa: I,
    window: &Window,
    pointwise: &[T],
    units: usize,
    grad_output: &[T],
    mut visit: impl FnMut(&[T], usize, usize, usize),
) {
    let [_, width, inputs] = window.input;
    let [_, columns, middle] = window.output;
    let (y_axis, x_axis) = (window.axis(0), window.axis(1));
    let mut scratch = [T::ZERO; AT_ONCE.0 * AT_ONCE.1];
    for (block, grad_output) in grad_output.chunks(AT_ONCE.0 * units).enumerate() {
        for first in (0..middle).step_by(AT_ONCE.1) {
            let channels = AT_ONCE.1.min(middle - first);
            let weight = pointwise.get(first * units..(first + channels) * units).unwrap_or_default();
            let positions = grad_output.len() / units;
            let Some(grads) = scratch.get_mut(..positions * channels) else { return };
            isa.apart(Backwards { weight, grad_output, grads, units });
            for (position, grads) in grads.chunks_exact(channels).enumerate() {
                let position = block * AT_ONCE.0 + position;
                let (rows, columns_of) = (y_axis.taps_at(position / columns), x_axis.taps_at(position % columns));
                let (y_origin, x_origin) = (y_axis.origin(position / columns), x_axis.origin(position % columns));
                for y in rows.0..rows.1 {
                    let row = (y_origin + (y * y_axis.dilation) as isize) as usize * width;
                    for x in columns_of.0..columns_of.1 {
                        let column = (x_origin + (x * x_axis.dilation) as isize) as usize;
                        visit(grads, first, (row + column) * inputs, (y * x_axis.taps + x) * middle);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
