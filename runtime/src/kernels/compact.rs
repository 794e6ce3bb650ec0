//! Kernels in few bytes, for networks with `#[optimize(size)]` and for long ones: one copy for all layers of a program, of loops that stay
//! loops on targets without vectors.
use crate::isa::Isa;
use crate::scalar::Scalar;

/// One sample through a dense layer, row by row: `output = bias + weight * input`.
///
/// Pointers and sizes, not slices: what a caller has to set up counts for every layer.
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
    // SAFETY: `row` goes along the first column, a step for each output, and the biases are like one column more; `weight` goes
    // along a row, a step for each input, and `x` along the inputs. Each is read only within what it points to; the last step of
    // `weight` leaves that, and so wraps.
    unsafe {
        let (mut row, weights) = (layer, width * units);
        let (last_input, last_output) = (input.add(width), output.add(units));
        while output != last_output {
            let mut sum = if BIAS { *row.add(weights) } else { T::ZERO };
            let (mut weight, mut x) = (row, input);
            while x != last_input {
                sum = isa.mul_add(*weight, *x, sum);
                weight = weight.wrapping_add(units);
                x = opaque(x.cast_mut().add(1));
            }
            *output = sum;
            output = opaque(output.add(1));
            row = row.add(1);
        }
    }
}

/// A pointer of which the compiler does not know any longer where it came from: so it neither unrolls the loop that takes the
/// step, nor counts by an index beside it.
#[inline(always)]
pub(crate) fn opaque<T>(pointer: *mut T) -> *mut T {
    #[cfg(all(any(target_arch = "arm", target_arch = "riscv32"), not(miri)))]
    let pointer = {
        let mut pointer = pointer;
        // SAFETY: these are no instructions.
        unsafe { core::arch::asm!("/* {} */", inout(reg) pointer, options(pure, nomem, nostack, preserves_flags)) };
        pointer
    };
    pointer
}

#[cfg(test)]
mod tests;
