//! Values with their axes in another order.
use super::chunks::InChunks;
use super::window::least_one;
use crate::isa::Isa;
use crate::scalar::Scalar;

/// The sizes of the output, from the outermost axis to the innermost, and the distance between neighbours along each of them in the
/// input. Fewer than three axes stand behind axes of size 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permutation {
    /// The sizes of the output.
    pub sizes: [usize; 3],
    /// The distances in the input.
    pub strides: [usize; 3],
}

impl Permutation {
    /// The number of values.
    #[inline(always)]
    fn len(&self) -> usize {
        self.sizes.iter().product()
    }

    /// For each row of the output, the place of its first value in the input.
    #[inline(always)]
    fn rows(&self) -> impl Iterator<Item = usize> + use<> {
        let ([outer, middle, _], [far, near, _]) = (self.sizes, self.strides);
        (0..outer).flat_map(move |i| (0..middle).map(move |j| i * far + j * near))
    }
}

/// `outputs[i][j][k] = inputs[i * strides[0] + j * strides[1] + k * strides[2]]`.
#[inline(always)]
pub fn forward<T: Scalar, I: Isa<T>>(_isa: I, of: &Permutation, inputs: &[T], outputs: &mut [T]) {
    let ([_, _, width], [_, _, stride]) = (of.sizes, of.strides);
    for (input, output) in inputs.in_chunks(of.len()).zip(outputs.in_chunks_mut(of.len())) {
        for (first, row) in of.rows().zip(output.in_chunks_mut(width)) {
            let values = input.get(first..).unwrap_or_default().iter().step_by(least_one(stride));
            row.iter_mut().zip(values).for_each(|(output, &input)| *output = input);
        }
    }
}

/// `grad_inputs[i * strides[0] + j * strides[1] + k * strides[2]] = grad_outputs[i][j][k]`.
#[inline(always)]
pub fn backward<T: Scalar, I: Isa<T>>(_isa: I, of: &Permutation, grad_outputs: &[T], grad_inputs: &mut [T]) {
    let ([_, _, width], [_, _, stride]) = (of.sizes, of.strides);
    for (grad_output, grad_input) in grad_outputs.in_chunks(of.len()).zip(grad_inputs.in_chunks_mut(of.len())) {
        for (first, row) in of.rows().zip(grad_output.in_chunks(width)) {
            let values = grad_input.get_mut(first..).unwrap_or_default().iter_mut().step_by(least_one(stride));
            row.iter().zip(values).for_each(|(&grad_output, grad_input)| *grad_input = grad_output);
        }
    }
}
