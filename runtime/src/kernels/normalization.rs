//! Normalizations: values are shifted and scaled to a mean of zero and a standard deviation of one.
//!
//! Mean and deviation are those of each channel over a [batch], or of each [group] of values of one sample.
mod batch;
mod group;

use crate::scalar::Scalar;

pub use batch::{
    Statistics, batch_backward_given, batch_backward_input, batch_backward_parameters, batch_normalize,
    batch_statistics,
};
pub(super) use group::Sum;
pub use group::{Groups, group_backward_input, group_backward_parameters, group_normalize};

/// Factors and offsets, if there are any.
#[derive(Clone, Copy, Debug)]
pub struct Affine<'a, T> {
    /// The factors.
    pub gamma: Option<&'a [T]>,
    /// The offsets.
    pub beta: Option<&'a [T]>,
}

/// The gradients of factors and offsets, to which a backward pass adds.
#[derive(Debug)]
pub struct AffineGradient<'a, T> {
    /// The gradients of the factors.
    pub gamma: Option<&'a mut [T]>,
    /// The gradients of the offsets.
    pub beta: Option<&'a mut [T]>,
}

/// `1 / sqrt(variance + epsilon)`.
#[inline(always)]
pub fn inverse_deviation<T: Scalar>(variance: T, epsilon: f64) -> T {
    T::ONE / (variance + T::from_f64(epsilon)).sqrt()
}
