//! `fit`: epochs, batches, callbacks and checkpoints. Needs `alloc`.
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::buffers::Buffer;
use super::callbacks::{Callback, CallbackError, Callbacks, Training};
use super::error::FitError;
use super::evaluation::Evaluation;
use super::history::{Epoch, History, Outcome};
use super::monitor::Monitor;
use super::options::Fit;
use super::progress::Progress;
use super::step::Samples;
use super::trainer::{Remembers, Resumed, Trainer, same_samples};
use crate::data::shuffle::shuffle;
use crate::data::{Augment, Dataset};
use crate::flat::Flat;
use crate::losses::Loss;
use crate::network::{BatchError, InputOf, Network, TargetOf};
use crate::optimizers::Optimizer;
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// A training that is going on: what its hooks need.
struct Run<'c, N: Network> {
    callbacks: Vec<&'c mut dyn Callback<N>>,
    epochs: Vec<Epoch>,
    /// The number of the epoch, counted from 1.
    epoch: usize,
    stopped: Option<String>,
}

impl<N: Network> Run<'_, N> {
    /// Lets every callback see the training; the first error ends it.
    fn call<T>(
        &mut self,
        trainer: &mut T,
        mut hook: impl FnMut(&mut dyn Callback<N>, &mut Training<'_, N>) -> Result<(), CallbackError>,
    ) -> Result<(), CallbackError>
    where
        T: super::callbacks::Trains<N>,
    {
        let Self { callbacks, epochs, epoch, stopped } = self;
        let mut training = Training { trainer, epochs, epoch: *epoch, stopped };
        callbacks.iter_mut().try_for_each(|callback| hook(*callback, &mut training))
    }

    /// As [`call`](Self::call), for hooks that cannot fail.
    fn tell<T>(&mut self, trainer: &mut T, mut hook: impl FnMut(&mut dyn Callback<N>, &mut Training<'_, N>))
    where
        T: super::callbacks::Trains<N>,
    {
        _ = self.call(trainer, |callback, training| {
            hook(callback, training);
            Ok(())
        });
    }
}

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
    /// validation data is measured after the epoch, without dropout. Both contain the penalties of `l1` and `l2`, as in
    /// Keras. The weights of samples count in the loss.
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
        #[cfg(feature = "std")]
        let mut checkpoints = options.checkpoints;
        let mut run = Run { callbacks: Vec::new(), epochs: Vec::new(), epoch: 0, stopped: None };
        callbacks.list(&mut run.callbacks);

        let refused = |error| History { epochs: Vec::new(), outcome: Outcome::Refused(error) };
        let (training, validation) = match validation.part(data) {
            Ok(_) if batch_size == 0 => return refused(FitError::BatchSize),
            Ok(parts) => parts,
            Err(error) => return refused(error),
        };
        if let Some(Err(error)) = augment.map(|augment| augment.check::<N::Input>()) {
            return refused(error.into());
        }
        if epochs > 0 && self.check_learning_rate().is_err() {
            return refused(FitError::LearningRate { rate: self.optimizer.learning_rate_of(self.state.steps + 1) });
        }
        let training = same_samples::<X, Y, _, _>(training);
        let validation = validation.map(same_samples::<X, Y, _, _>);
        for (samples, validation) in [(Some(training), false), (validation, true)] {
            let (targets, weights) =
                samples.map(|Samples { targets, weights, .. }| (targets, weights)).unwrap_or_default();
            let mut objections = targets.iter().enumerate().filter_map(|(sample, target)| {
                // The target of a sample that does not count may be anything.
                let counts = weights.get(sample) != Some(&0.0);
                Some((sample, self.loss().objection(target).filter(|_| counts)?))
            });
            if let Some((sample, reason)) = objections.next() {
                return refused(FitError::Target { sample, validation, reason });
            }
        }
        let watched = run.callbacks.iter().filter_map(|callback| callback.watches());
        #[cfg(feature = "std")]
        let watched = watched.chain(checkpoints.iter().filter_map(|checkpoint| checkpoint.watches()));
        if let Err(error) = self.check_monitors(watched, validation.is_some()) {
            return refused(error);
        }
        #[cfg(feature = "std")]
        let mut others = checkpoints.iter_mut().map(|checkpoint| checkpoint as &mut dyn Remembers).collect();
        #[cfg(not(feature = "std"))]
        let mut others = Vec::new();
        let mut outcome = Outcome::Completed;
        match self.restore(&mut run.callbacks, &mut others, validation.is_some()) {
            Ok(Some(Resumed { epochs, stopped, .. })) => {
                run.epochs = epochs;
                if let Some(reason) = stopped {
                    outcome = Outcome::Stopped { epoch: run.epochs.len(), reason };
                }
            }
            Ok(None) => {
                if let Some(seed) = seed {
                    self.reseed(seed);
                }
            }
            Err(error) => return refused(error),
        }
        if !self.network.is_adapted() {
            self.network.adapt_to(training.inputs);
        }
        run.epoch = run.epochs.len();
        if let Err(error) = run.call(self, |callback, training| callback.on_train_begin(training)) {
            return refused(FitError::Callback(error.to_string()));
        }
        // Only now: a training that was refused can be gone on with by other options.
        self.resumed = None;

        let mut progress = Progress::new(epochs, progress);
        let epochs = if matches!(outcome, Outcome::Completed) { epochs } else { run.epochs.len() };
        let mut order: Vec<usize> = Vec::new();
        let mut batch = Batch { augment, ..Batch::default() };
        for epoch in run.epochs.len() + 1..=epochs {
            run.epoch = epoch;
            if let Err(error) = run.call(self, |callback, training| callback.on_epoch_begin(training)) {
                outcome = Outcome::Failed { epoch: epoch - 1, reason: error.to_string() };
                break;
            }
            order.clear();
            // What is augmented is a copy, whatever its order.
            if shuffle || augment.is_some() {
                order.extend(0..training.inputs.len());
            }
            if shuffle {
                self::shuffle(&mut order, &mut self.rng.rng);
            }
            match self.epoch(training, &order, batch_size, &mut batch, &mut run) {
                Ok(train) => {
                    let validation = validation.map(|samples| self.evaluate_samples(samples));
                    self.rng.next_epoch();
                    let record = Epoch { train, validation };
                    progress.epoch(epoch, &record);
                    run.epochs.push(record);
                }
                Err((batch, BatchError::LearningRate)) => {
                    let rate = self.optimizer.learning_rate_of(self.state.steps + 1);
                    let reason = alloc::format!(
                        "the learning rate of epoch {epoch}, batch {batch} is {rate}: give a finite one"
                    );
                    outcome = Outcome::Failed { epoch: epoch - 1, reason };
                    break;
                }
                Err((batch, _)) => {
                    outcome = Outcome::Diverged { epoch, batch };
                    break;
                }
            }
            let done = run.call(self, |callback, training| callback.on_epoch_end(training));
            #[cfg(feature = "std")]
            let done = done.and_then(|()| {
                let states = run.callbacks.iter().map(|callback| callback.state()).collect();
                let (epochs, stopped) = (&*run.epochs, run.stopped.as_deref());
                super::checkpoint::save(&mut checkpoints, epochs, states, &|states| {
                    super::checkpoint::file::to_bytes(self, epochs, states, stopped)
                })
            });
            if let Err(error) = done {
                outcome = Outcome::Failed { epoch, reason: error.to_string() };
                break;
            }
            if let Some(reason) = run.stopped.take() {
                outcome = Outcome::Stopped { epoch, reason };
                break;
            }
        }
        if epochs > 0 && !matches!(outcome, Outcome::Diverged { .. }) {
            self.finish();
        }
        run.tell(self, |callback, training| callback.on_train_end(training));
        progress.finish(&outcome);
        History { epochs: run.epochs, outcome }
    }

    /// Everything that is watched must be measured.
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

    /// Gives callbacks and checkpoints the states that they had in the training that was resumed, and returns what is known of
    /// it.
    fn restore(
        &mut self,
        callbacks: &mut [&mut dyn Callback<N>],
        others: &mut Vec<&mut dyn Remembers>,
        has_validation: bool,
    ) -> Result<Option<Resumed>, FitError> {
        let Some(resumed) = &self.resumed else { return Ok(None) };
        let Resumed { epochs, states, .. } = resumed;
        let had_validation = epochs.last().is_some_and(|epoch| epoch.validation.is_some());
        if had_validation != has_validation && !epochs.is_empty() {
            return Err(FitError::ResumedValidation { had_validation });
        }
        let given = callbacks.len() + others.len();
        let mismatch = FitError::Resumed { saved: states.len(), given };
        if states.len() != given {
            return Err(mismatch);
        }
        let (of_callbacks, of_others) = states.split_at(callbacks.len());
        let are_restored = callbacks.iter_mut().zip(of_callbacks).all(|(callback, state)| callback.restore(state))
            && others.iter_mut().zip(of_others).all(|(other, state)| other.restore(state));
        if !are_restored {
            return Err(mismatch);
        }
        Ok(Some(resumed.clone()))
    }

    /// One pass over all samples, in the order that is given or as they lie; the error is the number of the batch at which it
    /// ended, and why.
    fn epoch(
        &mut self,
        all: Samples<'_, N::Input, L::Target>,
        order: &[usize],
        batch_size: usize,
        batch: &mut Batch<N::Input, L::Target>,
        run: &mut Run<'_, N>,
    ) -> Result<Evaluation, (usize, BatchError)> {
        self.metrics.reset();
        let mut sum = 0.0;
        let samples = all.inputs.len();
        for (number, first) in (1..).zip((0..samples).step_by(batch_size)) {
            let range = first..samples.min(first.saturating_add(batch_size));
            let size = range.len();
            let loss = match order.get(range.clone()) {
                Some(indices) => {
                    let batch = batch.gather(all, indices, &mut self.rng.rng);
                    self.step(batch)
                }
                None => self.step(all.range(range)),
            };
            let loss = loss.map_err(|error| (number, error))?;
            sum += loss * size as f64;
            if !run.callbacks.is_empty() {
                run.tell(self, |callback, training| callback.on_batch_end(training, number, loss));
            }
        }
        // A last step that went too far shows in no later loss.
        if !self.network.as_flat().iter().all(|&parameter| Scalar::is_finite(parameter)) {
            return Err((samples.div_ceil(batch_size), BatchError::NotFinite));
        }
        Ok(Evaluation { loss: sum / samples as f64, metrics: self.metrics.values() })
    }
}

/// The samples of a batch, copied side by side, and augmented if that is asked for.
struct Batch<X: Flat, Y: Flat> {
    inputs: Buffer<X>,
    targets: Buffer<Y>,
    weights: Vec<f64>,
    augment: Option<Augment>,
}

impl<X: Flat, Y: Flat> Default for Batch<X, Y> {
    fn default() -> Self {
        Self { inputs: Buffer::default(), targets: Buffer::default(), weights: Vec::new(), augment: None }
    }
}

impl<X: Flat, Y: Flat> Batch<X, Y> {
    fn gather(&mut self, all: Samples<'_, X, Y>, indices: &[usize], rng: &mut TrainingRng) -> Samples<'_, X, Y> {
        self.weights.clear();
        self.weights.extend(indices.iter().filter_map(|&index| all.weights.get(index)));
        Samples {
            inputs: self.inputs.gather(all.inputs, indices, |image, copy| match &self.augment {
                Some(augment) => augment.change(image, rng, copy),
                None => copy.copy_from_slice(image),
            }),
            targets: self.targets.gather(all.targets, indices, |target, copy| copy.copy_from_slice(target)),
            weights: &self.weights,
        }
    }
}
