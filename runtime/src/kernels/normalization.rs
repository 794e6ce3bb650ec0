//! Normalizations: values that get a mean of zero and a deviation of one.
//!
//! A batch is normalized channel by channel, its sums are in double precision; a group of values of one sample by sums in eight
//! interleaved parts, whatever the instruction set.
use super::channels::{in_blocks, load, store};
use crate::isa::Isa;
use crate::scalar::Scalar;

/// Factors and offsets, if there are any.
#[derive(Clone, Copy, Debug)]
pub struct Affine<'a, T> {
    /// The factors.
    pub gamma: Option<&'a [T]>,
    /// The offsets.
    pub beta: Option<&'a [T]>,
}

/// The gradients of factors and offsets, to be added to.
#[derive(Debug)]
pub struct AffineGradient<'a, T> {
    /// Those of the factors.
    pub gamma: Option<&'a mut [T]>,
    /// Those of the offsets.
    pub beta: Option<&'a mut [T]>,
}

/// What a batch, or those before it, has told: the means of the channels and then their variances; and what is added to these.
#[derive(Clone, Copy, Debug)]
pub struct Statistics<'a, T> {
    /// Means and variances.
    pub values: &'a [T],
    /// What is added to a variance.
    pub epsilon: f64,
}

impl<T> Statistics<'_, T> {
    /// How many channels there are.
    pub(crate) fn channels(&self) -> usize {
        self.values.len() / 2
    }
}

/// `B` of the values, or as many ones or zeros.
#[inline(always)]
fn or<T: Scalar, const B: usize>(values: Option<&[T]>, at: usize, absent: T) -> [T; B] {
    values.map_or([absent; B], |values| load(values, at))
}

/// `1 / sqrt(variance + epsilon)`.
#[inline(always)]
pub fn inverse_deviation<T: Scalar>(variance: T, epsilon: f64) -> T {
    T::ONE / (variance + T::from_f64(epsilon)).sqrt()
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
    let count = (inputs.len() / channels) as f64;
    let positions = || inputs.chunks_exact(channels).map(|position| load::<T, B>(position, first).map(T::to_f64));
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
    for (input, output) in inputs.chunks_exact(channels).zip(outputs.chunks_exact_mut(channels)) {
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
    for (input, grad_output) in inputs.chunks_exact(channels).zip(grad_outputs.chunks_exact(channels)) {
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
            super::channels::add(sum.map(T::from_f64), gradient, first);
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
    let count = (inputs.len() / channels) as f64;
    let (sum, product_sum) = gradient_sums::<T, B>(first, statistics, inputs, grad_outputs);
    let (mean, inverse) = mean_and_scale::<T, B>(first, statistics, None);
    let (_, scale) = mean_and_scale::<T, B>(first, statistics, gamma);
    let mean_grad = sum.map(|sum| T::from_f64(sum / count));
    let mut slope = product_sum.map(|sum| T::from_f64(sum / count));
    slope.iter_mut().zip(inverse).for_each(|(slope, inverse)| *slope *= inverse);
    let places = inputs.chunks_exact(channels).zip(grad_outputs.chunks_exact(channels));
    for ((input, grad_output), grad_input) in places.zip(grad_inputs.chunks_exact_mut(channels)) {
        let (x, mut grad) = (load::<T, B>(input, first), load::<T, B>(grad_output, first));
        for lane in 0..B {
            grad[lane] = (grad[lane] - mean_grad[lane] - (x[lane] - mean[lane]) * slope[lane]) * scale[lane];
        }
        store(grad, grad_input, first);
    }
}

/// The gradient of the inputs where the statistics are given: `grad_inputs = grad_outputs * gamma / sqrt(variance + epsilon)`.
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
    for (grad_output, grad_input) in grad_outputs.chunks_exact(channels).zip(grad_inputs.chunks_exact_mut(channels)) {
        let mut grad = load::<T, B>(grad_output, first);
        grad.iter_mut().zip(scale).for_each(|(grad, scale)| *grad *= scale);
        store(grad, grad_input, first);
    }
}

/// How many values of a sample belong together: `groups` next to each other of `width` values each at every one of `positions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groups {
    /// How often the channels come again within what belongs together.
    pub positions: usize,
    /// How many groups the channels are split into.
    pub groups: usize,
    /// Channels of a group.
    pub width: usize,
}

