//! What every machine has.
use super::{Isa, Shapes};
use crate::{Scalar, kernels};

/// What every machine has: each product and each sum is rounded. The same bits on every target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

/// Values that the compiler keeps in one register, where registers are so wide.
const LANES: usize = 4;

/// On machines of this kind that are slow anyway.
const SLOW: bool = cfg!(all(feature = "std", target_arch = "x86_64"));

impl<T: Scalar> Isa<T> for Portable {
    type Vector = [T; LANES];
    const LANES: usize = LANES;
    const TILE_ROWS: usize = 4;
    const SHAPES: Shapes = Shapes { single: !SLOW, batches: !SLOW, gradients: !SLOW };

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
        for (lane, value) in vector.iter_mut().take(count).enumerate() {
            // SAFETY: `count` values can be read.
            *value = unsafe { from.add(lane).read() };
        }
        vector
    }
    #[inline(always)]
    unsafe fn store(self, vector: [T; LANES], to: *mut T) {
        // SAFETY: `LANES` values can be written.
        unsafe { to.cast::<[T; LANES]>().write(vector) }
    }
    #[inline(always)]
    unsafe fn store_first(self, vector: [T; LANES], to: *mut T, count: usize) {
        for (lane, value) in vector.into_iter().take(count).enumerate() {
            // SAFETY: `count` values can be written.
            unsafe { to.add(lane).write(value) }
        }
    }

    #[inline(always)]
    fn dense_forward(self, weight: &[T], bias: Option<&[T]>, inputs: &[T], outputs: &mut [T], units: usize) {
        T::dense_forward_portable(weight, bias, inputs, outputs, units);
    }
    #[inline(always)]
    fn dense_backward_input(self, weight: &[T], grad_outputs: &[T], grad_inputs: &mut [T], units: usize) {
        T::dense_backward_input_portable(weight, grad_outputs, grad_inputs, units);
    }
    #[inline(always)]
    fn dense_backward_weight(self, inputs: &[T], grad_outputs: &[T], grad_weight: &mut [T], units: usize) {
        T::dense_backward_weight_portable(inputs, grad_outputs, grad_weight, units);
    }
}

/// The cores of large layers for one scalar: no generics are left, so that they are compiled with this crate.
///
/// They give the same bits on the best instruction set as on any other, so they take it.
#[doc(hidden)]
pub trait Cores: Sized {
    fn dense_forward_portable(w: &[Self], bias: Option<&[Self]>, x: &[Self], y: &mut [Self], units: usize);
    fn dense_backward_input_portable(w: &[Self], grad_y: &[Self], grad_x: &mut [Self], units: usize);
    fn dense_backward_weight_portable(x: &[Self], grad_y: &[Self], grad_w: &mut [Self], units: usize);
}

macro_rules! cores {
    ($t:ident) => {
        impl Cores for $t {
            fn dense_forward_portable(w: &[$t], bias: Option<&[$t]>, x: &[$t], y: &mut [$t], units: usize) {
                #[cfg(all(feature = "std", target_arch = "x86_64"))]
                if let Some(isa) = super::x86_64::Avx2::<false>::detect() {
                    return isa.dense_forward(w, bias, x, y, units);
                }
                kernels::dense::forward(Portable, w, bias, x, y, units);
            }
            fn dense_backward_input_portable(w: &[$t], grad_y: &[$t], grad_x: &mut [$t], units: usize) {
                #[cfg(all(feature = "std", target_arch = "x86_64"))]
                if let Some(isa) = super::x86_64::Avx2::<false>::detect() {
                    return isa.dense_backward_input(w, grad_y, grad_x, units);
                }
                kernels::dense::backward_input::<$t, Portable, 0>(Portable, w, grad_y, grad_x, units);
            }
            fn dense_backward_weight_portable(x: &[$t], grad_y: &[$t], grad_w: &mut [$t], units: usize) {
                #[cfg(all(feature = "std", target_arch = "x86_64"))]
                if let Some(isa) = super::x86_64::Avx2::<false>::detect() {
                    return isa.dense_backward_weight(x, grad_y, grad_w, units);
                }
                kernels::dense::backward_weight::<$t, Portable, 0>(Portable, x, grad_y, grad_w, units);
            }
        }
    };
}
cores!(f32);
cores!(f64);
