//! The errors of data. Needs `alloc`.
use thiserror::Error;

use crate::numbers::Shown;

/// Data that cannot be trained on.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum DataError {
    /// Inputs and targets are not equally many.
    #[error("{inputs} inputs, but {targets} targets: each input wants one target")]
    Lengths {
        /// Inputs given.
        inputs: usize,
        /// Targets given.
        targets: usize,
    },
    /// There is no sample.
    #[error("no samples: there must be at least one")]
    Empty,
    /// An input is NaN or infinite.
    #[error("value {index} of input {sample} is {value} (counted from 0): clean the data first")]
    Input {
        /// The sample, counted from 0.
        sample: usize,
        /// The value in it, counted from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A target is NaN or infinite.
    #[error("value {index} of target {sample} is {value} (counted from 0): clean the data first")]
    Target {
        /// The sample, counted from 0.
        sample: usize,
        /// The value in it, counted from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A row has not as many values as the network's input or target.
    #[error("row {row} of the {what}s (counted from 0) has {found} values, but the network's {what} has {expected}")]
    Row {
        /// `input` or `target`.
        what: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// Values in it.
        found: usize,
        /// Values in the network's input or target.
        expected: usize,
    },
    /// Weights are not as many as the samples.
    #[error("{weights} weights for {samples} samples: give one for each")]
    Weights {
        /// Samples in the data set.
        samples: usize,
        /// Weights given.
        weights: usize,
    },
    /// A weight that is negative, NaN or infinite.
    #[error("the weight of sample {sample} is {} (counted from 0): weights are 0 or more", Shown(*.weight))]
    Weight {
        /// The sample, counted from 0.
        sample: usize,
        /// Its weight.
        weight: f64,
    },
    /// All weights are 0.
    #[error("all weights are 0: there is nothing to learn from")]
    NoWeight,
    /// A target that names no class.
    #[error("target {sample} (counted from 0) names none of the {classes} classes: give numbers from 0 to {}, or one-hot values", classes.saturating_sub(1))]
    Class {
        /// The sample, counted from 0.
        sample: usize,
        /// How many classes there are.
        classes: usize,
    },
    /// A target of a class that no weight was given for.
    #[error(
        "sample {sample} (counted from 0) is of class {class}, but there are weights for {weights} classes: give one for each class, from class 0 on"
    )]
    ClassWeight {
        /// The sample, counted from 0.
        sample: usize,
        /// Its class, counted from 0.
        class: usize,
        /// How many weights there are.
        weights: usize,
    },
    /// A class has not enough samples to be in every part.
    #[error("class {class} has {samples} samples, too few to be in {parts} parts: give more data, or fewer parts")]
    FewOfClass {
        /// The class.
        class: usize,
        /// Its samples.
        samples: usize,
        /// The parts.
        parts: usize,
    },
    /// Folds that cannot be made.
    #[error("{folds} folds of {samples} samples: there must be at least two, and a sample for each")]
    Folds {
        /// As asked for.
        folds: usize,
        /// Samples in the data set.
        samples: usize,
    },
    /// One of the parts would be empty.
    #[error(
        "a split of {samples} samples that puts {} of them into the second part leaves one part empty: give a fraction between 0 and 1",
        Shown(*.fraction)
    )]
    Split {
        /// Samples in the data set.
        samples: usize,
        /// The fraction that was asked for.
        fraction: f64,
    },
}
