//! Random orders that never change with a version of a library. Needs `alloc`.
use rand::{Rng, RngExt};

/// Puts the values into a random order (Fisher and Yates): every order is equally likely.
pub(crate) fn shuffle<T, R: Rng + ?Sized>(values: &mut [T], rng: &mut R) {
    swaps(values.len(), rng, |a, b| values.swap(a, b));
}

/// The swaps that put so many values into a random order.
pub(crate) fn swaps<R: Rng + ?Sized>(len: usize, rng: &mut R, mut swap: impl FnMut(usize, usize)) {
    for last in (1..len).rev() {
        let below = u128::from(rng.random::<u64>()) * (last as u128 + 1);
        swap(last, (below >> 64) as usize);
    }
}
