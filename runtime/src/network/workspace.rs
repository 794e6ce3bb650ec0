//! Memory for one prediction, owned by the caller.
use core::mem::MaybeUninit;

use super::Predict;

/// The activations of one prediction: the planned arena and the output. `RAM_BYTES` is its size.
#[repr(C)]
pub struct Workspace<N: Predict> {
    pub(crate) arena: N::Arena,
    pub(crate) output: N::Out,
}

impl<N: Predict> Workspace<N> {
    /// A workspace in place: for a `static`, or for the stack where it is small.
    ///
    /// ```
    /// use castnet::prelude::*;
    /// use std::sync::Mutex;
    ///
    /// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
    ///
    /// static WORKSPACE: Mutex<Workspace<Xor>> = Mutex::new(Workspace::new());
    /// # assert!(WORKSPACE.lock().is_ok());
    /// ```
    pub const fn new() -> Self {
        // SAFETY: all bits zero is a value of both fields.
        unsafe { core::mem::zeroed() }
    }

    /// A workspace for one prediction, which writes every value before it reads it: the values before it do not matter.
    #[inline(always)]
    pub(crate) fn unset(memory: &mut MaybeUninit<Self>) -> &mut Self {
        // The compiler has to assume that the assembly, which is empty, writes to the memory: so it is initialized. Zeros would cost
        // a microcontroller time and code.
        #[cfg(all(any(target_arch = "arm", target_arch = "riscv32"), not(miri)))]
        // SAFETY: no instruction is executed, and no register changes.
        unsafe {
            core::arch::asm!("/* {} */", in(reg) memory.as_mut_ptr(), options(nostack, preserves_flags));
        }
        #[cfg(not(all(any(target_arch = "arm", target_arch = "riscv32"), not(miri))))]
        memory.write(Self::new());
        // SAFETY: written above, by the assembly as far as the compiler can know; every bit pattern of both fields is a value.
        unsafe { memory.assume_init_mut() }
    }

    /// A workspace on the heap, however large.
    #[cfg(feature = "alloc")]
    pub fn boxed() -> alloc::boxed::Box<Self> {
        let boxed = alloc::boxed::Box::new_zeroed();
        // SAFETY: all bits zero is a value of both fields.
        unsafe { boxed.assume_init() }
    }

    /// As [`boxed`](Self::boxed); `None` if there is not enough memory, where `boxed` ends the program.
    #[cfg(feature = "alloc")]
    pub fn try_boxed() -> Option<alloc::boxed::Box<Self>> {
        // SAFETY: all bits zero is a value of both fields.
        unsafe { crate::plain::try_zeroed_boxed() }
    }
}

impl<N: Predict> Default for Workspace<N> {
    fn default() -> Self {
        Self::new()
    }
}
