//! The memory of a prediction and of a training step, laid out by the macro's plan.
//!
//! The macro gives every activation a place: an offset, in units per sample. Places whose lives overlap never overlap in memory; others
//! share it. For `n` samples every offset and size counts `n` times.
use core::marker::PhantomData;

use super::{Network, Predict};
use crate::plain::Plain;

/// The plan of a memory: how much of it a network needs.
pub trait Layout {
    /// The unit of offsets and sizes: the scalar of a network that computes with floating-point numbers.
    type Unit: Plain + Copy;
    /// Units per sample.
    const LEN: usize;
}

/// The layout of the activations of a prediction; memory is reused as soon as a value is no longer needed.
pub struct ArenaOf<N: ?Sized>(PhantomData<N>);
/// The layout of the activations that the backward pass reads.
pub struct TapeOf<N: ?Sized>(PhantomData<N>);
/// The layout of the gradients of the activations.
pub struct AdjointsOf<N: ?Sized>(PhantomData<N>);

impl<N: Predict> Layout for ArenaOf<N> {
    type Unit = N::Unit;
    const LEN: usize = N::ARENA;
}
impl<N: Network> Layout for TapeOf<N> {
    type Unit = N::Scalar;
    const LEN: usize = N::TAPE;
}
impl<N: Network> Layout for AdjointsOf<N> {
    type Unit = N::Scalar;
    const LEN: usize = N::ADJOINTS;
}

/// The activations of a prediction.
pub type Arena<'a, N> = Memory<'a, ArenaOf<N>>;
/// The activations that training keeps for the backward pass.
pub type Tape<'a, N> = Memory<'a, TapeOf<N>>;
/// The gradients of the activations in a backward pass.
pub type Adjoints<'a, N> = Memory<'a, AdjointsOf<N>>;

/// Planned memory for a number of samples.
pub struct Memory<'a, L: Layout> {
    units: &'a mut [L::Unit],
    samples: usize,
}

/// Units that a value takes; of integers that are smaller than a unit, the last unit may be filled in part.
const fn units<A, U>() -> usize {
    assert!(align_of::<A>() <= align_of::<U>(), "a value that may lie at any unit");
    size_of::<A>().div_ceil(size_of::<U>())
}

/// The activation that lies at a place of a memory for so many samples.
///
/// # Safety
/// `units` is valid for reads and writes of `(at + units::<A, U>()) * samples` units, and for as long as the result lives,
/// nothing else reads or writes the units of the place.
#[inline(always)]
unsafe fn activation<'a, A: Plain, U: Plain>(units: *mut U, at: usize, samples: usize) -> &'a mut [A] {
    // SAFETY: the place lies within the units; a unit is aligned for an `A`, and every bit pattern is one.
    unsafe { core::slice::from_raw_parts_mut(units.add(at * samples).cast(), samples) }
}

/// An error of compilation unless places, each with its end, lie within the plan and do not overlap.
const fn assert_apart(places: &[(usize, usize)], len: usize) {
    let mut one = 0;
    while one < places.len() {
        assert!(places[one].1 <= len, "places within the plan");
        let mut other = 0;
        while other < one {
            assert!(places[one].1 <= places[other].0 || places[other].1 <= places[one].0, "places that do not overlap");
            other += 1;
        }
        one += 1;
    }
}

impl<'a, L: Layout> Memory<'a, L> {
    /// Units for a number of samples.
    pub const fn len(samples: usize) -> usize {
        L::LEN.saturating_mul(samples)
    }

    /// Memory for some samples; `None` if it is too small.
    pub(crate) fn of(units: &'a mut [L::Unit], samples: usize) -> Option<Self> {
        (units.len() >= L::LEN.checked_mul(samples)?).then_some(Self { units, samples })
    }

    /// Memory for as many samples as asked for; it grows as needed.
    #[cfg(feature = "alloc")]
    pub(crate) fn grown(units: &'a mut alloc::vec::Vec<L::Unit>, samples: usize) -> Self {
        if units.len() < Self::len(samples) {
            units.resize(Self::len(samples), L::Unit::zero());
        }
        Self { units, samples }
    }

