//! Pooling: the largest or the mean value of each channel in a window, or over all positions.
use nalgebra::{SMatrix, SVector};

use crate::flat::{flatten, flatten_mut};
use crate::isa::Isa;
use crate::kernels::window::Window;
use crate::scalar::Scalar;

/// The largest value of each channel in a window that moves over an image or a sequence. Keras's `MaxPooling2D` and
/// `MaxPooling1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool(pub Window);

/// The mean of each channel in a window that moves over an image or a sequence; padding does not count. Keras's `AveragePooling2D` and `AveragePooling1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool(pub Window);

/// The largest value of each channel over all positions. Keras's `GlobalMaxPooling2D` and `GlobalMaxPooling1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalMaxPool;

/// The mean of each channel over all positions. Keras's `GlobalAveragePooling2D` and `GlobalAveragePooling1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalAvgPool;

impl MaxPool {
    /// `outputs = max(inputs in the window)`.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, Q>],
    ) {
        isa.max_pool(&self.0, flatten(inputs), flatten_mut(outputs));
    }

    /// The gradient of an output goes to the largest input in its window; if several are equal, to the first of them,
    /// row by row.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        grad_outputs: &[SMatrix<T, C, Q>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.max_pool_backward(&self.0, flatten(inputs), flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

impl AvgPool {
    /// `outputs = mean(inputs in the window)`: their sum, row by row, divided by the number of inputs in the window.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SMatrix<T, C, Q>],
    ) {
        isa.mean_pool(&self.0, flatten(inputs), flatten_mut(outputs));
    }

    /// Every input in a window gets `grad_output / count`, where `count` is the number of inputs in the window.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize, const Q: usize>(
        self,
        isa: I,
        grad_outputs: &[SMatrix<T, C, Q>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        isa.mean_pool_backward(&self.0, flatten(grad_outputs), flatten_mut(grad_inputs));
    }
}

/// A window over all positions, as an image of one row.
const fn whole(positions: usize, channels: usize) -> Window {
    Window::new([1, positions, channels], [1, 1, channels], [1, positions])
}

impl GlobalMaxPool {
    /// `outputs = max(inputs over all positions)`.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SVector<T, C>],
    ) {
        MaxPool(whole(P, C)).forward(isa, inputs, outputs);
    }

    /// The gradient goes to the largest input of each channel, or to the first of them, if several are equal.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        grad_outputs: &[SVector<T, C>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        MaxPool(whole(P, C)).backward_input(isa, inputs, grad_outputs, grad_inputs);
    }
}

impl GlobalAvgPool {
    /// `outputs = mean(inputs over all positions)`.
    #[inline(always)]
    pub fn forward<T: Scalar, I: Isa<T>, const C: usize, const P: usize>(
        self,
        isa: I,
        inputs: &[SMatrix<T, C, P>],
        outputs: &mut [SVector<T, C>],
    ) {
        AvgPool(whole(P, C)).forward(isa, inputs, outputs);
    }

    /// Every input gets the gradient of its channel divided by the number of positions.
    #[inline(always)]
    pub fn backward_input<T: Scalar, I: Isa<T>, const C: usize, const P: usize>(
        self,
        isa: I,
        grad_outputs: &[SVector<T, C>],
        grad_inputs: &mut [SMatrix<T, C, P>],
    ) {
        AvgPool(whole(P, C)).backward_input(isa, grad_outputs, grad_inputs);
    }
}

#[cfg(test)]
mod tests;
