//! Computes a walk in vectors, block by block of columns and rectangle by rectangle of positions.
use core::mem::MaybeUninit;

use super::tiles::{Cursor, Pairs, Rectangle, Start, Sum};
use super::walk::Walk;
use super::weight::{Order, Weight};
use super::{PAIRED, POSITIONS};
use crate::isa::{Isa, MOST_LANES};
use crate::kernels::window::Axis;
use crate::kernels::window::least_one;
use crate::scalar::Scalar;

/// The most values of a panel, which stays in the L1 cache: 16 KiB in single precision, on the stack.
const SCRATCH: usize = 4096;
/// The number of values of images that stay in the L2 cache.
const NEAR: usize = 32 * 1024;

/// A block of results: a range of columns, at a range of rows of positions, in a range of samples.
struct Block<T> {
    column: usize,
    columns: usize,
    samples: (usize, usize),
    rows: (usize, usize),
    /// The bias and then the weight, every value stored twice, if a vector holds the results of two positions.
    pairs: Option<*const T>,
}

/// A range of rows of a weight (of its depth), for the columns of a block.
#[derive(Clone, Copy)]
struct Panel<T> {
    /// The first row of the range, and its end.
    chunk: (usize, usize),
    b: *const T,
    b_row: usize,
    start: Start<T>,
    /// Lanes of the last vector of a row.
    last: usize,
}

