//! Sums at the positions of a rectangle, in tiles that stay in registers.
use super::PAIRED;
use crate::isa::{Isa, Task};
use crate::kernels::rows::{add_products, load_row, store_row};
use crate::scalar::Scalar;

/// The most products of a sum that is computed without loops over the rows of its window.
const SHORT: usize = 32;

/// The first summand.
#[derive(Clone, Copy)]
pub(super) enum Start<T> {
    /// The same values at every position.
    Row(*const T),
    /// The results so far.
    Result,
}

/// The products of a sum: over rows of the window, runs of memory in a row, values of a run that are inside of the image.
pub(super) struct Sum<T> {
    pub(super) rows: (usize, usize),
    pub(super) runs: (usize, usize),
    pub(super) inside: (usize, usize),
    pub(super) runs_of_row: usize,
    /// The number of values of a run.
    pub(super) len: usize,
    pub(super) row_step: usize,
    pub(super) run_step: usize,
    /// The range of the depth that is summed.
    pub(super) chunk: (usize, usize),
    pub(super) b: *const T,
    pub(super) b_row: usize,
    pub(super) start: Start<T>,
    /// Lanes of the last vector.
    pub(super) last: usize,
}

impl<T> Sum<T> {
    /// Calls `visit` for every run: with the offset of its first value from the first that the window sees, the offset of its weights
    /// in `b`, and the number of its values.
    #[inline(always)]
    fn each_run(&self, mut visit: impl FnMut(usize, usize, usize)) {
        for row in self.rows.0..self.rows.1 {
            for run in self.runs.0..self.runs.1 {
                let first = (row * self.runs_of_row + run) * self.len;
                let from = (first + self.inside.0).max(self.chunk.0);
                let to = (first + self.inside.1).min(self.chunk.1);
                if from < to {
                    let at = row * self.row_step + run * self.run_step + (from - first);
                    visit(at, (from - self.chunk.0) * self.b_row, to - from);
                }
            }
        }
    }

    /// The offsets of a short sum, value by value: a loop of a few steps costs more than the steps. Empty if `list` is
    /// too short for the sum.
    #[inline(always)]
    fn places<'a>(&self, list: &'a mut [(usize, usize)]) -> &'a [(usize, usize)] {
        let depth = (self.rows.1 - self.rows.0) * (self.runs.1 - self.runs.0) * (self.inside.1 - self.inside.0);
        let mut count = 0;
        if depth <= list.len() {
            self.each_run(|at, b, len| {
                for i in 0..len {
                    if let Some(place) = list.get_mut(count) {
                        *place = (at + i, b + i * self.b_row);
                        count += 1;
                    }
                }
            });
        }
        list.get(..count).unwrap_or_default()
    }
}

/// A cursor over the positions of a rectangle: by columns, rows and samples.
pub(super) struct Cursor<T> {
    pub(super) a: *const T,
    pub(super) c: *mut T,
    pub(super) a_steps: [usize; 3],
    pub(super) c_steps: [usize; 3],
    /// Rows and columns.
    pub(super) counts: [usize; 2],
    pub(super) at: [usize; 2],
    /// The beginnings of the sample and of the row.
    pub(super) a_starts: [*const T; 2],
    pub(super) c_starts: [*mut T; 2],
}

impl<T> Cursor<T> {
    #[inline(always)]
    pub(super) fn begin(self) -> Self {
        Self { a_starts: [self.a; 2], c_starts: [self.c; 2], ..self }
    }

    /// Returns the position and steps to the next one.
    #[inline(always)]
    fn step(&mut self) -> (*const T, *mut T) {
        let here = (self.a, self.c);
        self.at[1] += 1;
        self.a = self.a.wrapping_add(self.a_steps[2]);
        self.c = self.c.wrapping_add(self.c_steps[2]);
        if self.at[1] == self.counts[1] {
            self.at[1] = 0;
            self.at[0] += 1;
            if self.at[0] == self.counts[0] {
                self.at[0] = 0;
                self.a_starts[0] = self.a_starts[0].wrapping_add(self.a_steps[0]);
                self.c_starts[0] = self.c_starts[0].wrapping_add(self.c_steps[0]);
                (self.a_starts[1], self.c_starts[1]) = (self.a_starts[0], self.c_starts[0]);
            } else {
                self.a_starts[1] = self.a_starts[1].wrapping_add(self.a_steps[1]);
                self.c_starts[1] = self.c_starts[1].wrapping_add(self.c_steps[1]);
            }
            (self.a, self.c) = (self.a_starts[1], self.c_starts[1]);
        }
        here
    }

