//! Parameters that a layer may do without.
use nalgebra::{SMatrix, SVector};

use crate::flat::Flat;
use crate::scalar::Scalar;

/// No bias, in the place of a vector of biases.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoBias;

/// No factors, in the place of the vector `gamma` of a normalization.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoScale;

/// No offsets, in the place of the vector `beta` of a normalization.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoCenter;

mod sealed {
    pub trait Sealed {}
    impl<T, const N: usize, const P: usize> Sealed for nalgebra::SMatrix<T, N, P> {}
    impl Sealed for super::NoBias {}
    impl Sealed for super::NoScale {}
    impl Sealed for super::NoCenter {}
}

/// A vector of parameters, or none: [`NoBias`], [`NoScale`] or [`NoCenter`].
pub trait Optional<T: Copy, const N: usize>: sealed::Sealed + Clone + Send + Sync + 'static {
    /// The parameters, if there are any.
    fn values(&self) -> Option<&[T]>;
    /// The parameters, if there are any, as a mutable slice.
    fn values_mut(&mut self) -> Option<&mut [T]>;

    /// Sets all parameters to a value.
    #[inline(always)]
    fn fill(&mut self, value: T) {
        if let Some(values) = self.values_mut() {
            values.fill(value);
        }
    }
}

/// A vector of biases, two of them side by side, or [`NoBias`].
pub trait Bias<T: Copy, const OUT: usize>: Optional<T, OUT> {}

impl<T: Scalar, const OUT: usize> Bias<T, OUT> for SVector<T, OUT> {}
impl<T: Scalar, const OUT: usize> Bias<T, OUT> for SMatrix<T, OUT, 2> {}
impl<T: Scalar, const OUT: usize> Bias<T, OUT> for NoBias {}

impl<T: Scalar, const N: usize, const P: usize> Optional<T, N> for SMatrix<T, N, P> {
    #[inline(always)]
    fn values(&self) -> Option<&[T]> {
        Some(self.as_flat())
    }
    #[inline(always)]
    fn values_mut(&mut self) -> Option<&mut [T]> {
        Some(self.as_flat_mut())
    }
}

macro_rules! absent {
    ($($name:ident),*) => {
        $(
            impl<T: Scalar, const N: usize> Optional<T, N> for $name {
                #[inline(always)]
                fn values(&self) -> Option<&[T]> {
                    None
                }
                #[inline(always)]
                fn values_mut(&mut self) -> Option<&mut [T]> {
                    None
                }
            }
        )*
    };
}
absent!(NoBias, NoScale, NoCenter);
