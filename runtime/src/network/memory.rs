//! The memory of a prediction and of a training step, laid out by the macro's plan.
//!
//! The macro gives every activation a place: an offset, in scalars per sample. Places whose lives overlap never overlap
//! in memory; others share it. For `n` samples every offset and size counts `n` times.
use core::marker::PhantomData;

use super::plan::Plan;
use crate::flat::Flat;
#[cfg(feature = "alloc")]
use crate::scalar::Scalar;

/// What a piece of planned memory is for, and so how much of it a network needs.
pub trait Purpose<N: Plan> {
    /// Scalars per sample.
    const LEN: usize;
}

/// Activations of a prediction; memory is reused as soon as a value is no longer needed.
pub enum Prediction {}
/// Activations that the backward pass will read.
pub enum Recording {}
/// Gradients of the activations, on their way back.
pub enum Returning {}

impl<N: Plan> Purpose<N> for Prediction {
    const LEN: usize = N::ARENA;
}
impl<N: Plan> Purpose<N> for Recording {
    const LEN: usize = N::TAPE;
}
impl<N: Plan> Purpose<N> for Returning {
    const LEN: usize = N::GRADIENTS;
}

/// The activations of a prediction.
pub type Arena<'a, N> = Memory<'a, N, Prediction>;
/// The activations that training keeps for the backward pass.
pub type Tape<'a, N> = Memory<'a, N, Recording>;
/// The gradients of the activations in a backward pass.
pub type Gradients<'a, N> = Memory<'a, N, Returning>;

/// Planned memory for a number of samples.
pub struct Memory<'a, N: Plan, M: Purpose<N>> {
    values: &'a mut [N::Scalar],
    samples: usize,
    purpose: PhantomData<M>,
}

impl<'a, N: Plan, M: Purpose<N>> Memory<'a, N, M> {
    /// How many scalars `samples` samples need.
    pub const fn len(samples: usize) -> usize {
        M::LEN.saturating_mul(samples)
    }

    /// Memory for some samples; `None` if it is too small.
    pub(crate) fn of(values: &'a mut [N::Scalar], samples: usize) -> Option<Self> {
        (values.len() >= M::LEN.checked_mul(samples)?).then_some(Self { values, samples, purpose: PhantomData })
    }

    /// Memory for as many samples as asked for; it grows as needed.
    #[cfg(feature = "alloc")]
    pub(crate) fn grown(values: &'a mut alloc::vec::Vec<N::Scalar>, samples: usize) -> Self {
        if values.len() < Self::len(samples) {
            values.resize(Self::len(samples), N::Scalar::ZERO);
        }
        Self { values, samples, purpose: PhantomData }
    }

    /// The activation at a place.
    #[inline(always)]
    pub fn at<A: Flat<Scalar = N::Scalar>, const AT: usize>(&mut self) -> &mut [A] {
        const { assert!(AT + A::LEN <= M::LEN, "a place within the plan") };
        // SAFETY: `values` holds `LEN * samples` scalars, the place ends within them, and `A` is nothing but scalars.
        unsafe { core::slice::from_raw_parts_mut(self.values.as_mut_ptr().add(AT * self.samples).cast(), self.samples) }
    }

    /// Two activations at places that do not overlap: what a layer reads and what it writes.
    #[inline(always)]
    pub fn pair<A, const FROM: usize, B, const TO: usize>(&mut self) -> (&mut [A], &mut [B])
    where
        A: Flat<Scalar = N::Scalar>,
        B: Flat<Scalar = N::Scalar>,
    {
        const { assert!(FROM + A::LEN <= M::LEN && TO + B::LEN <= M::LEN, "places within the plan") };
        const { assert!(FROM + A::LEN <= TO || TO + B::LEN <= FROM, "places that do not overlap") };
        let values = self.values.as_mut_ptr();
        // SAFETY: as in `at`; the two ranges are disjoint.
        unsafe {
            (
                core::slice::from_raw_parts_mut(values.add(FROM * self.samples).cast(), self.samples),
                core::slice::from_raw_parts_mut(values.add(TO * self.samples).cast(), self.samples),
            )
        }
    }

    /// Three activations at places that do not overlap: what a layer reads, what it writes, and what it keeps.
    #[inline(always)]
    pub fn triple<A, const FIRST: usize, B, const SECOND: usize, C, const THIRD: usize>(
        &mut self,
    ) -> (&mut [A], &mut [B], &mut [C])
    where
        A: Flat<Scalar = N::Scalar>,
        B: Flat<Scalar = N::Scalar>,
        C: Flat<Scalar = N::Scalar>,
    {
        const { assert!(THIRD + C::LEN <= M::LEN, "a place within the plan") };
        const { assert!(FIRST + A::LEN <= THIRD || THIRD + C::LEN <= FIRST, "places that do not overlap") };
        const { assert!(SECOND + B::LEN <= THIRD || THIRD + C::LEN <= SECOND, "places that do not overlap") };
        let (values, samples) = (self.values.as_mut_ptr(), self.samples);
        let (first, second) = self.pair::<A, FIRST, B, SECOND>();
        // SAFETY: as in `at`; the range is disjoint from the other two.
        let third = unsafe { core::slice::from_raw_parts_mut(values.add(THIRD * samples).cast(), samples) };
        (first, second, third)
    }
}

impl<'a, N: Plan> Arena<'a, N> {
    /// The arena of one sample.
    #[inline(always)]
    pub(crate) fn of_one(arena: &'a mut N::Arena) -> Self {
        const { assert!(N::Arena::LEN == N::ARENA, "an arena as long as the plan") };
        Self { values: arena.as_flat_mut(), samples: 1, purpose: PhantomData }
    }
}
