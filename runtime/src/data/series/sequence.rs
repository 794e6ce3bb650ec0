//! The inputs and outputs of networks that windows can be made for.
use core::fmt::Debug;

use nalgebra::{SMatrix, SVector};

use super::windows::Scale;
use crate::data::Scaler;
use crate::flat::Flat;
use crate::scalar::Scalar;

/// An input or an output that a window of a [`Series`](crate::Series) can be: a sequence, steps x columns, such as that of `input 24x3`;
/// or a vector, which holds all steps one after the other.
///
/// It is implemented for nalgebra's matrices of channels x positions, and so for vectors too, which have one position. It is sealed: other
/// crates cannot implement it.
#[diagnostic::on_unimplemented(
    message = "a window of a time series is a vector or a sequence, not `{Self}`",
    label = "neither a vector nor a sequence",
    note = "help: a network with one input and one output; for others make the data set with `Dataset::new`"
)]
pub trait Sequence: Flat + Clone {
    /// Values of a position: the columns of a sequence, all values of a vector.
    const CHANNELS: usize;
    /// The steps of a sequence; 1 for a vector.
    const POSITIONS: usize;
    /// The scaler of such values.
    type Scaler: Clone + Debug + PartialEq;

    /// A scaler with one entry for each channel; in a vector of several steps the columns repeat.
    #[doc(hidden)]
    fn scaler(columns: &[Scale]) -> Self::Scaler;

    /// The values after the scaler has been applied.
    #[doc(hidden)]
    fn scaled(&self, scaler: &Self::Scaler) -> Self;
}

impl<T: Scalar, const C: usize, const P: usize> Sequence for SMatrix<T, C, P> {
    const CHANNELS: usize = C;
    const POSITIONS: usize = P;
    type Scaler = Scaler<C, T>;

    fn scaler(columns: &[Scale]) -> Self::Scaler {
        let vector = |value: fn(&Scale) -> f64| {
            SVector::from_iterator(columns.iter().cycle().take(C).map(|scale| T::from_f64(value(scale))))
        };
        Scaler { offset: vector(|scale| scale.offset), factor: vector(|scale| scale.factor) }
    }

    fn scaled(&self, scaler: &Self::Scaler) -> Self {
        scaler.apply(self)
    }
}
