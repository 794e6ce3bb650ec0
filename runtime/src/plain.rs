//! Values that are nothing but numbers.

/// A value made of nothing but numbers, of one kind or of several: weights, activations, outputs.
///
/// # Safety
/// Every bit pattern is a value, and there is no padding.
pub unsafe trait Plain: Sized + 'static {
    /// The value whose bits are all zero. Large values belong on the heap.
    fn zero() -> Self {
        // SAFETY: the contract of the trait.
        unsafe { core::mem::zeroed() }
    }

    /// The bytes, as they lie in memory.
    fn as_bytes(&self) -> &[u8] {
        // SAFETY: the contract of the trait: no byte is padding.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast(), size_of::<Self>()) }
    }
}

macro_rules! plain {
    ($($number:ident)*) => {
        $(
            // SAFETY: a number without padding, of which every bit pattern is a value.
            unsafe impl Plain for $number {}
        )*
    };
}
plain!(f32 f64 i8 u8 i16 u16 i32 u32 i64 u64);
