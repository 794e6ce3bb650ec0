//! Callbacks: code that runs between the epochs of a training. Names and defaults are Keras's. Needs `alloc`.
//!
//! ```
//! use castnet::callbacks::{EarlyStopping, ReduceLrOnPlateau};
//! use castnet::prelude::*;
//!
//! network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
//!
//! let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
//! let data: DataFor<Xor> = Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0], [0.0]])?;
//! let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default()).metric(Accuracy);
//!
//! let mut stop = EarlyStopping::new(trainer.monitor("accuracy")?).patience(20).restore_best();
//! let mut plateau = ReduceLrOnPlateau::new(trainer.monitor("loss")?);
//! let history = trainer.fit(&data, Fit::epochs(50).callback(&mut stop).callback(&mut plateau).progress(false));
//! # assert!(!history.epochs().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | callback | effect |
//! |---|---|
//! | [`EarlyStopping`] | ends a training that gets no better, and restores its best weights if asked for |
//! | [`ReduceLrOnPlateau`] | lowers the learning rate when the training gets no better |
//! | [`LearningRateScheduler`] | sets the learning rate of each epoch |
//! | [`CsvLog`] | writes a line of CSV for each epoch |
//! | a type of your own | implements [`Callback`] |
//!
//! Checkpoints are an option of [`Fit`](crate::Fit::checkpoint); a loss that turns NaN ends every training.
#[cfg(feature = "std")]
mod csv_log;
mod early_stopping;
mod improvement;
mod plateau;
mod scheduler;

#[cfg(feature = "std")]
pub use csv_log::CsvLog;
pub use early_stopping::EarlyStopping;
pub use plateau::ReduceLrOnPlateau;
pub use scheduler::LearningRateScheduler;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Epoch;
use super::monitor::Monitor;
use crate::network::Network;

/// The error of a callback; it ends the training, whose history says why.
pub type CallbackError = Box<dyn core::error::Error + Send + Sync>;

/// Code that runs between the epochs and batches of a training of the network `N`.
///
/// ```
/// use castnet::callbacks::{Callback, CallbackError, Training};
/// use castnet::prelude::*;
///
/// /// Ends a training at a loss that is good enough.
/// struct Until(f64);
///
/// impl<N: Network> Callback<N> for Until {
///     fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
///         if training.epochs().last().is_some_and(|epoch| epoch.train.loss <= self.0) {
///             training.stop("the loss is good enough");
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no callback of trainings of `{N}`",
    label = "not a callback of this training",
    note = "help: give `&mut` of an `EarlyStopping`, a `ReduceLrOnPlateau`, ..., or implement `Callback`"
)]
pub trait Callback<N: Network> {
    /// The figure that the callback depends on, if any. A training that does not measure the figure is refused before it begins.
    fn watches(&self) -> Option<&Monitor> {
        None
    }

    /// Before the first epoch, and before `normalize` layers learn from the data.
    ///
    /// # Errors
    /// The training does not suit the callback; then nothing is trained.
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let _ = training;
        Ok(())
    }

    /// Before an epoch.
    ///
    /// # Errors
    /// The callback has failed; the training ends before this epoch.
    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let _ = training;
        Ok(())
    }

    /// After a step on a batch, counted from 1, with its loss.
    fn on_batch_end(&mut self, training: &mut Training<'_, N>, batch: usize, loss: f64) {
        let _ = (training, batch, loss);
    }

    /// After an epoch and its validation: it is the last of [`Training::epochs`].
    ///
    /// # Errors
    /// The callback has failed; the training ends after this epoch.
    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let _ = training;
        Ok(())
    }

    /// At the end of the training, for whatever reason.
    fn on_train_end(&mut self, training: &mut Training<'_, N>) {
        let _ = training;
    }

    /// The state of the callback, for checkpoints: a training that is resumed in another process goes on with it.
    fn state(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Goes on with a [`state`](Self::state); `false` if it is no state of this callback.
    fn restore(&mut self, state: &[f64]) -> bool {
        state.is_empty()
    }
}

