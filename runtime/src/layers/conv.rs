//! The convolution.
use nalgebra::{SMatrix, SVector};
use rand::Rng;

use super::optional::Bias;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::{Fans, Initializer};
use crate::isa::Isa;
use crate::kernels::window::Window;
use crate::scalar::Scalar;

/// A convolution over an image or a sequence: `y[o, p] = b[o] + Σ W[o, (k, c)] x[c, p * stride - padding + k * dilation]`.
///
/// `weight` is `OUT x PATCH` and indexed by (filter, tap of the window and channel); its bytes are those of Keras's
/// `(height, width, in / groups, out)` kernel. `bias` has `OUT` values, or is [`NoBias`](super::NoBias). A [`Window`]
/// holds the sizes of the images and the steps of the window; it is an argument of every pass. A pass computes nothing
/// if the values have other sizes.
///
/// Images are matrices of channels x positions, row by row, with Keras's order of values. Every output is its bias plus
/// its products in the order (row of the window, column of the window, channel), without those with padding.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv<const PATCH: usize, const OUT: usize, T = f32, B = SVector<T, OUT>> {
    /// `OUT x PATCH`, where the patch is the taps of the window times the channels of a group.
    pub weight: SMatrix<T, OUT, PATCH>,
    /// `OUT` values.
    pub bias: B,
}

// SAFETY: two fields of scalars (or one and nothing), of the same alignment, in order.
unsafe impl<const PATCH: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Flat for Conv<PATCH, OUT, T, B> {
    type Scalar = T;
}

impl<const PATCH: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Conv<PATCH, OUT, T, B> {
    /// Draws fresh weights; the biases are zero.
    pub fn init<R: Rng + ?Sized>(&mut self, window: &Window, weight: impl Initializer, rng: &mut R) {
        let fans = Fans { inputs: PATCH, outputs: window.places() * OUT };
        weight.fill(fans, rng, self.weight.as_flat_mut());
        self.bias.fill(T::ZERO);
    }

    /// `outputs = W * inputs + b`.
    #[inline(always)]
    pub fn forward<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        outputs: &mut [SMatrix<T, OUT, TO>],
    ) {
        let (weight, bias) = (self.weight.as_flat(), self.bias.values());
        let (inputs, outputs) = (flatten(inputs), flatten_mut(outputs));
        if window.is_pointwise() {
            isa.dense_forward(weight, bias, inputs, outputs, OUT);
        } else {
            isa.conv_forward(window, weight, bias, inputs, outputs);
        }
    }

    /// `grad_inputs = Wᵀ * grad_outputs`.
    #[inline(always)]
    pub fn backward_input<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        grad_outputs: &[SMatrix<T, OUT, TO>],
        grad_inputs: &mut [SMatrix<T, IN, FROM>],
    ) {
        let (grad_outputs, grad_inputs) = (flatten(grad_outputs), flatten_mut(grad_inputs));
        if window.is_pointwise() {
            isa.dense_backward_input(self.weight.as_flat(), grad_outputs, grad_inputs, OUT);
        } else {
            isa.conv_backward_input(window, self.weight.as_flat(), None, grad_outputs, grad_inputs);
        }
    }

    /// `gradient.weight = Σ grad_outputs * inputsᵀ`, `gradient.bias = Σ grad_outputs`.
    #[inline(always)]
    pub fn backward_parameters<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        grad_outputs: &[SMatrix<T, OUT, TO>],
        gradient: &mut Self,
    ) {
        let (inputs, grad_outputs) = (flatten(inputs), flatten(grad_outputs));
        backward_bias(isa, grad_outputs, &mut gradient.bias);
        if window.is_pointwise() {
            isa.dense_backward_weight(inputs, IN, grad_outputs, gradient.weight.as_flat_mut(), OUT);
        } else {
            gradient.weight.as_flat_mut().fill(T::ZERO);
            isa.conv_backward_weight(window, inputs, grad_outputs, 0, gradient.weight.as_flat_mut());
        }
    }
}

/// `grad_bias = Σ grad_outputs` over samples and positions.
#[inline(always)]
pub(super) fn backward_bias<T: Scalar, I: Isa<T>, const OUT: usize>(
    isa: I,
    grad_outputs: &[T],
    grad_bias: &mut impl Bias<T, OUT>,
) {
    if let Some(grad_bias) = grad_bias.values_mut() {
        grad_bias.fill(T::ZERO);
        isa.sum_positions(grad_outputs, grad_bias);
    }
}