    #[inline(always)]
    fn take<const M: usize>(&mut self) -> ([*const T; M], [*mut T; M]) {
        let mut taken = ([core::ptr::null(); M], [core::ptr::null_mut(); M]);
        if self.at[1] + M < self.counts[1] {
            // All in one row.
            for (m, (a, c)) in taken.0.iter_mut().zip(&mut taken.1).enumerate() {
                *a = self.a.wrapping_add(m * self.a_steps[2]);
                *c = self.c.wrapping_add(m * self.c_steps[2]);
            }
            self.at[1] += M;
            self.a = self.a.wrapping_add(M * self.a_steps[2]);
            self.c = self.c.wrapping_add(M * self.c_steps[2]);
            return taken;
        }
        for (a, c) in taken.0.iter_mut().zip(&mut taken.1) {
            (*a, *c) = self.step();
        }
        taken
    }
}

/// The positions of a rectangle, in tiles: a task of its own, so that it is compiled once.
pub(super) struct Rectangle<'a, T, const V: usize> {
    sum: &'a Sum<T>,
    cursor: Cursor<T>,
    positions: usize,
}

impl<'a, T, const V: usize> Rectangle<'a, T, V> {
    /// # Safety
    /// The taps of the sum are inside of the image at all positions; `b` holds the rows `chunk` of the weight.
    #[inline(always)]
    pub(super) unsafe fn new(sum: &'a Sum<T>, cursor: Cursor<T>, positions: usize) -> Self {
        Self { sum, cursor, positions }
    }
}

impl<T: Scalar, const V: usize> Task<T> for Rectangle<'_, T, V> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Self { sum, mut cursor, mut positions } = self;
        let mut list = [(0, 0); SHORT];
        let places = if positions >= 8 { sum.places(&mut list) } else { &[] };
        macro_rules! tile {
            ($positions:literal) => {{
                // SAFETY: as the caller of `new` promises; at least as many positions are left.
                unsafe { tile::<T, I, $positions, V>(isa, sum, places, cursor.take()) };
                positions -= $positions;
            }};
        }
        if const { V == 1 && I::TILE_ROWS == 8 } {
            while positions >= 16 {
                tile!(16);
            }
        }
        if const { V == 1 || I::TILE_ROWS == 8 } {
            while positions >= 8 {
                tile!(8);
            }
        }
        while positions >= 4 {
            tile!(4);
        }
        if positions >= 2 {
            tile!(2);
        }
        if positions > 0 {
            // SAFETY: as above.
            unsafe { tile::<T, I, 1, V>(isa, sum, places, cursor.take()) };
        }
    }
}

/// The positions of a rectangle of an image of one channel, two in a vector, row by row.
pub(super) struct Pairs<'a, T> {
    sum: &'a Sum<T>,
    bias: *const T,
    /// The cursor at the first position of the rectangle.
    cursor: Cursor<T>,
    samples: usize,
}

impl<'a, T> Pairs<'a, T> {
    /// # Safety
    /// The taps of the sum are inside of the image at all positions, of which there is an even number in a row, one
    /// value apart; its weight and the bias have every value stored twice.
    #[inline(always)]
    pub(super) unsafe fn new(sum: &'a Sum<T>, bias: *const T, cursor: Cursor<T>, samples: usize) -> Self {
        Self { sum, bias, cursor, samples }
    }

    /// Computes `M` pairs of a row.
    ///
    /// # Safety
    /// As for [`new`](Self::new); the pairs are within the row.
    #[inline(always)]
    unsafe fn tile<I: Isa<T>, const M: usize>(&self, isa: I, places: &[(usize, usize)], a: *const T, c: *mut T)
    where
        T: Scalar,
    {
        let next = self.cursor.c_steps[2];
        // SAFETY: a vector of biases, each stored twice.
        let mut sums = [unsafe { isa.load(self.bias) }; M];
        for &(at, b) in places {
            // SAFETY: a vector of weights, each stored twice.
            let factors = unsafe { isa.load(self.sum.b.wrapping_add(b)) };
            for (m, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the tap is inside of the image at both positions of a pair, which are neighbours.
                let pair = unsafe { isa.splat_pair(a.wrapping_add(at + 2 * m)) };
                *sum = isa.mul_add_vector(factors, pair, *sum);
            }
        }
        for (m, &sum) in sums.iter().enumerate() {
            // SAFETY: both positions of a pair have these columns.
            unsafe { isa.store_pair(sum, c.wrapping_add(2 * m * next), next, self.sum.last) };
        }
    }
}

