//! Errors that do not need an allocator.
use thiserror::Error;

use crate::losses::{ReductionError, TargetError};
use crate::numbers::{NumberError, Shown};

/// Two slices that must be equally long are not.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{inputs} inputs, but {outputs} outputs or targets: there must be one for each input")]
pub struct LengthError {
    /// Samples given.
    pub inputs: usize,
    /// Outputs or targets given.
    pub outputs: usize,
}

/// Numbers that are not as many as an input of a network has.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{numbers} numbers, but an input of `{network}` has {expected}: give the values of one sample, channels last")]
#[non_exhaustive]
pub struct InputLengthError {
    /// Numbers given.
    pub numbers: usize,
    /// Numbers of an input.
    pub expected: usize,
    /// The network.
    pub network: &'static str,
}

impl InputLengthError {
    pub(super) const fn new(numbers: usize, expected: usize, network: &'static str) -> Self {
        Self { numbers, expected, network }
    }
}

/// An output of a network that holds NaN or an infinity, and so is in favour of no class.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "the output is NaN or infinite, so it is no class: look for NaN or huge values in the input, and in the weights"
)]
#[non_exhaustive]
pub struct NotFiniteOutput;

/// Not enough memory for a network on the heap.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no memory for the {bytes} B of `{network}`: free some, or take a smaller network")]
#[non_exhaustive]
pub struct OutOfMemory {
    /// Bytes of the network.
    pub bytes: usize,
    /// The network.
    pub network: &'static str,
}

#[cfg(feature = "alloc")]
impl OutOfMemory {
    pub(super) const fn new(bytes: usize, network: &'static str) -> Self {
        Self { bytes, network }
    }
}

/// Samples that cannot be trained on, or that the loss of a trainer cannot be computed of.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum BatchError {
    /// Inputs and targets are not equally many.
    #[error(transparent)]
    Lengths(#[from] LengthError),
    /// There is no sample.
    #[error("a batch without a sample: give at least one")]
    Empty,
    /// More samples than the memory was made for.
    #[error(
        "{samples} samples in a batch, but the memory is for at most {most}: give fewer, or make the memory larger"
    )]
    TooMany {
        /// Samples given.
        samples: usize,
        /// Samples that fit.
        most: usize,
    },
    /// An input is NaN or infinite.
    #[error("an input is NaN or infinite: clean the data first")]
    NotFiniteInput,
    /// A weight of a sample is negative, NaN or infinite.
    #[error(
        "a weight of a sample is negative, NaN or infinite: give 0 to leave a sample out, more than 1 to let it count more"
    )]
    Weight,
    /// A target that does not suit the loss.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A number of the loss, the optimizer or a metric that makes no sense.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The losses of two outputs are reduced in two ways.
    #[error(transparent)]
    Reductions(#[from] ReductionError),
    /// The learning rate of the step is negative, NaN or infinite; the network stays as it was.
    #[error(
        "a learning rate of {}: give one that is finite and not negative, or a schedule that stays so",
        Shown(*.rate)
    )]
    LearningRate {
        /// The learning rate.
        rate: f64,
    },
    /// A nested network is frozen, and computes no gradient of its inputs.
    #[error("a nested network is frozen, so this network has no gradient of its inputs: leave `frozen` out")]
    NoInputGradient,
    /// The loss is NaN or infinite; the network stays as it was.
    #[error("the loss is not finite: look for NaN or huge values in the batch, or lower the learning rate")]
    NotFinite,
}
