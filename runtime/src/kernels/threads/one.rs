//! Without an operating system there is one thread: the same functions, which keep all work where it is.

/// There is none.
#[cfg(feature = "alloc")]
pub(crate) enum Pool {}

/// Calls the closure.
#[cfg(feature = "alloc")]
#[inline(always)]
pub(crate) fn with<R>(_: Option<&Pool>, inside: impl FnOnce() -> R) -> R {
    inside()
}

/// Calls `part` with everything.
#[inline(always)]
pub(crate) fn over_slices<T, const N: usize>(
    slices: [&mut [T]; N],
    _: usize,
    _: usize,
    part: impl Fn(usize, [&mut [T]; N]),
) {
    part(0, slices);
}
