//! Activations of small code size, for networks with `#[optimize(size)]` and for long networks: all layers of a program
//! share one copy.
use core::slice;

use super::Activation;
use crate::flat::{Flat, flatten_mut};
use crate::isa::{self, HAS_VECTORS, Isa, Task};
use crate::kernels::compact::opaque;
use crate::scalar::Scalar;

/// Applies an elementwise activation.
#[inline(always)]
pub fn apply_compact<A, I, F>(isa: I, activation: A, values: &mut [F])
where
    A: Activation<[F::Scalar; 1]>,
    I: Isa<F::Scalar>,
    F: Flat,
{
    let values = flatten_mut(values);
    if HAS_VECTORS {
        isa::run_apart(isa, Apply { activation, values });
    } else {
        apply(isa, activation, values);
    }
}

/// The task that applies an activation in vectors.
struct Apply<'a, A, T> {
    activation: A,
    values: &'a mut [T],
}

impl<A: Activation<[T; 1]>, T: Scalar> Task<T> for Apply<'_, A, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        self.activation.apply(isa, self.values.as_chunks_mut().0);
    }
}

#[inline(never)]
fn apply<A: Activation<[T; 1]>, I: Isa<T>, T: Scalar>(isa: I, activation: A, values: &mut [T]) {
    let values = values.as_mut_ptr_range();
    let mut value = values.start;
    while value != values.end {
        // SAFETY: `value` goes along the values, and nothing else refers to them; a value is an array of one.
        activation.apply(isa, slice::from_mut(unsafe { &mut *value.cast() }));
        // SAFETY: `value` is not at the end yet.
        value = opaque(unsafe { value.add(1) });
    }
}

#[cfg(test)]
mod tests;
