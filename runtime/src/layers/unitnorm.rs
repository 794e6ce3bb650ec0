//! Vectors divided by their norms.
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;

/// `y = x / ‖x‖`, with the Euclidean norm of `N` adjacent values: the channels of a position, or all values of a sample. Keras's
/// `UnitNormalization`.
///
/// As in Keras, no vector is multiplied by more than 1e12, so zeros stay zeros. There the gradient is `1e12 * grad_y`, the derivative of
/// this product; Keras's is NaN for zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitNorm<const N: usize>;

impl<const N: usize> UnitNorm<N> {
    /// `outputs = inputs / ‖inputs‖`.
    #[inline(always)]
    pub fn forward<A: Flat, I: Isa<A::Scalar>>(self, isa: I, inputs: &[A], outputs: &mut [A]) {
        isa.unit_normalize(N, flatten(inputs), flatten_mut(outputs));
    }

    /// The gradient of the inputs, through the norm as well.
    #[inline(always)]
    pub fn backward_input<A, I>(self, isa: I, inputs: &[A], grad_outputs: &[A], grad_inputs: &mut [A])
    where
        A: Flat,
        I: Isa<A::Scalar>,
    {
        isa.unit_backward_input(N, flatten(inputs), flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

#[cfg(test)]
mod tests;
