//! Products of rows that lie apart.
use crate::isa::Isa;
use crate::kernels::chunks::InChunks;
use crate::kernels::dense::{in_registers, transpose};
use crate::kernels::product::{Matrix, Product, Size, Start, Stays};
use crate::scalar::Scalar;

/// Rows of a matrix that lie `apart` values from each other.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub values: &'a [T],
    pub apart: usize,
}

/// Adds the product of `a` and `b` to `result`, whose rows lie `apart` values from each other: every value plus its products in the order of the
/// depth.
#[inline(always)]
pub fn add_product<T: Scalar, I: Isa<T>>(
    isa: I,
    size: Size,
    a: Rows<'_, T>,
    b: Rows<'_, T>,
    result: &mut [T],
    apart: usize,
) {
    if const { I::IN_VECTORS } {
        let (a, b) = (Matrix::by_rows(a.values, a.apart), Matrix::by_rows(b.values, b.apart));
        let product = Product { size, a, b, start: Start::Result, c: result, c_row: apart };
        product.compute::<I, 0, 0>(isa, Stays::Columns);
        return;
    }
    for row in 0..size.rows {
        let (Some(a), Some(result)) = (a.values.get(row * a.apart..), result.get_mut(row * apart..)) else { return };
        let (Some(a), Some(result)) = (a.get(..size.depth), result.get_mut(..size.columns)) else { return };
        in_registers(isa, b.values, b.apart, a, result);
    }
}

/// Adds `aᵀ b` to `result`, summed over the rows of both; if `begins`, the result is written.
#[inline(always)]
pub fn add_outer<T: Scalar, I: Isa<T>>(
    isa: I,
    size: Size,
    a: Rows<'_, T>,
    b: Rows<'_, T>,
    result: &mut [T],
    apart: usize,
    begins: bool,
) {
    if const { I::IN_VECTORS } {
        let (a, b) = (Matrix::by_columns(a.values, a.apart), Matrix::by_rows(b.values, b.apart));
        let start = if begins { Start::Zero } else { Start::Result };
        Product { size, a, b, start, c: result, c_row: apart }.compute::<I, 0, 0>(isa, Stays::Rows);
        return;
    }
    for row in 0..size.rows {
        let result = result.get_mut(row * apart..).and_then(|result| result.get_mut(..size.columns));
        let Some(result) = result else { return };
        if begins {
            result.fill(T::ZERO);
        }
        for depth in 0..size.depth {
            let (Some(&x), Some(b)) = (a.values.get(depth * a.apart + row), b.values.get(depth * b.apart..)) else {
                return;
            };
            result.iter_mut().zip(b).for_each(|(sum, &factor)| *sum = isa.mul_add(factor, x, *sum));
        }
    }
}

/// A weight whose rows hold the values of all gates, and perhaps the same weight with rows and columns exchanged.
#[derive(Clone, Copy)]
pub struct Weight<'a, T> {
    pub values: &'a [T],
    /// The length of a row.
    pub gates: usize,
    /// The number of rows.
    pub rows: usize,
    /// A row for each gate; empty if there was no memory for it.
    pub transposed: &'a [T],
}

impl<'a, T: Scalar> Weight<'a, T> {
    /// The same weight, with the memory of another one of its size for rows and columns exchanged. Kernels without vectors need none.
    #[inline(always)]
    pub fn with_transposed<I: Isa<T>>(self, isa: I, memory: &'a mut [T]) -> Self {
        if const { !I::IN_VECTORS } {
            return self;
        }
        transpose(isa, self.values, self.gates, memory, self.rows, [self.rows, self.gates]);
        Self { transposed: memory, ..self }
    }

    /// Adds the products of gradients of gates, from one of them on, with this weight to `result`, whose rows lie `apart` values from each other:
    /// every value plus its products in the order of the gates.
    #[inline(always)]
    pub fn add_transposed<I: Isa<T>>(
        self,
        isa: I,
        samples: usize,
        [first, gates]: [usize; 2],
        gradients: Rows<'_, T>,
        result: &mut [T],
        apart: usize,
    ) {
        if const { I::IN_VECTORS } && !self.transposed.is_empty() {
            let size = Size { rows: samples, columns: self.rows, depth: gates };
            let values = self.transposed.get(first * self.rows..).unwrap_or_default();
            return add_product(isa, size, gradients, Rows { values, apart: self.rows }, result, apart);
        }
        for sample in 0..samples {
            let gradients = gradients.values.get(sample * gradients.apart..).and_then(|rest| rest.get(..gates));
            let sums = result.get_mut(sample * apart..).and_then(|rest| rest.get_mut(..self.rows));
            let (Some(gradients), Some(sums)) = (gradients, sums) else { return };
            for (sum, row) in sums.iter_mut().zip(self.values.in_chunks(self.gates)) {
                let products = gradients.iter().zip(row.get(first..).unwrap_or_default());
                *sum = products.fold(*sum, |sum, (&grad, &w)| isa.mul_add(grad, w, sum));
            }
        }
    }
}
