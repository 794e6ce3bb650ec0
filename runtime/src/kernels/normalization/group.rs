//! Normalization of groups of values of one sample: layer and group normalization.
//!
//! Every sum is computed as eight interleaved partial sums, on every instruction set.
use super::{Affine, AffineGradient, inverse_deviation};
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::scalar::Scalar;

/// The groups of values of a sample: at every position, `groups` of `width` adjacent channels each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groups {
    /// Positions of a group.
    pub positions: usize,
    /// The number of groups that the channels are split into.
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

    /// The places of a group's channels in a sample, position by position.
    #[inline(always)]
    fn rows(&self, group: usize) -> impl Iterator<Item = core::ops::Range<usize>> + use<> {
        let (width, channels) = (self.width, self.channels());
        (0..self.positions).map(move |position| {
            let at = position * channels + group * width;
            at..at + width
        })
    }
}

/// The number of partial sums, to which values are added in turn.
const PARTS: usize = 8;

/// Sums of rows of values: the values of a row are added in turn to eight sums, which are added in pairs at the end.
pub(in crate::kernels) struct Sum<T>([T; PARTS]);

impl<T: Scalar> Sum<T> {
    #[inline(always)]
    pub(in crate::kernels) fn new() -> Self {
        Self([T::ZERO; PARTS])
    }

    /// Adds a function of the values of two rows.
    #[inline(always)]
    pub(in crate::kernels) fn add(&mut self, a: &[T], b: &[T], of: impl Fn(T, T) -> T) {
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
    pub(in crate::kernels) fn total(self) -> T {
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

/// The parameters of a group's channels.
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
    for (input, output) in inputs.in_chunks(groups.len()).zip(outputs.in_chunks_mut(groups.len())) {
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
    for (input, grad_output) in inputs.in_chunks(groups.len()).zip(grad_outputs.in_chunks(groups.len())) {
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
    let samples = inputs.in_chunks(groups.len()).zip(grad_outputs.in_chunks(groups.len()));
    for ((input, grad_output), grad_input) in samples.zip(grad_inputs.in_chunks_mut(groups.len())) {
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
