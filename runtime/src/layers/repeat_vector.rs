//! A vector at every step of a sequence.
use nalgebra::SMatrix;

use super::broadcast;
use crate::flat::Flat;
use crate::isa::Isa;
use crate::scalar::Scalar;

/// A vector at every step of a sequence. Keras's `RepeatVector`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RepeatVector;

impl RepeatVector {
    /// `outputs[step] = inputs`.
    #[inline(always)]
    pub fn forward<T, I, A, const C: usize, const P: usize>(
        self,
        _isa: I,
        inputs: &[A],
        outputs: &mut [SMatrix<T, C, P>],
    ) where
        T: Scalar,
        I: Isa<T>,
        A: Flat<Scalar = T>,
    {
        broadcast(inputs, outputs);
    }

    /// `grad_inputs = Σ grad_outputs[step]`.
    #[inline(always)]
    pub fn backward_input<T, I, A, const C: usize, const P: usize>(
        self,
        isa: I,
        grad_outputs: &[SMatrix<T, C, P>],
        grad_inputs: &mut [A],
    ) where
        T: Scalar,
        I: Isa<T>,
        A: Flat<Scalar = T>,
    {
        for (grad_output, grad_input) in grad_outputs.iter().zip(grad_inputs) {
            let grad_input = grad_input.as_flat_mut();
            grad_input.fill(T::ZERO);
            isa.sum_positions(grad_output.as_flat(), grad_input);
        }
    }
}

#[cfg(test)]
mod tests;
