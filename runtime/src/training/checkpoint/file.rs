//! The file of a checkpoint: weights, and with them all that a training has to know to go on.
use std::boxed::Box;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use safetensors::tensor::TensorView;

use super::ResumeError;
use crate::files;
use crate::files::weights::{File, Writer, read_weights, scalars, writer};
use crate::flat::Flat;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::random::EpochRng;
use crate::scalar::Scalar;
use crate::training::trainer::{Resumed, Trainer};
use crate::training::{Epoch, Evaluation};

const OPTIMIZER: &str = "castnet.optimizer";
const FIGURES: &str = "castnet.figures";
const STOPPED: &str = "castnet.stopped";

/// The optimizer's type without the modules that it lives in: `ClipNorm<Adam>`.
fn optimizer_name(full: &str) -> String {
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
    let (optimizer, figures_named) = (optimizer_name(core::any::type_name::<O>()), figures.names.join(","));
    let metadata =
        [(OPTIMIZER, optimizer.as_str()), (FIGURES, figures_named.as_str()), (STOPPED, stopped.unwrap_or(""))];
    let metadata = if stopped.is_some() { &metadata } else { &metadata[..2] };

    let mut writer = writer(&*trainer.network, metadata);
    let moments = trainer.state.moments.as_flat();
    writer.scalars("castnet.moments", &[moments.len()], moments);
    writer.tensor("castnet.steps", "U64", &[1], &trainer.state.steps.to_le_bytes());
    writer.tensor("castnet.generator", "U8", &[trainer.rng.seed.len()], &trainer.rng.seed);
    writer.scalars("castnet.learning_rate", &[1], &[trainer.optimizer.learning_rate()]);
    figures.finish(writer, states)
}

/// What a history holds, apart from the types of a training: it is compiled once.
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
        writer.scalars("castnet.history", &[self.epochs, self.names.len()], &self.values);
        for (index, state) in states.iter().enumerate() {
            writer.scalars(&format!("castnet.callback.{index}"), &[state.len()], state);
        }
        writer.finish()
    }
}

impl<N, L, O> Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    /// Goes on with a training that a [`Checkpoint`](crate::Checkpoint) saved: the next [`fit`](Self::fit) begins with the epoch after its last
    /// one, and its number of epochs counts those before. Returns how many epochs are done.
    ///
    /// Give the same data, options, callbacks and checkpoints as before, in the same order.
    ///
    /// # Errors
    /// Files that cannot be read, that are damaged, hold no training, or one of another network, optimizer or set of
    /// metrics. The trainer stays as it was.
    pub fn resume<P: AsRef<Path>>(&mut self, path: P) -> Result<usize, ResumeError> {
        let path = path.as_ref();
        let bytes = files::read(path)?;
        let weights = |error| ResumeError::Weights { path: path.into(), error: Box::new(error) };
        let damaged = |reason| ResumeError::Damaged { path: path.into(), reason };

        let file = File::open(&bytes).map_err(weights)?;
        if file.metadata(OPTIMIZER).is_none() {
            return Err(ResumeError::NoTraining { path: path.into() });
        }
        let mut network = N::zeroed_boxed();
        read_weights(&mut *network, &file).map_err(weights)?;

        let saved = |name: &str| file.metadata(name).unwrap_or_default().to_string();
        let other = |what, saved, now| ResumeError::OtherTraining { path: path.into(), what, saved, now };
        if saved(OPTIMIZER) != optimizer_name(core::any::type_name::<O>()) {
            return Err(other("optimizer", saved(OPTIMIZER), optimizer_name(core::any::type_name::<O>())));
        }
        let metrics: Vec<&'static str> = self.metrics.names().map(|(name, _)| name).collect();
        let own = ["loss"].iter().chain(&metrics).map(ToString::to_string).collect::<Vec<_>>();
        let with_validation = own.iter().cloned().chain(own.iter().map(|name| format!("val_{name}")));
        let with_validation: Vec<String> = with_validation.collect();
        let names = saved(FIGURES);
        let known = [&own, &with_validation].into_iter().find(|known| names == known.join(","));
        let columns = known.map(Vec::len).ok_or_else(|| other("figures", names.clone(), own.join(",")))?;

        let tensor = |name: &str| file.tensors.tensor(name).map_err(|_| damaged("a tensor is missing"));
        let moments = tensor("castnet.moments")?;
        let [steps] = numbers(&tensor("castnet.steps")?, u64::from_le_bytes).ok_or_else(|| damaged("the steps"))?;
        let seed = numbers(&tensor("castnet.generator")?, u8::from_le_bytes).ok_or_else(|| damaged("the generator"))?;
        let learning_rate = numbers(&tensor("castnet.learning_rate")?, f64::from_le_bytes);
        let [learning_rate] = learning_rate.ok_or_else(|| damaged("the learning rate"))?;
        let figures: Vec<f64> = scalars(tensor("castnet.history")?.data()).collect();
        let epochs: Vec<Epoch> = figures.chunks_exact(columns).map(|row| epoch(row, &metrics)).collect();
        let states = (0..).map_while(|index| file.tensors.tensor(&format!("castnet.callback.{index}")).ok());
        let states = states.map(|state| scalars(state.data()).collect()).collect();
        let values = self.state.moments.as_flat_mut();
        if moments.data().len() != values.len() * <N::Scalar as Scalar>::BYTES {
            return Err(damaged("the optimizer's moments are too many or too few"));
        }

        values.iter_mut().zip(scalars(moments.data())).for_each(|(value, saved)| *value = saved);
        self.network = network;
        self.state.steps = steps;
        self.rng = EpochRng::from_seed(seed);
        self.optimizer.set_learning_rate(learning_rate);
        let done = epochs.len();
        self.resumed = Some(Resumed { epochs, states, stopped: file.metadata(STOPPED).map(str::to_string) });
        Ok(done)
    }
}

/// Exactly so many numbers of a tensor.
fn numbers<T, const COUNT: usize, const BYTES: usize>(
    tensor: &TensorView<'_>,
    of_bytes: impl Fn([u8; BYTES]) -> T,
) -> Option<[T; COUNT]> {
    let (chunks, rest) = tensor.data().as_chunks::<BYTES>();
    let values: Vec<T> = chunks.iter().map(|chunk| of_bytes(*chunk)).collect();
    if rest.is_empty() { values.try_into().ok() } else { None }
}

/// An epoch from its row in the file.
fn epoch(row: &[f64], metrics: &[&'static str]) -> Epoch {
    let report = |row: &[f64]| {
        let (loss, rest) = row.split_first().unwrap_or((&f64::NAN, &[]));
        Evaluation { loss: *loss, metrics: metrics.iter().copied().zip(rest.iter().copied()).collect() }
    };
    let (train, validation) = row.split_at((metrics.len() + 1).min(row.len()));
    Epoch { train: report(train), validation: (!validation.is_empty()).then(|| report(validation)) }
}
