//! Larger images.
pub use crate::kernels::resize::Scaling;

/// Every position of an image or a sequence several times. Keras's `UpSampling2D` and `UpSampling1D`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upsample(pub Scaling);

super::passes::passes!(Upsample {
    /// `outputs[y][x] = inputs[y / factor][x / factor]`.
    forward = repeat,
    /// Every input gets the sum of the gradients of its copies.
    backward_input = repeat_backward,
});

/// An image enlarged: each value is mixed from its four neighbours. Keras's `UpSampling2D` with bilinear interpolation.
///
/// Pixels are squares, so that the middle of the first lies at half a pixel; beyond the middle of the outermost pixels the image
/// stays the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpsampleBilinear(pub Scaling);

super::passes::passes!(UpsampleBilinear {
    /// Mixes left and right above, left and right below, and then both.
    forward = bilinear,
    /// Every input gets of each gradient its share in the output.
    backward_input = bilinear_backward,
});

#[cfg(test)]
mod tests;
