//! Normalizations with statistics of single samples.
use nalgebra::SVector;

use super::optional::{NoCenter, NoScale, Optional};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::kernels::normalization::{Affine, AffineGradient, Groups};
use crate::scalar::Scalar;

/// `y = gamma (x - mean) / sqrt(variance + epsilon) + beta`, with the mean and the variance (of the population) of `N`
/// adjacent values: the channels of a position, or all values of a sample. Keras's `LayerNormalization`.
///
/// `gamma` and `beta` have `N` values, or are [`NoScale`](super::NoScale) and [`NoCenter`](super::NoCenter).
///
/// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerNorm<const N: usize, T = f32, G = SVector<T, N>, B = SVector<T, N>> {
    /// The factors.
    pub gamma: G,
    /// The offsets.
    pub beta: B,
    scalar: core::marker::PhantomData<T>,
}

/// As [`LayerNorm`], with the mean and the variance of groups of channels, over all positions of a sample. Keras's
/// `GroupNormalization`.
///
/// Source: Wu and He, "Group Normalization", 2018.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupNorm<const C: usize, T = f32, G = SVector<T, C>, B = SVector<T, C>> {
    /// The factors.
    pub gamma: G,
    /// The offsets.
    pub beta: B,
    scalar: core::marker::PhantomData<T>,
}

macro_rules! normalization {
    ($name:ident, $(($groups:ident))? |$len:ident| $layout:expr) => {
        // SAFETY: two vectors of scalars or nothing, in order; the marker is nothing.
        unsafe impl<const N: usize, T: Scalar, G: Optional<T, N>, B: Optional<T, N>> Flat for $name<N, T, G, B> {
            type Scalar = T;
        }

        impl<const N: usize, T> $name<N, T, NoScale, NoCenter> {
            /// The layer without factors and offsets.
            pub const PLAIN: Self = Self { gamma: NoScale, beta: NoCenter, scalar: core::marker::PhantomData };
        }

        impl<const N: usize, T: Scalar, G: Optional<T, N>, B: Optional<T, N>> $name<N, T, G, B> {
            /// Sets the factors to one and the offsets to zero.
            pub fn init(&mut self) {
                self.gamma.fill(T::ONE);
                self.beta.fill(T::ZERO);
            }

            /// `outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta`.
            #[inline(always)]
            pub fn forward<I: Isa<T>, A: Flat<Scalar = T>>(
                &self,
                isa: I,
                $($groups: usize,)?
                epsilon: f64,
                inputs: &[A],
                outputs: &mut [A],
            ) {
                let ($len, affine) = (A::LEN, Affine { gamma: self.gamma.values(), beta: self.beta.values() });
                isa.group_normalize(&$layout, epsilon, affine, flatten(inputs), flatten_mut(outputs));
            }

            /// `gradient.gamma = Σ grad_outputs * normalized inputs`, `gradient.beta = Σ grad_outputs`.
            #[inline(always)]
            pub fn backward_parameters<I: Isa<T>, A: Flat<Scalar = T>>(
                &self,
                isa: I,
                $($groups: usize,)?
                epsilon: f64,
                inputs: &[A],
                grad_outputs: &[A],
                gradient: &mut Self,
            ) {
                let $len = A::LEN;
                gradient.as_flat_mut().fill(T::ZERO);
                let gradient = AffineGradient { gamma: gradient.gamma.values_mut(), beta: gradient.beta.values_mut() };
                isa.group_backward_parameters(&$layout, epsilon, flatten(inputs), flatten(grad_outputs), gradient);
            }

            /// The gradient of the inputs, through mean and variance as well.
            #[inline(always)]
            pub fn backward_input<I: Isa<T>, A: Flat<Scalar = T>>(
                &self,
                isa: I,
                $($groups: usize,)?
                epsilon: f64,
                inputs: &[A],
                grad_outputs: &[A],
                grad_inputs: &mut [A],
            ) {
                let ($len, gamma) = (A::LEN, self.gamma.values());
                let (inputs, grad_outputs) = (flatten(inputs), flatten(grad_outputs));
                isa.group_backward_input(&$layout, epsilon, gamma, inputs, grad_outputs, flatten_mut(grad_inputs));
            }
        }
    };
}

normalization!(LayerNorm, |_len| Groups { positions: 1, groups: 1, width: N });
normalization!(GroupNorm, (groups) | len | Groups { positions: len / N, groups, width: N / groups });

#[cfg(test)]
mod tests;
