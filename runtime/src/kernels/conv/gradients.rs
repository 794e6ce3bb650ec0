//! The gradient of the weight: sums over positions.
use core::marker::PhantomData;

use super::{POSITIONS, fits};
use crate::isa::{Isa, Task};
use crate::kernels::rows::{add_products, load_row, store_row};
use crate::kernels::window::least_one;
use crate::kernels::window::{Axis, Window};
use crate::scalar::Scalar;

/// `grad_weight += Σ grad_outputs * inputsᵀ` over all windows, for rows of the weight from `first_row` on.
///
/// A sum goes over groups of samples, or over bands of rows of positions. In a group or band, the positions come first
/// whose windows lie between the left and the right border of the image, then all other positions, column by column.
#[inline(always)]
pub fn backward_weight<T: Scalar, I: Isa<T>>(
    isa: I,
    &window: &Window,
    inputs: &[T],
    grad_outputs: &[T],
    first_row: usize,
    grad_weight: &mut [T],
) {
    let samples = grad_outputs.len() / window.output_len().max(1);
    let [_, columns, channels] = window.input;
    let [_, out_columns, units] = window.output;
    let all = window.places() * (channels / least_one(window.groups)) * units;
    if !fits(&window, all, inputs, grad_outputs, samples) || first_row * units + grad_weight.len() > all {
        return;
    }
    let (depth, per_group) = (channels / least_one(window.groups), units / least_one(window.groups));
    let (y, x) = (window.axis(0), window.axis(1));
    let origin = y.origin(0) * (columns * channels) as isize + x.origin(0) * channels as isize;
    for group in 0..window.groups {
        let products = Products {
            y,
            x,
            samples,
            a: inputs.as_ptr().wrapping_offset(origin).wrapping_add(group * depth),
            a_steps: [window.input_len(), columns * channels, channels],
            depth,
            b: grad_outputs.as_ptr().wrapping_add(group * per_group),
            b_steps: [window.output_len(), out_columns * units, units],
            columns: per_group,
            c: grad_weight.as_mut_ptr().wrapping_add(group * per_group),
            rows: (first_row, first_row + grad_weight.len() / least_one(units)),
            borrowed: PhantomData,
        };
        if const { I::Half::LANES < I::LANES } && per_group <= I::Half::LANES {
            // SAFETY: the images have the sizes of the window, and the rows are within the gradient.
            unsafe { products.blocks(isa.half()) }
        } else {
            // SAFETY: as above.
            unsafe { products.blocks(isa) }
        }
    }
}

/// Sums of products over the positions of a window: a row for each tap and channel.
struct Products<'a, T> {
    y: Axis,
    x: Axis,
    samples: usize,
    /// The input that the first tap sees at the first position.
    a: *const T,
    a_steps: [usize; 3],
    depth: usize,
    /// The gradients at the first position.
    b: *const T,
    b_steps: [usize; 3],
    columns: usize,
    /// The first row of the sums.
    c: *mut T,
    /// The first row, and the end of the rows.
    rows: (usize, usize),
    borrowed: PhantomData<&'a mut T>,
}

/// A block of the products: a range of rows and of columns of the weight, over a range of positions.
#[derive(Clone, Copy)]
struct Block {
    rows: (usize, usize),
    column: usize,
    columns: usize,
    samples: (usize, usize),
    y: (usize, usize),
    x: (usize, usize),
}

