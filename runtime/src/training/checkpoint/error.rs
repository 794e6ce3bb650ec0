//! Why a training was not resumed.
use std::boxed::Box;
use std::path::PathBuf;
use std::string::String;

use thiserror::Error;

use crate::files::{FileError, WeightsError};

/// A checkpoint that no training can go on from. The trainer stays as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The file cannot be read.
    #[error("the training was not resumed: {0}")]
    File(#[from] FileError),
    /// The file is damaged, or belongs to another network.
    #[error("the training was not resumed: {path}: {error}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// The damage, or the difference.
        #[source]
        error: Box<WeightsError>,
    },
    /// The file holds no training.
    #[error("the training was not resumed: {path} holds weights and no training: load it with `WeightFiles::load`")]
    NoTraining {
        /// The file.
        path: PathBuf,
    },
    /// A part of the training is missing in the file, or has another size.
    #[error("the training was not resumed: {path} is damaged: {reason}; go on with an older checkpoint, or begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The damage, or the difference.
        reason: &'static str,
    },
    /// The training was another one.
    #[error("the training was not resumed: {path} was written with the {what} {saved}, but this training has {now}")]
    OtherTraining {
        /// The file.
        path: PathBuf,
        /// `optimizer`, `loss` or `figures`.
        what: &'static str,
        /// In the file.
        saved: String,
        /// In the trainer.
        now: String,
    },
}
