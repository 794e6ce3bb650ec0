//! Why a training is refused. Needs `alloc`.
use alloc::string::String;

use thiserror::Error;

use crate::data::AugmentError;
use crate::losses::{Objection, ReductionError};
use crate::numbers::{NumberError, Shown};

/// Options that cannot be followed; [`Outcome::Refused`](crate::Outcome::Refused) carries it.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum FitError {
    /// No epoch, so nothing would be trained.
    #[error("0 epochs: give at least one")]
    Epochs,
    /// A batch must hold at least one sample.
    #[error("a batch size of 0: a batch holds at least one sample")]
    BatchSize,
    /// The learning rate is negative, NaN or infinite.
    #[error("a learning rate of {}: give one that is finite and not negative", Shown(*.rate))]
    LearningRate {
        /// The learning rate of the first step.
        rate: f64,
    },
    /// A number of the loss, the optimizer or a metric that makes no sense.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The losses of two outputs are reduced in two ways.
    #[error(transparent)]
    Reductions(#[from] ReductionError),
    /// Both data for validation and a fraction of the training data.
    #[error(
        "validation data and a validation split of {}: give one of them, `validation` or `validation_split`",
        Shown(*.fraction)
    )]
    TwoValidations {
        /// The fraction that was given.
        fraction: f64,
    },
    /// The same option for validation a second time.
    #[error("`{option}` was given twice: give it once, as a training has one set of validation data")]
    RepeatedValidation {
        /// `validation` or `validation_split`.
        option: &'static str,
    },
    /// The fraction of the data for validation leaves none for training, or none for validation.
    #[error(
        "a validation split of {} of {samples} samples leaves no sample for training or none for validation: give a fraction between 0 and 1",
        Shown(*.fraction)
    )]
    ValidationSplit {
        /// As given.
        fraction: f64,
        /// In the data set.
        samples: usize,
    },
    /// A target that does not suit the loss.
    #[error(
        "the target of {} sample {sample} (counted from 0) does not suit the loss: {objection}",
        if *.validation { "validation" } else { "training" }
    )]
    Target {
        /// The sample, counted from 0.
        sample: usize,
        /// Whether it is one of the validation data.
        validation: bool,
        /// Why.
        objection: Objection,
    },
    /// The inputs cannot be augmented so.
    #[error(transparent)]
    Augment(#[from] AugmentError),
    /// A callback or a checkpoint watches a figure that is not measured.
    #[error(
        "a callback watches `{name}`, which this training does not measure: {}",
        if *.validation_missing { "give it validation data" } else { "give the trainer that metric" }
    )]
    Monitor {
        /// The figure's name.
        name: String,
        /// Whether it is a figure of validation data, of which there are none.
        validation_missing: bool,
    },
    /// The file of a checkpoint cannot be written: its folder is missing, for example, or its name has an unknown placeholder.
    #[cfg(feature = "std")]
    #[error("the checkpoint cannot be written: {0}")]
    Checkpoint(String),
    /// A callback cannot work with this training.
    #[error("{0}")]
    Callback(String),
    /// The training that was resumed had other callbacks or checkpoints.
    #[error(
        "the training that was resumed had other callbacks or checkpoints: give the same ones in the same order ({saved} then, {given} now)"
    )]
    Resumed {
        /// How many it had.
        saved: usize,
        /// How many there are now.
        given: usize,
    },
    /// The training that was resumed had validation data and this one has none, or the other way round.
    #[error(
        "the training that was resumed had {}",
        if *.had_validation { "validation data: give them again" } else { "no validation data: leave them out" }
    )]
    ResumedValidation {
        /// Whether it had validation data.
        had_validation: bool,
    },
}
