//! The transposed convolution.
use nalgebra::{SMatrix, SVector};
use rand::Rng;

use super::conv::backward_bias;
use super::optional::Bias;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::{Fans, Initializer};
use crate::isa::Isa;
use crate::kernels::window::Window;
use crate::scalar::Scalar;

/// A transposed convolution: the backward pass of a convolution from `OUT` to `IN` channels, as a layer.
///
/// `weight` is `IN x PATCH` and indexed by (input channel, tap of the window and filter); its bytes are those of
/// Keras's `(height, width, out, in)` kernel. `bias` has `OUT` values, or is [`NoBias`](super::NoBias). The [`Window`]
/// is that of the convolution: it moves over the outputs of this layer.
///
/// Every output is its bias plus its products in the order (row, column, channel) of its inputs.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvTranspose<const PATCH: usize, const IN: usize, const OUT: usize, T = f32, B = SVector<T, OUT>> {
    /// `IN x PATCH`, where the patch is the taps of the window times the filters.
    pub weight: SMatrix<T, IN, PATCH>,
    /// `OUT` values.
    pub bias: B,
}

// SAFETY: two fields of scalars (or one and nothing), of the same alignment, in order.
unsafe impl<const PATCH: usize, const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Flat
    for ConvTranspose<PATCH, IN, OUT, T, B>
{
    type Scalar = T;
}

impl<const PATCH: usize, const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>>
    ConvTranspose<PATCH, IN, OUT, T, B>
{
    /// Draws fresh weights; the biases are zero. As in Keras, the initializer counts the filters as inputs and the
    /// input channels as outputs.
    pub fn init<R: Rng + ?Sized>(&mut self, window: &Window, weight: impl Initializer, rng: &mut R) {
        let fans = Fans { inputs: PATCH, outputs: window.places() * IN };
        weight.fill(fans, rng, self.weight.as_flat_mut());
        self.bias.fill(T::ZERO);
    }

    /// `outputs = Wᵀ * inputs + b`.
    #[inline(always)]
    pub fn forward<const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        outputs: &mut [SMatrix<T, OUT, TO>],
    ) {
        let (weight, bias) = (self.weight.as_flat(), self.bias.values());
        isa.conv_backward_input(window, weight, bias, flatten(inputs), flatten_mut(outputs));
    }

    /// `grad_inputs = W * grad_outputs`.
    #[inline(always)]
    pub fn backward_input<const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        grad_outputs: &[SMatrix<T, OUT, TO>],
        grad_inputs: &mut [SMatrix<T, IN, FROM>],
    ) {
        isa.conv_forward(window, self.weight.as_flat(), None, flatten(grad_outputs), flatten_mut(grad_inputs));
    }

    /// `gradient.weight = Σ inputs * grad_outputsᵀ`, `gradient.bias = Σ grad_outputs`.
    #[inline(always)]
    pub fn backward_parameters<const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        grad_outputs: &[SMatrix<T, OUT, TO>],
        gradient: &mut Self,
    ) {
        let (inputs, grad_outputs) = (flatten(inputs), flatten(grad_outputs));
        backward_bias(isa, grad_outputs, &mut gradient.bias);
        gradient.weight.as_flat_mut().fill(T::ZERO);
        isa.conv_backward_weight(window, grad_outputs, inputs, 0, gradient.weight.as_flat_mut());
    }
}
