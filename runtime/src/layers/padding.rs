//! Borders: zeros added around an image, or its border cut off.
pub use crate::kernels::resize::Border;

/// Zeros around an image or a sequence. Keras's `ZeroPadding2D` and `ZeroPadding1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroPad(pub Border);

super::passes::passes!(ZeroPad {
    /// `outputs = inputs`, with zeros around the inputs.
    forward = enlarge,
    /// `grad_inputs = grad_outputs`, without the gradients of the zeros.
    backward_input = cut_out,
});

/// An image or a sequence without its border. Keras's `Cropping2D` and `Cropping1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crop(pub Border);

super::passes::passes!(Crop {
    /// `outputs = inputs`, without the border of the inputs.
    forward = cut_out,
    /// `grad_inputs = grad_outputs`, and zero for the border.
    backward_input = enlarge,
});

#[cfg(test)]
mod tests;
