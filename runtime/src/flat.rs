//! Values that are nothing but scalars, and so can be read and written as one slice.
use nalgebra::{SMatrix, SVector};

use crate::plain::Plain;
use crate::scalar::Scalar;

/// A value made of nothing but scalars: a matrix, a layer, a network, a gradient.
///
/// # Safety
/// The type holds values of `Scalar` and nothing else, without padding, in the order of its fields (`#[repr(C)]`), so that
/// its bytes are those of `[Scalar; LEN]`, and its alignment too unless it is empty.
pub unsafe trait Flat: Sized + 'static {
    /// `f32` or `f64`.
    type Scalar: Scalar;
    /// How many scalars the value holds.
    const LEN: usize = size_of::<Self>() / size_of::<Self::Scalar>();

    /// All scalars, in the order in which they lie in memory.
    #[inline(always)]
    fn as_flat(&self) -> &[Self::Scalar] {
        // An empty value, such as a network without parameters, may lie at an address that is not aligned for scalars.
        if Self::LEN == 0 {
            return &[];
        }
        // SAFETY: the contract of the trait.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast(), Self::LEN) }
    }

    /// All scalars, to be changed.
    #[inline(always)]
    fn as_flat_mut(&mut self) -> &mut [Self::Scalar] {
        if Self::LEN == 0 {
            return &mut [];
        }
        // SAFETY: the contract of the trait; every bit pattern of a scalar is a value.
        unsafe { core::slice::from_raw_parts_mut((&raw mut *self).cast(), Self::LEN) }
    }

    /// A value of zeros. Large values belong on the heap: see [`zeroed_boxed`](Self::zeroed_boxed).
    fn zeroed() -> Self {
        // SAFETY: the contract of the trait; all bits zero is the scalar 0.
        unsafe { core::mem::zeroed() }
    }

    /// Zeros, made directly on the heap: however large, they never pass over the stack.
    #[cfg(feature = "alloc")]
    fn zeroed_boxed() -> alloc::boxed::Box<Self> {
        let boxed = alloc::boxed::Box::<Self>::new_zeroed();
        // SAFETY: the contract of the trait; all bits zero is the scalar 0.
        unsafe { boxed.assume_init() }
    }

    /// As [`zeroed_boxed`](Self::zeroed_boxed); `None` if there is not enough memory, where `zeroed_boxed` ends the program.
    #[cfg(feature = "alloc")]
    fn try_zeroed_boxed() -> Option<alloc::boxed::Box<Self>> {
        // SAFETY: the contract of the trait; all bits zero is the scalar 0.
        unsafe { crate::plain::try_zeroed_boxed() }
    }

    /// A copy, made directly on the heap: `clone` of a box is the same.
    #[cfg(feature = "alloc")]
    fn clone_boxed(&self) -> alloc::boxed::Box<Self> {
        let mut copy = Self::zeroed_boxed();
        copy.as_flat_mut().copy_from_slice(self.as_flat());
        copy
    }
}

// SAFETY: scalars without padding, every bit pattern of which is a value.
unsafe impl<A: Flat> Plain for A {}

// SAFETY: a matrix is its columns, one after the other, in an array.
unsafe impl<T: Scalar, const C: usize, const P: usize> Flat for SMatrix<T, C, P> {
    type Scalar = T;
}

// SAFETY: an array of scalars.
unsafe impl<T: Scalar, const N: usize> Flat for [T; N] {
    type Scalar = T;
}

/// The scalars of many samples, one after the other.
#[inline(always)]
pub fn flatten<A: Flat>(samples: &[A]) -> &[A::Scalar] {
    // Empty values may lie at an address that is not aligned for scalars.
    if A::LEN == 0 {
        return &[];
    }
    // SAFETY: the contract of `Flat`; an array's elements lie side by side.
    unsafe { core::slice::from_raw_parts(samples.as_ptr().cast(), samples.len() * A::LEN) }
}

/// The scalars of many samples, to be changed.
#[inline(always)]
pub fn flatten_mut<A: Flat>(samples: &mut [A]) -> &mut [A::Scalar] {
    if A::LEN == 0 {
        return &mut [];
    }
    // SAFETY: as in `flatten`.
    unsafe { core::slice::from_raw_parts_mut(samples.as_mut_ptr().cast(), samples.len() * A::LEN) }
}

