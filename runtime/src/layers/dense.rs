//! The fully connected layer.
use nalgebra::{SMatrix, SVector};
use rand::Rng;

use super::optional::Bias;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::{Fans, Initializer};
use crate::isa::{HAS_VECTORS, Isa, Task};
use crate::kernels::{self, compact};
use crate::scalar::Scalar;

/// A fully connected layer: `y = W x + b`.
///
/// `weight` is `OUT x IN` and indexed `(out, in)`; its bytes are those of Keras's `(in, out)` kernel. `bias` has `OUT`
/// values, or is [`NoBias`](super::NoBias).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dense<const IN: usize, const OUT: usize, T = f32, B = SVector<T, OUT>> {
    /// `OUT x IN`.
    pub weight: SMatrix<T, OUT, IN>,
    /// `OUT` values.
    pub bias: B,
}

// SAFETY: two fields of scalars (or one and nothing), of the same alignment, in order.
unsafe impl<const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Flat for Dense<IN, OUT, T, B> {
    type Scalar = T;
}

impl<const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Dense<IN, OUT, T, B> {
    /// The most weights of a small layer. Small layers are inlined into the network with constant sizes, so that the
    /// compiler may unroll them; larger layers share one kernel. In a network with `#[optimize(size)]`, and in a long
    /// network, all layers share it.
    pub const SMALL: usize = 1024;
    /// In debug builds no layer is small: inlined code would be neither fast nor quick to compile.
    const IS_SMALL: bool = IN * OUT <= Self::SMALL && (cfg!(not(debug_assertions)) || !HAS_VECTORS);

    /// Draws fresh weights; the biases are zero.
    pub fn init<R: Rng + ?Sized>(&mut self, weight: impl Initializer, rng: &mut R) {
        weight.fill(Fans { inputs: IN, outputs: OUT }, rng, self.weight.as_flat_mut());
        self.bias.fill(T::ZERO);
    }

    /// `outputs = W inputs + b`.
    #[inline(always)]
    pub fn forward<I: Isa<T>>(&self, isa: I, inputs: &[SVector<T, IN>], outputs: &mut [SVector<T, OUT>]) {
        if const { !Self::IS_SMALL } {
            self.forward_shared(isa, inputs, outputs);
        } else if HAS_VECTORS {
            if const { I::SHAPES.single } && inputs.len() == 1 {
                let (bias, inputs, outputs) = (self.bias.values(), flatten(inputs), flatten_mut(outputs));
                kernels::dense::forward_of::<T, I, 1, OUT>(isa, self.as_flat(), IN, bias, inputs, outputs, OUT);
            } else if const { I::SHAPES.batches } {
                isa.apart(Forward { layer: self, inputs, outputs });
            } else {
                self.forward_shared(isa, inputs, outputs);
            }
        } else {
            inputs.iter().zip(outputs).for_each(|(input, output)| self.rows(isa, input, output));
        }
    }

    /// As [`forward`](Self::forward), by code that layers of all sizes share: for `#[optimize(size)]` and long networks.
    #[inline(always)]
    pub fn forward_compact<I: Isa<T>>(&self, isa: I, inputs: &[SVector<T, IN>], outputs: &mut [SVector<T, OUT>]) {
        if HAS_VECTORS {
            return self.forward_shared(isa, inputs, outputs);
        }
        let layer = self.as_flat().as_ptr();
        for (input, output) in inputs.iter().zip(outputs) {
            let (input, output) = (input.as_ptr(), output.as_mut_ptr());
            if size_of::<B>() > 0 {
                // SAFETY: a layer is its weights and then its biases; the sizes are those of the types.
                unsafe { compact::dense_forward::<T, I, true>(isa, layer, input, output, IN, OUT) };
            } else {
                // SAFETY: as above, without biases.
                unsafe { compact::dense_forward::<T, I, false>(isa, layer, input, output, IN, OUT) };
            }
        }
    }

    #[inline(always)]
    fn forward_shared<I: Isa<T>>(&self, isa: I, inputs: &[SVector<T, IN>], outputs: &mut [SVector<T, OUT>]) {
        isa.dense_forward(self.weight.as_flat(), self.bias.values(), flatten(inputs), flatten_mut(outputs), OUT);
    }

