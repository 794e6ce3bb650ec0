//! Products against their definition, to the bit: a sum of products in the order of the depth, with any tiles.
use std::vec::Vec;

use rand::RngExt;

use super::*;
use crate::isa::{self, Arithmetic};
use crate::random::seeded;

struct Case<'a, T> {
    product: Product<'a, T>,
    stays: Stays,
}

impl<T: Scalar> Task<T> for Case<'_, T> {
    type Output = ();

    fn run<I: Isa<T>>(self, isa: I) {
        self.product.compute::<I, 0, 0>(isa, self.stays);
    }
}

/// One product on the best instruction set, compared with the loops that define it.
fn check<T: Scalar>(size: Size, by_columns: bool, start: u8, beyond: usize, stays: Stays, arithmetic: Arithmetic) {
    let Size { rows, columns, depth } = size;
    let mut rng = seeded((rows * 10_000 + columns * 100 + depth) as u64);
    let mut random = |len: usize| (0..len).map(|_| T::from_f64(rng.random::<f64>() - 0.5)).collect::<Vec<_>>();
    let (a, b, row, c) =
        (random(rows * depth), random(depth * columns + beyond), random(columns), random(rows * columns));
    let mut found = c.clone();
    let a_matrix = if by_columns { Matrix::by_columns(&a, rows) } else { Matrix::by_rows(&a, depth) };
    let start = match start {
        0 => Start::Zero,
        1 => Start::Row(&row),
        _ => Start::Result,
    };
    let b_matrix = Matrix::by_rows(&b, columns);
    let product = Product { size, a: a_matrix, b: b_matrix, start, c: &mut found, c_row: columns };
    isa::run(arithmetic, Case { product, stays });
    for m in 0..rows {
        for n in 0..columns {
            let first = match start {
                Start::Zero => T::ZERO,
                Start::Row(row) => row[n],
                Start::Result => c[m * columns + n],
            };
            let expected = (0..depth).fold(first, |sum, k| {
                let x = if by_columns { a[k * rows + m] } else { a[m * depth + k] };
                b[k * columns + n] * x + sum
            });
            let found = found[m * columns + n];
            match arithmetic {
                Arithmetic::Portable => assert!(found == expected, "{found} is not {expected}"),
                // The order is the same, and every rounding that is left out at most as large as this.
                Arithmetic::Fused => assert!((found - expected).abs() <= T::from_f64(1e-6 * (1 + depth) as f64)),
            }
        }
    }
}

fn check_all<T: Scalar>() {
    // Every remainder of rows and of columns of the widest vectors, and some whole tiles.
    for rows in [0, 1, 2, 3, 5, 8, 15, 17] {
        for columns in [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65, 130] {
            for depth in [0, 1, 2, 13] {
                let size = Size { rows, columns, depth };
                for arithmetic in [Arithmetic::Portable, Arithmetic::Fused] {
                    for start in 0..3 {
                        check::<T>(size, false, start, 0, Stays::Columns, arithmetic);
                        check::<T>(size, true, start, 0, Stays::Rows, arithmetic);
                        check::<T>(size, false, start, 20, Stays::Columns, arithmetic);
                    }
                }
            }
        }
    }
}

#[test]
fn products_in_single_precision() {
    check_all::<f32>();
}

#[test]
fn products_in_double_precision() {
    check_all::<f64>();
}
