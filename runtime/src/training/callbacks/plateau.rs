//! Smaller steps where larger ones no longer help.
use alloc::vec::Vec;

use super::{Callback, CallbackError, Monitor, Training, needs_learning_rate};
use crate::network::Network;

/// Lowers the learning rate when a figure has not improved for some epochs.
///
/// Keras's [`ReduceLROnPlateau`](https://keras.io/api/callbacks/reduce_lr_on_plateau/).
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    monitor: Monitor,
    factor: f64,
    patience: usize,
    min_delta: f64,
    cooldown: usize,
    min_lr: f64,
    waited: usize,
    best: Option<f64>,
    cooling: usize,
}

impl ReduceLrOnPlateau {
    /// To a tenth, after 10 epochs that were not better by more than 0.0001.
    pub fn new(monitor: Monitor) -> Self {
        Self {
            monitor,
            factor: 0.1,
            patience: 10,
            min_delta: 1e-4,
            cooldown: 0,
            min_lr: 0.0,
            waited: 0,
            best: None,
            cooling: 0,
        }
    }

    /// What the learning rate is multiplied with: 0.1 by default.
    #[must_use]
    pub fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// How many epochs in a row may bring nothing: 10 by default.
    #[must_use]
    pub fn patience(self, patience: usize) -> Self {
        Self { patience, ..self }
    }

    /// What counts as better: more than this. 0.0001 by default.
    #[must_use]
    pub fn min_delta(self, min_delta: f64) -> Self {
        Self { min_delta, ..self }
    }

    /// How many epochs after a change do not count: 0 by default.
    #[must_use]
    pub fn cooldown(self, cooldown: usize) -> Self {
        Self { cooldown, ..self }
    }

    /// The learning rate that is not undercut: 0 by default.
    #[must_use]
    pub fn min_lr(self, min_lr: f64) -> Self {
        Self { min_lr, ..self }
    }
}

impl<N: Network> Callback<N> for ReduceLrOnPlateau {
    fn watches(&self) -> Option<&Monitor> {
        Some(&self.monitor)
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        if !(0.0..1.0).contains(&self.factor) {
            return Err(alloc::format!("a factor of {} lowers nothing: give one from 0 to below 1", self.factor).into());
        }
        // Not in a training that was resumed.
        if training.epoch() == 0 {
            (self.waited, self.best, self.cooling) = (0, None, 0);
        }
        needs_learning_rate(training, "ReduceLrOnPlateau")
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let Some(value) = training.figure(&self.monitor) else { return Ok(()) };
        if self.cooling > 0 {
            self.cooling -= 1;
            self.waited = 0;
        }
        if self.monitor.improves(value, self.best, self.min_delta) {
            self.best = Some(value);
            self.waited = 0;
        } else if self.cooling == 0 {
            self.waited += 1;
            if self.waited >= self.patience {
                let rate = training.learning_rate();
                if rate > self.min_lr {
                    training.set_learning_rate((rate * self.factor).max(self.min_lr));
                    self.cooling = self.cooldown;
                    self.waited = 0;
                }
            }
        }
        Ok(())
    }

    fn state(&self) -> Vec<f64> {
        alloc::vec![self.waited as f64, self.best.unwrap_or(f64::NAN), self.cooling as f64]
    }

    fn restore(&mut self, state: &[f64]) -> bool {
        let [waited, best, cooling] = *state else { return false };
        (self.waited, self.cooling) = (waited as usize, cooling as usize);
        self.best = (!best.is_nan()).then_some(best);
        true
    }
}
