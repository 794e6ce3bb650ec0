//! Borders: more of them, and less.
use nalgebra::SMatrix;

use crate::flat::{flatten, flatten_mut};
use crate::isa::Isa;
pub use crate::kernels::resize::Border;
use crate::scalar::Scalar;

/// Zeros around an image or a sequence. Keras's `ZeroPadding2D` and `ZeroPadding1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroPad(pub Border);

/// An image or a sequence without its border. Keras's `Cropping2D` and `Cropping1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop(pub Border);

impl ZeroPad {
    /// `outputs = inputs`, with zeros around them.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, Q>],
    ) {
        isa.enlarge(&self.0, C, flatten(inputs), flatten_mut(outputs));
    }

    /// `grad_inputs = grad_outputs`, without those of the zeros.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        grad_outputs: &[SMatrix<T, C, Q>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.cut_out(&self.0, C, flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

impl Crop {
    /// `outputs = inputs`, without their border.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, Q>],
    ) {
        isa.cut_out(&self.0, C, flatten(inputs), flatten_mut(outputs));
    }

    /// `grad_inputs = grad_outputs`, and zero for the border.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        grad_outputs: &[SMatrix<T, C, Q>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.enlarge(&self.0, C, flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

#[cfg(test)]
mod tests;
