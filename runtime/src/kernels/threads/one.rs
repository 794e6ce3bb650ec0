//! The same functions for targets without `std`: there is one thread, which does all work.

/// A pool of threads, of which there are none.
#[cfg(feature = "alloc")]
pub(crate) enum Pool {}

/// Calls the closure.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn with<R>(_: Option<&Pool>, inside: impl FnOnce() -> R) -> R {
    inside()
}

/// Calls `on_chunk` with all rows.
#[inline(always)]
pub(crate) fn over_slices<T, const N: usize>(
    slices: [&mut [T]; N],
    _: usize,
    _: usize,
    on_chunk: impl Fn(usize, [&mut [T]; N]),
) {
    on_chunk(0, slices);
}
