//! Softmax and log softmax, over the channels of a position.
use nalgebra::SMatrix;

use super::{Activation, OneOutput, Outputs};
use crate::isa::Isa;
use crate::scalar::Scalar;

/// `e^x / Σ e^x` over the channels of a position: probabilities that add up to 1.
///
/// The largest value is subtracted first, so that nothing overflows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softmax;

/// `x - ln Σ e^x` over the channels of a position: the logarithm of [`Softmax`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSoftmax;

/// Subtracts the largest value.
#[inline(always)]
fn subtract_largest<T: Scalar>(values: &mut [T]) {
    let largest = values.iter().copied().reduce(|largest, x| if x > largest { x } else { largest });
    if let Some(largest) = largest {
        values.iter_mut().for_each(|x| *x -= largest);
    }
}

impl OneOutput for Softmax {}

impl<T: Scalar, const C: usize, const P: usize> Activation<SMatrix<T, C, P>> for Softmax {
    type Kept<'a> = Outputs<'a, SMatrix<T, C, P>>;

    #[inline(always)]
    fn apply<I: Isa<T>>(self, _isa: I, values: &mut [SMatrix<T, C, P>]) {
        for position in values.iter_mut().flat_map(|sample| &mut sample.data.0) {
            subtract_largest(position);
            position.iter_mut().for_each(|value| *value = value.exp());
            let sum = position.iter().fold(T::ZERO, |sum, &value| sum + value);
            position.iter_mut().for_each(|value| *value /= sum);
        }
    }

    /// `grad_x = y (grad_y - Σ y grad_y)`.
    #[inline(always)]
    fn backward<I: Isa<T>>(self, _isa: I, Outputs(outputs): Self::Kept<'_>, grad: &mut [SMatrix<T, C, P>]) {
        for (sample, output) in grad.iter_mut().zip(outputs) {
            for (grads, y) in sample.data.0.iter_mut().zip(&output.data.0) {
                let mean = y.iter().zip(grads.iter()).fold(T::ZERO, |sum, (&y, &grad)| sum + y * grad);
                grads.iter_mut().zip(y).for_each(|(grad, &y)| *grad = y * (*grad - mean));
            }
        }
    }
}

impl OneOutput for LogSoftmax {}

impl<T: Scalar, const C: usize, const P: usize> Activation<SMatrix<T, C, P>> for LogSoftmax {
    type Kept<'a> = Outputs<'a, SMatrix<T, C, P>>;

    #[inline(always)]
    fn apply<I: Isa<T>>(self, _isa: I, values: &mut [SMatrix<T, C, P>]) {
        for position in values.iter_mut().flat_map(|sample| &mut sample.data.0) {
            subtract_largest(position);
            let log_sum = position.iter().fold(T::ZERO, |sum, &value| sum + value.exp()).ln();
            position.iter_mut().for_each(|value| *value -= log_sum);
        }
    }

    /// `grad_x = grad_y - e^y Σ grad_y`.
    #[inline(always)]
    fn backward<I: Isa<T>>(self, _isa: I, Outputs(outputs): Self::Kept<'_>, grad: &mut [SMatrix<T, C, P>]) {
        for (sample, output) in grad.iter_mut().zip(outputs) {
            for (grads, y) in sample.data.0.iter_mut().zip(&output.data.0) {
                let sum = grads.iter().fold(T::ZERO, |sum, &grad| sum + grad);
                grads.iter_mut().zip(y).for_each(|(grad, &y)| *grad -= y.exp() * sum);
            }
        }
    }
}