impl Groups {
    #[inline(always)]
    fn channels(&self) -> usize {
        self.groups * self.width
    }

    /// The values of all groups.
    pub(crate) fn len(&self) -> usize {
        self.positions * self.channels()
    }

    /// Calls `act` with where each row of a group's channels lies.
    #[inline(always)]
    fn rows(&self, group: usize) -> impl Iterator<Item = core::ops::Range<usize>> + use<> {
        let (width, channels) = (self.width, self.channels());
        (0..self.positions).map(move |position| {
            let at = position * channels + group * width;
            at..at + width
        })
    }
}

/// Partial sums, in which values are added in turn.
const PARTS: usize = 8;

/// Sums of rows of values: the values of a row are added in turn to eight sums, which are added in pairs at the end.
struct Sum<T>([T; PARTS]);

impl<T: Scalar> Sum<T> {
    #[inline(always)]
    fn new() -> Self {
        Self([T::ZERO; PARTS])
    }

    /// Adds a function of the values of two rows.
    #[inline(always)]
    fn add(&mut self, a: &[T], b: &[T], of: impl Fn(T, T) -> T) {
        let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<PARTS>(), b.as_chunks::<PARTS>());
        for (a, b) in a.iter().zip(b) {
            for ((sum, a), b) in self.0.iter_mut().zip(a).zip(b) {
                *sum += of(*a, *b);
            }
        }
        for ((sum, a), b) in self.0.iter_mut().zip(rest_a).zip(rest_b) {
            *sum += of(*a, *b);
        }
    }

    #[inline(always)]
    fn total(self) -> T {
        let [a, b, c, d, e, f, g, h] = self.0;
        ((a + e) + (c + g)) + ((b + f) + (d + h))
    }
}

/// Mean and inverse deviation of a group.
#[inline(always)]
fn group_statistics<T: Scalar>(groups: &Groups, group: usize, epsilon: f64, input: &[T]) -> (T, T) {
    let count = T::from_f64((groups.positions * groups.width) as f64);
    let rows = || groups.rows(group).filter_map(|row| input.get(row));
    let mut sum = Sum::new();
    rows().for_each(|row| sum.add(row, row, |x, _| x));
    let mean = sum.total() / count;
    let mut squares = Sum::new();
    rows().for_each(|row| squares.add(row, row, |x, _| (x - mean) * (x - mean)));
    (mean, inverse_deviation(squares.total() / count, epsilon))
}

/// The parameters of a group's channels; those of one value each lie as the values do.
#[inline(always)]
fn of_group<'a, T>(groups: &Groups, group: usize, values: Option<&'a [T]>) -> Option<&'a [T]> {
    values.and_then(|values| values.get(group * groups.width..(group + 1) * groups.width))
}

/// `outputs = (inputs - mean) / sqrt(variance + epsilon) * gamma + beta`, with the mean and the variance of each group.
#[inline(always)]
pub fn group_normalize<T: Scalar, I: Isa<T>>(
    isa: I,
    groups: &Groups,
    epsilon: f64,
    affine: Affine<'_, T>,
    inputs: &[T],
    outputs: &mut [T],
) {
    for (input, output) in inputs.chunks_exact(groups.len()).zip(outputs.chunks_exact_mut(groups.len())) {
        for group in 0..groups.groups {
            let (mean, inverse) = group_statistics(groups, group, epsilon, input);
            let (gamma, beta) = (of_group(groups, group, affine.gamma), of_group(groups, group, affine.beta));
            for row in groups.rows(group) {
                let (Some(x), Some(y)) = (input.get(row.clone()), output.get_mut(row)) else { return };
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = (x - mean) * inverse);
                match (gamma, beta) {
                    (Some(gamma), Some(beta)) => {
                        y.iter_mut().zip(gamma).zip(beta).for_each(|((y, &g), &b)| *y = isa.mul_add(*y, g, b));
                    }
                    (Some(gamma), None) => y.iter_mut().zip(gamma).for_each(|(y, &gamma)| *y *= gamma),
                    (None, Some(beta)) => y.iter_mut().zip(beta).for_each(|(y, &beta)| *y += beta),
                    (None, None) => {}
                }
            }
        }
    }
}

