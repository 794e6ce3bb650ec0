//! Gradients of a depthwise convolution.
use core::num::NonZero;

use super::{Taps, fits, multiplier, sum_in_vectors};
use crate::isa::{HAS_VECTORS, Isa};
use crate::kernels::chunks::InChunks;
use crate::kernels::rows::{load_row, store_row};
use crate::kernels::window::Window;
use crate::scalar::Scalar;

/// `grad_inputs = weightᵀ * grad_outputs`: the gradient of an input is a sum over the outputs whose windows contain the
/// input, in the order of the taps and then of the filters of the channel.
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
    let (Some(multiplier), Some(columns)) = (multiplier(&window), NonZero::new(window.input[1])) else { return };
    let samples = grad_outputs.in_chunks(window.output_len()).zip(grad_inputs.in_chunks_mut(window.input_len()));
    for (grad_output, grad_input) in samples {
        for (position, grad_input) in grad_input.in_chunks_mut(window.input[2]).enumerate() {
            let taps = InputTaps { window: &window, at: (position / columns, position % columns) };
            let mut done = 0;
            if HAS_VECTORS && multiplier.get() == 1 {
                let (values, weight) = (grad_output.as_ptr(), weight.as_ptr());
                // SAFETY: the taps belong to positions of the output and are inside of the weight; every position has
                // all channels.
                done = unsafe { sum_in_vectors(isa, &taps, values, weight, None, grad_input) };
            }
            for (grad, channel) in grad_input.iter_mut().skip(done).zip(done..) {
                *grad = T::ZERO;
                taps.each(|at, place| {
                    let unit = channel * multiplier.get();
                    let weights = weight.iter().skip(place + unit).take(multiplier.get());
                    let grads = grad_output.iter().skip(at + unit);
                    *grad = weights.zip(grads).fold(*grad, |sum, (&w, &g)| isa.mul_add(w, g, sum));
                });
            }
        }
    }
}

/// The taps that see a position of the input.
struct InputTaps<'a> {
    window: &'a Window,
    /// The row and the column of the position.
    at: (usize, usize),
}

impl Taps for InputTaps<'_> {
    /// The first offset of a tap is that of a position of the output in `grad_outputs`.
    #[inline(always)]
    fn each(&self, mut visit: impl FnMut(usize, usize)) {
        let [_, columns, units] = self.window.output;
        let (y_axis, x_axis) = (self.window.axis(0), self.window.axis(1));
        for y in 0..y_axis.taps {
            let Some(row) = y_axis.seen_from(self.at.0, y) else { continue };
            for x in 0..x_axis.taps {
                let Some(column) = x_axis.seen_from(self.at.1, x) else { continue };
                visit((row * columns + column) * units, (y * x_axis.taps + x) * units);
            }
        }
    }
}

/// `grad_weight += Σ grad_outputs * inputs` over all windows, in the order of samples and positions; for taps from `first_place` on.
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
    let units = window.output[2];
    let all = window.places() * units;
    if !fits(&window, all, inputs.len(), grad_outputs.len(), samples) || first_place * units + grad_weight.len() > all {
        return;
    }
    let Some(columns) = NonZero::new(window.kernel[1]) else { return };
    for (grads, place) in grad_weight.in_chunks_mut(units).zip(first_place..) {
        let tap = Tap::new(&window, (place / columns, place % columns), samples, inputs, grad_outputs);
        let mut done = 0;
        if HAS_VECTORS && units == window.input[2] {
            // SAFETY: the batch has the sizes of the window, and there is a gradient for each channel.
            done = unsafe { tap.add_in_vectors(isa, grads) };
        }
        tap.add_one_by_one(isa, grads, done);
    }
}

/// One tap of the window at all positions of a batch.
struct Tap<'a, T> {
    window: &'a Window,
    /// Row and column in the window.
    place: (usize, usize),
    /// Rows and columns of the output at which the tap is inside of the image.
    rows: (usize, usize),
    columns: (usize, usize),
    samples: usize,
    inputs: &'a [T],
    grad_outputs: &'a [T],
}

