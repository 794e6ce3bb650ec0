//! The matrix product behind all others: `C += A B`, computed in tiles that stay in registers.
//!
//! Every value of `C` is its former value (or a bias, or zero) plus its products in the order of the depth, one after the other.
//! Tiles, vectors and panels only change which values are computed side by side, so results depend on the arithmetic of
//! the instruction set alone.
use core::marker::PhantomData;

use super::rows::{add_products, load_row, store_row};
use crate::isa::{Isa, Task};
use crate::scalar::Scalar;

/// A matrix to read: its rows or its columns lie one behind the other.
#[derive(Clone, Copy)]
pub struct Matrix<'a, T> {
    values: &'a [T],
    /// The step from one row to the next.
    row: usize,
    /// The step from one column to the next.
    column: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// Row by row.
    #[inline(always)]
    pub fn by_rows(values: &'a [T], columns: usize) -> Self {
        Self { values, row: columns, column: 1 }
    }

    /// Column by column.
    #[inline(always)]
    pub fn by_columns(values: &'a [T], rows: usize) -> Self {
        Self { values, row: 1, column: rows }
    }

    /// Whether all rows and columns of a matrix of this size lie within the values.
    #[inline(always)]
    fn holds(&self, rows: usize, columns: usize) -> bool {
        let last = rows.saturating_sub(1) * self.row + columns.saturating_sub(1) * self.column;
        rows * columns == 0 || last < self.values.len()
    }
}

/// The values to which a product is added.
#[derive(Clone, Copy)]
pub enum Start<'a, T> {
    Zero,
    /// The same row of values for every row of `C`.
    Row(&'a [T]),
    /// The values of `C`.
    Result,
}

/// The factor of which a block stays in the cache while the other factor is read: it should be the smaller one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// A block of columns of `B`, for all rows.
    Columns,
    /// A block of rows of `A`, for all columns.
    Rows,
}

/// The sizes of a product: `C` is `rows` x `columns`, the sums go over `depth`.
#[derive(Clone, Copy)]
pub struct Size {
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
}

/// `C = start + A B`; `B` and `C` lie row by row, the rows of `C` being `c_row` apart.
pub struct Product<'a, T> {
    pub size: Size,
    pub a: Matrix<'a, T>,
    pub b: Matrix<'a, T>,
    pub start: Start<'a, T>,
    pub c: &'a mut [T],
    pub c_row: usize,
}

impl<T: Scalar> Product<'_, T> {
    /// Computes a product of `ROWS` x `COLUMNS`; 0 stands for any number. Sizes that do not fit the matrices compute nothing.
    ///
    /// Products of any size run [`apart`](Isa::apart) where [`Stays::Columns`]: a product is most of the code of a kernel, and so the
    /// kernels share it.
    #[inline(always)]
    pub fn compute<I: Isa<T>, const ROWS: usize, const COLUMNS: usize>(self, isa: I, stays: Stays) {
        if const { ROWS == 0 && COLUMNS == 0 } && stays == Stays::Columns {
            isa.apart(self);
        } else {
            self.compute_here::<I, ROWS, COLUMNS>(isa, stays);
        }
    }

    #[inline(always)]
    fn compute_here<I: Isa<T>, const ROWS: usize, const COLUMNS: usize>(self, isa: I, stays: Stays) {
        let Self { size: Size { rows, columns, depth }, a, b, start, c, c_row } = self;
        let result = Matrix { values: &*c, row: c_row, column: 1 };
        let fits = a.holds(rows, depth) && b.holds(depth, columns) && b.column == 1 && result.holds(rows, columns);
        let starts = if let Start::Row(row) = start { row.len() >= columns } else { true };
        debug_assert!(fits && starts, "sizes do not fit the matrices");
        if !(fits && starts) {
            return;
        }
        let place = Place {
            a: a.values.as_ptr(),
            a_row: a.row,
            a_column: a.column,
            b: b.values.as_ptr(),
            b_row: b.row,
            b_len: b.values.len(),
            c: c.as_mut_ptr(),
            c_row,
            depth,
            start: match start {
                Start::Zero => PlaceStart::Zero,
                Start::Row(row) => PlaceStart::Row(row.as_ptr()),
                Start::Result => PlaceStart::Result,
            },
            borrowed: PhantomData,
        };
        match stays {
            // SAFETY: all values of matrices of this size are within their slices.
            Stays::Columns => unsafe { place.columns_outside::<I, ROWS, COLUMNS>(isa, rows, columns) },
            // SAFETY: as above.
            Stays::Rows => unsafe { place.rows_outside::<I, COLUMNS>(isa, rows, columns) },
        }
    }
}

