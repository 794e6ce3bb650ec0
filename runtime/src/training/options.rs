//! The options of a training, and the data that they give to it. Needs `alloc`.
#[cfg(feature = "std")]
use alloc::vec::Vec;

#[cfg(feature = "std")]
use super::checkpoint::Checkpoint;
use super::error::FitError;
use super::step::Samples;
use crate::data::{Augment, Dataset, first_part};
use crate::flat::Flat;

/// How to train: Keras's arguments of `fit`.
///
/// ```
/// # use castnet::prelude::*;
/// # fn options(test: &Dataset<[f32; 13], [f32; 1]>) {
/// let options = Fit::epochs(100).batch_size(32).seed(7).validation(test);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "options do nothing until they are given to `fit`"]
pub struct Fit<'a, X, Y, C = ()> {
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) shuffle: bool,
    pub(super) seed: Option<u64>,
    pub(super) augment: Option<Augment>,
    pub(super) validation: Validation<'a, X, Y>,
    pub(super) progress: bool,
    pub(super) callbacks: C,
    #[cfg(feature = "std")]
    pub(super) checkpoints: Vec<Checkpoint>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Validation<'a, X, Y> {
    None,
    Data(&'a Dataset<X, Y>),
    Split(f64),
    /// Both were given, which `fit` refuses.
    Twice {
        fraction: f64,
    },
    /// The same one was given twice, which `fit` refuses as well.
    Repeated {
        option: &'static str,
    },
}

impl<X, Y> Fit<'_, X, Y> {
    /// Trains so many times, at least once, over all samples; in batches of 32, shuffled, without validation, with a progress bar.
    pub fn epochs(epochs: usize) -> Self {
        Self {
            epochs,
            batch_size: 32,
            shuffle: true,
            seed: None,
            augment: None,
            validation: Validation::None,
            progress: true,
            callbacks: (),
            #[cfg(feature = "std")]
            checkpoints: Vec::new(),
        }
    }
}

impl<'a, X, Y, C> Fit<'a, X, Y, C> {
    /// Samples per step; the last batch of an epoch may be smaller. 32 by default.
    pub fn batch_size(self, batch_size: usize) -> Self {
        Self { batch_size, ..self }
    }

    /// Whether the order of the samples is drawn anew for every epoch. True by default.
    pub fn shuffle(self, shuffle: bool) -> Self {
        Self { shuffle, ..self }
    }

    /// Starts the generator behind shuffling, dropout and augmentation anew. Without it the trainer's own goes on, as it does in a
    /// training that was resumed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Changes the images of every batch at random, anew in every epoch: see [`Augment`]. The data stay as they are, and
    /// validation data are left alone.
    pub fn augment(self, augment: Augment) -> Self {
        Self { augment: Some(augment), ..self }
    }

    /// Data to evaluate after every epoch, instead of a [`validation_split`](Self::validation_split).
    pub fn validation(self, data: &'a Dataset<X, Y>) -> Self {
        let validation = match self.validation {
            Validation::None => Validation::Data(data),
            Validation::Data(_) => Validation::Repeated { option: "validation" },
            repeated @ Validation::Repeated { .. } => repeated,
            Validation::Split(fraction) | Validation::Twice { fraction } => Validation::Twice { fraction },
        };
        Self { validation, ..self }
    }

    /// Holds back the last part of the data (0.2: a fifth), before any shuffling, to evaluate after every epoch, instead of other data for
    /// [`validation`](Self::validation).
    pub fn validation_split(self, fraction: f64) -> Self {
        let validation = match self.validation {
            Validation::None => Validation::Split(fraction),
            Validation::Split(_) => Validation::Repeated { option: "validation_split" },
            repeated @ Validation::Repeated { .. } => repeated,
            Validation::Data(_) | Validation::Twice { .. } => Validation::Twice { fraction },
        };
        Self { validation, ..self }
    }

    /// Whether to show a progress bar (with the feature `progress`). True by default.
    pub fn progress(self, shown: bool) -> Self {
        Self { progress: shown, ..self }
    }

    /// Adds a callback, which is called after the callbacks that were given before it: see [`callbacks`](crate::callbacks).
    pub fn callback<K>(self, callback: &'a mut K) -> Fit<'a, X, Y, (C, &'a mut K)> {
        Fit {
            epochs: self.epochs,
            batch_size: self.batch_size,
            shuffle: self.shuffle,
            seed: self.seed,
            augment: self.augment,
            validation: self.validation,
            progress: self.progress,
            callbacks: (self.callbacks, callback),
            #[cfg(feature = "std")]
            checkpoints: self.checkpoints,
        }
    }

    /// Saves the training to a file, every few epochs or when it is better than before: see [`Checkpoint`].
    #[cfg(feature = "std")]
    pub fn checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.checkpoints.push(checkpoint);
        self
    }
}

impl<'a, X, Y> Samples<'a, X, Y> {
    pub(super) fn all(data: &'a Dataset<X, Y>) -> Self {
        Self { inputs: data.inputs(), targets: data.targets(), weights: data.weights() }
    }

    fn split_at(self, index: usize) -> (Self, Self) {
        let (inputs, inputs_behind) = self.inputs.split_at(index);
        let (targets, targets_behind) = self.targets.split_at(index);
        let (weights, weights_behind) = self.weights.split_at(index.min(self.weights.len()));
        (
            Self { inputs, targets, weights },
            Self { inputs: inputs_behind, targets: targets_behind, weights: weights_behind },
        )
    }

    /// Chunks of so many samples; the last one may be smaller.
    pub(super) fn chunks(self, samples: usize) -> impl Iterator<Item = Self> {
        let starts = (0..self.inputs.len()).step_by(samples.max(1));
        starts.map(move |start| {
            let (_, rest) = self.split_at(start);
            rest.split_at(samples.min(rest.inputs.len())).0
        })
    }
}

/// The samples for training, and the samples for validation.
pub(super) struct Split<'a, X, Y> {
    pub(super) training: Samples<'a, X, Y>,
    pub(super) validation: Option<Samples<'a, X, Y>>,
}

impl<'a, X: Flat, Y: Flat<Scalar = X::Scalar>> Validation<'a, X, Y> {
    /// Splits the data into training and validation.
    pub(super) fn split(self, data: &'a Dataset<X, Y>) -> Result<Split<'a, X, Y>, FitError> {
        let all = Samples::all(data);
        match self {
            Self::None => Ok(Split { training: all, validation: None }),
            Self::Data(held_out) => Ok(Split { training: all, validation: Some(Samples::all(held_out)) }),
            Self::Split(fraction) => {
                let samples = data.len();
                let training = first_part(samples, fraction).ok_or(FitError::ValidationSplit { fraction, samples })?;
                let (training, validation) = all.split_at(training);
                Ok(Split { training, validation: Some(validation) })
            }
            Self::Twice { fraction } => Err(FitError::TwoValidations { fraction }),
            Self::Repeated { option } => Err(FitError::RepeatedValidation { option }),
        }
    }
}
