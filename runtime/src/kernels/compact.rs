//! Kernels in few bytes, for networks with `#[optimize(size)]` and for long networks: one copy for all layers of a program. On targets
//! without vectors their loops stay loops.
use crate::isa::Isa;
use crate::scalar::Scalar;

/// One sample through a dense layer, row by row: `output = bias + weight * input`.
///
/// Pointers and sizes, not slices: every argument costs instructions at each call, one for every layer.
///
/// # Safety
/// `layer` points to `width * units` weights, column by column, and then `units` biases if there is a `BIAS`; `input` to `width`
/// scalars; `output` to `units` scalars, which nothing else refers to.
#[inline(never)]
pub unsafe fn dense_forward<T: Scalar, I: Isa<T>, const BIAS: bool>(
    isa: I,
    layer: *const T,
    input: *const T,
    mut output: *mut T,
    width: usize,
    units: usize,
) {
    // `row` goes along the first column, a step for each output; the biases are like one column more. `weight` goes along a row and
    // `x` along the inputs, a step for each input; the last step of `weight` leaves the weights, and so wraps.
    let (mut row, weights) = (layer, width * units);
    // SAFETY: as asked for: the ends of inputs and outputs.
    let (last_input, last_output) = unsafe { (input.add(width), output.add(units)) };
    while output != last_output {
        let mut sum = T::ZERO;
        if BIAS {
            // SAFETY: as asked for: a bias.
            sum = unsafe { *row.add(weights) };
        }
        let (mut weight, mut x) = (row, input);
        while x != last_input {
            // SAFETY: as asked for: a weight and an input.
            sum = unsafe { isa.mul_add(*weight, *x, sum) };
            weight = weight.wrapping_add(units);
            // SAFETY: `x` is not at the end yet.
            x = opaque(unsafe { x.cast_mut().add(1) });
        }
        // SAFETY: as asked for: an output.
        unsafe { *output = sum };
        // SAFETY: `output` is not at the end yet, nor is `row`, which takes as many steps.
        (output, row) = unsafe { (opaque(output.add(1)), row.add(1)) };
    }
}

/// The same pointer, but the compiler no longer knows where it came from: so it neither unrolls the loop that takes the step, nor
/// counts by an index beside it.
#[inline(always)]
pub(crate) fn opaque<T>(pointer: *mut T) -> *mut T {
    #[cfg(all(any(target_arch = "arm", target_arch = "riscv32"), not(miri)))]
    let pointer = {
        let mut pointer = pointer;
        // SAFETY: the text is a comment, no instruction.
        unsafe { core::arch::asm!("/* {} */", inout(reg) pointer, options(pure, nomem, nostack, preserves_flags)) };
        pointer
    };
    pointer
}

#[cfg(test)]
mod tests;
