//! The numbers that networks compute with: `f32` and `f64`.
use core::fmt::{Debug, Display, LowerExp};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A floating-point number that a network computes with; implemented for `f32` and `f64`.
///
/// All bits zero is the value 0, which lets buffers be allocated zeroed.
pub trait Scalar:
    sealed::Sealed
    + crate::isa::ScalarCores<Self>
    + crate::isa::ScalarBackwardCores<Self>
    + crate::isa::ScalarPlainCores<Self>
    + crate::isa::Dispatch
    + crate::math::Elementary
    + crate::plain::Plain
    + nalgebra::Scalar
    + Copy
    + Default
    + PartialOrd
    + Display
    + LowerExp
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Send
    + Sync
    + Debug
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The name of the type in a safetensors file: `F32` or `F64`.
    const DTYPE: &'static str;
    /// Bytes of one value.
    const BYTES: usize = size_of::<Self>();

    /// The nearest value to a number in double precision.
    fn from_f64(value: f64) -> Self;
    /// The same number in double precision, exactly.
    fn to_f64(self) -> f64;
    /// The value of the first bytes of a slice, least significant first; 0 if there are too few.
    fn from_le_bytes(bytes: &[u8]) -> Self;
    /// Appends the bytes of the value, least significant first.
    #[cfg(feature = "alloc")]
    fn push_le_bytes(self, bytes: &mut alloc::vec::Vec<u8>);
    /// Whether the value is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// The square root, correctly rounded, on every target.
    fn sqrt(self) -> Self;
    /// The nearest value within bounds; NaN stays NaN.
    #[inline(always)]
    fn clamp(self, least: Self, most: Self) -> Self {
        // Without a branch, so that loops over values become vectors.
        let at_least = core::hint::select_unpredictable(self < least, least, self);
        core::hint::select_unpredictable(self > most, most, at_least)
    }
    /// The absolute value.
    #[inline(always)]
    fn abs(self) -> Self {
        if self < Self::ZERO { -self } else { self }
    }
}

macro_rules! scalar {
    ($t:ident, $sqrt:path, $dtype:literal) => {
        impl Scalar for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const DTYPE: &'static str = $dtype;
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn from_le_bytes(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0.0, |bytes| $t::from_le_bytes(*bytes))
            }
            #[cfg(feature = "alloc")]
            fn push_le_bytes(self, bytes: &mut alloc::vec::Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $t::is_finite(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $sqrt(self)
            }
        }
    };
}
// With `std` the square root is one instruction; `libm` rounds in the same way.
#[cfg(feature = "std")]
scalar!(f32, f32::sqrt, "F32");
#[cfg(feature = "std")]
scalar!(f64, f64::sqrt, "F64");
#[cfg(not(feature = "std"))]
scalar!(f32, libm::sqrtf, "F32");
#[cfg(not(feature = "std"))]
scalar!(f64, libm::sqrt, "F64");
