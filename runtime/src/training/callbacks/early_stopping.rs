//! The end of a training that gets no better.
use alloc::format;
use alloc::vec::Vec;

use super::improvement::Improvement;
use super::{Callback, CallbackError, Monitor, Training};
use crate::network::Network;
use crate::numbers::{self, Range};
use crate::scalar::Scalar;

/// Ends a training whose figure has not improved for some epochs.
///
/// Keras's [`EarlyStopping`](https://keras.io/api/callbacks/early_stopping/).
#[derive(Clone, Debug)]
pub struct EarlyStopping<N: Network> {
    improvement: Improvement,
    baseline: Option<f64>,
    start_from_epoch: usize,
    restore_best: bool,
    best_epoch: usize,
    weights: Vec<N::Scalar>,
}

impl<N: Network> EarlyStopping<N> {
    /// Ends a training at the first epoch that is no better than the best before it.
    pub fn new(monitor: Monitor) -> Self {
        Self {
            improvement: Improvement::new(monitor, 0, 0.0),
            baseline: None,
            start_from_epoch: 0,
            restore_best: false,
            best_epoch: 0,
            weights: Vec::new(),
        }
    }

    /// The number of epochs in a row that may bring no improvement. 0 by default.
    #[must_use]
    pub fn patience(mut self, patience: usize) -> Self {
        self.improvement.patience = patience;
        self
    }

    /// An improvement is a figure that is better by more than this. 0 by default.
    #[must_use]
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.improvement.min_delta = min_delta;
        self
    }

    /// A figure that is no better than this is no improvement.
    #[must_use]
    pub fn baseline(self, baseline: f64) -> Self {
        Self { baseline: Some(baseline), ..self }
    }

    /// The number of epochs at the start that do not count. 0 by default.
    #[must_use]
    pub fn start_from_epoch(self, epoch: usize) -> Self {
        Self { start_from_epoch: epoch, ..self }
    }

    /// At the end of the training, for whatever reason, the network gets back the weights of the best epoch.
    #[must_use]
    pub fn restore_best(self) -> Self {
        Self { restore_best: true, ..self }
    }

    /// The best figure so far, and its epoch, counted from 1.
    pub fn best(&self) -> Option<(f64, usize)> {
        self.improvement.best.map(|best| (best, self.best_epoch))
    }

    /// Remembers the epoch as the best one, and its weights if they will be restored.
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
        Some(&self.improvement.monitor)
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let (min_delta, baseline) = (self.improvement.min_delta, self.baseline.unwrap_or_default());
        let numbers = [("min_delta", min_delta, Range::NotNegative), ("baseline", baseline, Range::Finite)];
        numbers::check("EarlyStopping", numbers)?;
        if self.improvement.begin(training) {
            self.best_epoch = 0;
            self.weights.clear();
        }
        Ok(())
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let Some(value) = training.figure(&self.improvement.monitor) else { return Ok(()) };
        if training.epoch() <= self.start_from_epoch {
            return Ok(());
        }
        let improvement = &mut self.improvement;
        improvement.waited += 1;
        if improvement.improves(value) {
            if improvement.is_better(value, self.baseline) {
                improvement.waited = 0;
            }
            self.keep(training);
            return Ok(());
        }
        if improvement.waited >= improvement.patience.max(1) && training.epoch() > 1 {
            let (name, waited) = (improvement.monitor.name(), improvement.waited);
            let epochs = if waited == 1 { "1 epoch" } else { &format!("{waited} epochs") };
            training.stop(match (improvement.best, self.baseline) {
                (Some(best), Some(baseline)) if !improvement.is_better(best, self.baseline) => format!(
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
        let [waited, best] = self.improvement.state();
        let mut state = alloc::vec![waited, best, self.best_epoch as f64];
        state.extend(self.weights.iter().map(|weight| weight.to_f64()));
        state
    }

    fn restore(&mut self, state: &[f64]) -> bool {
        let [waited, best, best_epoch, weights @ ..] = state else { return false };
        if !(weights.is_empty() || weights.len() == N::LEN) {
            return false;
        }
        self.improvement.restore([*waited, *best]);
        self.best_epoch = *best_epoch as usize;
        self.weights = weights.iter().map(|&weight| N::Scalar::from_f64(weight)).collect();
        true
    }
}
