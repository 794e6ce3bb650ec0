//! Batch normalization: channel by channel, with sums in double precision.
use super::{Affine, AffineGradient, inverse_deviation};
use crate::isa::Isa;
use crate::kernels::channels::{add, in_blocks, load, store};
use crate::kernels::chunks::InChunks;
use crate::kernels::window::least_one;
use crate::scalar::Scalar;

/// The means of the channels and then their variances, of a batch, or moving averages over batches.
#[derive(Clone, Copy, Debug)]
pub struct Statistics<'a, T> {
    /// Means and variances.
    pub values: &'a [T],
    /// Added to a variance, so that its root can be divided by.
    pub epsilon: f64,
}

impl<T> Statistics<'_, T> {
    /// How many channels there are.
    pub(crate) fn channels(&self) -> usize {
        self.values.len() / 2
    }
}

/// `B` of the values, or `B` times `absent` if there are none.
#[inline(always)]
fn or<T: Scalar, const B: usize>(values: Option<&[T]>, at: usize, absent: T) -> [T; B] {
    values.map_or([absent; B], |values| load(values, at))
}

/// Mean and variance (of the population) of each channel, over all positions: `statistics` is the means and then the variances.
#[inline(always)]
pub fn batch_statistics<T: Scalar, I: Isa<T>>(_isa: I, inputs: &[T], statistics: &mut [T]) {
    let channels = statistics.len() / 2;
    let (means, variances) = statistics.split_at_mut(channels);
    in_blocks!(channels, batch_statistics_block::<T>(channels, inputs, means, variances));
}

#[inline(always)]
fn batch_statistics_block<T: Scalar, const B: usize>(
    first: usize,
    channels: usize,
    inputs: &[T],
    means: &mut [T],
    variances: &mut [T],
) {
    let count = (inputs.len() / least_one(channels)) as f64;
    let positions = || inputs.in_chunks(channels).map(|position| load::<T, B>(position, first).map(T::to_f64));
    let mut mean = [0.0; B];
    positions().for_each(|x| mean.iter_mut().zip(x).for_each(|(sum, x)| *sum += x));
    mean.iter_mut().for_each(|sum| *sum /= count);
    let mut variance = [0.0; B];
    positions().for_each(|x| {
        variance.iter_mut().zip(x).zip(&mean).for_each(|((sum, x), mean)| *sum += (x - mean) * (x - mean));
    });
    variance.iter_mut().for_each(|sum| *sum /= count);
    store(mean.map(T::from_f64), means, first);
    store(variance.map(T::from_f64), variances, first);
}

/// `outputs = (inputs - mean) / sqrt(variance + epsilon) * gamma + beta`, with statistics as in [`batch_statistics`].
#[inline(always)]
pub fn batch_normalize<T: Scalar, I: Isa<T>>(
    isa: I,
    statistics: Statistics<'_, T>,
    affine: Affine<'_, T>,
    inputs: &[T],
    outputs: &mut [T],
) {
    in_blocks!(statistics.channels(), batch_normalize_block::<T>(isa, statistics, affine, inputs, outputs));
}

#[inline(always)]
fn batch_normalize_block<T: Scalar, const B: usize>(
    first: usize,
    isa: impl Isa<T>,
    statistics: Statistics<'_, T>,
    affine: Affine<'_, T>,
    inputs: &[T],
    outputs: &mut [T],
) {
    let channels = statistics.channels();
    let (mean, scale) = mean_and_scale::<T, B>(first, statistics, affine.gamma);
    let beta = or::<T, B>(affine.beta, first, T::ZERO);
    for (input, output) in inputs.in_chunks(channels).zip(outputs.in_chunks_mut(channels)) {
        let mut x = load::<T, B>(input, first);
        for (((x, &mean), &scale), &beta) in x.iter_mut().zip(&mean).zip(&scale).zip(&beta) {
            *x = isa.mul_add(*x - mean, scale, beta);
        }
        store(x, output, first);
    }
}

/// The means, and `gamma / sqrt(variance + epsilon)`.
#[inline(always)]
fn mean_and_scale<T: Scalar, const B: usize>(
    first: usize,
    statistics: Statistics<'_, T>,
    gamma: Option<&[T]>,
) -> ([T; B], [T; B]) {
    let Statistics { values, epsilon } = statistics;
    let mut scale = load::<T, B>(values, values.len() / 2 + first).map(|variance| inverse_deviation(variance, epsilon));
    scale.iter_mut().zip(or::<T, B>(gamma, first, T::ONE)).for_each(|(scale, gamma)| *scale *= gamma);
    (load(values, first), scale)
}