/// `gradient.gamma += Σ grad_outputs * normalized inputs`, `gradient.beta += Σ grad_outputs`.
#[inline(always)]
pub fn group_backward_parameters<T: Scalar, I: Isa<T>>(
    isa: I,
    groups: &Groups,
    epsilon: f64,
    inputs: &[T],
    grad_outputs: &[T],
    gradient: AffineGradient<'_, T>,
) {
    let AffineGradient { mut gamma, mut beta } = gradient;
    for (input, grad_output) in inputs.chunks_exact(groups.len()).zip(grad_outputs.chunks_exact(groups.len())) {
        for group in 0..groups.groups {
            let channels = group * groups.width..(group + 1) * groups.width;
            if let Some(grad_beta) = beta.as_deref_mut().and_then(|beta| beta.get_mut(channels.clone())) {
                for row in groups.rows(group) {
                    let Some(grads) = grad_output.get(row) else { return };
                    grad_beta.iter_mut().zip(grads).for_each(|(grad, &g)| *grad += g);
                }
            }
            if let Some(grad_gamma) = gamma.as_deref_mut().and_then(|gamma| gamma.get_mut(channels)) {
                let (mean, inverse) = group_statistics(groups, group, epsilon, input);
                for row in groups.rows(group) {
                    let (Some(x), Some(grads)) = (input.get(row.clone()), grad_output.get(row)) else { return };
                    for ((grad, &g), &x) in grad_gamma.iter_mut().zip(grads).zip(x) {
                        *grad = isa.mul_add(g, (x - mean) * inverse, *grad);
                    }
                }
            }
        }
    }
}

/// `grad_x = (g - mean(g) - x_normalized * mean(g * x_normalized)) / deviation` where `g = gamma * grad_y`.
#[inline(always)]
pub fn group_backward_input<T: Scalar, I: Isa<T>>(
    _isa: I,
    groups: &Groups,
    epsilon: f64,
    gamma: Option<&[T]>,
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let count = T::from_f64((groups.positions * groups.width) as f64);
    let samples = inputs.chunks_exact(groups.len()).zip(grad_outputs.chunks_exact(groups.len()));
    for ((input, grad_output), grad_input) in samples.zip(grad_inputs.chunks_exact_mut(groups.len())) {
        for group in 0..groups.groups {
            let (mean, inverse) = group_statistics(groups, group, epsilon, input);
            let gamma = of_group(groups, group, gamma);
            let (mut sum, mut product_sum) = (Sum::new(), Sum::new());
            for row in groups.rows(group) {
                let (Some(x), Some(grads)) = (input.get(row.clone()), grad_output.get(row.clone())) else { return };
                let Some(grad_x) = grad_input.get_mut(row) else { return };
                match gamma {
                    Some(gamma) => grad_x.iter_mut().zip(grads).zip(gamma).for_each(|((x, &g), &gamma)| *x = g * gamma),
                    None => grad_x.iter_mut().zip(grads).for_each(|(x, &g)| *x = g),
                }
                sum.add(grad_x, grad_x, |g, _| g);
                product_sum.add(grad_x, x, |g, x| g * ((x - mean) * inverse));
            }
            let (mean_grad, slope) = (sum.total() / count, product_sum.total() / count);
            for row in groups.rows(group) {
                let (Some(x), Some(grad_x)) = (input.get(row.clone()), grad_input.get_mut(row)) else { return };
                for (grad, &x) in grad_x.iter_mut().zip(x) {
                    *grad = (*grad - mean_grad - (x - mean) * inverse * slope) * inverse;
                }
            }
        }
    }
}
