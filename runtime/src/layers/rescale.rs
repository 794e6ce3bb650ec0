//! Rescaling by a factor and an offset that are constants of the network.
use crate::flat::{Flat, flatten_mut};
use crate::isa::Isa;
use crate::scalar::Scalar;

/// `y = x * scale + offset`. Keras's `Rescaling`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rescale {
    /// The factor.
    pub scale: f64,
    /// The offset.
    pub offset: f64,
}

impl Rescale {
    /// `values = values * scale + offset`.
    #[inline(always)]
    pub fn apply<A: Flat, I: Isa<A::Scalar>>(self, isa: I, values: &mut [A]) {
        let (scale, offset) = (A::Scalar::from_f64(self.scale), A::Scalar::from_f64(self.offset));
        flatten_mut(values).iter_mut().for_each(|value| *value = isa.mul_add(*value, scale, offset));
    }

    /// `grad = grad * scale`.
    #[inline(always)]
    pub fn backward<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, grad: &mut [A]) {
        let scale = A::Scalar::from_f64(self.scale);
        flatten_mut(grad).iter_mut().for_each(|grad| *grad *= scale);
    }
}

#[cfg(test)]
mod tests;
