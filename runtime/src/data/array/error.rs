//! The errors of arrays.
use std::boxed::Box;
use std::string::{String, ToString};
use std::vec::Vec;

use thiserror::Error;

use crate::data::DataError;

/// An array that cannot be read or used.
#[derive(Debug, Error)]
#[error("{name}: {kind}")]
pub struct ArrayError {
    /// The file, or the name that was given for bytes.
    pub name: String,
    /// The kind of error.
    pub kind: Box<ArrayErrorKind>,
}

/// The kinds of errors of arrays.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArrayErrorKind {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(std::io::Error),
    /// The file is compressed, and this build cannot read that.
    #[error("the file is compressed with gzip: enable the feature `gzip`, or decompress it")]
    Gzip,
    /// The file is of another kind.
    #[error("no {format} file: {reason}")]
    Format {
        /// `IDX` or `NPY`.
        format: &'static str,
        /// The part of the format that the file does not follow.
        reason: String,
    },
    /// The file is shorter or longer than its header says.
    #[error(
        "the header promises {shape:?} values of {size} bytes, but {found} bytes follow: the file is damaged or cut short"
    )]
    Size {
        /// Of the array.
        shape: Vec<usize>,
        /// Bytes of one value.
        size: usize,
        /// Bytes in the file.
        found: usize,
    },
    /// A sample has not as many values as the network's input or target.
    #[error("a sample of the array has {found} values, but the network's {what} has {expected}")]
    Sample {
        /// `input` or `target`.
        what: &'static str,
        /// In the array.
        found: usize,
        /// In the network.
        expected: usize,
    },
    /// A label is no class of the network.
    #[error("label {index} (counted from 0) is {label}, but the network has the classes 0 to {}", classes.saturating_sub(1))]
    Label {
        /// Its place, counted from 0.
        index: usize,
        /// The label.
        label: f64,
        /// How many classes the network has.
        classes: usize,
    },
    /// Arrays whose samples have different shapes.
    #[error("its samples have the shape {found:?}, but those before it have {expected:?}")]
    Shapes {
        /// Of this array.
        found: Vec<usize>,
        /// Of the arrays before it.
        expected: Vec<usize>,
    },
    /// Arrays whose numbers have different types.
    #[error("its numbers are not of the type of those before it: write all arrays with the same type")]
    Types,
    /// Inputs and targets that do not make a data set.
    #[error("{0}")]
    Data(DataError),
}

pub(super) fn error(name: &str, kind: ArrayErrorKind) -> ArrayError {
    ArrayError { name: name.to_string(), kind: Box::new(kind) }
}