/// `Σ grad` and `Σ grad * (inputs - mean) / sqrt(variance + epsilon)` of a block of channels.
#[inline(always)]
fn gradient_sums<T: Scalar, const B: usize>(
    first: usize,
    statistics: Statistics<'_, T>,
    inputs: &[T],
    grad_outputs: &[T],
) -> ([f64; B], [f64; B]) {
    let channels = statistics.channels();
    let (mean, inverse) = mean_and_scale::<T, B>(first, statistics, None);
    let (mut sum, mut product_sum) = ([0.0; B], [0.0; B]);
    for (input, grad_output) in inputs.in_chunks(channels).zip(grad_outputs.in_chunks(channels)) {
        let (x, grad) = (load::<T, B>(input, first), load::<T, B>(grad_output, first));
        for lane in 0..B {
            sum[lane] += grad[lane].to_f64();
            product_sum[lane] += (grad[lane] * (x[lane] - mean[lane])).to_f64();
        }
    }
    product_sum.iter_mut().zip(inverse).for_each(|(sum, inverse)| *sum *= inverse.to_f64());
    (sum, product_sum)
}

/// `gradient.gamma += Σ grad_outputs * normalized inputs`, `gradient.beta += Σ grad_outputs`.
#[inline(always)]
pub fn batch_backward_parameters<T: Scalar, I: Isa<T>>(
    _isa: I,
    statistics: Statistics<'_, T>,
    inputs: &[T],
    grad_outputs: &[T],
    mut gradient: AffineGradient<'_, T>,
) {
    in_blocks!(statistics.channels(), batch_parameters_block::<T>(statistics, inputs, grad_outputs, &mut gradient));
}

#[inline(always)]
fn batch_parameters_block<T: Scalar, const B: usize>(
    first: usize,
    statistics: Statistics<'_, T>,
    inputs: &[T],
    grad_outputs: &[T],
    gradient: &mut AffineGradient<'_, T>,
) {
    let (sum, product_sum) = gradient_sums::<T, B>(first, statistics, inputs, grad_outputs);
    let AffineGradient { gamma, beta } = gradient;
    for (gradient, sum) in [(gamma, product_sum), (beta, sum)] {
        if let Some(gradient) = gradient {
            add(sum.map(T::from_f64), gradient, first);
        }
    }
}

/// The gradient of the inputs, through the statistics of the batch.
#[inline(always)]
pub fn batch_backward_input<T: Scalar, I: Isa<T>>(
    _isa: I,
    statistics: Statistics<'_, T>,
    gamma: Option<&[T]>,
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    in_blocks!(statistics.channels(), batch_input_block::<T>(statistics, gamma, inputs, grad_outputs, grad_inputs));
}

/// `grad_x = gamma / deviation * (grad - mean(grad) - x_normalized * mean(grad * x_normalized))`.
#[inline(always)]
fn batch_input_block<T: Scalar, const B: usize>(
    first: usize,
    statistics: Statistics<'_, T>,
    gamma: Option<&[T]>,
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let channels = statistics.channels();
    let count = (inputs.len() / least_one(channels)) as f64;
    let (sum, product_sum) = gradient_sums::<T, B>(first, statistics, inputs, grad_outputs);
    let (mean, inverse) = mean_and_scale::<T, B>(first, statistics, None);
    let (_, scale) = mean_and_scale::<T, B>(first, statistics, gamma);
    let mean_grad = sum.map(|sum| T::from_f64(sum / count));
    let mut slope = product_sum.map(|sum| T::from_f64(sum / count));
    slope.iter_mut().zip(inverse).for_each(|(slope, inverse)| *slope *= inverse);
    let places = inputs.in_chunks(channels).zip(grad_outputs.in_chunks(channels));
    for ((input, grad_output), grad_input) in places.zip(grad_inputs.in_chunks_mut(channels)) {
        let (x, mut grad) = (load::<T, B>(input, first), load::<T, B>(grad_output, first));
        for lane in 0..B {
            grad[lane] = (grad[lane] - mean_grad[lane] - (x[lane] - mean[lane]) * slope[lane]) * scale[lane];
        }
        store(grad, grad_input, first);
    }
}

/// The gradient of the inputs where the statistics are constants: `grad_inputs = grad_outputs * gamma / sqrt(variance +
/// epsilon)`.
#[inline(always)]
pub fn batch_backward_given<T: Scalar, I: Isa<T>>(
    _isa: I,
    statistics: Statistics<'_, T>,
    gamma: Option<&[T]>,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    in_blocks!(statistics.channels(), batch_given_block::<T>(statistics, gamma, grad_outputs, grad_inputs));
}

#[inline(always)]
fn batch_given_block<T: Scalar, const B: usize>(
    first: usize,
    statistics: Statistics<'_, T>,
    gamma: Option<&[T]>,
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let channels = statistics.channels();
    let (_, scale) = mean_and_scale::<T, B>(first, statistics, gamma);
    for (grad_output, grad_input) in grad_outputs.in_chunks(channels).zip(grad_inputs.in_chunks_mut(channels)) {
        let mut grad = load::<T, B>(grad_output, first);
        grad.iter_mut().zip(scale).for_each(|(grad, scale)| *grad *= scale);
        store(grad, grad_input, first);
    }
}
