//! Phases: the inputs that a window with a stride sees through the same taps.
//!
//! These taps make a window of their own, which moves over the outputs by one.
use crate::kernels::window::Axis;
use crate::kernels::window::least_one;

/// The inputs `first`, `first + stride`, ... along one axis.
pub(super) struct Phase {
    pub(super) first: usize,
    /// The window that moves over the outputs by one and sees at position `i` the outputs that have seen input
    /// `first + i * stride`.
    pub(super) axis: Axis,
    pub(super) places: Places,
}

/// Every `step`-th tap of a window, from the tap `last` to the first.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) last: usize,
    pub(super) step: usize,
}

impl Phase {
    /// The inputs that are `beyond` steps behind a multiple of the stride in the padded input; `None` if there are no
    /// such inputs.
    #[inline(never)]
    pub(super) fn of(axis: &Axis, beyond: usize) -> Option<Self> {
        let Axis { count, size, taps, step: stride, padding, dilation } = *axis;
        let stride = least_one(stride);
        // Input `i` lies at `i + padding` of the padded input.
        let padding = padding as usize;
        let first = (beyond + stride - padding % stride) % stride;
        if first >= size {
            return None;
        }
        // Input `first` is seen through tap `k` at output `(first + padding - k * dilation) / stride`, if the division
        // leaves no remainder.
        let step = least_one(stride / least_one(greatest_common_divisor(stride, dilation)));
        let seen = (0..step.min(taps))
            .find(|place| (first + padding + place * (stride - dilation % stride)).is_multiple_of(stride));
        let taps_of_phase = seen.map_or(0, |place| (taps - place).div_ceil(step));
        let (place, dilation_of_phase) = (seen.unwrap_or(0), step * dilation / stride);
        let at = (first + padding) as isize - (place * dilation) as isize;
        let origin = if taps_of_phase == 0 { 0 } else { at.checked_div(stride as isize).unwrap_or(0) };
        let reach = (taps_of_phase.max(1) - 1) * dilation_of_phase;
        Some(Self {
            first,
            axis: Axis {
                count: (size - first).div_ceil(stride),
                size: count,
                taps: taps_of_phase,
                step: 1,
                padding: reach as isize - origin,
                dilation: dilation_of_phase.max(1),
            },
            places: Places { last: place + taps_of_phase.max(1).wrapping_sub(1) * step, step },
        })
    }
}

const fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
