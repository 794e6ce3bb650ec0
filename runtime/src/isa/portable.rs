//! The arithmetic of every machine.
use super::{HAS_VECTORS, Isa, Shapes};
use crate::scalar::Scalar;

/// The arithmetic of every machine: each product and each sum is rounded. The same bits on every target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

/// The number of values of a vector. The compiler keeps them in one register on targets whose registers are that wide.
const LANES: usize = 4;

/// Whether machines of this target have faster instruction sets: then code for this one should be quick to compile.
const SLOW: bool = cfg!(all(feature = "std", target_arch = "x86_64"));

impl<T: Scalar> Isa<T> for Portable {
    type Vector = [T; LANES];
    type Half = Self;
    const LANES: usize = LANES;
    const TILE_ROWS: usize = 4;
    // Where `SLOW`, vectors of double precision would gain little, and every program would take longer to compile.
    const IN_VECTORS: bool = HAS_VECTORS && !(SLOW && size_of::<T>() > size_of::<f32>());
    const SHAPES: Shapes = Shapes { single: !SLOW, batches: !SLOW, gradients: !SLOW };

    #[inline(always)]
    fn half(self) -> Self {
        self
    }

    #[inline(never)]
    fn apart<J: super::Task<T>>(self, task: J) -> J::Output {
        task.run(self)
    }

    #[inline(always)]
    fn mul_add(self, a: T, b: T, c: T) -> T {
        a * b + c
    }
    #[inline(always)]
    fn mul_add_vector(self, a: [T; LANES], b: [T; LANES], c: [T; LANES]) -> [T; LANES] {
        let mut sum = c;
        for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
            *sum = a * b + *sum;
        }
        sum
    }
    #[inline(always)]
    fn splat(self, value: T) -> [T; LANES] {
        [value; LANES]
    }
    #[inline(always)]
    unsafe fn load(self, from: *const T) -> [T; LANES] {
        // SAFETY: `LANES` values can be read.
        unsafe { from.cast::<[T; LANES]>().read() }
    }
    #[inline(always)]
    unsafe fn load_first(self, from: *const T, count: usize) -> [T; LANES] {
        let mut vector = [T::ZERO; LANES];
        // SAFETY: `count` values can be read, at most `LANES`. One copy, not a branch for each: a kernel has many of
        // these copies.
        unsafe { core::ptr::copy_nonoverlapping(from, vector.as_mut_ptr(), count) };
        vector
    }
    #[inline(always)]
    unsafe fn store(self, vector: [T; LANES], to: *mut T) {
        // SAFETY: `LANES` values can be written.
        unsafe { to.cast::<[T; LANES]>().write(vector) }
    }
    #[inline(always)]
    unsafe fn store_first(self, vector: [T; LANES], to: *mut T, count: usize) {
        // SAFETY: `count` values can be written, at most `LANES`.
        unsafe { core::ptr::copy_nonoverlapping(vector.as_ptr(), to, count) };
    }
}
