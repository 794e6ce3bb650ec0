//! Instruction sets: a token proves that one may be used and says how it multiplies and adds.
use crate::Scalar;
use crate::kernels;

/// The arithmetic that a kernel runs on. A value of the type is the proof that the machine has it.
///
/// Small layers run generic kernels that are written with [`mul_add`](Self::mul_add) and inlined into the network. Large
/// ones call the remaining methods: one copy of each exists per instruction set and scalar, compiled with this crate.
pub trait Isa<T: Scalar>: Copy {
    /// `a * b + c`: in two roundings where predictions must have the same bits everywhere, in one where the hardware fuses.
    fn mul_add(self, a: T, b: T, c: T) -> T;

    /// `outputs[s] = bias + weight * inputs[s]` for every sample `s`; `weight` is column-major, `units` rows.
    fn dense_forward(self, weight: &[T], bias: Option<&[T]>, inputs: &[T], outputs: &mut [T], units: usize);
    /// `grad_inputs[s] = weightᵀ * grad_outputs[s]`.
    fn dense_backward_input(self, weight: &[T], grad_outputs: &[T], grad_inputs: &mut [T], units: usize);
    /// `grad_weight += Σ grad_outputs[s] * inputs[s]ᵀ`.
    fn dense_backward_weight(self, inputs: &[T], grad_outputs: &[T], grad_weight: &mut [T], units: usize);
}

/// What every machine has: each product and each sum is rounded. The same bits on every target.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl<T: Scalar> Isa<T> for Portable {
    #[inline(always)]
    fn mul_add(self, a: T, b: T, c: T) -> T {
        a * b + c
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
                kernels::dense::forward(Portable, w, bias, x, y, units);
            }
            fn dense_backward_input_portable(w: &[$t], grad_y: &[$t], grad_x: &mut [$t], units: usize) {
                kernels::dense::backward_input(Portable, w, grad_y, grad_x, units);
            }
            fn dense_backward_weight_portable(x: &[$t], grad_y: &[$t], grad_w: &mut [$t], units: usize) {
                kernels::dense::backward_weight(Portable, x, grad_y, grad_w, units);
            }
        }
    };
}
cores!(f32);
cores!(f64);
