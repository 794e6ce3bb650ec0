//! The options of a training, and the data that they give to it.
use thiserror::Error;

use crate::data::first_part;
use crate::{Dataset, Flat};

/// How to train: Keras's arguments of `fit`.
///
/// ```
/// # use castnet::prelude::*;
/// # fn options(test: &Dataset<[f32; 13], [f32; 1]>) {
/// let options = Fit::epochs(100).batch_size(32).seed(7).validation(test);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until they are given to `fit`"]
pub struct Fit<'a, X, Y> {
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) shuffle: bool,
    pub(super) seed: Option<u64>,
    pub(super) validation: Validation<'a, X, Y>,
    pub(super) progress: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Validation<'a, X, Y> {
    None,
    Data(&'a Dataset<X, Y>),
    Split(f64),
}

/// Options that cannot be followed; [`Outcome::Refused`](crate::Outcome::Refused) carries it.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum FitError {
    /// A batch must hold at least one sample.
    #[error("a batch size of 0: a batch holds at least one sample")]
    BatchSize,
    /// A part of the data for validation must leave some for both.
    #[error(
        "a validation split of {part} of {samples} samples leaves no sample for training or none for validation: give a part between 0 and 1"
    )]
    ValidationSplit {
        /// As given.
        part: f64,
        /// In the data set.
        samples: usize,
    },
}

impl<'a, X, Y> Fit<'a, X, Y> {
    /// Trains so many times over all samples; in batches of 32, shuffled, without validation, with a progress bar.
    pub fn epochs(epochs: usize) -> Self {
        Self { epochs, batch_size: 32, shuffle: true, seed: None, validation: Validation::None, progress: true }
    }

    /// Samples per step; the last batch of an epoch may be smaller. 32 by default.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// Whether the order of the samples is drawn anew for every epoch. True by default.
    pub fn shuffle(self, shuffle: bool) -> Self {
        Self { shuffle, ..self }
    }

    /// Starts the generator behind shuffling and dropout anew. Without it the trainer's own goes on.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Data to evaluate after every epoch.
    pub fn validation(self, data: &'a Dataset<X, Y>) -> Self {
        Self { validation: Validation::Data(data), ..self }
    }

    /// Holds back the last part of the data (0.2: a fifth), before any shuffling, to evaluate after every epoch.
    pub fn validation_split(self, part: f64) -> Self {
        Self { validation: Validation::Split(part), ..self }
    }

    /// Whether to show a progress bar (with the feature `progress`). True by default.
    pub fn progress(self, shown: bool) -> Self {
        Self { progress: shown, ..self }
    }
}

/// Inputs and targets, sample by sample.
pub(super) type Samples<'a, X, Y> = (&'a [X], &'a [Y]);
/// The samples to train on, and those to validate with.
type Parts<'a, X, Y> = (Samples<'a, X, Y>, Option<Samples<'a, X, Y>>);

impl<X: Flat, Y: Flat<Scalar = X::Scalar>> Fit<'_, X, Y> {
    /// Parts the data as the options say.
    pub(super) fn part<'d>(&'d self, data: &'d Dataset<X, Y>) -> Result<Parts<'d, X, Y>, FitError> {
        if self.batch_size == 0 {
            return Err(FitError::BatchSize);
        }
        let (inputs, targets) = (data.inputs(), data.targets());
        match self.validation {
            Validation::None => Ok(((inputs, targets), None)),
            Validation::Data(held_out) => Ok(((inputs, targets), Some((held_out.inputs(), held_out.targets())))),
            Validation::Split(part) => {
                let samples = inputs.len();
                let training = first_part(samples, part).ok_or(FitError::ValidationSplit { part, samples })?;
                let (training_inputs, validation_inputs) = inputs.split_at(training);
                let (training_targets, validation_targets) = targets.split_at(training);
                Ok(((training_inputs, training_targets), Some((validation_inputs, validation_targets))))
            }
        }
    }
}
