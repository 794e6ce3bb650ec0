//! Random orders that never change with a version of a library.
use rand::{Rng, RngExt};

/// Puts the values into a random order (Fisher and Yates): every order is equally likely.
pub(crate) fn shuffle<T, R: Rng + ?Sized>(values: &mut [T], rng: &mut R) {
    for last in (1..values.len()).rev() {
        let chosen = (rng.random::<u64>() as u128 * (last as u128 + 1) >> 64) as usize;
        values.swap(last, chosen);
    }
}
