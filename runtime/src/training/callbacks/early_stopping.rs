//! The end of a training that gets no better.
use alloc::format;
use alloc::vec::Vec;

use super::{Callback, CallbackError, Monitor, Training};
use crate::network::Network;
use crate::scalar::Scalar;

/// Ends a training whose figure has not improved for some epochs.
///
/// Keras's [`EarlyStopping`](https://keras.io/api/callbacks/early_stopping/).
#[derive(Clone, Debug)]
pub struct EarlyStopping<N: Network> {
    monitor: Monitor,
    patience: usize,
    min_delta: f64,
    baseline: Option<f64>,
    start_from_epoch: usize,
    restore_best: bool,
    waited: usize,
    best: Option<f64>,
    best_epoch: usize,
    weights: Vec<N::Scalar>,
}

impl<N: Network> EarlyStopping<N> {
    /// Ends a training at the first epoch that is no better than the best before it.
    pub fn new(monitor: Monitor) -> Self {
        Self {
            monitor,
            patience: 0,
            min_delta: 0.0,
            baseline: None,
            start_from_epoch: 0,
            restore_best: false,
            waited: 0,
            best: None,
            best_epoch: 0,
            weights: Vec::new(),
        }
    }

    /// How many epochs in a row may bring nothing. 0 by default.
    #[must_use]
    pub fn patience(self, patience: usize) -> Self {
        Self { patience, ..self }
    }

    /// What counts as better: more than this. 0 by default.
    #[must_use]
    pub fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// What is no better than this counts as no improvement.
    #[must_use]
    pub fn baseline(self, baseline: f64) -> Self {
        Self { baseline: Some(baseline), ..self }
    }

    /// The epochs at the start that are not looked at. 0 by default.
    #[must_use]
    pub fn start_from_epoch(self, epoch: usize) -> Self {
        Self { start_from_epoch: epoch, ..self }
    }

    /// At the end of the training, however it came, the network gets back the weights of the best epoch.
    #[must_use]
    pub fn restore_best(self) -> Self {
        Self { restore_best: true, ..self }
    }

    /// The best figure so far, and its epoch, counted from 1.
    pub fn best(&self) -> Option<(f64, usize)> {
        self.best.map(|best| (best, self.best_epoch))
    }

    fn keep(&mut self, training: &Training<'_, N>) {
        self.best_epoch = training.epoch();
        if self.restore_best {
            self.weights.clear();
            self.weights.extend_from_slice(training.network().as_flat());
        }
    }
}

impl<N: Network> Callback<N> for EarlyStopping<N> {
    fn watches(&self) -> Option<&Monitor> {
        Some(&self.monitor)
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        // Not in a training that was resumed.
        if training.epoch() == 0 {
            (self.waited, self.best, self.best_epoch) = (0, None, 0);
            self.weights.clear();
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let Some(value) = training.figure(&self.monitor) else { return Ok(()) };
        if training.epoch() <= self.start_from_epoch {
            return Ok(());
        }
        self.waited += 1;
        if self.monitor.improves(value, self.best, self.min_delta) {
            self.best = Some(value);
            self.keep(training);
            if self.baseline.is_none() || self.monitor.improves(value, self.baseline, self.min_delta) {
                self.waited = 0;
            }
            return Ok(());
        }
        if self.waited >= self.patience.max(1) && training.epoch() > 1 {
            let (name, waited) = (self.monitor.name(), self.waited);
            let epochs = if waited == 1 { "1 epoch" } else { &format!("{waited} epochs") };
            training.stop(match (self.best, self.baseline) {
                (Some(best), Some(baseline)) if !self.monitor.improves(best, self.baseline, self.min_delta) => format!(
                    "`{name}` has not been better than the baseline of {baseline} for {epochs}; its best was {best:.4} in epoch {}",
                    self.best_epoch
                ),
                (Some(best), _) => format!(
                    "`{name}` has not improved for {epochs}; its best was {best:.4} in epoch {}",
                    self.best_epoch
                ),
                (None, _) => format!("`{name}` has been NaN for {epochs}"),
            });
        }
        Ok(())
    }

    fn on_train_end(&mut self, training: &mut Training<'_, N>) {
        let network = training.network_mut().as_flat_mut();
        if self.weights.len() == network.len() {
            network.copy_from_slice(&self.weights);
        }
    }

    fn state(&self) -> Vec<f64> {
        let best = self.best.unwrap_or(f64::NAN);
        let mut state = alloc::vec![self.waited as f64, best, self.best_epoch as f64];
        state.extend(self.weights.iter().map(|weight| weight.to_f64()));
        state
    }

    fn restore(&mut self, state: &[f64]) -> bool {
        let [waited, best, best_epoch, weights @ ..] = state else { return false };
        if !(weights.is_empty() || weights.len() == N::LEN) {
            return false;
        }
        (self.waited, self.best_epoch) = (*waited as usize, *best_epoch as usize);
        self.best = (!best.is_nan()).then_some(*best);
        self.weights = weights.iter().map(|&weight| N::Scalar::from_f64(weight)).collect();
        true
    }
}
