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

macro_rules! portable {
    ($t:ident) => {
        impl Isa<$t> for Portable {
            #[inline(always)]
            fn mul_add(self, a: $t, b: $t, c: $t) -> $t {
                a * b + c
            }
            fn dense_forward(
                self,
                weight: &[$t],
                bias: Option<&[$t]>,
                inputs: &[$t],
                outputs: &mut [$t],
                units: usize,
            ) {
                kernels::dense::forward(self, weight, bias, inputs, outputs, units);
            }
            fn dense_backward_input(self, weight: &[$t], grad_outputs: &[$t], grad_inputs: &mut [$t], units: usize) {
                kernels::dense::backward_input(self, weight, grad_outputs, grad_inputs, units);
            }
            fn dense_backward_weight(self, inputs: &[$t], grad_outputs: &[$t], grad_weight: &mut [$t], units: usize) {
                kernels::dense::backward_weight(self, inputs, grad_outputs, grad_weight, units);
            }
        }
    };
}
portable!(f32);
portable!(f64);
