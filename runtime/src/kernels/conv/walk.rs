//! The walk of a window over images.
use core::marker::PhantomData;

use super::PAIRED;
use super::weight::Weight;
use crate::isa::Isa;
use crate::kernels::window::Axis;
use crate::scalar::Scalar;

/// A window that moves over images: at each of its positions, a sum over taps and channels for every column.
pub(super) struct Walk<'a, T> {
    pub(super) y: Axis,
    pub(super) x: Axis,
    pub(super) samples: usize,
    /// The images that the window sees.
    pub(super) a: *const T,
    /// The steps from one sample, row and column to the next.
    pub(super) a_steps: [usize; 3],
    /// Channels that the window sees.
    pub(super) depth: usize,
    /// The results of the first position.
    pub(super) c: *mut T,
    /// The steps from one sample, row and column of positions to the next.
    pub(super) c_steps: [usize; 3],
    /// Results at a position.
    pub(super) columns: usize,
    pub(super) borrowed: PhantomData<&'a mut T>,
}

impl<T: Scalar> Walk<'_, T> {
    /// Computes all positions.
    ///
    /// # Safety
    /// All values that the window sees inside of the images can be read, all results can be written, and the whole
    /// weight can be read; the bias has a value for every column.
    #[inline(never)]
    pub(super) unsafe fn run<I: Isa<T>>(self, isa: I, weight: Weight<T>, bias: Option<&[T]>) {
        let has_pairs = || const { I::PAIRS } && self.has_pairs();
        if const { !I::IN_VECTORS } {
            // SAFETY: as the caller promises.
            unsafe { self.plain(isa, weight, bias) }
        } else if const { I::Half::LANES < I::LANES } && self.columns <= I::Half::LANES && !has_pairs() {
            // SAFETY: as the caller promises.
            unsafe { self.blocks(isa.half(), weight, bias) }
        } else {
            // SAFETY: as the caller promises.
            unsafe { self.blocks(isa, weight, bias) }
        }
    }

    /// Whether neighbouring positions see neighbouring values, as in images of one channel: then a vector may hold two
    /// positions.
    #[inline(always)]
    pub(super) fn has_pairs(&self) -> bool {
        self.depth == 1 && self.a_steps[2] * self.x.step == 1 && self.y.taps * self.x.taps < PAIRED
    }

    /// Computes position by position, four columns at a time in scalar registers.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    unsafe fn plain<I: Isa<T>>(&self, isa: I, weight: Weight<T>, bias: Option<&[T]>) {
        for sample in 0..self.samples {
            for row in 0..self.y.count {
                for column in 0..self.x.count {
                    let c = sample * self.c_steps[0] + row * self.c_steps[1] + column * self.c_steps[2];
                    let (c, a) = (self.c.wrapping_add(c), self.a.wrapping_add(sample * self.a_steps[0]));
                    let mut first = 0;
                    while first + 4 <= self.columns {
                        // SAFETY: as the caller promises; the position has four more columns.
                        unsafe { self.position::<I, 4>(isa, weight, bias, a, c, [row, column, first]) };
                        first += 4;
                    }
                    while first < self.columns {
                        // SAFETY: as the caller promises; the position has this column.
                        unsafe { self.position::<I, 1>(isa, weight, bias, a, c, [row, column, first]) };
                        first += 1;
                    }
                }
            }
        }
    }

    /// Computes `N` columns from `first` on, at a position. `a` is the sample, `c` the first column of the position.
    ///
    /// # Safety
    /// As for [`run`](Self::run); the position has these columns.
    #[inline(always)]
    unsafe fn position<I: Isa<T>, const N: usize>(
        &self,
        isa: I,
        weight: Weight<T>,
        bias: Option<&[T]>,
        a: *const T,
        c: *mut T,
        [row, column, first]: [usize; 3],
    ) {
        let mut sums = [T::ZERO; N];
        for (sum, &bias) in sums.iter_mut().zip(bias.and_then(|bias| bias.get(first..)).unwrap_or_default()) {
            *sum = bias;
        }
        let (rows, columns) = (self.y.taps_at(row), self.x.taps_at(column));
        for y in rows.0..rows.1 {
            let a_row = (self.y.origin(row) + (y * self.y.dilation) as isize) * self.a_steps[1] as isize;
            for x in columns.0..columns.1 {
                let a_column = (self.x.origin(column) + (x * self.x.dilation) as isize) * self.a_steps[2] as isize;
                let a = a.wrapping_offset(a_row + a_column);
                let (place, channel_step, column_step) = weight.place(self.x.taps, self.depth, y, x);
                let place = place.wrapping_add(first * column_step);
                for channel in 0..self.depth {
                    // SAFETY: the tap is inside of the image.
                    let value = unsafe { a.add(channel).read() };
                    for (n, sum) in sums.iter_mut().enumerate() {
                        // SAFETY: the tap is within the weight.
                        let weight = unsafe { place.add(channel * channel_step + n * column_step).read() };
                        *sum = isa.mul_add(weight, value, *sum);
                    }
                }
            }
        }
        for (n, sum) in sums.into_iter().enumerate() {
            // SAFETY: the position has these columns.
            unsafe { c.add(first + n).write(sum) };
        }
    }
}
