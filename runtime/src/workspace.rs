//! Memory for one prediction, owned by the caller.
use crate::{Flat, Network};

/// The activations of one prediction: the planned arena and the output. `RAM_BYTES` is its size.
#[repr(C)]
pub struct Workspace<N: Network> {
    pub(crate) arena: N::Arena,
    pub(crate) output: N::Output,
}

// SAFETY: two fields of scalars, in order.
unsafe impl<N: Network> Flat for Workspace<N> {
    type Scalar = N::Scalar;
}

impl<N: Network> Workspace<N> {
    /// A workspace in place: for a `static`, or for the stack where it is small.
    pub fn new() -> Self {
        Self::zeroed()
    }

    /// A workspace on the heap, however large.
    #[cfg(feature = "alloc")]
    pub fn boxed() -> alloc::boxed::Box<Self> {
        Self::zeroed_boxed()
    }
}

impl<N: Network> Default for Workspace<N> {
    fn default() -> Self {
        Self::new()
    }
}