impl<T: Scalar> Task<T> for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, isa: I) {
        self.compute_here::<I, 0, 0>(isa, Stays::Columns);
    }
}

/// The width of the last columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// More than one vector.
    More,
    /// One vector.
    One,
    /// Less than one vector.
    Less,
}

/// Whether this number of columns (0: any number) may end in last columns of this width. Widths that cannot occur are not compiled.
const fn may(columns: usize, lanes: usize, rest: Rest) -> bool {
    let last = columns % (2 * lanes);
    columns == 0
        || match rest {
            Rest::More => last > lanes,
            Rest::One => last == lanes,
            Rest::Less => last > 0 && last < lanes,
        }
}

/// The last vector of a block of columns.
#[derive(Clone, Copy)]
struct LastVector {
    /// The first lanes of it, which belong to `C`.
    lanes: usize,
    /// The first rows of `B`, of which all lanes can be read; only the first lanes of the others are.
    whole_rows: usize,
}

impl LastVector {
    /// All of its lanes belong to `C`.
    #[inline(always)]
    fn whole<T: Scalar, I: Isa<T>>() -> Self {
        Self { lanes: I::LANES, whole_rows: usize::MAX }
    }
}

/// A block of a product: the values of `C` from a row and a column on.
#[derive(Clone, Copy)]
struct Place<'a, T> {
    a: *const T,
    a_row: usize,
    a_column: usize,
    b: *const T,
    b_row: usize,
    /// Values that can be read from `b` on.
    b_len: usize,
    c: *mut T,
    c_row: usize,
    depth: usize,
    start: PlaceStart<T>,
    borrowed: PhantomData<&'a mut T>,
}

#[derive(Clone, Copy)]
enum PlaceStart<T> {
    Zero,
    Row(*const T),
    Result,
}

