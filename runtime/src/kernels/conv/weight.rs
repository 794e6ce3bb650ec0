//! The weight of a convolution as a matrix, in the order in which a pass reads it.
use super::phase::Places;
use crate::scalar::Scalar;

/// The weight of one group of channels.
#[derive(Clone, Copy)]
pub(super) struct Weight<T> {
    /// A pointer to the first output of the group.
    pub(super) values: *const T,
    /// The step from one input to the next.
    pub(super) units: usize,
    pub(super) order: Order,
}

/// The meaning of the rows (the depth of the sums) and of the columns of a weight.
#[derive(Clone, Copy)]
pub(super) enum Order {
    /// Rows are taps and inputs, columns are outputs.
    AsItLies,
    /// Rows are the taps of a phase, in reverse order, and outputs; columns are inputs.
    Backwards { y: Places, x: Places, row: usize, columns: usize },
}

impl<T: Scalar> Weight<T> {
    /// The first value of a tap of the walk's window, the step from one channel of the depth to the next, and the step from one
    /// column to the next.
    #[inline(always)]
    pub(super) fn place(&self, taps: usize, depth: usize, y: usize, x: usize) -> (*const T, usize, usize) {
        match self.order {
            Order::AsItLies => (self.values.wrapping_add((y * taps + x) * depth * self.units), self.units, 1),
            Order::Backwards { y: rows, x: columns_of, row, columns } => {
                let place = (rows.last - y * rows.step) * row + columns_of.last - x * columns_of.step;
                (self.values.wrapping_add(place * columns * self.units), 1, self.units)
            }
        }
    }
}
