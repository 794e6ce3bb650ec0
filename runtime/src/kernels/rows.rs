//! Values that lie one behind the other, in `V` vectors.
use crate::isa::Isa;
use crate::scalar::Scalar;

/// Loads `V` vectors; only the first `last` lanes of the last one, if `last` is given.
///
/// # Safety
/// All these values can be read; `last` is at most `LANES`.
#[inline(always)]
pub unsafe fn load_row<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    from: *const T,
    last: Option<usize>,
) -> [I::Vector; V] {
    let mut row = [isa.splat(T::ZERO); V];
    for (v, vector) in row.iter_mut().enumerate() {
        let from = from.wrapping_add(v * I::LANES);
        *vector = match last {
            // SAFETY: the values of the last vector can be read.
            Some(last) if v == V - 1 => unsafe { isa.load_first(from, last) },
            // SAFETY: the values of all vectors before a partial one can be read.
            _ => unsafe { isa.load(from) },
        };
    }
    row
}

/// Stores `V` vectors; only the first `last` lanes of the last one, if `last` is given.
///
/// # Safety
/// All these values can be written; `last` is at most `LANES`.
#[inline(always)]
pub unsafe fn store_row<T: Scalar, I: Isa<T>, const V: usize>(
    isa: I,
    row: &[I::Vector; V],
    to: *mut T,
    last: Option<usize>,
) {
    for (v, &vector) in row.iter().enumerate() {
        let to = to.wrapping_add(v * I::LANES);
        match last {
            // SAFETY: the values of the last vector can be written.
            Some(last) if v == V - 1 => unsafe { isa.store_first(vector, to, last) },
            // SAFETY: the values of all vectors before a partial one can be written.
            _ => unsafe { isa.store(vector, to) },
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
