//! The file of a checkpoint: the weights, and beside them everything that a training needs to go on.
use std::format;
use std::string::String;
use std::vec::Vec;

use crate::files::weights::{Writer, writer};
use crate::flat::Flat;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::training::Epoch;
use crate::training::trainer::Trainer;

pub(super) const OPTIMIZER: &str = "castnet.optimizer";
pub(super) const LOSS: &str = "castnet.loss";
pub(super) const FIGURES: &str = "castnet.figures";
pub(super) const STOPPED: &str = "castnet.stopped";
pub(super) const MOMENTS: &str = "castnet.moments";
pub(super) const STEPS: &str = "castnet.steps";
pub(super) const GENERATOR: &str = "castnet.generator";
pub(super) const LEARNING_RATE: &str = "castnet.learning_rate";
pub(super) const HISTORY: &str = "castnet.history";

/// The name of the tensor with the state of a callback or a checkpoint, counted from 0, first all callbacks.
pub(super) fn state_name(index: usize) -> String {
    format!("castnet.callback.{index}")
}

/// A type without the modules that it lives in: `ClipNorm<Adam>`.
pub(super) fn type_name<T>() -> String {
    without_modules(core::any::type_name::<T>())
}

fn without_modules(full: &str) -> String {
    let words = full.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    words.map(|word| word.rsplit("::").next().unwrap_or(word)).collect()
}

/// The bytes of a file: a training after some epochs, the states of its callbacks and checkpoints, and why it was stopped, if
/// it was.
pub(in crate::training) fn to_bytes<N, L, O>(
    trainer: &Trainer<N, L, O>,
    epochs: &[Epoch],
    states: &[Vec<f64>],
    stopped: Option<&str>,
) -> Vec<u8>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    let figures = Figures::of(epochs);
    let (optimizer, loss, figures_named) = (type_name::<O>(), type_name::<L>(), figures.names.join(","));
    let always = [(OPTIMIZER, optimizer.as_str()), (LOSS, loss.as_str()), (FIGURES, figures_named.as_str())];
    let metadata: Vec<(&str, &str)> = always.into_iter().chain(stopped.map(|reason| (STOPPED, reason))).collect();

    let mut writer = writer(&*trainer.network, &metadata);
    let moments = trainer.state.moments.as_flat();
    writer.scalars(MOMENTS, &[moments.len()], moments);
    writer.tensor(STEPS, "U64", &[1], &trainer.state.steps.to_le_bytes());
    writer.tensor(GENERATOR, "U8", &[trainer.rng.seed.len()], &trainer.rng.seed);
    writer.scalars(LEARNING_RATE, &[1], &[trainer.optimizer.learning_rate()]);
    figures.finish(writer, states)
}

/// A history, apart from the types of a training: so it is compiled once.
struct Figures {
    names: Vec<String>,
    values: Vec<f64>,
    epochs: usize,
}

impl Figures {
    fn of(epochs: &[Epoch]) -> Self {
        Self {
            names: epochs.iter().take(1).flat_map(Epoch::figures).map(|(name, _)| name).collect(),
            values: epochs.iter().flat_map(Epoch::figures).map(|(_, value)| value).collect(),
            epochs: epochs.len(),
        }
    }

    /// Adds the history, the states of callbacks and checkpoints, and ends the file.
    fn finish(self, mut writer: Writer, states: &[Vec<f64>]) -> Vec<u8> {
        writer.scalars(HISTORY, &[self.epochs, self.names.len()], &self.values);
        for (index, state) in states.iter().enumerate() {
            writer.scalars(&state_name(index), &[state.len()], state);
        }
        writer.finish()
    }
}
