//! The gradient of the bias: a sum over positions for each channel.
use crate::isa::{HAS_VECTORS, Isa};
use crate::kernels::chunks::InChunks;
use crate::scalar::Scalar;

/// Independent partial sums of a channel: enough to hide the latency of an addition.
const SIDE_BY_SIDE: usize = 8;

/// `sums += Σ values` over all positions, channel by channel: eight partial sums, each over every eighth position, are
/// added at the end.
#[inline(always)]
pub fn sum_positions<T: Scalar, I: Isa<T>>(isa: I, values: &[T], sums: &mut [T]) {
    let channels = sums.len();
    if channels == 0 {
        return;
    }
    let positions = values.len() / channels;
    let in_vectors = if HAS_VECTORS { channels / I::LANES * I::LANES } else { 0 };
    for first in (0..in_vectors).step_by(I::LANES) {
        let (from, to) = (values.as_ptr().wrapping_add(first), sums.as_mut_ptr().wrapping_add(first));
        // SAFETY: a vector of channels at every position, and a vector of sums.
        unsafe { sum_vector(isa, from, channels, positions, to) };
    }
    for (channel, sum) in sums.iter_mut().enumerate().skip(in_vectors) {
        let mut partial = [T::ZERO; SIDE_BY_SIDE];
        for (position, values) in values.in_chunks(channels).enumerate() {
            if let (Some(sum), Some(&value)) = (partial.get_mut(position % SIDE_BY_SIDE), values.get(channel)) {
                *sum += value;
            }
        }
        let [a, b, c, d, e, f, g, h] = partial;
        *sum += ((a + b) + (c + d)) + ((e + f) + (g + h));
    }
}

/// The sums of one vector of channels.
///
/// # Safety
/// At `positions` places, `channels` values apart, a vector can be read, and the vector of the sums can be read and written.
#[inline(always)]
unsafe fn sum_vector<T: Scalar, I: Isa<T>>(isa: I, from: *const T, channels: usize, positions: usize, to: *mut T) {
    let one = isa.splat(T::ONE);
    let mut partial = [isa.splat(T::ZERO); SIDE_BY_SIDE];
    let mut from = from;
    for _ in 0..positions / SIDE_BY_SIDE {
        for sum in &mut partial {
            // SAFETY: one of the positions.
            *sum = isa.mul_add_vector(unsafe { isa.load(from) }, one, *sum);
            from = from.wrapping_add(channels);
        }
    }
    for sum in partial.iter_mut().take(positions % SIDE_BY_SIDE) {
        // SAFETY: one of the positions.
        *sum = isa.mul_add_vector(unsafe { isa.load(from) }, one, *sum);
        from = from.wrapping_add(channels);
    }
    let add = |a: I::Vector, b: I::Vector| isa.mul_add_vector(a, one, b);
    let [a, b, c, d, e, f, g, h] = partial;
    let sum = add(add(add(a, b), add(c, d)), add(add(e, f), add(g, h)));
    // SAFETY: as the caller promises.
    let sums = unsafe { isa.load(to) };
    // SAFETY: as the caller promises.
    unsafe { isa.store(add(sum, sums), to) };
}