impl<T: Scalar> Task<T> for Pairs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        let Cursor { a, c, a_steps, c_steps, counts: [rows, columns], .. } = self.cursor;
        let mut list = [(0, 0); PAIRED];
        let places = self.sum.places(&mut list);
        // As few tiles in a row as fit into the registers, all of one size.
        let pairs = columns / 2;
        let size = pairs.div_ceil(pairs.div_ceil(14).max(1));
        for (sample, row) in (0..self.samples).flat_map(|sample| (0..rows).map(move |row| (sample, row))) {
            let a = a.wrapping_add(sample * a_steps[0] + row * a_steps[1]);
            let c = c.wrapping_add(sample * c_steps[0] + row * c_steps[1]);
            let mut first = 0;
            while first < pairs {
                // The last tile may overlap the one before: both compute the same results there.
                let pair = first.min(pairs - size);
                let (a, c) = (a.wrapping_add(2 * pair), c.wrapping_add(2 * pair * c_steps[2]));
                macro_rules! tile {
                    ($($size:literal)*) => {
                        match size {
                            // SAFETY: as the caller of `new` promises.
                            $($size => unsafe { self.tile::<I, $size>(isa, places, a, c) },)*
                            _ => {}
                        }
                    };
                }
                tile!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
                first = pair + size;
            }
        }
    }
}

/// Computes the sums of `M` positions by `V` vectors. `places` holds the offsets of all products, or is empty for a
/// long sum.
///
/// # Safety
/// As for [`Rectangle::new`]; the positions are some of the rectangle.
#[inline(always)]
unsafe fn tile<T: Scalar, I: Isa<T>, const M: usize, const V: usize>(
    isa: I,
    sum: &Sum<T>,
    places: &[(usize, usize)],
    (a, c): ([*const T; M], [*mut T; M]),
) {
    let whole = sum.last == I::LANES;
    let mut sums = [[isa.splat(T::ZERO); V]; M];
    match sum.start {
        // SAFETY: there is a value for every column.
        Start::Row(values) => sums = [unsafe { load_row(isa, values, !whole, sum.last) }; M],
        Start::Result => {
            for (row, &c) in sums.iter_mut().zip(&c) {
                // SAFETY: the position has these columns.
                *row = unsafe { load_row(isa, c, !whole, sum.last) };
            }
        }
    }
    if !places.is_empty() {
        for &(at, b) in places {
            // SAFETY: the tap is inside of the image, and the row of its weight is in `b`.
            unsafe { add_products_at(isa, &mut sums, &a, at, sum.b.wrapping_add(b)) };
        }
    } else {
        sum.each_run(|at, b, len| {
            let (mut at, mut b) = (at, sum.b.wrapping_add(b));
            let end = at + len;
            while at != end {
                // SAFETY: as above.
                unsafe { add_products_at(isa, &mut sums, &a, at, b) };
                at += 1;
                b = b.wrapping_add(sum.b_row);
            }
        });
    }
    // One loop for each case, instead of a branch for each vector.
    if whole {
        for (row, &c) in sums.iter().zip(&c) {
            // SAFETY: the position has these columns: whole vectors.
            unsafe { store_row(isa, row, c, false, I::LANES) };
        }
    } else {
        for (row, &c) in sums.iter().zip(&c) {
            // SAFETY: the position has these columns.
            unsafe { store_row(isa, row, c, true, sum.last) };
        }
    }
}

/// Adds the products of one value per position, `at` behind the first that the window sees there, with a row of the weight.
///
/// # Safety
/// The values can be read, and `V` vectors of the weight.
#[inline(always)]
unsafe fn add_products_at<T: Scalar, I: Isa<T>, const M: usize, const V: usize>(
    isa: I,
    sums: &mut [[I::Vector; V]; M],
    a: &[*const T; M],
    at: usize,
    weight: *const T,
) {
    // SAFETY: as the caller promises.
    let factors = unsafe { load_row(isa, weight, false, I::LANES) };
    for (sums, a) in sums.iter_mut().zip(a) {
        // SAFETY: as the caller promises.
        add_products(isa, sums, &factors, unsafe { a.wrapping_add(at).read() });
    }
}
