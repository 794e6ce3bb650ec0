//! Elementwise activations inside of recurrent layers.
use core::fmt::Debug;

use crate::math::Elementary;
use crate::scalar::Scalar;

/// An elementwise activation whose formula is known at run time only.
pub trait Function<T>: Debug + Send + Sync {
    /// Replaces every value `x` by `f(x)`.
    fn apply(&self, values: &mut [T]);
    /// Multiplies gradients by the derivative at the kept values: inputs or outputs, as [`Gate`] says.
    fn multiply_by_derivative(&self, kept: &[T], grad: &mut [T]);
}

/// An elementwise activation of a recurrent layer: that of its gates, or that of its candidate (and of c in an LSTM). It holds no values of a
/// gate, only the function that is applied to them.
///
/// The two that nearly all layers have are inlined into the kernels of recurrent layers; all others are called by a pointer, so that a program
/// holds only those that it uses.
#[derive(Clone, Copy, Debug)]
pub enum Gate<T: 'static> {
    /// The hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// An activation whose derivative follows from its outputs.
    OfOutputs(&'static dyn Function<T>),
    /// An activation whose derivative follows from its inputs.
    OfInputs(&'static dyn Function<T>),
}

impl<T: 'static> Gate<T> {
    /// Whether the derivative is computed from the inputs.
    pub const fn keeps_inputs(&self) -> bool {
        matches!(self, Self::OfInputs(_))
    }
}

impl<T: Scalar> Gate<T> {
    /// Replaces every value `x` by `f(x)`.
    #[inline(always)]
    pub(crate) fn apply(self, values: &mut [T]) {
        match self {
            Self::Tanh => values.iter_mut().for_each(|value| *value = Elementary::tanh(*value)),
            Self::Sigmoid => values.iter_mut().for_each(|value| *value = Elementary::sigmoid(*value)),
            Self::OfOutputs(function) | Self::OfInputs(function) => function.apply(values),
        }
    }

    /// Multiplies gradients by the derivative at the kept values.
    #[inline(always)]
    pub(crate) fn multiply_by_derivative(self, kept: &[T], grad: &mut [T]) {
        match self {
            Self::Tanh => {
                grad.iter_mut().zip(kept).for_each(|(grad, &y)| *grad *= (T::ONE - y) * (T::ONE + y));
            }
            Self::Sigmoid => grad.iter_mut().zip(kept).for_each(|(grad, &y)| *grad *= y * (T::ONE - y)),
            Self::OfOutputs(function) | Self::OfInputs(function) => function.multiply_by_derivative(kept, grad),
        }
    }
}
