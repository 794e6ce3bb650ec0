//! A leaky ReLU with trained slopes `alpha`. Values come in rows, with one value for each slope.
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::scalar::Scalar;

/// `outputs = inputs` above zero, `alpha * inputs` below.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(_isa: I, alpha: &[T], inputs: &[T], outputs: &mut [T]) {
    let rows = inputs.in_chunks(alpha.len()).zip(outputs.in_chunks_mut(alpha.len()));
    for (input, output) in rows {
        for ((y, &x), &alpha) in output.iter_mut().zip(input).zip(alpha) {
            *y = if x > T::ZERO { x } else { alpha * x };
        }
    }
}

/// `grad_alpha += Σ grad_outputs * min(inputs, 0)`.
#[inline(always)]
pub fn backward_parameters<T: Scalar, I: Isa<T>>(isa: I, inputs: &[T], grad_outputs: &[T], grad_alpha: &mut [T]) {
    let rows = inputs.in_chunks(grad_alpha.len()).zip(grad_outputs.in_chunks(grad_alpha.len()));
    for (input, grad_output) in rows {
        for ((grad, &x), &g) in grad_alpha.iter_mut().zip(input).zip(grad_output) {
            *grad = isa.mul_add(g, if x < T::ZERO { x } else { T::ZERO }, *grad);
        }
    }
}

/// `grad_inputs = grad_outputs` above zero, `alpha * grad_outputs` below, 0 at zero.
#[inline(always)]
pub fn backward_input<T: Scalar, I: Isa<T>>(
    _isa: I,
    alpha: &[T],
    inputs: &[T],
    grad_outputs: &[T],
    grad_inputs: &mut [T],
) {
    let rows = inputs.in_chunks(alpha.len()).zip(grad_outputs.in_chunks(alpha.len()));
    for ((input, grad_output), grad_input) in rows.zip(grad_inputs.in_chunks_mut(alpha.len())) {
        for (((grad, &x), &g), &alpha) in grad_input.iter_mut().zip(input).zip(grad_output).zip(alpha) {
            let below = if x < T::ZERO { alpha * g } else { T::ZERO };
            *grad = if x > T::ZERO { g } else { below };
        }
    }
}