    /// The activation at a place.
    #[inline(always)]
    pub fn at<A: Plain, const AT: usize>(&mut self) -> &mut [A] {
        const { assert!(AT + units::<A, L::Unit>() <= L::LEN, "a place within the plan") };
        // SAFETY: there are at least `LEN * samples` units, and the place ends within them; `self` is borrowed.
        unsafe { activation(self.units.as_mut_ptr(), AT, self.samples) }
    }

    /// Two activations at places that do not overlap: the input and the output of a layer.
    #[inline(always)]
    pub fn pair<A: Plain, const FROM: usize, B: Plain, const TO: usize>(&mut self) -> (&mut [A], &mut [B]) {
        const {
            let places = [(FROM, FROM + units::<A, L::Unit>()), (TO, TO + units::<B, L::Unit>())];
            assert_apart(&places, L::LEN);
        };
        let (units, samples) = (self.units.as_mut_ptr(), self.samples);
        // SAFETY: as in `at`; the two places are disjoint.
        unsafe { (activation(units, FROM, samples), activation(units, TO, samples)) }
    }

    /// Three activations at places that do not overlap: the input and the output of a layer, and memory of its own.
    #[inline(always)]
    pub fn triple<A: Plain, const FIRST: usize, B: Plain, const SECOND: usize, C: Plain, const THIRD: usize>(
        &mut self,
    ) -> (&mut [A], &mut [B], &mut [C]) {
        const {
            let places = [
                (FIRST, FIRST + units::<A, L::Unit>()),
                (SECOND, SECOND + units::<B, L::Unit>()),
                (THIRD, THIRD + units::<C, L::Unit>()),
            ];
            assert_apart(&places, L::LEN);
        };
        let (units, samples) = (self.units.as_mut_ptr(), self.samples);
        // SAFETY: as in `at`; the three places are disjoint.
        unsafe {
            (activation(units, FIRST, samples), activation(units, SECOND, samples), activation(units, THIRD, samples))
        }
    }

    /// Four activations at places that do not overlap: those of a layer that reads two values, and memory of its own.
    #[inline(always)]
    pub fn quadruple<
        A: Plain,
        const FIRST: usize,
        B: Plain,
        const SECOND: usize,
        C: Plain,
        const THIRD: usize,
        D: Plain,
        const FOURTH: usize,
    >(
        &mut self,
    ) -> (&mut [A], &mut [B], &mut [C], &mut [D]) {
        const {
            let places = [
                (FIRST, FIRST + units::<A, L::Unit>()),
                (SECOND, SECOND + units::<B, L::Unit>()),
                (THIRD, THIRD + units::<C, L::Unit>()),
                (FOURTH, FOURTH + units::<D, L::Unit>()),
            ];
            assert_apart(&places, L::LEN);
        };
        let (units, samples) = (self.units.as_mut_ptr(), self.samples);
        // SAFETY: as in `at`; the four places are disjoint.
        unsafe {
            (
                activation(units, FIRST, samples),
                activation(units, SECOND, samples),
                activation(units, THIRD, samples),
                activation(units, FOURTH, samples),
            )
        }
    }
}

impl<'a, N: Predict> Arena<'a, N> {
    /// The arena of one sample.
    #[inline(always)]
    pub(crate) fn of_one(arena: &'a mut N::Arena) -> Self {
        const {
            assert!(size_of::<N::Arena>() == N::ARENA * size_of::<N::Unit>(), "an arena as long as the plan");
            assert!(align_of::<N::Arena>() >= align_of::<N::Unit>(), "an arena that is aligned for its units");
        };
        // SAFETY: the arena is as many units, aligned, every bit pattern is one, and every bit pattern of them is an arena.
        let units = unsafe { core::slice::from_raw_parts_mut((&raw mut *arena).cast(), N::ARENA) };
        Self { units, samples: 1 }
    }
}
