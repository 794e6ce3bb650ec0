//! The memory of a training: made at the first step, reused by all others. Needs `alloc`.
use alloc::vec::Vec;

use crate::flat::{Flat, unflatten_mut};
use crate::isa;
use crate::network::Network;
use crate::scalar::Scalar;

/// Samples on the heap.
pub(super) struct Buffer<A: Flat>(Vec<A::Scalar>);

impl<A: Flat> Default for Buffer<A> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<A: Flat> Buffer<A> {
    /// The first `samples` samples; the buffer grows as needed.
    pub(super) fn of(&mut self, samples: usize) -> &mut [A] {
        let len = samples.saturating_mul(A::LEN);
        if self.0.len() < len {
            self.0.resize(len, A::Scalar::ZERO);
        }
        self.0.get_mut(..len).map_or(&mut [], unflatten_mut)
    }

    /// Writes some samples side by side, in the order given; `write` copies or changes each of them. The samples are fetched ahead of
    /// their turn, and the passes of the batch then read them in one run.
    pub(super) fn gather(
        &mut self,
        samples: &[A],
        order: &[usize],
        mut write: impl FnMut(&[A::Scalar], &mut [A::Scalar]),
    ) -> &[A] {
        /// The number of samples that are fetched ahead.
        const AHEAD: usize = 4;
        /// The number of values of a sample that are fetched: while it is copied, the processor fetches the others by itself.
        const MOST: usize = 1024;
        let gathered = self.of(order.len());
        let sample = |place: usize| order.get(place).and_then(|&index| samples.get(index)).map(A::as_flat);
        for (place, copy) in gathered.iter_mut().enumerate() {
            if let Some(later) = sample(place + AHEAD) {
                isa::prefetch(later.get(..MOST).unwrap_or(later));
            }
            if let Some(sample) = sample(place) {
                write(sample, copy.as_flat_mut());
            }
        }
        gathered
    }
}

/// The memory that a forward and a backward pass write.
pub(super) struct Buffers<N: Network> {
    pub(super) arena: Vec<N::Scalar>,
    pub(super) tape: Vec<N::Scalar>,
    pub(super) adjoints: Vec<N::Scalar>,
    pub(super) logits: Buffer<N::Output>,
    pub(super) outputs: Buffer<N::Output>,
    pub(super) grad_logits: Buffer<N::Output>,
}

impl<N: Network> Default for Buffers<N> {
    fn default() -> Self {
        Self {
            arena: Vec::new(),
            tape: Vec::new(),
            adjoints: Vec::new(),
            logits: Buffer::default(),
            outputs: Buffer::default(),
            grad_logits: Buffer::default(),
        }
    }
}
