//! A leaky ReLU whose slopes are trained.
use nalgebra::SVector;

use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::scalar::Scalar;

/// `x` above zero, `alpha * x` below; `alpha` has a slope for each of `N` adjacent values: for each value of a sample,
/// or for each channel. Keras's `PReLU`.
///
/// Source: He et al., "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification", 2015.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PRelu<const N: usize, T = f32> {
    /// The slopes.
    pub alpha: SVector<T, N>,
}

// SAFETY: one vector of scalars.
unsafe impl<const N: usize, T: Scalar> Flat for PRelu<N, T> {
    type Scalar = T;
}

impl<const N: usize, T: Scalar> PRelu<N, T> {
    /// Sets the slopes to zero, as in a ReLU.
    pub fn init(&mut self) {
        self.alpha.fill(T::ZERO);
    }

    /// `outputs = max(inputs, 0) + alpha * min(inputs, 0)`.
    #[inline(always)]
    pub fn forward<I: Isa<T>, A: Flat<Scalar = T>>(&self, isa: I, inputs: &[A], outputs: &mut [A]) {
        isa.prelu(self.alpha.as_flat(), flatten(inputs), flatten_mut(outputs));
    }

    /// `gradient.alpha = Σ grad_outputs * min(inputs, 0)`.
    #[inline(always)]
    pub fn backward_parameters<I: Isa<T>, A: Flat<Scalar = T>>(
        &self,
        isa: I,
        inputs: &[A],
        grad_outputs: &[A],
        gradient: &mut Self,
    ) {
        gradient.alpha.as_flat_mut().fill(T::ZERO);
        isa.prelu_backward_parameters(flatten(inputs), flatten(grad_outputs), gradient.alpha.as_flat_mut());
    }

    /// `grad_inputs = grad_outputs` above zero, `alpha * grad_outputs` below, and 0 at zero.
    #[inline(always)]
    pub fn backward_input<I: Isa<T>, A: Flat<Scalar = T>>(
        &self,
        isa: I,
        inputs: &[A],
        grad_outputs: &[A],
        grad_inputs: &mut [A],
    ) {
        let (inputs, grad_outputs) = (flatten(inputs), flatten(grad_outputs));
        isa.prelu_backward_input(self.alpha.as_flat(), inputs, grad_outputs, flatten_mut(grad_inputs));
    }
}

#[cfg(test)]
mod tests;
