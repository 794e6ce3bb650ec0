//! Kernels of small code size, for networks with `#[optimize(size)]` and for long networks: all layers of a program
//! share one copy. On targets without vectors the compiler does not unroll their loops.
use crate::isa::Isa;
use crate::scalar::Scalar;

/// One sample through a dense layer, row by row: `output = bias + weight * input`.
///
/// Takes pointers and sizes instead of slices: every argument costs instructions at every call, and there is a call for
/// each layer.
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
    // `row` moves down the first column of the weights, one step per output; the biases follow the weights like one
    // more column. `weight` moves along a row and `x` along the inputs, one step per input. The last step of `weight`
    // may leave the allocation, hence `wrapping_add`.
    let (mut row, weights) = (layer, width * units);
    // SAFETY: as the caller promises: the ends of inputs and outputs.
    let (last_input, last_output) = unsafe { (input.add(width), output.add(units)) };
    while output != last_output {
        let mut sum = T::ZERO;
        if BIAS {
            // SAFETY: as the caller promises: a bias.
            sum = unsafe { *row.add(weights) };
        }
        let (mut weight, mut x) = (row, input);
        while x != last_input {
            // SAFETY: as the caller promises: a weight and an input.
            sum = unsafe { isa.mul_add(*weight, *x, sum) };
            weight = weight.wrapping_add(units);
            // SAFETY: `x` is not at the end yet.
            x = opaque(unsafe { x.cast_mut().add(1) });
        }
        // SAFETY: as the caller promises: an output.
        unsafe { *output = sum };
        // SAFETY: `output` is not at the end yet, nor is `row`, which takes as many steps.
        (output, row) = unsafe { (opaque(output.add(1)), row.add(1)) };
    }
}

/// The same pointer, with its origin hidden from the compiler, which then neither unrolls the loop over the pointer nor
/// counts by an additional index.
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
