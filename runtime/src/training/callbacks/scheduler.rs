//! Learning rates that change from epoch to epoch.
use super::{Callback, CallbackError, Training, needs_learning_rate};
use crate::network::Network;

/// Sets the learning rate of each epoch: a function of the epoch, counted from 0 as in Keras, and of the rate before it.
///
/// ```
/// use castnet::callbacks::LearningRateScheduler;
///
/// let mut halve = LearningRateScheduler(|epoch, rate| if epoch > 0 && epoch % 10 == 0 { rate / 2.0 } else { rate });
/// # let _: &mut LearningRateScheduler<fn(usize, f64) -> f64> = &mut LearningRateScheduler(|_, rate| rate);
/// # halve.0(1, 1.0);
/// ```
///
/// Keras's [`LearningRateScheduler`](https://keras.io/api/callbacks/learning_rate_scheduler/). For rates that change from step
/// to step see [`schedules`](crate::optimizers::schedules).
#[derive(Clone, Copy)]
pub struct LearningRateScheduler<F>(pub F);

impl<F> core::fmt::Debug for LearningRateScheduler<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("LearningRateScheduler")
    }
}

impl<N: Network, F: FnMut(usize, f64) -> f64> Callback<N> for LearningRateScheduler<F> {
    fn on_train_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        needs_learning_rate(training, "LearningRateScheduler")
    }

    fn on_epoch_begin(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let epoch = training.epoch();
        let rate = (self.0)(epoch - 1, training.learning_rate());
        if !(0.0..f64::INFINITY).contains(&rate) {
            let error = alloc::format!(
                "the learning rate of epoch {epoch} is {rate}: give one that is finite and not negative"
            );
            return Err(error.into());
        }
        training.set_learning_rate(rate);
        Ok(())
    }
}
