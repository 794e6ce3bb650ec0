//! What follows a normalization: a factor and an offset for each channel, or neither.
use nalgebra::SVector;

use crate::flat::Flat;
use crate::scalar::Scalar;

/// In the place of the factors of a normalization: none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoScale;

/// In the place of the offsets of a normalization: none.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoCenter;

mod sealed {
    pub trait Sealed {}
    impl<T, const N: usize> Sealed for nalgebra::SVector<T, N> {}
    impl Sealed for super::NoScale {}
    impl Sealed for super::NoCenter {}
}

/// A vector of parameters, or [`NoScale`] or [`NoCenter`].
pub trait Optional<T, const N: usize>: sealed::Sealed + Clone + Send + Sync + 'static {
    /// The parameters, if there are any.
    fn values(&self) -> Option<&[T]>;
    /// The parameters, to be changed.
    fn values_mut(&mut self) -> Option<&mut [T]>;
}

impl<T: Scalar, const N: usize> Optional<T, N> for SVector<T, N> {
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
absent!(NoScale, NoCenter);
