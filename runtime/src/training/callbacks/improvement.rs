//! How long a figure has not improved.
use super::{Monitor, Training};

/// A figure with its best value so far, and the number of epochs since: the common part of [`EarlyStopping`](super::EarlyStopping)
/// and [`ReduceLrOnPlateau`](super::ReduceLrOnPlateau).
#[derive(Clone, Debug)]
pub(super) struct Improvement {
    pub(super) monitor: Monitor,
    /// The number of epochs in a row that may bring no improvement.
    pub(super) patience: usize,
    /// A figure is better if it is so by more than this.
    pub(super) min_delta: f64,
    /// The number of epochs in a row that have brought no improvement.
    pub(super) waited: usize,
    pub(super) best: Option<f64>,
}

impl Improvement {
    pub(super) fn new(monitor: Monitor, patience: usize, min_delta: f64) -> Self {
        Self { monitor, patience, min_delta, waited: 0, best: None }
    }

    /// Forgets earlier epochs where a training begins, unless it was resumed. Returns whether it does.
    pub(super) fn begin<N>(&mut self, training: &Training<'_, N>) -> bool {
        let is_new = training.epoch() == 0;
        if is_new {
            (self.waited, self.best) = (0, None);
        }
        is_new
    }

    /// Whether a figure is better than another; any number is better than none.
    pub(super) fn is_better(&self, value: f64, than: Option<f64>) -> bool {
        self.monitor.improves(value, than, self.min_delta)
    }

    /// Whether a figure is the best so far, which it is from now on.
    pub(super) fn improves(&mut self, value: f64) -> bool {
        let improves = self.is_better(value, self.best);
        if improves {
            self.best = Some(value);
        }
        improves
    }

    /// The memory for checkpoints.
    pub(super) fn state(&self) -> [f64; 2] {
        [self.waited as f64, self.best.unwrap_or(f64::NAN)]
    }

    /// Goes on with a [`state`](Self::state).
    pub(super) fn restore(&mut self, [waited, best]: [f64; 2]) {
        self.waited = waited as usize;
        self.best = (!best.is_nan()).then_some(best);
    }
}
