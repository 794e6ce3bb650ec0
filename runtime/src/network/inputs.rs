//! Numbers as the input of a network.
use nalgebra::SVector;

use crate::flat::reshape_one;
use crate::scalar::Scalar;

/// An input that is a vector, and so can be written as an array.
#[diagnostic::on_unimplemented(
    message = "the network takes no vector, but `{Self}`, which is not written as an array",
    label = "for networks that take a vector",
    note = "help: `net.predict_slice(&numbers)?` takes the numbers of an image or a sequence as a slice, channels last"
)]
pub trait VectorInput {
    /// An array as long as the vector.
    type Array;

    /// The array as the vector, at no cost.
    fn from_array(array: &Self::Array) -> &Self;
}

impl<T: Scalar, const N: usize> VectorInput for SVector<T, N> {
    type Array = [T; N];

    #[inline(always)]
    fn from_array(array: &[T; N]) -> &Self {
        reshape_one(array)
    }
}