impl<N: Network, K: Callback<N> + ?Sized> Callback<N> for Box<K> {
    fn watches(&self) -> Option<&Monitor> {
        (**self).watches()
    }
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        (**self).on_train_begin(training)
    }
    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        (**self).on_epoch_begin(training)
    }
    fn on_batch_end(&mut self, training: &mut Training<'_, N>, batch: usize, loss: f64) {
        (**self).on_batch_end(training, batch, loss);
    }
    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        (**self).on_epoch_end(training)
    }
    fn on_train_end(&mut self, training: &mut Training<'_, N>) {
        (**self).on_train_end(training);
    }
    fn state(&self) -> Vec<f64> {
        (**self).state()
    }
    fn restore(&mut self, state: &[f64]) -> bool {
        (**self).restore(state)
    }
}

/// The callbacks of a training: none, or some and one more.
pub trait Callbacks<N: Network> {
    #[doc(hidden)]
    fn list<'s>(&'s mut self, list: &mut Vec<&'s mut dyn Callback<N>>);
}

impl<N: Network> Callbacks<N> for () {
    fn list<'s>(&'s mut self, _: &mut Vec<&'s mut dyn Callback<N>>) {}
}

impl<N: Network, C: Callbacks<N>, K: Callback<N>> Callbacks<N> for (C, &mut K) {
    fn list<'s>(&'s mut self, list: &mut Vec<&'s mut dyn Callback<N>>) {
        self.0.list(list);
        list.push(self.1);
    }
}

/// A trainer as callbacks see it, whatever its loss and optimizer.
pub(super) trait Trains<N> {
    fn network(&self) -> &N;
    fn network_mut(&mut self) -> &mut N;
    fn learning_rate(&self) -> f64;
    fn set_learning_rate(&mut self, learning_rate: f64);
    fn follows_schedule(&self) -> bool;
}

/// A training that is going on, as callbacks see it.
pub struct Training<'a, N> {
    pub(super) trainer: &'a mut dyn Trains<N>,
    pub(super) epochs: &'a [Epoch],
    pub(super) epoch: usize,
    pub(super) stopped: &'a mut Option<String>,
}

impl<N> Training<'_, N> {
    /// The number of the epoch, counted from 1; 0 before the first.
    pub fn epoch(&self) -> usize {
        self.epoch
    }

    /// The epochs that are completed.
    pub fn epochs(&self) -> &[Epoch] {
        self.epochs
    }

    /// A figure of the last epoch; `None` before the first.
    pub fn figure(&self, monitor: &Monitor) -> Option<f64> {
        self.epochs.last().and_then(|epoch| monitor.of(epoch))
    }

    /// The network as it is now.
    pub fn network(&self) -> &N {
        self.trainer.network()
    }

    /// The network as it is now, to set its weights.
    pub fn network_mut(&mut self) -> &mut N {
        self.trainer.network_mut()
    }

    /// The optimizer's learning rate.
    pub fn learning_rate(&self) -> f64 {
        self.trainer.learning_rate()
    }

    /// Sets the learning rate of the steps to come. It has no effect on an optimizer that follows a schedule.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.trainer.set_learning_rate(learning_rate);
    }

    /// Whether the optimizer follows a schedule of steps.
    pub fn follows_schedule(&self) -> bool {
        self.trainer.follows_schedule()
    }

    /// Ends the training after this epoch, for a reason that the history will name.
    pub fn stop(&mut self, reason: impl Into<String>) {
        *self.stopped = Some(reason.into());
    }
}

/// The error of a callback that sets learning rates, beside an optimizer that does so itself.
fn needs_learning_rate<N>(training: &Training<'_, N>, callback: &str) -> Result<(), CallbackError> {
    if training.follows_schedule() {
        let error = alloc::format!(
            "`{callback}` sets the learning rate, but the optimizer follows a schedule of its own: leave one of them out"
        );
        return Err(error.into());
    }
    Ok(())
}