impl<T: Scalar> Products<'_, T> {
    /// Computes all sums, over a group or band of positions at a time, so that the values stay in the cache. Positions
    /// with the same taps inside of the image are summed together.
    ///
    /// # Safety
    /// All inputs that the window sees inside of the images and all gradients can be read; the rows can be read and written.
    #[inline(never)]
    unsafe fn blocks<I: Isa<T>>(&self, isa: I) {
        let positions = (self.y.count * self.x.count).max(1);
        let group = (POSITIONS / positions).max(1);
        let band =
            if positions <= 2 * POSITIONS { self.y.count } else { (2 * POSITIONS / least_one(self.x.count)).max(1) };
        let inside = self.x.interior();
        for sample in (0..self.samples).step_by(group) {
            let samples = (sample, (sample + group).min(self.samples));
            for first in (0..self.y.count).step_by(band.max(1)) {
                // Rows of the window that are inside at the same positions are summed together.
                let mut tap = 0;
                while tap < self.y.taps {
                    let of_tap = self.y.positions_of(tap);
                    let mut end = tap + 1;
                    while end < self.y.taps && self.y.positions_of(end) == of_tap {
                        end += 1;
                    }
                    let y = (of_tap.0.max(first), of_tap.1.min(first + band));
                    let block = Block { rows: (0, 0), column: 0, columns: self.columns, samples, y, x: inside };
                    // SAFETY: as the caller promises; all columns of the window are inside at these positions.
                    unsafe { self.rows_of_taps(isa, block, (tap, end), (0, self.x.taps)) };
                    for x in (0..inside.0).chain(inside.1..self.x.count) {
                        // SAFETY: as the caller promises; these columns of the window are inside at this position.
                        unsafe {
                            self.rows_of_taps(isa, Block { x: (x, x + 1), ..block }, (tap, end), self.x.taps_at(x))
                        };
                    }
                    tap = end;
                }
            }
        }
    }

    /// Computes all rows of a range of taps.
    ///
    /// # Safety
    /// As for [`blocks`](Self::blocks); the taps are inside of the image at the positions of `block`.
    #[inline(never)]
    unsafe fn rows_of_taps<I: Isa<T>>(&self, isa: I, block: Block, down: (usize, usize), right: (usize, usize)) {
        if block.y.0 >= block.y.1 || block.x.0 >= block.x.1 {
            return;
        }
        let of_tap = self.x.taps * self.depth;
        let (first, last) = (right.0 * self.depth, right.1 * self.depth);
        // If whole rows of the window are summed, their rows of the weight are adjacent: they are one range.
        let (down, first, last) =
            if last - first == of_tap { ((0, 1), down.0 * of_tap, down.1 * of_tap) } else { (down, first, last) };
        for tap in down.0..down.1 {
            let rows = ((tap * of_tap + first).max(self.rows.0), (tap * of_tap + last).min(self.rows.1));
            if rows.0 < rows.1 {
                // SAFETY: as the caller promises; the rows are those of the taps.
                unsafe { self.rows(isa, Block { rows, ..block }) };
            }
        }
    }

    /// Computes all columns of a range of rows.
    ///
    /// # Safety
    /// As for [`rows_of_taps`](Self::rows_of_taps); the rows are those of the taps.
    #[inline(always)]
    unsafe fn rows<I: Isa<T>>(&self, isa: I, block: Block) {
        if const { !I::IN_VECTORS } {
            // SAFETY: as the caller promises.
            return unsafe { self.plain(isa, block) };
        }
        let mut column = 0;
        macro_rules! rows {
            ($vectors:literal, $partial:literal, $columns:expr) => {{
                let block = Block { column, columns: $columns, ..block };
                // SAFETY: as the caller promises; at least as many columns are left.
                isa.apart(unsafe { Rows::<T, $vectors, $partial>::new(self, block) });
                column += $columns;
            }};
        }
        while column < self.columns {
            let rest = self.columns - column;
            if rest >= 2 * I::LANES {
                rows!(2, false, 2 * I::LANES);
            } else if rest >= I::LANES {
                rows!(1, false, I::LANES);
            } else {
                rows!(1, true, rest);
            }
        }
    }

    /// Computes one product at a time, without vectors.
    ///
    /// # Safety
    /// As for [`rows`](Self::rows).
    unsafe fn plain<I: Isa<T>>(&self, isa: I, block: Block) {
        for row in block.rows.0..block.rows.1 {
            let (a, c) = self.row(row);
            for sample in block.samples.0..block.samples.1 {
                for y in block.y.0..block.y.1 {
                    for x in block.x.0..block.x.1 {
                        let (at, b) = self.at(sample, y, x);
                        // SAFETY: the tap is inside of the image at this position.
                        let value = unsafe { a.wrapping_add(at).read() };
                        for column in 0..self.columns {
                            // SAFETY: every position has a gradient for each column, and every row a sum.
                            let (g, sum) = unsafe { (self.b.add(b + column).read(), &mut *c.add(column)) };
                            *sum = isa.mul_add(g, value, *sum);
                        }
                    }
                }
            }
        }
    }

    /// The offsets of a position from the first one, in the inputs and in the gradients.
    #[inline(always)]
    fn at(&self, sample: usize, y: usize, x: usize) -> (usize, usize) {
        let a = sample * self.a_steps[0] + y * self.y.step * self.a_steps[1] + x * self.x.step * self.a_steps[2];
        (a, sample * self.b_steps[0] + y * self.b_steps[1] + x * self.b_steps[2])
    }

    /// Pointers to the input of a row at the first position, and to the sums of the row.
    #[inline(always)]
    fn row(&self, row: usize) -> (*const T, *mut T) {
        let (tap, channel) = (row / least_one(self.depth), row % least_one(self.depth));
        let (y, x) = (tap / least_one(self.x.taps), tap % least_one(self.x.taps));
        let a = y * self.y.dilation * self.a_steps[1] + x * self.x.dilation * self.a_steps[2] + channel;
        (self.a.wrapping_add(a), self.c.wrapping_add((row - self.rows.0) * self.b_steps[2]))
    }

    /// Computes `M` rows by `V` vectors. If `PARTIAL`, only the first lanes of the last vector are columns of `block`.
    ///
    /// # Safety
    /// As for [`Rows::new`].
    #[inline(always)]
    unsafe fn tile<I: Isa<T>, const M: usize, const V: usize, const PARTIAL: bool>(
        &self,
        isa: I,
        row: usize,
        block: &Block,
    ) {
        let last = block.columns - (V - 1) * I::LANES;
        let (a_step, b_step) = (self.x.step * self.a_steps[2], self.b_steps[2]);
        let mut a = [core::ptr::null(); M];
        let mut c = [core::ptr::null_mut(); M];
        for (m, (a, c)) in a.iter_mut().zip(&mut c).enumerate() {
            (*a, *c) = self.row(row + m);
            *c = c.wrapping_add(block.column);
        }
        let mut sums = [[isa.splat(T::ZERO); V]; M];
        for (row, &c) in sums.iter_mut().zip(&c) {
            // SAFETY: the columns of the row are within the sums.
            *row = unsafe { load_row(isa, c, PARTIAL, last) };
        }
        for sample in block.samples.0..block.samples.1 {
            for y in block.y.0..block.y.1 {
                let (mut at, b) = self.at(sample, y, block.x.0);
                let mut b = self.b.wrapping_add(b + block.column);
                for _ in block.x.0..block.x.1 {
                    // SAFETY: the position has a gradient for each column.
                    let factors = unsafe { load_row(isa, b, PARTIAL, last) };
                    for (sums, &a) in sums.iter_mut().zip(&a) {
                        // SAFETY: the tap is inside of the image at this position.
                        add_products(isa, sums, &factors, unsafe { a.wrapping_add(at).read() });
                    }
                    at += a_step;
                    b = b.wrapping_add(b_step);
                }
            }
        }
        for (row, &c) in sums.iter().zip(&c) {
            // SAFETY: the columns of the row are within the sums.
            unsafe { store_row(isa, row, c, PARTIAL, last) };
        }
    }
}

