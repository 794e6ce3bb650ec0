//! Values that are nothing but numbers.
use nalgebra::SMatrix;

/// A value made of nothing but numbers, of one kind or of several: weights, activations, outputs.
///
/// A struct is `#[repr(C)]`, and its fields leave no gap between them and none at the end; a field of bytes fills one.
///
/// # Safety
/// Every bit pattern is a value. No byte is padding. There are no pointers, and no cells that change behind a shared reference.
pub unsafe trait Plain: Sized + 'static {
    /// The value whose bits are all zero. Large values belong on the heap.
    fn zero() -> Self {
        // SAFETY: the contract of the trait: every bit pattern is a value.
        unsafe { core::mem::zeroed() }
    }

    /// The bytes, as they lie in memory.
    fn as_bytes(&self) -> &[u8] {
        // SAFETY: the contract of the trait: no byte is padding, and none changes while it is borrowed.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast(), size_of::<Self>()) }
    }
}

/// A value whose bits are all zero, made directly on the heap; `None` if there is not enough memory.
///
/// # Safety
/// All bits zero is a value.
#[cfg(feature = "alloc")]
pub(crate) unsafe fn try_zeroed_boxed<T>() -> Option<alloc::boxed::Box<T>> {
    use alloc::alloc::{Layout, alloc_zeroed};
    use alloc::boxed::Box;
    let layout = Layout::new::<T>();
    if layout.size() == 0 {
        // SAFETY: as the caller promises; a value without bytes takes no memory.
        return Some(unsafe { Box::new_zeroed().assume_init() });
    }
    // SAFETY: the size is not zero.
    let memory = unsafe { alloc_zeroed(layout) }.cast::<T>();
    // SAFETY: the memory comes from the allocator of boxes, with the layout of the value; it is a value, as the caller promises.
    (!memory.is_null()).then(|| unsafe { Box::from_raw(memory) })
}

macro_rules! numbers {
    ($($number:ident)*) => {
        $(
            // SAFETY: a number without padding, of which every bit pattern is a value.
            unsafe impl Plain for $number {}
        )*
    };
}
numbers!(f32 f64 i8 u8 i16 u16 i32 u32 i64 u64);

/// Matrices and arrays of floating-point numbers are [`Flat`](crate::flat::Flat), and so they are `Plain`.
macro_rules! of_integers {
    ($($integer:ident)*) => {
        $(
            // SAFETY: a matrix is its columns, one after the other, in an array of numbers.
            unsafe impl<const C: usize, const P: usize> Plain for SMatrix<$integer, C, P> {}
            // SAFETY: an array of numbers.
            unsafe impl<const N: usize> Plain for [$integer; N] {}
        )*
    };
}
of_integers!(i8 u8 i16 u16 i32 u32 i64 u64);
