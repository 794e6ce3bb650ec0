//! The depthwise convolution.
use nalgebra::{SMatrix, SVector};
use rand::Rng;

use super::conv::backward_bias;
use super::optional::Bias;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::{Fans, Initializer};
use crate::isa::Isa;
use crate::kernels::window::Window;
use crate::scalar::Scalar;

/// A depthwise convolution: every channel has one filter of its own, or several: output `c * multiplier + m` is filter
/// `m` of channel `c`.
///
/// `weight` is `OUT x PLACES` and indexed by (output, tap of the window); its bytes are those of Keras's `(height,
/// width, in, multiplier)` kernel. `bias` has `OUT` values, or is [`NoBias`](super::NoBias).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depthwise<const PLACES: usize, const OUT: usize, T = f32, B = SVector<T, OUT>> {
    /// `OUT x PLACES`.
    pub weight: SMatrix<T, OUT, PLACES>,
    /// `OUT` values.
    pub bias: B,
}

// SAFETY: two fields of scalars (or one and nothing), of the same alignment, in order.
unsafe impl<const PLACES: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Flat for Depthwise<PLACES, OUT, T, B> {
    type Scalar = T;
}

impl<const PLACES: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Depthwise<PLACES, OUT, T, B> {
    /// Draws fresh weights; the biases are zero. As in Keras, the initializer counts all channels as inputs of every
    /// output.
    pub fn init<R: Rng + ?Sized>(&mut self, window: &Window, weight: impl Initializer, rng: &mut R) {
        weight.fill(depthwise_fans(window), rng, self.weight.as_flat_mut());
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
        isa.depthwise_forward(window, weight, bias, flatten(inputs), flatten_mut(outputs));
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
        isa.depthwise_backward_input(window, self.weight.as_flat(), flatten(grad_outputs), flatten_mut(grad_inputs));
    }

    /// `gradient.weight = Σ grad_outputs * inputs`, `gradient.bias = Σ grad_outputs`.
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
        gradient.weight.as_flat_mut().fill(T::ZERO);
        isa.depthwise_backward_weight(window, inputs, grad_outputs, 0, gradient.weight.as_flat_mut());
    }
}

/// The fans of a depthwise weight for an initializer, as Keras counts them.
pub(super) fn depthwise_fans(window: &Window) -> Fans {
    let multiplier = window.output[2] / window.input[2].max(1);
    Fans { inputs: window.places() * window.input[2], outputs: window.places() * multiplier }
}