/// The rows of a block of `V` vectors of columns: a task of its own, so that it is compiled once.
struct Rows<'a, T, const V: usize, const PARTIAL: bool> {
    products: &'a Products<'a, T>,
    block: Block,
}

impl<'a, T, const V: usize, const PARTIAL: bool> Rows<'a, T, V, PARTIAL> {
    /// # Safety
    /// As for [`Products::blocks`]; the rows and columns are within the sums, and the taps of the rows are inside of
    /// the image at the positions.
    #[inline(always)]
    unsafe fn new(products: &'a Products<'a, T>, block: Block) -> Self {
        Self { products, block }
    }
}

impl<T: Scalar, const V: usize, const PARTIAL: bool> Task<T> for Rows<'_, T, V, PARTIAL> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { products, block } = self;
        let (mut row, end) = block.rows;
        macro_rules! tile {
            ($rows:literal) => {{
                // SAFETY: as the caller of `new` promises.
                unsafe { products.tile::<I, $rows, V, PARTIAL>(isa, row, &block) };
                row += $rows;
            }};
        }
        // A window of 3x3 and one channel.
        if V == 1 && end - row == 9 {
            tile!(9);
        }
        if const { V == 1 || I::TILE_ROWS == 8 } {
            while row + 8 <= end {
                tile!(8);
            }
        }
        while row + 4 <= end {
            tile!(4);
        }
        if V == 1 && end - row == 3 {
            tile!(3);
        }
        while row < end {
            tile!(1);
        }
    }
}
