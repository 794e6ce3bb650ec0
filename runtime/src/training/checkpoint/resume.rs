//! Going on with a training from the file of a checkpoint.
use std::boxed::Box;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use safetensors::tensor::TensorView;

use super::ResumeError;
use super::file::{
    FIGURES, GENERATOR, HISTORY, LEARNING_RATE, LOSS, MOMENTS, OPTIMIZER, STEPS, STOPPED, state_name, type_name,
};
use crate::files;
use crate::files::weights::{File, read_weights, scalars};
use crate::flat::Flat;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::random::EpochRng;
use crate::scalar::Scalar;
use crate::training::history::LEARNING_RATE as LEARNING_RATE_OF_EPOCHS;
use crate::training::trainer::{Resumed, Trainer};
use crate::training::{Epoch, Evaluation};

impl<N, L, O> Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    /// Goes on with a training that a [`Checkpoint`](crate::Checkpoint) saved: the next [`fit`](Self::fit) begins with the epoch after its last
    /// one, and its number of epochs includes the epochs before. Returns how many epochs are done.
    ///
    /// Give the same data, options, callbacks and checkpoints as before, in the same order.
    ///
    /// # Errors
    /// Files that cannot be read, that are damaged, hold no training, or one of another network, optimizer, loss or set of
    /// metrics. Of optimizer and loss the types are compared, and not their numbers. The trainer stays as it was.
    pub fn resume<P: AsRef<Path>>(&mut self, path: P) -> Result<usize, ResumeError> {
        let path = path.as_ref();
        let bytes = files::read(path)?;
        let wrong = |error| ResumeError::Weights { path: path.into(), error: Box::new(error) };
        let saved = Saved { path, file: File::open(&bytes).map_err(wrong)? };
        let Some(optimizer) = saved.file.metadata(OPTIMIZER) else {
            return Err(ResumeError::NoTraining { path: path.into() });
        };
        let mut network = N::zeroed_boxed();
        read_weights(&mut *network, &saved.file).map_err(wrong)?;
        saved.check_type::<O>("optimizer", optimizer)?;
        // Older checkpoints do not name their loss.
        if let Some(loss) = saved.file.metadata(LOSS) {
            saved.check_type::<L>("loss", loss)?;
        }

        let metrics: Vec<&'static str> = self.metrics.names().map(|(name, _)| name).collect();
        let epochs = saved.epochs(&metrics)?;
        let [steps] = saved.numbers(STEPS, "the steps", u64::from_le_bytes)?;
        let seed = saved.numbers(GENERATOR, "the generator", u8::from_le_bytes)?;
        let [learning_rate] = saved.numbers(LEARNING_RATE, "the learning rate", f64::from_le_bytes)?;
        let moments = saved.tensor(MOMENTS)?;
        let values = self.state.moments.as_flat_mut();
        if moments.data().len() != values.len() * <N::Scalar as Scalar>::BYTES {
            return Err(saved.damaged("the optimizer's moments are too many or too few"));
        }

        values.iter_mut().zip(scalars(moments.data())).for_each(|(value, saved)| *value = saved);
        self.network = network;
        self.state.steps = steps;
        self.rng = EpochRng::from_seed(seed);
        self.optimizer.set_learning_rate(learning_rate);
        let done = epochs.len();
        let stopped = saved.file.metadata(STOPPED).map(str::to_string);
        self.resumed = Some(Resumed { epochs, states: saved.states(), stopped });
        Ok(done)
    }
}

/// A checkpoint that was read from a file, apart from the types of a training: so it is compiled once.
struct Saved<'a> {
    path: &'a Path,
    file: File<'a>,
}

impl Saved<'_> {
    fn damaged(&self, reason: &'static str) -> ResumeError {
        ResumeError::Damaged { path: self.path.into(), reason }
    }

    fn other_training(&self, what: &'static str, saved: &str, now: String) -> ResumeError {
        ResumeError::OtherTraining { path: self.path.into(), what, saved: saved.to_string(), now }
    }

    /// Whether the training was one with an optimizer, or a loss, of the type `T`.
    fn check_type<T>(&self, what: &'static str, saved: &str) -> Result<(), ResumeError> {
        let now = type_name::<T>();
        if saved == now { Ok(()) } else { Err(self.other_training(what, saved, now)) }
    }

    fn tensor(&self, name: &str) -> Result<TensorView<'_>, ResumeError> {
        self.file.tensors.tensor(name).map_err(|_| self.damaged("a tensor is missing"))
    }

    /// A tensor of exactly so many numbers; `what` it is, for the error.
    fn numbers<T, const COUNT: usize, const BYTES: usize>(
        &self,
        name: &str,
        what: &'static str,
        of_bytes: impl Fn([u8; BYTES]) -> T,
    ) -> Result<[T; COUNT], ResumeError> {
        let tensor = self.tensor(name)?;
        let (chunks, rest) = tensor.data().as_chunks::<BYTES>();
        let values: Vec<T> = chunks.iter().map(|chunk| of_bytes(*chunk)).collect();
        let values = if rest.is_empty() { values.try_into().ok() } else { None };
        values.ok_or_else(|| self.damaged(what))
    }

    /// The epochs of a training that measures the loss and these metrics.
    fn epochs(&self, metrics: &[&'static str]) -> Result<Vec<Epoch>, ResumeError> {
        let own: Vec<String> = ["loss"].iter().chain(metrics).map(ToString::to_string).collect();
        let of_validation = own.iter().map(|name| format!("val_{name}"));
        let with_validation: Vec<String> = own.iter().cloned().chain(of_validation).collect();
        let names = self.file.metadata(FIGURES).unwrap_or_default();
        // Files of earlier versions hold no learning rates.
        let rate = names.strip_suffix(LEARNING_RATE_OF_EPOCHS).and_then(|names| names.strip_suffix(','));
        let names = rate.unwrap_or(names);
        let known = [&own, &with_validation].into_iter().find(|known| names == known.join(","));
        let columns = known.map(Vec::len).ok_or_else(|| self.other_training("figures", names, own.join(",")))?;
        let columns = columns + usize::from(rate.is_some());
        let figures: Vec<f64> = scalars(self.tensor(HISTORY)?.data()).collect();
        Ok(figures.chunks_exact(columns).map(|row| epoch(row, metrics, rate.is_some())).collect())
    }

    /// The states of callbacks and checkpoints.
    fn states(&self) -> Vec<Vec<f64>> {
        let states = (0..).map_while(|index| self.file.tensors.tensor(&state_name(index)).ok());
        states.map(|state| scalars(state.data()).collect()).collect()
    }
}

/// An epoch from its row in the file.
fn epoch(row: &[f64], metrics: &[&'static str], has_rate: bool) -> Epoch {
    let (row, learning_rate) = match row {
        [row @ .., rate] if has_rate => (row, *rate),
        row => (row, f64::NAN),
    };
    let evaluation = |row: &[f64]| {
        let (loss, rest) = row.split_first().unwrap_or((&f64::NAN, &[]));
        Evaluation { loss: *loss, metrics: metrics.iter().copied().zip(rest.iter().copied()).collect() }
    };
    let (train, validation) = row.split_at((metrics.len() + 1).min(row.len()));
    Epoch {
        train: evaluation(train),
        validation: (!validation.is_empty()).then(|| evaluation(validation)),
        learning_rate,
    }
}
