//! Why a training was not resumed.
use std::boxed::Box;
use std::path::PathBuf;
use std::string::String;

use thiserror::Error;

use crate::files::{FileError, WeightsError};

/// A checkpoint that cannot be gone on with. The trainer stays as it was.
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
        /// What is wrong.
        #[source]
        error: Box<WeightsError>,
    },
    /// The file holds no training.
    #[error("the training was not resumed: {path} holds weights and no training: load it with `WeightFiles::load`")]
    NoTraining {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold what was written.
    #[error("the training was not resumed: {path} is damaged: {reason}; go on with an older checkpoint, or begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// The training was another one.
    #[error("the training was not resumed: {path} was written with the {what} {saved}, but this training has {now}")]
    OtherTraining {
        /// The file.
        path: PathBuf,
        /// `optimizer` or `figures`.
        what: &'static str,
        /// In the file.
        saved: String,
        /// In the trainer.
        now: String,
    },
}