    /// Row by row: no sum is stored before it is complete.
    #[inline(always)]
    fn rows<I: Isa<T>>(&self, isa: I, input: &SVector<T, IN>, output: &mut SVector<T, OUT>) {
        for (row, output) in output.data.0[0].iter_mut().enumerate() {
            let bias = self.bias.values().and_then(|bias| bias.get(row));
            let mut sum = bias.copied().unwrap_or(T::ZERO);
            for (column, &x) in self.weight.data.0.iter().zip(&input.data.0[0]) {
                if let Some(&w) = column.get(row) {
                    sum = isa.mul_add(w, x, sum);
                }
            }
            *output = sum;
        }
    }

    /// `grad_inputs = Wᵀ grad_outputs`.
    #[inline(always)]
    pub fn backward_input<I: Isa<T>>(
        &self,
        isa: I,
        grad_outputs: &[SVector<T, OUT>],
        grad_inputs: &mut [SVector<T, IN>],
    ) {
        let weight = self.weight.as_flat();
        if const { Self::IS_SMALL && I::SHAPES.gradients } {
            isa.apart(BackwardInput { layer: self, grad_outputs, grad_inputs });
        } else {
            isa.dense_backward_input(weight, flatten(grad_outputs), flatten_mut(grad_inputs), OUT);
        }
    }

    /// `gradient.weight = Σ grad_outputs inputsᵀ`, `gradient.bias = Σ grad_outputs`.
    #[inline(always)]
    pub fn backward_parameters<I: Isa<T>>(
        &self,
        isa: I,
        inputs: &[SVector<T, IN>],
        grad_outputs: &[SVector<T, OUT>],
        gradient: &mut Self,
    ) {
        if let Some(grad_bias) = gradient.bias.values_mut() {
            grad_bias.fill(T::ZERO);
            for grad_output in grad_outputs {
                for (grad, &g) in grad_bias.iter_mut().zip(&grad_output.data.0[0]) {
                    *grad += g;
                }
            }
        }
        if const { Self::IS_SMALL && I::SHAPES.gradients } {
            isa.apart(BackwardWeight { inputs, grad_outputs, grad_weight: &mut gradient.weight });
        } else {
            isa.dense_backward_weight(flatten(inputs), IN, flatten(grad_outputs), gradient.weight.as_flat_mut(), OUT);
        }
    }
}

/// The forward pass of a batch through a small layer: one function per shape, which several passes call.
struct Forward<'a, const IN: usize, const OUT: usize, T, B> {
    layer: &'a Dense<IN, OUT, T, B>,
    inputs: &'a [SVector<T, IN>],
    outputs: &'a mut [SVector<T, OUT>],
}

impl<const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Task<T> for Forward<'_, IN, OUT, T, B> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { layer, inputs, outputs } = self;
        let (bias, inputs, outputs) = (layer.bias.values(), flatten(inputs), flatten_mut(outputs));
        kernels::dense::forward_of::<T, I, 0, OUT>(isa, layer.as_flat(), IN, bias, inputs, outputs, OUT);
    }
}

/// The gradients of the inputs of a small layer.
struct BackwardInput<'a, const IN: usize, const OUT: usize, T, B> {
    layer: &'a Dense<IN, OUT, T, B>,
    grad_outputs: &'a [SVector<T, OUT>],
    grad_inputs: &'a mut [SVector<T, IN>],
}

impl<const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>> Task<T> for BackwardInput<'_, IN, OUT, T, B> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let (grad_outputs, grad_inputs) = (flatten(self.grad_outputs), flatten_mut(self.grad_inputs));
        let weight = self.layer.weight.as_flat();
        kernels::dense::backward_input::<T, I, IN>(isa, weight, grad_outputs, grad_inputs, OUT);
    }
}

/// The gradient of the weights of a small layer.
struct BackwardWeight<'a, const IN: usize, const OUT: usize, T> {
    inputs: &'a [SVector<T, IN>],
    grad_outputs: &'a [SVector<T, OUT>],
    grad_weight: &'a mut SMatrix<T, OUT, IN>,
}

impl<const IN: usize, const OUT: usize, T: Scalar> Task<T> for BackwardWeight<'_, IN, OUT, T> {
    type Output = ();
    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let (inputs, grad_outputs) = (flatten(self.inputs), flatten(self.grad_outputs));
        kernels::dense::backward_weight::<T, I, OUT>(isa, inputs, grad_outputs, self.grad_weight.as_flat_mut(), OUT);
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests;