/// Scalars as samples, to be changed; scalars that do not fill a sample are left out.
#[inline(always)]
pub fn unflatten_mut<A: Flat>(scalars: &mut [A::Scalar]) -> &mut [A] {
    const { assert!(A::LEN > 0, "a sample that is not empty") };
    // SAFETY: the contract of `Flat`: an `A` that is not empty is aligned as a scalar is; the samples end within the scalars.
    unsafe { core::slice::from_raw_parts_mut(scalars.as_mut_ptr().cast(), scalars.len() / A::LEN) }
}

/// Scalars as one value; `None` if they are not as many as the value has.
#[inline]
pub fn from_scalars<A: Flat>(scalars: &[A::Scalar]) -> Option<&A> {
    const { assert!(A::LEN > 0, "a value that is not empty") };
    // SAFETY: the contract of `Flat`: the value is as many scalars, and aligned as they are.
    (scalars.len() == A::LEN).then(|| unsafe { &*scalars.as_ptr().cast() })
}

/// Refuses to compile where an `A` cannot be seen as a `B`. Only empty values have another alignment than their scalars.
const fn check_reshape<A: Flat, B: Flat>() {
    assert!(A::LEN == B::LEN, "a reshape keeps the number of values");
    assert!(align_of::<B>() <= align_of::<A>(), "a reshape keeps the alignment");
}

/// The same samples in another shape, at no cost: the passes of the layers `flatten` and `reshape`.
#[inline(always)]
pub fn reshape<A: Flat, B: Flat<Scalar = A::Scalar>>(samples: &[A]) -> &[B] {
    const { check_reshape::<A, B>() };
    // SAFETY: an `A` and a `B` are the same scalars, and an `A` is aligned for a `B`: checked above.
    unsafe { core::slice::from_raw_parts(samples.as_ptr().cast(), samples.len()) }
}

/// As [`reshape`], to be changed.
#[inline(always)]
pub fn reshape_mut<A: Flat, B: Flat<Scalar = A::Scalar>>(samples: &mut [A]) -> &mut [B] {
    const { check_reshape::<A, B>() };
    // SAFETY: as in `reshape`.
    unsafe { core::slice::from_raw_parts_mut(samples.as_mut_ptr().cast(), samples.len()) }
}

/// Copies samples, into another shape where the types differ.
#[inline(always)]
pub fn copy<A: Flat, B: Flat<Scalar = A::Scalar>>(from: &[A], to: &mut [B]) {
    flatten_mut(to).copy_from_slice(flatten(reshape::<A, B>(from)));
}

/// As [`reshape`], for one value.
#[inline(always)]
pub fn reshape_one<A: Flat, B: Flat<Scalar = A::Scalar>>(value: &A) -> &B {
    const { check_reshape::<A, B>() };
    // SAFETY: as in `reshape`.
    unsafe { &*(&raw const *value).cast() }
}

/// Adds samples to others, which may have another shape.
#[inline(always)]
pub fn accumulate<A: Flat, B: Flat<Scalar = A::Scalar>>(from: &[A], to: &mut [B]) {
    let (from, to) = (flatten(reshape::<A, B>(from)), flatten_mut(to));
    // Large samples are bound by memory: one function for all shapes is as fast.
    if const { A::LEN > 1024 } { add(from, to) } else { add_inlined(from, to) }
}

#[inline(never)]
fn add<T: Scalar>(from: &[T], to: &mut [T]) {
    add_inlined(from, to);
}

#[inline(always)]
fn add_inlined<T: Scalar>(from: &[T], to: &mut [T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

/// The positions of all samples, one after the other.
#[inline(always)]
pub fn positions<T: Scalar, const C: usize, const P: usize>(samples: &[SMatrix<T, C, P>]) -> &[SVector<T, C>] {
    // SAFETY: a matrix is its columns, one after the other.
    unsafe { core::slice::from_raw_parts(samples.as_ptr().cast(), samples.len() * P) }
}

/// As [`positions`], to be changed.
#[inline(always)]
pub fn positions_mut<T: Scalar, const C: usize, const P: usize>(
    samples: &mut [SMatrix<T, C, P>],
) -> &mut [SVector<T, C>] {
    // SAFETY: as in `positions`.
    unsafe { core::slice::from_raw_parts_mut(samples.as_mut_ptr().cast(), samples.len() * P) }
}