impl<'a, T: Scalar> Tap<'a, T> {
    #[inline(always)]
    fn new(window: &'a Window, place: (usize, usize), samples: usize, inputs: &'a [T], grad_outputs: &'a [T]) -> Self {
        let (rows, columns) = (window.axis(0).positions_of(place.0), window.axis(1).positions_of(place.1));
        Self { window, place, rows, columns, samples, inputs, grad_outputs }
    }

    /// Offsets in a sample, for a position of the output: of the channels that the tap sees, and of the channels of the output.
    #[inline(always)]
    fn offsets(&self, row: usize, column: usize) -> (usize, usize) {
        let ([_, width, channels], [_, columns, units]) = (self.window.input, self.window.output);
        let (y_axis, x_axis) = (self.window.axis(0), self.window.axis(1));
        let y = (y_axis.origin(row) + (self.place.0 * y_axis.dilation) as isize) as usize;
        let x = (x_axis.origin(column) + (self.place.1 * x_axis.dilation) as isize) as usize;
        ((y * width + x) * channels, (row * columns + column) * units)
    }

    /// Adds to the gradients of the first channels, as many as fill whole vectors. Returns the number of these
    /// channels.
    ///
    /// # Safety
    /// Inputs and gradients of all samples can be read, and have as many channels as `grads`.
    #[inline(always)]
    unsafe fn add_in_vectors<I: Isa<T>>(&self, isa: I, grads: &mut [T]) -> usize {
        let mut first = 0;
        macro_rules! blocks_of {
            ($vectors:literal) => {
                while first + $vectors * I::LANES <= grads.len() {
                    let block = grads.as_mut_ptr().wrapping_add(first);
                    // SAFETY: as the caller promises; the block is within the gradients.
                    unsafe { self.add_vectors::<I, $vectors>(isa, first, block) };
                    first += $vectors * I::LANES;
                }
            };
        }
        blocks_of!(4);
        blocks_of!(1);
        first
    }

    /// `V` vectors of [`add_in_vectors`](Self::add_in_vectors), from a channel on.
    ///
    /// # Safety
    /// As for [`add_in_vectors`](Self::add_in_vectors); the gradients of `V` vectors can be read and written.
    #[inline(always)]
    unsafe fn add_vectors<I: Isa<T>, const V: usize>(&self, isa: I, first: usize, grads: *mut T) {
        // SAFETY: as the caller promises.
        let mut sums: [I::Vector; V] = unsafe { load_row(isa, grads, false, I::LANES) };
        for sample in 0..self.samples {
            let input = self.inputs.as_ptr().wrapping_add(sample * self.window.input_len() + first);
            let grad_output = self.grad_outputs.as_ptr().wrapping_add(sample * self.window.output_len() + first);
            for row in self.rows.0..self.rows.1 {
                for column in self.columns.0..self.columns.1 {
                    let (from, to) = self.offsets(row, column);
                    let (x, g) = (input.wrapping_add(from), grad_output.wrapping_add(to));
                    for (v, sum) in sums.iter_mut().enumerate() {
                        let (x, g) = (x.wrapping_add(v * I::LANES), g.wrapping_add(v * I::LANES));
                        // SAFETY: the tap is inside of the image at this position, and has the channels of the block.
                        let (x, g) = unsafe { (isa.load(x), isa.load(g)) };
                        *sum = isa.mul_add_vector(g, x, *sum);
                    }
                }
            }
        }
        // SAFETY: as the caller promises.
        unsafe { store_row(isa, &sums, grads, false, I::LANES) };
    }

    /// Adds to the gradients from a channel on.
    #[inline(always)]
    fn add_one_by_one<I: Isa<T>>(&self, isa: I, grads: &mut [T], first: usize) {
        let Self { window, inputs, grad_outputs, .. } = self;
        let Some(multiplier) = multiplier(window) else { return };
        for (grad, unit) in grads.iter_mut().skip(first).zip(first..) {
            let samples = inputs.in_chunks(window.input_len()).zip(grad_outputs.in_chunks(window.output_len()));
            for (input, grad_output) in samples {
                for row in self.rows.0..self.rows.1 {
                    for column in self.columns.0..self.columns.1 {
                        let (from, to) = self.offsets(row, column);
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
