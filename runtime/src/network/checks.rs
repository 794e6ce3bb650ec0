//! Predictions that are saved with the weights, to be compared with elsewhere.
use thiserror::Error;

use super::workspace::Workspace;
use super::{Predict, PredictsOnStack};
use crate::plain::Plain;

/// An input, and the prediction for it where the network was trained: bit for bit the prediction for it everywhere.
///
/// [`save_with_checks`](crate::WeightFiles::save_with_checks) writes checks into the file of the weights; [`embed!`](crate::embed) makes them part of a
/// program, whose start-up or test then finds whether the predictions are the same:
///
/// ```
/// use castnet::{Check, prelude::*, self_test};
///
/// network! { Line< input 1 => dense 1 > }
///
/// let line = Line::init(&mut seeded(1));
/// let check = Check::<Line>::of(&line, [3.0].into());
/// assert_eq!(self_test(&*line, &[check]), Ok(()));
/// ```
#[repr(C)]
pub struct Check<N: Predict> {
    /// An input.
    pub input: N::In,
    /// The output that belongs to it.
    pub output: N::Out,
}

/// A prediction that is not the one that was saved.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "check {index} (counted from 0) fails: these are other weights, or another program, than those that were saved"
)]
pub struct CheckError {
    /// Which check, counted from 0.
    pub index: usize,
}

impl<N: Predict> Check<N> {
    /// The prediction of a network for an input, now.
    pub fn of(network: &N, input: N::In) -> Self
    where
        N: PredictsOnStack,
    {
        Self { output: network.predict(&input), input }
    }

    /// Whether the network still predicts the output, bit for bit.
    pub fn holds(&self, network: &N) -> bool
    where
        N: PredictsOnStack,
    {
        same_bits(&network.predict(&self.input), &self.output)
    }

    /// As [`holds`](Self::holds), for a network of any size.
    pub fn holds_in(&self, network: &N, workspace: &mut Workspace<N>) -> bool {
        same_bits(network.predict_in(&self.input, workspace), &self.output)
    }
}

fn same_bits<A: Plain>(a: &A, b: &A) -> bool {
    a.as_bytes() == b.as_bytes()
}

/// Whether all checks hold.
///
/// # Errors
/// The first that does not.
pub fn self_test<N: PredictsOnStack>(network: &N, checks: &[Check<N>]) -> Result<(), CheckError> {
    match checks.iter().position(|check| !check.holds(network)) {
        Some(index) => Err(CheckError { index }),
        None => Ok(()),
    }
}
