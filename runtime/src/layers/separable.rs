//! The separable convolution.
use nalgebra::{SMatrix, SVector};
use rand::Rng;

use super::conv::backward_bias;
use super::depthwise::depthwise_fans;
use super::optional::Bias;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::{Fans, Initializer};
use crate::isa::Isa;
use crate::kernels::window::Window;
use crate::scalar::Scalar;

/// A separable convolution: a depthwise convolution without a bias, and then a dense layer at every position (the
/// pointwise convolution).
///
/// `depthwise` is `MIDDLE x PLACES`, `pointwise` is `OUT x MIDDLE`; their bytes are those of Keras's `(height, width,
/// in, multiplier)` and `(1, 1, in * multiplier, out)` kernels. `bias` has `OUT` values, or is
/// [`NoBias`](super::NoBias). The [`Window`] is that of the depthwise convolution. The tape of a training pass holds
/// the outputs of the depthwise convolution.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Separable<const PLACES: usize, const MIDDLE: usize, const OUT: usize, T = f32, B = SVector<T, OUT>> {
    /// `MIDDLE x PLACES`.
    pub depthwise: SMatrix<T, MIDDLE, PLACES>,
    /// `OUT x MIDDLE`.
    pub pointwise: SMatrix<T, OUT, MIDDLE>,
    /// `OUT` values.
    pub bias: B,
}

// SAFETY: three fields of scalars (or two and nothing), of the same alignment, in order.
unsafe impl<const PLACES: usize, const MIDDLE: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Flat
    for Separable<PLACES, MIDDLE, OUT, T, B>
{
    type Scalar = T;
}

impl<const PLACES: usize, const MIDDLE: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>>
    Separable<PLACES, MIDDLE, OUT, T, B>
{
    /// Draws fresh weights; the biases are zero.
    pub fn init<R: Rng + ?Sized>(&mut self, window: &Window, weight: impl Initializer, rng: &mut R) {
        weight.fill(depthwise_fans(window), rng, self.depthwise.as_flat_mut());
        weight.fill(Fans { inputs: MIDDLE, outputs: OUT }, rng, self.pointwise.as_flat_mut());
        self.bias.fill(T::ZERO);
    }

    /// `outputs = P (D * inputs) + b`.
    #[inline(always)]
    pub fn forward<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        outputs: &mut [SMatrix<T, OUT, TO>],
    ) {
        let (depthwise, pointwise) = (self.depthwise.as_flat(), self.pointwise.as_flat());
        let bias = self.bias.values();
        isa.separable_forward(window, depthwise, pointwise, bias, flatten(inputs), flatten_mut(outputs));
    }

    /// As [`forward`](Self::forward); writes the outputs of the depthwise convolution to the tape.
    #[inline(always)]
    pub fn forward_training<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        tape: &mut [SMatrix<T, MIDDLE, TO>],
        outputs: &mut [SMatrix<T, OUT, TO>],
    ) {
        isa.depthwise_forward(window, self.depthwise.as_flat(), None, flatten(inputs), flatten_mut(tape));
        let (weight, bias) = (self.pointwise.as_flat(), self.bias.values());
        isa.dense_forward(weight, bias, flatten(tape), flatten_mut(outputs), OUT);
    }

    /// `grad_inputs = Dᵀ * (Pᵀ grad_outputs)`.
    #[inline(always)]
    pub fn backward_input<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        grad_outputs: &[SMatrix<T, OUT, TO>],
        grad_inputs: &mut [SMatrix<T, IN, FROM>],
    ) {
        let (depthwise, pointwise) = (self.depthwise.as_flat(), self.pointwise.as_flat());
        isa.separable_backward_input(window, depthwise, pointwise, flatten(grad_outputs), flatten_mut(grad_inputs));
    }

    /// `gradient.depthwise = Σ (Pᵀ grad_outputs) * inputs`, `gradient.pointwise = Σ grad_outputs * tapeᵀ`,
    /// `gradient.bias = Σ grad_outputs`.
    #[inline(always)]
    pub fn backward_parameters<const IN: usize, const FROM: usize, const TO: usize, I: Isa<T>>(
        &self,
        isa: I,
        window: &Window,
        inputs: &[SMatrix<T, IN, FROM>],
        tape: &[SMatrix<T, MIDDLE, TO>],
        grad_outputs: &[SMatrix<T, OUT, TO>],
        gradient: &mut Self,
    ) {
        let (inputs, tape, grad_outputs) = (flatten(inputs), flatten(tape), flatten(grad_outputs));
        backward_bias(isa, grad_outputs, &mut gradient.bias);
        isa.dense_backward_weight(tape, MIDDLE, grad_outputs, gradient.pointwise.as_flat_mut(), OUT);
        let pointwise = self.pointwise.as_flat();
        gradient.depthwise.as_flat_mut().fill(T::ZERO);
        isa.separable_backward_depthwise(window, pointwise, inputs, grad_outputs, gradient.depthwise.as_flat_mut());
    }
}