impl<T: Scalar> Walk<'_, T> {
    /// Copies a small weight, and the bias before it, with every value stored twice.
    ///
    /// # Safety
    /// As for [`run`](Self::run), for columns of at most half a vector; the scratch holds [`PAIRED`] rows of `lanes` values.
    unsafe fn copy_pairs(&self, weight: Weight<T>, bias: Option<&[T]>, scratch: *mut T, lanes: usize) {
        let taps = (0..self.y.taps).flat_map(|y| (0..self.x.taps).map(move |x| (y, x)));
        // SAFETY: a row for the bias and one for each tap are within the scratch.
        unsafe { scratch.write_bytes(0, lanes * (1 + self.y.taps * self.x.taps)) };
        for (column, &value) in bias.unwrap_or_default().iter().take(self.columns).enumerate() {
            // SAFETY: within the first row.
            unsafe { scratch.add(2 * column).cast::<[T; 2]>().write([value; 2]) };
        }
        for (row, (y, x)) in (1..).zip(taps) {
            let (place, _, step) = weight.place(self.x.taps, 1, y, x);
            for column in 0..self.columns {
                // SAFETY: all columns of a tap are within the weight.
                let value = unsafe { place.add(column * step).read() };
                // SAFETY: within the row of the tap.
                unsafe { scratch.add(row * lanes + 2 * column).cast::<[T; 2]>().write([value; 2]) };
            }
        }
    }

    /// Computes all positions, block by block.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    #[inline(never)]
    pub(super) unsafe fn blocks<I: Isa<T>>(&self, isa: I, weight: Weight<T>, bias: Option<&[T]>) {
        let (positions, depth) = (self.y.count * self.x.count, self.y.taps * self.x.taps * self.depth);
        if positions == 0 {
            return;
        }
        let has_pairs = const { I::PAIRS } && 2 * self.columns <= I::LANES && self.has_pairs();
        let all_pairs = has_pairs && self.x.count.is_multiple_of(2) && self.x.interior() == (0, self.x.count);
        // A small weight stays in the cache without a copy, and a weight that is read in pairs alone has been copied
        // before.
        let in_place = all_pairs
            || matches!(weight.order, Order::AsItLies)
                && self.columns.is_multiple_of(I::LANES)
                && depth * weight.units <= SCRATCH;
        let near = NEAR / (self.a_steps[0] + self.c_steps[0]);
        let group = near.clamp(1, 8).max(if in_place { 1 } else { POSITIONS / positions });
        let band = if in_place || positions <= 2 * POSITIONS {
            self.y.count
        } else {
            (2 * POSITIONS / least_one(self.x.count)).max(1)
        };
        let mut scratch = MaybeUninit::<[T; SCRATCH]>::uninit();
        let scratch = scratch.as_mut_ptr().cast::<T>();
        let mut pairs = None;
        let mut paired = MaybeUninit::<[T; PAIRED * MOST_LANES]>::uninit();
        if has_pairs {
            let copy = paired.as_mut_ptr().cast::<T>();
            // SAFETY: as the caller promises; there are fewer taps than `PAIRED`.
            unsafe { self.copy_pairs(weight, bias, copy, I::LANES) };
            pairs = Some(copy.cast_const());
        }
        let zeros = [T::ZERO; 2 * MOST_LANES];
        for sample in (0..self.samples).step_by(group) {
            let samples = (sample, (sample + group).min(self.samples));
            for row in (0..self.y.count).step_by(band) {
                let rows = (row, (row + band).min(self.y.count));
                for column in (0..self.columns).step_by(2 * I::LANES) {
                    let columns = (self.columns - column).min(2 * I::LANES);
                    let start = Start::Row(bias.map_or(zeros.as_ptr(), |bias| bias.as_ptr().wrapping_add(column)));
                    let block = Block { column, columns, samples, rows, pairs };
                    if columns > I::LANES {
                        // SAFETY: as the caller promises; the columns are within the walk.
                        unsafe { self.block::<I, 2>(isa, weight, block, start, in_place, scratch) }
                    } else {
                        // SAFETY: as above.
                        unsafe { self.block::<I, 1>(isa, weight, block, start, in_place, scratch) }
                    }
                }
            }
        }
    }

    /// Computes a block of at most `V` vectors, range by range of the depth. The weight is copied to the scratch,
    /// unless it is read `in_place`.
    ///
    /// # Safety
    /// As for [`run`](Self::run); the block is within the walk; the scratch has room for [`SCRATCH`] values.
    #[inline(never)]
    unsafe fn block<I: Isa<T>, const V: usize>(
        &self,
        isa: I,
        weight: Weight<T>,
        block: Block<T>,
        mut start: Start<T>,
        in_place: bool,
        scratch: *mut T,
    ) {
        let width = V * I::LANES;
        let depth = self.y.taps * self.x.taps * self.depth;
        let last = block.columns - (V - 1) * I::LANES;
        let rows = if in_place { depth } else { SCRATCH / width };
        let mut first = 0;
        loop {
            let chunk = (first, (first + rows).min(depth));
            let (b, b_row) = if in_place {
                (weight.values.wrapping_add(block.column), weight.units)
            } else {
                // SAFETY: the range is within the weight, and its copy within the scratch.
                unsafe { self.copy(weight, chunk, &block, scratch, width) };
                (scratch.cast_const(), width)
            };
            // SAFETY: as the caller promises; the panel holds the range.
            unsafe { self.rectangles::<I, V>(isa, &block, Panel { chunk, b, b_row, start, last }) };
            first = chunk.1;
            start = Start::Result;
            if first == depth {
                return;
            }
        }
    }

    /// Copies the rows `chunk` of a weight to the scratch; each is padded with zeros to `width` values.
    ///
    /// # Safety
    /// `chunk` is within the depth, the block within the columns; the scratch has room for the rows.
    #[inline(never)]
    unsafe fn copy(&self, weight: Weight<T>, chunk: (usize, usize), block: &Block<T>, scratch: *mut T, width: usize) {
        let mut row = chunk.0;
        while row < chunk.1 {
            let (tap, channel) = (row / self.depth, row % self.depth);
            let rows = (self.depth - channel).min(chunk.1 - row);
            let (place, channel_step, column_step) =
                weight.place(self.x.taps, self.depth, tap / self.x.taps, tap % self.x.taps);
            let from = place.wrapping_add(channel * channel_step + block.column * column_step);
            let to = scratch.wrapping_add((row - chunk.0) * width);
            if column_step == 1 {
                for row in 0..rows {
                    let (from, to) = (from.wrapping_add(row * channel_step), to.wrapping_add(row * width));
                    // SAFETY: a row of the weight, and a row of the scratch.
                    unsafe { core::ptr::copy_nonoverlapping(from, to, block.columns) };
                    // SAFETY: the rest of the row of the scratch.
                    (block.columns..width).for_each(|column| unsafe { to.add(column).write(T::ZERO) });
                }
            } else {
                for column in 0..width {
                    for row in 0..rows {
                        let mut value = T::ZERO;
                        if column < block.columns {
                            // SAFETY: within the weight.
                            value = unsafe { from.add(column * column_step + row * channel_step).read() };
                        }
                        // SAFETY: within the scratch.
                        unsafe { to.add(row * width + column).write(value) };
                    }
                }
            }
            row += rows;
        }
    }

    /// Computes all positions of a block. Positions with the same taps inside of the image make a rectangle.
    ///
    /// # Safety
    /// As for [`block`](Self::block); the panel holds its rows of the weight, each of `V` vectors.
    #[inline(never)]
    unsafe fn rectangles<I: Isa<T>, const V: usize>(&self, isa: I, block: &Block<T>, panel: Panel<T>) {
        let (inside_y, inside_x) = (self.y.interior(), self.x.interior());
        let samples = block.samples.1 - block.samples.0;
        let mut row = block.rows.0;
        while row < block.rows.1 {
            let (rows_end, taps_y) = same_taps(&self.y, inside_y, row, block.rows.1);
            let mut column = 0;
            while column < self.x.count {
                let (mut columns_end, taps_x) = same_taps(&self.x, inside_x, column, self.x.count);
                let pairs = block.pairs.filter(|_| const { I::PAIRS && V == 1 } && columns_end - column > 1);
                if pairs.is_some() {
                    // The last of an odd number of columns is a rectangle of its own.
                    columns_end -= (columns_end - column) % 2;
                }
                let counts = [rows_end - row, columns_end - column];
                let cursor = self.cursor(block, [row, column], counts);
                if const { I::PAIRS && V == 1 }
                    && let Some(bias) = pairs
                {
                    let panel = Panel { b: bias.wrapping_add(I::LANES), b_row: I::LANES, ..panel };
                    let sum = self.sum(panel, taps_y, taps_x);
                    // SAFETY: as below; an even number of columns, and a panel of pairs.
                    isa.apart(unsafe { Pairs::new(&sum, bias, cursor, samples) });
                } else {
                    let (sum, positions) = (self.sum(panel, taps_y, taps_x), counts[0] * counts[1] * samples);
                    // SAFETY: the taps are inside of the image at all positions of the rectangle.
                    isa.apart(unsafe { Rectangle::<T, V>::new(&sum, cursor.begin(), positions) });
                }
                column = columns_end;
            }
            row = rows_end;
        }
    }

    /// The sum over the taps in a range of rows and a range of columns of the window.
    #[inline(always)]
    fn sum(&self, panel: Panel<T>, rows: (usize, usize), columns: (usize, usize)) -> Sum<T> {
        let Panel { chunk, b, b_row, start, last } = panel;
        // Where channels of neighbouring columns are neighbours, a row of the window is one run of memory.
        let joined = self.x.dilation == 1 && self.depth == self.a_steps[2];
        let (runs_of_row, len) = if joined { (1, self.x.taps * self.depth) } else { (self.x.taps, self.depth) };
        let (runs, inside) = if joined {
            ((0, 1), (columns.0 * self.depth, columns.1 * self.depth))
        } else {
            (columns, (0, self.depth))
        };
        let (row_step, run_step) = (self.y.dilation * self.a_steps[1], self.x.dilation * self.a_steps[2]);
        Sum { rows, runs, inside, runs_of_row, len, row_step, run_step, chunk, b, b_row, start, last }
    }

    /// A cursor over the rectangle that begins at a row and a column of positions, in the samples of a block.
    #[inline(always)]
    fn cursor(&self, block: &Block<T>, [row, column]: [usize; 2], counts: [usize; 2]) -> Cursor<T> {
        let a = self.y.origin(row) * self.a_steps[1] as isize + self.x.origin(column) * self.a_steps[2] as isize;
        let c = row * self.c_steps[1] + column * self.c_steps[2] + block.samples.0 * self.c_steps[0];
        Cursor {
            a: self.a.wrapping_offset(a).wrapping_add(block.samples.0 * self.a_steps[0]),
            c: self.c.wrapping_add(c + block.column),
            a_steps: [self.a_steps[0], self.y.step * self.a_steps[1], self.x.step * self.a_steps[2]],
            c_steps: self.c_steps,
            counts,
            at: [0, 0],
            a_starts: [core::ptr::null(); 2],
            c_starts: [core::ptr::null_mut(); 2],
        }
    }
}

/// The end of the positions that have the same taps inside of the image as `position`, and these taps.
#[inline(always)]
fn same_taps(axis: &Axis, inside: (usize, usize), position: usize, end: usize) -> (usize, (usize, usize)) {
    if position >= inside.0 && position < inside.1 {
        (inside.1.min(end), (0, axis.taps))
    } else {
        (position + 1, axis.taps_at(position))
    }
}
