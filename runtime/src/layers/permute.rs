//! Values with their axes in another order.
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::kernels::permute::Permutation;

/// The same values with their axes in another order. Keras's `Permute`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permute(pub Permutation);

impl Permute {
    /// `outputs[i][j][k] = inputs[i * strides[0] + j * strides[1] + k * strides[2]]`.
    #[inline(always)]
    pub fn forward<A, B, I>(self, isa: I, inputs: &[A], outputs: &mut [B])
    where
        A: Flat,
        B: Flat<Scalar = A::Scalar>,
        I: Isa<A::Scalar>,
    {
        isa.permute(&self.0, flatten(inputs), flatten_mut(outputs));
    }

    /// `grad_inputs[i * strides[0] + j * strides[1] + k * strides[2]] = grad_outputs[i][j][k]`.
    #[inline(always)]
    pub fn backward_input<A, B, I>(self, isa: I, grad_outputs: &[B], grad_inputs: &mut [A])
    where
        A: Flat,
        B: Flat<Scalar = A::Scalar>,
        I: Isa<A::Scalar>,
    {
        isa.permute_backward(&self.0, flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

#[cfg(test)]
mod tests;
