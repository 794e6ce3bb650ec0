//! A training that is going on, apart from its trainer.
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "std")]
use crate::losses::Loss;
use crate::network::Network;
#[cfg(feature = "std")]
use crate::optimizers::Optimizer;
use crate::training::callbacks::{Callback, CallbackError, Training, Trains};
#[cfg(feature = "std")]
use crate::training::checkpoint::{self, Checkpoint};
use crate::training::error::FitError;
use crate::training::history::{Epoch, Warning};
use crate::training::monitor::Monitor;
use crate::training::trainer::Resumed;
#[cfg(feature = "std")]
use crate::training::trainer::Trainer;

/// The callbacks and checkpoints of a training, and how far it is.
pub(super) struct Run<'c, N: Network> {
    pub(super) callbacks: Vec<&'c mut dyn Callback<N>>,
    #[cfg(feature = "std")]
    pub(super) checkpoints: Vec<Checkpoint>,
    /// The epochs that are completed.
    pub(super) epochs: Vec<Epoch>,
    /// The number of the epoch, counted from 1.
    pub(super) epoch: usize,
    /// Why a callback stops the training after this epoch, if one does.
    pub(super) stopped: Option<String>,
    pub(super) warnings: Vec<Warning>,
}

impl<N: Network> Run<'_, N> {
    /// Lets every callback see the training; the first error ends it.
    pub(super) fn call<T: Trains<N>>(
        &mut self,
        trainer: &mut T,
        mut hook: impl FnMut(&mut dyn Callback<N>, &mut Training<'_, N>) -> Result<(), CallbackError>,
    ) -> Result<(), CallbackError> {
        let Self { callbacks, epochs, epoch, stopped, .. } = self;
        let mut training = Training { trainer, epochs, epoch: *epoch, stopped };
        callbacks.iter_mut().try_for_each(|callback| hook(*callback, &mut training))
    }

    /// As [`call`](Self::call), for hooks that cannot fail.
    pub(super) fn tell<T: Trains<N>>(
        &mut self,
        trainer: &mut T,
        mut hook: impl FnMut(&mut dyn Callback<N>, &mut Training<'_, N>),
    ) {
        _ = self.call(trainer, |callback, training| {
            hook(callback, training);
            Ok(())
        });
    }

    /// The figures that callbacks and checkpoints depend on.
    pub(super) fn watched(&self) -> impl Iterator<Item = &Monitor> {
        let watched = self.callbacks.iter().filter_map(|callback| callback.watches());
        #[cfg(feature = "std")]
        let watched = watched.chain(self.checkpoints.iter().filter_map(Checkpoint::watches));
        watched
    }

    /// Gives callbacks and checkpoints the states that they had in the training that was resumed.
    pub(super) fn restore(&mut self, resumed: &Resumed, has_validation: bool) -> Result<(), FitError> {
        let Resumed { epochs, states, .. } = resumed;
        let had_validation = epochs.last().is_some_and(|epoch| epoch.validation.is_some());
        if had_validation != has_validation && !epochs.is_empty() {
            return Err(FitError::ResumedValidation { had_validation });
        }
        let given = self.callbacks.len();
        #[cfg(feature = "std")]
        let given = given + self.checkpoints.len();
        let mismatch = FitError::Resumed { saved: states.len(), given };
        if states.len() != given {
            return Err(mismatch);
        }
        let mut states = states.iter();
        let are_restored = self.callbacks.iter_mut().zip(&mut states).all(|(callback, state)| callback.restore(state));
        #[cfg(feature = "std")]
        let are_restored = are_restored && self.checkpoints.iter_mut().zip(states).all(|(to, state)| to.restore(state));
        if are_restored { Ok(()) } else { Err(mismatch) }
    }

    /// Whether the files of the checkpoints can be written after the epochs behind `done`.
    #[cfg(feature = "std")]
    pub(super) fn check_files(&self, done: usize, epochs: usize) -> Result<(), FitError> {
        let mut checkpoints = self.checkpoints.iter();
        checkpoints.try_for_each(|checkpoint| checkpoint.check(done, epochs)).map_err(FitError::Checkpoint)
    }

    /// Writes the checkpoints that are due after an epoch.
    #[cfg(feature = "std")]
    pub(super) fn save<L, O>(&mut self, trainer: &Trainer<N, L, O>) -> Result<(), CallbackError>
    where
        L: Loss<N::Head, N::Output>,
        O: Optimizer,
    {
        let states = self.callbacks.iter().map(|callback| callback.state()).collect();
        let (epochs, stopped) = (&*self.epochs, self.stopped.as_deref());
        checkpoint::save(&mut self.checkpoints, epochs, states, &|states| {
            checkpoint::file::to_bytes(trainer, epochs, states, stopped)
        })
    }
}
