//! Slices in chunks, without a panic.
use core::slice::{ChunksExact, ChunksExactMut};

use super::window::least_one;

/// As `chunks_exact` and `chunks_exact_mut`, without their panic for a length of 0: where the compiler cannot see the length, it would link
/// this panic into the program of a microcontroller. No layer has a size of 0.
pub(crate) trait InChunks<T> {
    fn in_chunks(&self, len: usize) -> ChunksExact<'_, T>;
    fn in_chunks_mut(&mut self, len: usize) -> ChunksExactMut<'_, T>;
}

impl<T> InChunks<T> for [T] {
    #[inline(always)]
    fn in_chunks(&self, len: usize) -> ChunksExact<'_, T> {
        self.chunks_exact(least_one(len))
    }

    #[inline(always)]
    fn in_chunks_mut(&mut self, len: usize) -> ChunksExactMut<'_, T> {
        self.chunks_exact_mut(least_one(len))
    }
}
