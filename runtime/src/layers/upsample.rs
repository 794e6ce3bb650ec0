//! Layers that enlarge images.
pub use crate::kernels::resize::Scaling;

/// Repeats every position of an image or a sequence. Keras's `UpSampling2D` and `UpSampling1D`.
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
/// Pixels are squares, so that the middle of the first pixel lies at half a pixel. Beyond the middle of the outermost
/// pixels the image is constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpsampleBilinear(pub Scaling);

super::passes::passes!(UpsampleBilinear {
    /// Mixes the two neighbours above, then the two neighbours below, and then both results.
    forward = bilinear,
    /// The gradient of an input is the sum of `share * grad_output` over the outputs that were mixed from it.
    backward_input = bilinear_backward,
});

#[cfg(test)]
mod tests;
