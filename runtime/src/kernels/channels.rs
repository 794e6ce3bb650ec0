//! Values of a few adjacent channels at a time, which stay in registers over all positions.
use crate::scalar::Scalar;

/// Calls `kernel::<T, B>(first, ..)` for blocks of `B` channels until all channels are done; `first` is the first
/// channel of a block. Blocks are wide on targets with vectors, else they are single channels.
macro_rules! in_blocks {
    ($channels:expr, $kernel:ident::<$t:ident>($($argument:expr),* $(,)?)) => {{
        let channels: usize = $channels;
        let mut first = 0;
        if $crate::isa::HAS_VECTORS {
            while first + 16 <= channels {
                $kernel::<$t, 16>(first, $($argument),*);
                first += 16;
            }
            if first + 8 <= channels {
                $kernel::<$t, 8>(first, $($argument),*);
                first += 8;
            }
            if first + 4 <= channels {
                $kernel::<$t, 4>(first, $($argument),*);
                first += 4;
            }
        }
        while first < channels {
            $kernel::<$t, 1>(first, $($argument),*);
            first += 1;
        }
    }};
}
pub(crate) use in_blocks;

/// The `B` values from index `at` on; zeros if fewer than `B` values follow.
#[inline(always)]
pub fn load<T: Scalar, const B: usize>(values: &[T], at: usize) -> [T; B] {
    values.get(at..).and_then(|values| values.first_chunk()).copied().unwrap_or([T::ZERO; B])
}

/// Writes `B` values from index `at` on.
#[inline(always)]
pub fn store<T: Scalar, const B: usize>(block: [T; B], values: &mut [T], at: usize) {
    if let Some(place) = values.get_mut(at..).and_then(|values| values.first_chunk_mut()) {
        *place = block;
    }
}

/// Adds `B` values to the values from index `at` on.
#[inline(always)]
pub fn add<T: Scalar, const B: usize>(block: [T; B], values: &mut [T], at: usize) {
    if let Some(place) = values.get_mut(at..).and_then(|values| values.first_chunk_mut::<B>()) {
        place.iter_mut().zip(block).for_each(|(place, value)| *place += value);
    }
}
