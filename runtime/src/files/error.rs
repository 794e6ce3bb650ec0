//! The errors of weights.
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
#[cfg(feature = "std")]
use std::path::PathBuf;

use thiserror::Error;

#[cfg(feature = "std")]
use super::disk::FileError;

/// Weights that do not belong to a network, or a file of weights that is damaged. Nothing has been read then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum WeightsError {
    /// The bytes are no sound safetensors file.
    #[error("{bytes} bytes that are damaged, cut short, or no safetensors file: {reason}")]
    Damaged {
        /// How many there are.
        bytes: usize,
        /// The damage.
        reason: String,
    },
    /// The file has a format that this version of castnet does not know.
    #[error(
        "the file has the format `{found}`, but this version of castnet reads formats up to `{newest}`: it is damaged, or of a newer version of castnet"
    )]
    Format {
        /// The format of the file.
        found: String,
        /// The newest format that can be read.
        newest: &'static str,
    },
    /// The file was written for another network.
    #[error(
        "weights of {}: {difference}; load them into the network that wrote them, or train `{expected}` anew",
        if .found == expected {
            format!("another network `{found}`")
        } else {
            format!("the network `{found}`, whose architecture is not that of `{expected}`")
        }
    )]
    OtherNetwork {
        /// The name of the network that the weights belong to.
        found: String,
        /// The name of the network that was to be loaded.
        expected: &'static str,
        /// The first layer that differs, and how.
        difference: String,
    },
    /// A tensor is not in the file.
    #[error("the tensor `{tensor}` is missing; the file has {found}")]
    Missing {
        /// Its name.
        tensor: &'static str,
        /// The names of the tensors in the file.
        found: String,
    },
    /// A tensor in the file is not in the network.
    #[error("the tensor `{tensor}` is superfluous: the network has none of that name")]
    Superfluous {
        /// Its name.
        tensor: String,
    },
    /// A tensor of another shape.
    #[error("the tensor `{tensor}` has the shape {found:?}, but the network's has {expected:?}")]
    Shape {
        /// Its name.
        tensor: &'static str,
        /// In the file.
        found: Vec<usize>,
        /// In the network.
        expected: &'static [usize],
    },
    /// A tensor of another type of number.
    #[error("the tensor `{tensor}` holds values of type {found}, but the network computes with {expected}")]
    Type {
        /// Its name.
        tensor: &'static str,
        /// In the file.
        found: String,
        /// In the network.
        expected: &'static str,
    },
    /// A value that is NaN or infinite.
    #[error("value {index} of the tensor `{tensor}` is NaN or infinite")]
    NotFinite {
        /// The tensor's name.
        tensor: &'static str,
        /// The place of the first such value.
        index: usize,
    },
}

/// Weights that were not written to a file.
#[cfg(feature = "std")]
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SaveError {
    /// The file cannot be written.
    #[error("the weights were not saved: {0}")]
    File(#[from] FileError),
    /// The weights are not finite: a file of them could not be loaded.
    #[error("the weights were not saved to {path}: {error}; the training has diverged")]
    Weights {
        /// The file.
        path: PathBuf,
        /// The error of the weights.
        #[source]
        error: WeightsError,
    },
}

/// Weights that were not read from a file.
#[cfg(feature = "std")]
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the weights were not loaded: {0}")]
    File(#[from] FileError),
    /// The weights do not belong to the network.
    #[error("the weights were not loaded: {path}: {error}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// The error of the weights.
        #[source]
        error: WeightsError,
    },
}
