//! `fit`: epochs, batches, callbacks and checkpoints. Needs `alloc`.
mod batches;
mod run;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::callbacks::Callbacks;
use super::error::FitError;
use super::evaluation::Evaluation;
use super::history::{Epoch, History, Outcome, Warning};
use super::monitor::Monitor;
use super::options::{Fit, Split};
use super::progress::Progress;
use super::step::{Samples, check_targets};
use super::trainer::{Trainer, same_samples};
use crate::data::Dataset;
use crate::flat::Flat;
use crate::losses::{Loss, TargetError};
use crate::network::{BatchError, InputOf, Network, TargetOf};
use crate::numbers::Shown;
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;
use batches::Batches;
use run::Run;

impl<N, L, O> Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    /// Trains on the samples of a data set, in batches, for a number of epochs.
    ///
    /// `normalize` layers that have not learnt their statistics learn them from the training data first. The loss of an
    /// epoch is the mean over its samples, measured while the weights move and with dropout at work; that of the
    /// validation data is measured after the epoch, without dropout. Both contain the penalties of
    /// [`regularizers`](crate::regularizers), as in Keras. The weights of samples count in the loss, and not in the penalties.
    ///
    /// A loss that is no longer finite ends the training before the batch that shows it changes anything, and so do weights
    /// that are no longer finite after an epoch. The history says where, as it does when the options cannot be followed.
    ///
    /// At the end an optimizer that keeps something for the weights, such as [`Average`](crate::optimizers::Average), puts it in
    /// their place; the history and the checkpoints know the weights before that.
    ///
    /// A training that was [resumed](Self::resume) goes on with the epoch after the last one that its checkpoint holds.
    pub fn fit<X, Y, C>(&mut self, data: &Dataset<X, Y>, options: Fit<'_, X, Y, C>) -> History
    where
        X: InputOf<N::Input> + Flat<Scalar = N::Scalar>,
        Y: TargetOf<L::Target> + Flat<Scalar = N::Scalar>,
        C: Callbacks<N>,
    {
        let Fit { epochs, batch_size, shuffle, seed, augment, validation, progress, mut callbacks, .. } = options;
        let mut run = Run {
            callbacks: Vec::new(),
            #[cfg(feature = "std")]
            checkpoints: options.checkpoints,
            epochs: Vec::new(),
            epoch: 0,
            stopped: None,
            warnings: Vec::new(),
        };
        callbacks.list(&mut run.callbacks);
        let mut batches = Batches::new(batch_size, shuffle, augment);

        let begun = validation.split(data).and_then(|Split { training, validation }| {
            let training = same_samples::<X, Y, _, _>(training);
            let data = Split { training, validation: validation.map(same_samples::<X, Y, _, _>) };
            self.check_options(epochs, &data, &batches, &run)?;
            let stopped = self.begin(seed, &data, &mut run)?;
            Ok((data, stopped))
        });
        let (data, stopped) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                return History { epochs: Vec::new(), outcome: Outcome::Refused(error), warnings: Vec::new() };
            }
        };
        let mut progress = Progress::new(epochs, progress);
        let outcome = match stopped {
            Some(reason) => Outcome::Stopped { epoch: run.epochs.len(), reason },
            None => self.train(epochs, &data, &mut batches, &mut run, &mut progress),
        };
        if !matches!(outcome, Outcome::Diverged { .. }) {
            self.finish();
        }
        run.tell(self, |callback, training| callback.on_train_end(training));
        progress.finish(&outcome);
        History { epochs: run.epochs, outcome, warnings: run.warnings }
    }

    /// Whether this trainer can follow the options of a training.
    fn check_options(
        &mut self,
        epochs: usize,
        data: &Split<'_, N::Input, L::Target>,
        batches: &Batches<N::Input, L::Target>,
        run: &Run<'_, N>,
    ) -> Result<(), FitError> {
        if epochs == 0 {
            return Err(FitError::Epochs);
        }
        batches.check()?;
        self.check_numbers()?;
        self.loss.check_reductions()?;
        if self.check_learning_rate().is_err() {
            return Err(FitError::LearningRate { rate: self.optimizer.learning_rate_of(self.state.steps + 1) });
        }
        let of_validation = data.validation.into_iter().map(|samples| (samples, true));
        for (Samples { targets, weights, .. }, validation) in [(data.training, false)].into_iter().chain(of_validation)
        {
            check_targets(&self.loss, targets, weights)
                .map_err(|TargetError { sample, objection }| FitError::Target { sample, validation, objection })?;
        }
        self.check_monitors(run.watched(), data.validation.is_some())?;
        #[cfg(feature = "std")]
        run.check_files(self.resumed.as_ref().map_or(0, |resumed| resumed.epochs.len()), epochs)?;
        Ok(())
    }

    /// Whether every figure that is watched is measured.
    fn check_monitors<'m>(
        &self,
        watched: impl Iterator<Item = &'m Monitor>,
        has_validation: bool,
    ) -> Result<(), FitError> {
        for monitor in watched {
            let name = monitor.name().to_string();
            let validation_missing = monitor.wants_validation() && !has_validation;
            if validation_missing || self.monitor(&name).is_err() {
                return Err(FitError::Monitor { name, validation_missing });
            }
        }
        Ok(())
    }

    /// Goes on with the training that was resumed, if one was, and lets the callbacks see the training before its first epoch. Returns why
    /// a callback had stopped the training that was resumed, if one had.
    fn begin(
        &mut self,
        seed: Option<u64>,
        data: &Split<'_, N::Input, L::Target>,
        run: &mut Run<'_, N>,
    ) -> Result<Option<String>, FitError> {
        if let Some(resumed) = &self.resumed {
            run.restore(resumed, data.validation.is_some())?;
            run.epochs = resumed.epochs.clone();
        }
        run.epoch = run.epochs.len();
        run.call(self, |callback, training| callback.on_train_begin(training))
            .map_err(|error| FitError::Callback(error.to_string()))?;
        // From here on nothing refuses the training: until here the trainer is as it was, so that `fit` can be called again.
        let resumed = self.resumed.take();
        if let (None, Some(seed)) = (&resumed, seed) {
            self.reseed(seed);
        }
        if !self.network.is_adapted() {
            self.network.adapt_to(data.training.inputs, &mut |layer, constant| {
                let channels: Vec<usize> =
                    (0..).zip(constant).filter_map(|(channel, is)| is.then_some(channel)).collect();
                if !channels.is_empty() {
                    run.warnings.push(Warning::ConstantChannels { layer, channels });
                }
            });
        }
        Ok(resumed.and_then(|resumed| resumed.stopped))
    }

    /// Trains up to an epoch, unless something ends the training before.
    fn train(
        &mut self,
        epochs: usize,
        data: &Split<'_, N::Input, L::Target>,
        batches: &mut Batches<N::Input, L::Target>,
        run: &mut Run<'_, N>,
        progress: &mut Progress,
    ) -> Outcome {
        for epoch in run.epochs.len() + 1..=epochs {
            if let Err(outcome) = self.epoch(epoch, data, batches, run, progress) {
                return outcome;
            }
        }
        Outcome::Completed
    }

    /// An epoch with its validation, callbacks and checkpoints; an error is the end of the training.
    fn epoch(
        &mut self,
        epoch: usize,
        data: &Split<'_, N::Input, L::Target>,
        batches: &mut Batches<N::Input, L::Target>,
        run: &mut Run<'_, N>,
        progress: &mut Progress,
    ) -> Result<(), Outcome> {
        run.epoch = epoch;
        run.call(self, |callback, training| callback.on_epoch_begin(training))
            .map_err(|error| Outcome::Failed { epoch: epoch - 1, reason: error.to_string() })?;
        batches.draw_order(data.training.inputs.len(), &mut self.rng.rng);
        let train =
            self.steps(data.training, batches, run).map_err(|(batch, error)| Self::outcome_of(epoch, batch, error))?;
        let validation = data.validation.map(|samples| self.evaluate_samples(samples));
        self.rng.next_epoch();
        let learning_rate = self.optimizer.learning_rate_of(self.state.steps);
        let record = Epoch { train, validation, learning_rate };
        progress.epoch(epoch, &record);
        run.epochs.push(record);

        let done = run.call(self, |callback, training| callback.on_epoch_end(training));
        #[cfg(feature = "std")]
        let done = done.and_then(|()| run.save(self));
        done.map_err(|error| Outcome::Failed { epoch, reason: error.to_string() })?;
        match run.stopped.take() {
            Some(reason) => Err(Outcome::Stopped { epoch, reason }),
            None => Ok(()),
        }
    }

    /// The end of a training at a batch that no step could be taken on.
    fn outcome_of(epoch: usize, batch: usize, error: BatchError) -> Outcome {
        let BatchError::LearningRate { rate } = error else { return Outcome::Diverged { epoch, batch } };
        let reason = format!(
            "the learning rate of epoch {epoch}, batch {batch} is {}: give one that is finite and not negative",
            Shown(rate)
        );
        Outcome::Failed { epoch: epoch - 1, reason }
    }

    /// A step on every batch of an epoch; an error comes with the number of the batch.
    fn steps(
        &mut self,
        all: Samples<'_, N::Input, L::Target>,
        batches: &mut Batches<N::Input, L::Target>,
        run: &mut Run<'_, N>,
    ) -> Result<Evaluation, (usize, BatchError)> {
        self.metrics.reset();
        let mut sum = 0.0;
        let samples = all.inputs.len();
        for (number, range) in (1..).zip(batches.ranges(samples)) {
            let size = range.len();
            let batch = batches.batch(all, range, &mut self.rng.rng);
            let loss = self.step(batch).map_err(|error| (number, error))?;
            sum += loss * size as f64;
            if !run.callbacks.is_empty() {
                run.tell(self, |callback, training| callback.on_batch_end(training, number, loss));
            }
        }
        // A last step that went too far shows in no later loss.
        if !self.network.as_flat().iter().all(|&parameter| Scalar::is_finite(parameter)) {
            return Err((batches.ranges(samples).count(), BatchError::NotFinite));
        }
        Ok(Evaluation { loss: sum / samples as f64, metrics: self.metrics.values() })
    }
}