impl<T: Scalar> Place<'_, T> {
    /// The block from a row and a column on.
    #[inline(always)]
    fn from(self, row: usize, column: usize) -> Self {
        Self {
            a: self.a.wrapping_add(row * self.a_row),
            b: self.b.wrapping_add(column),
            b_len: self.b_len.saturating_sub(column),
            c: self.c.wrapping_add(row * self.c_row + column),
            start: match self.start {
                PlaceStart::Row(values) => PlaceStart::Row(values.wrapping_add(column)),
                other => other,
            },
            ..self
        }
    }

    /// The rows of `B` of which `columns` values can be read: behind a row lie values of the next one, behind the last row
    /// perhaps values that do not matter.
    #[inline(always)]
    fn whole_rows(&self, columns: usize) -> usize {
        if self.depth == 0 || (self.depth - 1) * self.b_row + columns <= self.b_len {
            return self.depth;
        }
        self.b_len.checked_sub(columns).and_then(|rest| rest.checked_div(self.b_row)).map_or(0, |rows| rows + 1)
    }

    /// The last of the vectors that hold so many `columns`, of which the first `lanes` belong to `C`.
    #[inline(always)]
    fn last_vector(&self, columns: usize, lanes: usize) -> LastVector {
        LastVector { lanes, whole_rows: self.whole_rows(columns) }
    }

    /// Computes blocks of columns, and for each of them all rows.
    ///
    /// # Safety
    /// The block has `rows` rows and `columns` columns.
    #[inline(always)]
    unsafe fn columns_outside<I: Isa<T>, const ROWS: usize, const COLUMNS: usize>(
        self,
        isa: I,
        rows: usize,
        columns: usize,
    ) {
        let mut column = 0;
        // With a single row no value of `B` is used twice, so wide blocks are better: they read longer runs of memory.
        if const { COLUMNS == 0 || COLUMNS >= 4 * I::LANES } && rows == 1 {
            while const { COLUMNS == 0 || COLUMNS >= 8 * I::LANES } && column + 8 * I::LANES <= columns {
                // SAFETY: as the caller promises; at least as many columns are left.
                unsafe { self.from(0, column).tile::<I, 1, 8, false>(isa, LastVector::whole::<T, I>()) };
                column += 8 * I::LANES;
            }
            while column + 4 * I::LANES <= columns {
                // SAFETY: as the caller promises; at least as many columns are left.
                unsafe { self.from(0, column).tile::<I, 1, 4, false>(isa, LastVector::whole::<T, I>()) };
                column += 4 * I::LANES;
            }
        }
        while const { COLUMNS == 0 || COLUMNS >= 2 * I::LANES } && column + 2 * I::LANES <= columns {
            // SAFETY: as the caller promises; at least as many columns are left.
            unsafe { self.from(0, column).all_rows::<I, ROWS, 2, false>(isa, rows, LastVector::whole::<T, I>()) };
            column += 2 * I::LANES;
        }
        // SAFETY: as the caller promises; at least as many columns are left.
        unsafe { self.from(0, column).last_columns::<I, ROWS, COLUMNS>(isa, rows, columns - column) };
    }

    /// Computes all rows of the last columns, which are less than two vectors.
    ///
    /// # Safety
    /// The block has `rows` rows and `columns` columns.
    #[inline(always)]
    unsafe fn last_columns<I: Isa<T>, const ROWS: usize, const COLUMNS: usize>(
        self,
        isa: I,
        rows: usize,
        columns: usize,
    ) {
        macro_rules! all_rows {
            ($vectors:literal, $partial:literal, $last:expr) => {
                // SAFETY: as the caller promises; whole vectors of `B` are only read where it reaches so far.
                unsafe { self.all_rows::<I, ROWS, $vectors, $partial>(isa, rows, $last) }
            };
        }
        if const { may(COLUMNS, I::LANES, Rest::More) } && columns > I::LANES {
            all_rows!(2, true, self.last_vector(2 * I::LANES, columns - I::LANES));
        } else if const { may(COLUMNS, I::LANES, Rest::One) } && columns == I::LANES {
            all_rows!(1, false, LastVector::whole::<T, I>());
        } else if const { may(COLUMNS, I::LANES, Rest::Less) } && columns > 0 {
            all_rows!(1, true, self.last_vector(I::LANES, columns));
        }
    }

    /// Computes all rows of a block of columns: `V` vectors, as in a [`tile`](Self::tile).
    ///
    /// # Safety
    /// The block has `rows` rows, each as for a [`tile`](Self::tile).
    #[inline(always)]
    unsafe fn all_rows<I: Isa<T>, const ROWS: usize, const V: usize, const PARTIAL: bool>(
        self,
        isa: I,
        rows: usize,
        last: LastVector,
    ) {
        let mut row = 0;
        macro_rules! tile {
            ($rows:literal) => {
                // SAFETY: as the caller promises; at least as many rows are left.
                unsafe { self.from(row, 0).tile::<I, $rows, V, PARTIAL>(isa, last) }
            };
        }
        if const { ROWS == 1 } {
            return tile!(1);
        }
        if const { I::TILE_ROWS == 8 } {
            while row + 8 <= rows {
                tile!(8);
                row += 8;
            }
        }
        while row + 4 <= rows {
            tile!(4);
            row += 4;
        }
        if row + 2 <= rows {
            tile!(2);
            row += 2;
        }
        if row < rows {
            tile!(1);
        }
    }

    /// Computes blocks of rows, and for each of them all columns.
    ///
    /// # Safety
    /// The block has `rows` rows and `columns` columns.
    #[inline(always)]
    unsafe fn rows_outside<I: Isa<T>, const COLUMNS: usize>(self, isa: I, rows: usize, columns: usize) {
        let mut row = 0;
        let rest = columns % (2 * I::LANES);
        let vectors = if rest > I::LANES { 2 } else { 1 };
        let last = self.from(0, columns - rest).last_vector(vectors * I::LANES, rest - (vectors - 1) * I::LANES);
        macro_rules! all_columns {
            ($rows:literal) => {
                // SAFETY: as the caller promises; at least as many rows are left.
                unsafe { self.from(row, 0).all_columns::<I, $rows, COLUMNS>(isa, columns, last) }
            };
        }
        if const { I::TILE_ROWS == 8 } {
            while row + 8 <= rows {
                all_columns!(8);
                row += 8;
            }
        }
        while row + 4 <= rows {
            all_columns!(4);
            row += 4;
        }
        if row + 2 <= rows {
            all_columns!(2);
            row += 2;
        }
        if row < rows {
            all_columns!(1);
        }
    }

    /// Computes all columns of a block of rows. `last` is the last vector of all columns.
    ///
    /// # Safety
    /// The block has `M` rows and `columns` columns.
    #[inline(always)]
    unsafe fn all_columns<I: Isa<T>, const M: usize, const COLUMNS: usize>(
        self,
        isa: I,
        columns: usize,
        last: LastVector,
    ) {
        let mut column = 0;
        macro_rules! tile {
            ($vectors:literal, $partial:literal, $last:expr) => {
                // SAFETY: as the caller promises; at least as many columns are left.
                unsafe { self.from(0, column).tile::<I, M, $vectors, $partial>(isa, $last) }
            };
        }
        while const { COLUMNS == 0 || COLUMNS >= 2 * I::LANES } && column + 2 * I::LANES <= columns {
            tile!(2, false, LastVector::whole::<T, I>());
            column += 2 * I::LANES;
        }
        let rest = columns - column;
        if const { may(COLUMNS, I::LANES, Rest::More) } && rest > I::LANES {
            tile!(2, true, last);
        } else if const { may(COLUMNS, I::LANES, Rest::One) } && rest == I::LANES {
            tile!(1, false, LastVector::whole::<T, I>());
        } else if const { may(COLUMNS, I::LANES, Rest::Less) } && rest > 0 {
            tile!(1, true, last);
        }
    }

    /// Computes a tile of `M` rows by `V` vectors. If `PARTIAL`, only the first lanes of the last vector belong to `C`.
    ///
    /// # Safety
    /// The block has `M` rows and these columns; where not `PARTIAL`, `V` whole vectors of every row of `B` can be read.
    #[inline(always)]
    unsafe fn tile<I: Isa<T>, const M: usize, const V: usize, const PARTIAL: bool>(self, isa: I, last: LastVector) {
        let LastVector { lanes, whole_rows } = last;
        let mut sums = [[isa.splat(T::ZERO); V]; M];
        match self.start {
            PlaceStart::Zero => {}
            // SAFETY: as the caller promises: the row has the columns of `C`.
            PlaceStart::Row(values) => sums = [unsafe { load_row(isa, values, PARTIAL, lanes) }; M],
            PlaceStart::Result => {
                for (m, row) in sums.iter_mut().enumerate() {
                    // SAFETY: as the caller promises: one of the rows of `C`.
                    *row = unsafe { load_row(isa, self.c.add(m * self.c_row), PARTIAL, lanes) };
                }
            }
        }
        let (mut a, mut b) = (self.a, self.b);
        macro_rules! add_rows {
            ($rows:expr, $partial:literal) => {
                for _ in $rows {
                    // SAFETY: as the caller promises: one of the rows of `B`, which has whole vectors or is read in part.
                    let factors = unsafe { load_row(isa, b, $partial, lanes) };
                    for (m, row) in sums.iter_mut().enumerate() {
                        // SAFETY: as the caller promises: a value of one of the rows of `A`.
                        add_products(isa, row, &factors, unsafe { a.add(m * self.a_row).read() });
                    }
                    a = a.wrapping_add(self.a_column);
                    b = b.wrapping_add(self.b_row);
                }
            };
        }
        if PARTIAL {
            add_rows!(0..whole_rows, false);
            add_rows!(whole_rows..self.depth, true);
        } else {
            add_rows!(0..self.depth, false);
        }
        for (m, row) in sums.iter().enumerate() {
            // SAFETY: as the caller promises: one of the rows of `C`.
            unsafe { store_row(isa, row, self.c.add(m * self.c_row), PARTIAL, lanes) };
        }
    }
}

#[cfg(test)]
mod tests;
