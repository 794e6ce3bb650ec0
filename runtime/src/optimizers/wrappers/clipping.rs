//! Gradients of limited size.
use crate::scalar::Scalar;

/// Clips each value of the gradient to `[-value, value]`: Keras's `clipvalue`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipValue<O> {
    /// The optimizer that takes the step.
    pub optimizer: O,
    /// The largest absolute value after clipping.
    pub value: f64,
}

super::before_each_step!(ClipValue { value: Positive }, |this, step, parameters, gradient| {
    let most = G::Scalar::from_f64(this.value);
    gradient.as_flat_mut().iter_mut().for_each(|g| *g = Scalar::clamp(*g, -most, most));
});

/// Scales the gradient of each tensor down to `norm`, if its norm is larger: Keras's `clipnorm`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipNorm<O> {
    /// The optimizer that takes the step.
    pub optimizer: O,
    /// The largest norm of a tensor's gradient.
    pub norm: f64,
}

super::before_each_step!(ClipNorm { norm: Positive }, |this, step, parameters, gradient| {
    let mut rest = gradient.as_flat_mut();
    for tensor in step.tensors {
        let Some((values, behind)) = rest.split_at_mut_checked(tensor.shape.iter().product()) else { break };
        shorten(values, this.norm);
        rest = behind;
    }
});

/// Scales the whole gradient down to `norm`, if its norm is larger: Keras's `global_clipnorm`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipGlobalNorm<O> {
    /// The optimizer that takes the step.
    pub optimizer: O,
    /// The largest norm of the gradient.
    pub norm: f64,
}

super::before_each_step!(ClipGlobalNorm { norm: Positive }, |this, step, parameters, gradient| {
    shorten(gradient.as_flat_mut(), this.norm);
});

/// Scales a vector down to `length`, if it is longer.
fn shorten<T: Scalar>(values: &mut [T], length: f64) {
    let norm = Scalar::sqrt(values.iter().map(|value| value.to_f64() * value.to_f64()).sum::<f64>());
    if norm > length {
        let factor = T::from_f64(length / norm);
        values.iter_mut().for_each(|value| *value *= factor);
    }
}
