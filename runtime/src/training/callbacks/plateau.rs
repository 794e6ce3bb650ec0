//! A lower learning rate where a figure no longer improves.
use alloc::vec::Vec;

use super::improvement::Improvement;
use super::{Callback, CallbackError, Monitor, Training, needs_learning_rate};
use crate::network::Network;
use crate::numbers::{self, Range};

/// Lowers the learning rate when a figure has not improved for some epochs.
///
/// Keras's [`ReduceLROnPlateau`](https://keras.io/api/callbacks/reduce_lr_on_plateau/).
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    improvement: Improvement,
    factor: f64,
    cooldown: usize,
    min_lr: f64,
    cooling: usize,
}

impl ReduceLrOnPlateau {
    /// To a tenth, after 10 epochs that were not better by more than 0.0001.
    pub fn new(monitor: Monitor) -> Self {
        let improvement = Improvement::new(monitor, 10, 1e-4);
        Self { improvement, factor: 0.1, cooldown: 0, min_lr: 0.0, cooling: 0 }
    }

    /// The learning rate is multiplied by this: 0.1 by default.
    #[must_use]
    pub fn factor(self, factor: f64) -> Self {
        Self { factor, ..self }
    }

    /// The number of epochs in a row that may bring no improvement: 10 by default.
    #[must_use]
    pub fn patience(mut self, patience: usize) -> Self {
        self.improvement.patience = patience;
        self
    }

    /// An improvement is a figure that is better by more than this. 0.0001 by default.
    #[must_use]
    pub fn min_delta(mut self, min_delta: f64) -> Self {
        self.improvement.min_delta = min_delta;
        self
    }

    /// The number of epochs after a change that do not count: 0 by default.
    #[must_use]
    pub fn cooldown(self, cooldown: usize) -> Self {
        Self { cooldown, ..self }
    }

    /// The lowest learning rate: 0 by default.
    #[must_use]
    pub fn min_lr(self, min_lr: f64) -> Self {
        Self { min_lr, ..self }
    }
}

impl<N: Network> Callback<N> for ReduceLrOnPlateau {
    fn watches(&self) -> Option<&Monitor> {
        Some(&self.improvement.monitor)
    }

    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        if !(0.0..1.0).contains(&self.factor) {
            return Err(alloc::format!("a factor of {} lowers nothing: give one from 0 to below 1", self.factor).into());
        }
        let min_delta = self.improvement.min_delta;
        let numbers = [("min_delta", min_delta, Range::NotNegative), ("min_lr", self.min_lr, Range::NotNegative)];
        numbers::check("ReduceLrOnPlateau", numbers)?;
        if self.improvement.begin(training) {
            self.cooling = 0;
        }
        needs_learning_rate(training, "ReduceLrOnPlateau")
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let Some(value) = training.figure(&self.improvement.monitor) else { return Ok(()) };
        let improvement = &mut self.improvement;
        if self.cooling > 0 {
            self.cooling -= 1;
            improvement.waited = 0;
        }
        if improvement.improves(value) {
            improvement.waited = 0;
        } else if self.cooling == 0 {
            improvement.waited += 1;
            let rate = training.learning_rate();
            if improvement.waited >= improvement.patience && rate > self.min_lr {
                training.set_learning_rate((rate * self.factor).max(self.min_lr));
                self.cooling = self.cooldown;
                improvement.waited = 0;
            }
        }
        Ok(())
    }

    fn state(&self) -> Vec<f64> {
        let [waited, best] = self.improvement.state();
        alloc::vec![waited, best, self.cooling as f64]
    }

    fn restore(&mut self, state: &[f64]) -> bool {
        let [waited, best, cooling] = *state else { return false };
        self.improvement.restore([waited, best]);
        self.cooling = cooling as usize;
        true
    }
}
