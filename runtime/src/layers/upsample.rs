//! Larger images.
use nalgebra::SMatrix;

use crate::flat::{flatten, flatten_mut};
use crate::isa::Isa;
pub use crate::kernels::resize::Scaling;
use crate::scalar::Scalar;

/// Every position of an image or a sequence several times. Keras's `UpSampling2D` and `UpSampling1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upsample(pub Scaling);

/// An image enlarged: each value is mixed from the four around it. Keras's `UpSampling2D` with bilinear interpolation.
///
/// Pixels are squares, so that the middle of the first lies at half a pixel; beyond the middle of the outermost pixels the image
/// stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpsampleBilinear(pub Scaling);

impl Upsample {
    /// `outputs[y][x] = inputs[y / factor][x / factor]`.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, Q>],
    ) {
        isa.repeat(&self.0, C, flatten(inputs), flatten_mut(outputs));
    }

    /// The sum of the gradients of what a position became.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        grad_outputs: &[SMatrix<T, C, Q>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.repeat_backward(&self.0, C, flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

impl UpsampleBilinear {
    /// Mixes left and right above, left and right below, and then both.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, Q>],
    ) {
        isa.bilinear(&self.0, C, flatten(inputs), flatten_mut(outputs));
    }

    /// Every input gets of each gradient what it had as a share in the output.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        grad_outputs: &[SMatrix<T, C, Q>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.bilinear_backward(&self.0, C, flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

#[cfg(test)]
mod tests;
