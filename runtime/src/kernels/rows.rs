//! Loads and stores of adjacent values in `V` vectors.
use crate::isa::Isa;
use crate::scalar::Scalar;

/// Loads `V` vectors; if `partial`, only the first `last` lanes of the last one.
///
/// # Safety
/// All these values can be read; `last` is at most `LANES`.
#[inline(always)]
pub unsafe fn load_row<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    from: *const T,
    partial: bool,
    last: usize,
) -> [I::Vector; V] {
    let mut row = [isa.splat(T::ZERO); V];
    for (v, vector) in row.iter_mut().enumerate() {
        // SAFETY: as the caller promises: one of the vectors.
        let from = unsafe { from.add(v * I::LANES) };
        if partial && v == V - 1 {
            // SAFETY: as the caller promises.
            *vector = unsafe { isa.load_first(from, last) };
        } else {
            // SAFETY: as the caller promises: a whole vector.
            *vector = unsafe { isa.load(from) };
        }
    }
    row
}

/// Stores `V` vectors; if `partial`, only the first `last` lanes of the last one.
///
/// # Safety
/// All these values can be written; `last` is at most `LANES`.
#[inline(always)]
pub unsafe fn store_row<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    row: &[I::Vector; V],
    to: *mut T,
    partial: bool,
    last: usize,
) {
    for (v, &vector) in row.iter().enumerate() {
        // SAFETY: as the caller promises: one of the vectors.
        let to = unsafe { to.add(v * I::LANES) };
        if partial && v == V - 1 {
            // SAFETY: as the caller promises.
            unsafe { isa.store_first(vector, to, last) };
        } else {
            // SAFETY: as the caller promises: a whole vector.
            unsafe { isa.store(vector, to) };
        }
    }
}

/// `sums += factors * value` in every lane.
#[inline(always)]
pub fn add_products<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    sums: &mut [I::Vector; V],
    factors: &[I::Vector; V],
    value: T,
) {
    let value = isa.splat(value);
    for (sum, &factor) in sums.iter_mut().zip(factors) {
        *sum = isa.mul_add_vector(factor, value, *sum);
    }
}
