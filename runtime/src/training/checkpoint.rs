//! Trainings in files: to go on with after the power failed.
use std::boxed::Box;
use std::format;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use thiserror::Error;

use super::callbacks::CallbackError;
use super::monitor::Monitor;
use super::run::Remembers;
use super::trainer::{Resumed, Trainer};
use crate::epoch_rng::EpochRng;
use crate::history::{Epoch, Report};
use crate::losses::Loss;
use crate::optimizers::Optimizer;
use crate::weights::{scalars, writer};
use crate::{FileError, Flat, Network, WeightsError, files};

/// Saves a training to a file: an option of [`Fit`](crate::Fit::checkpoint).
///
/// A checkpoint holds the network, what the optimizer remembers, the learning rate, the state of the random generator, the
/// epochs so far, and what callbacks remember. A training that is killed at any moment, [resumed](Trainer::resume) from its
/// last checkpoint and fit again with the same data and options ends with the same bits as one that ran through.
///
/// The file is a safetensors file of the weights, with tensors `castnet.*` beside them: [`Network::load`] reads it as well.
/// It is written whole or not at all. `{epoch}` in its name becomes the number of the epoch.
///
/// ```no_run
/// use castnet::prelude::*;
///
/// network! { Line< input 1 => dense 1 > }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let data: DataFor<Line> = Dataset::from_rows(&[[1.0], [2.0]], &[[2.0], [4.0]])?;
/// let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Adam::default());
/// if std::path::Path::new("line.checkpoint").exists() {
///     trainer.resume("line.checkpoint")?;
/// }
/// let every = Checkpoint::every(1, "line.checkpoint");
/// let best = Checkpoint::best(trainer.monitor("val_loss")?, "line_best.safetensors");
/// let history = trainer.fit(&data, Fit::epochs(1000).validation(&data).checkpoint(every).checkpoint(best));
/// # let _ = history;
/// # Ok(())
/// # }
/// ```
///
/// Keras's [`ModelCheckpoint`](https://keras.io/api/callbacks/model_checkpoint/) and
/// [`BackupAndRestore`](https://keras.io/api/callbacks/backup_and_restore/).
#[derive(Clone, Debug)]
pub struct Checkpoint {
    path: PathBuf,
    when: When,
}

#[derive(Clone, Debug)]
enum When {
    Every(usize),
    Best { monitor: Monitor, best: Option<f64> },
}

impl Checkpoint {
    /// After every so many epochs: 1, or 0, is after each.
    pub fn every<P: Into<PathBuf>>(epochs: usize, path: P) -> Self {
        Self { path: path.into(), when: When::Every(epochs.max(1)) }
    }

    /// Whenever a figure is better than ever before.
    pub fn best<P: Into<PathBuf>>(monitor: Monitor, path: P) -> Self {
        Self { path: path.into(), when: When::Best { monitor, best: None } }
    }

    pub(super) fn watches(&self) -> Option<&Monitor> {
        match &self.when {
            When::Every(_) => None,
            When::Best { monitor, .. } => Some(monitor),
        }
    }

    /// Whether it is time to write, after an epoch.
    fn is_due(&mut self, number: usize, epoch: &Epoch) -> bool {
        match &mut self.when {
            When::Every(epochs) => number.is_multiple_of(*epochs),
            When::Best { monitor, best } => match monitor.of(epoch) {
                Some(value) if monitor.improves(value, *best, 0.0) => {
                    *best = Some(value);
                    true
                }
                _ => false,
            },
        }
    }

    fn state(&self) -> Vec<f64> {
        match &self.when {
            When::Every(_) => Vec::new(),
            When::Best { best, .. } => Vec::from([best.unwrap_or(f64::NAN)]),
        }
    }
}

impl Remembers for Checkpoint {
    fn restore(&mut self, state: &[f64]) -> bool {
        match (&mut self.when, state) {
            (When::Every(_), []) => true,
            (When::Best { best, .. }, [saved]) => {
                *best = (!saved.is_nan()).then_some(*saved);
                true
            }
            _ => false,
        }
    }
}

/// A checkpoint that cannot be gone on with. The trainer stays as it was.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The file cannot be read.
    #[error("the training was not resumed: {0}")]
    File(#[from] FileError),
    /// The file is damaged, or belongs to another network.
    #[error("the training was not resumed: {path}: {error}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: Box<WeightsError>,
    },
    /// The file holds no training.
    #[error("the training was not resumed: {path} holds weights and no training: load it with `Network::load`")]
    NoTraining {
        /// The file.
        path: PathBuf,
    },
    /// The file does not hold what was written.
    #[error("the training was not resumed: {path} is damaged: {reason}; go on with an older checkpoint, or begin anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// The training was another one.
    #[error("the training was not resumed: {path} was written with the {what} {saved}, but this training has {now}")]
    OtherTraining {
        /// The file.
        path: PathBuf,
        /// `optimizer` or `figures`.
        what: &'static str,
        /// In the file.
        saved: String,
        /// In the trainer.
        now: String,
    },
}

const OPTIMIZER: &str = "castnet.optimizer";
const FIGURES: &str = "castnet.figures";
const CHECKSUM: &str = "castnet.crc32";
const CHECKSUM_BYTES: usize = 4;

/// Writes those checkpoints that are due after an epoch.
pub(super) fn save<N, L, O>(
    trainer: &Trainer<N, L, O>,
    checkpoints: &mut [Checkpoint],
    epochs: &[Epoch],
    of_callbacks: Vec<Vec<f64>>,
) -> Result<(), CallbackError>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    let Some(epoch) = epochs.last() else { return Ok(()) };
    // All look at the epoch before the first is written: each file holds the states of all.
    let due: Vec<bool> = checkpoints.iter_mut().map(|checkpoint| checkpoint.is_due(epochs.len(), epoch)).collect();
    if !due.contains(&true) {
        return Ok(());
    }
    let states: Vec<Vec<f64>> = of_callbacks.into_iter().chain(checkpoints.iter().map(Checkpoint::state)).collect();
    let bytes = to_bytes(trainer, epochs, &states);
    for (checkpoint, _) in checkpoints.iter().zip(due).filter(|(_, due)| *due) {
        let path = checkpoint.path.to_string_lossy().replace("{epoch}", &epochs.len().to_string());
        files::write(Path::new(&path), &bytes)?;
    }
    Ok(())
}

/// The optimizer's type without the modules that it lives in: `ClipNorm<Adam>`.
fn optimizer_name<O>() -> String {
    let full = core::any::type_name::<O>();
    let words = full.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    words.map(|word| word.rsplit("::").next().unwrap_or(word)).collect()
}

fn to_bytes<N, L, O>(trainer: &Trainer<N, L, O>, epochs: &[Epoch], states: &[Vec<f64>]) -> Vec<u8>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    let names: Vec<String> = epochs.iter().take(1).flat_map(Epoch::figures).map(|(name, _)| name).collect();
    let figures: Vec<f64> = epochs.iter().flat_map(Epoch::figures).map(|(_, value)| value).collect();
    let metadata = [(OPTIMIZER, optimizer_name::<O>()), (FIGURES, names.join(","))];
    let metadata = metadata.each_ref().map(|(name, value)| (*name, value.as_str()));

    let mut writer = writer(&*trainer.network, &metadata);
    let moments = trainer.state.moments.as_flat();
    writer.scalars("castnet.moments", &[moments.len()], moments);
    writer.tensor("castnet.steps", "U64", &[1], |bytes| bytes.extend(trainer.state.steps.to_le_bytes()));
    writer.tensor("castnet.generator", "U8", &[trainer.rng.seed.len()], |bytes| bytes.extend(trainer.rng.seed));
    writer.scalars("castnet.learning_rate", &[1], &[trainer.optimizer.learning_rate()]);
    writer.scalars("castnet.history", &[epochs.len(), names.len()], &figures);
    for (index, state) in states.iter().enumerate() {
        writer.scalars(&format!("castnet.callback.{index}"), &[state.len()], state);
    }
    writer.tensor(CHECKSUM, "U32", &[1], |bytes| bytes.extend([0; CHECKSUM_BYTES]));
    let mut bytes = writer.finish();
    bytes.truncate(bytes.len() - CHECKSUM_BYTES);
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

impl<N, L, O> Trainer<N, L, O>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    /// Goes on with a training that a [`Checkpoint`] saved: the next [`fit`](Self::fit) begins with the epoch after its last
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
        let unreadable = |error: safetensors::SafeTensorError| {
            weights(WeightsError::Damaged { bytes: bytes.len(), reason: error.to_string() })
        };
        let damaged = |reason| ResumeError::Damaged { path: path.into(), reason };

        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(unreadable)?;
        let file = SafeTensors::deserialize(&bytes).map_err(unreadable)?;
        if file.tensor(CHECKSUM).is_err() {
            return Err(ResumeError::NoTraining { path: path.into() });
        }
        let (body, checksum) = bytes.split_at(bytes.len().saturating_sub(CHECKSUM_BYTES));
        if checksum != crc32fast::hash(body).to_le_bytes() {
            return Err(damaged("its checksum is wrong"));
        }
        let mut network = N::zeroed_boxed();
        network.read_safetensors(&bytes).map_err(weights)?;

        let metadata = header.metadata().clone().unwrap_or_default();
        let saved = |name: &str| metadata.get(name).cloned().unwrap_or_default();
        let other = |what, saved, now| ResumeError::OtherTraining { path: path.into(), what, saved, now };
        if saved(OPTIMIZER) != optimizer_name::<O>() {
            return Err(other("optimizer", saved(OPTIMIZER), optimizer_name::<O>()));
        }
        let metrics: Vec<&'static str> = self.metrics.names().map(|(name, _)| name).collect();
        let own = ["loss"].iter().chain(&metrics).map(ToString::to_string).collect::<Vec<_>>();
        let with_validation = own.iter().cloned().chain(own.iter().map(|name| format!("val_{name}")));
        let with_validation: Vec<String> = with_validation.collect();
        let names = saved(FIGURES);
        if names != own.join(",") && names != with_validation.join(",") {
            return Err(other("figures", names, own.join(",")));
        }

        let tensor = |name: &str| file.tensor(name).map_err(|_| damaged("a tensor is missing"));
        let moments = tensor("castnet.moments")?;
        let [steps] = numbers(&tensor("castnet.steps")?, u64::from_le_bytes).ok_or_else(|| damaged("the steps"))?;
        let seed = numbers(&tensor("castnet.generator")?, u8::from_le_bytes).ok_or_else(|| damaged("the generator"))?;
        let learning_rate = numbers(&tensor("castnet.learning_rate")?, f64::from_le_bytes);
        let [learning_rate] = learning_rate.ok_or_else(|| damaged("the learning rate"))?;
        let figures: Vec<f64> = scalars(tensor("castnet.history")?.data()).collect();
        let columns = names.split(',').count();
        let epochs: Vec<Epoch> = figures.chunks_exact(columns).map(|row| epoch(row, &metrics)).collect();
        let states = (0..).map_while(|index| file.tensor(&format!("castnet.callback.{index}")).ok());
        let states = states.map(|state| scalars(state.data()).collect()).collect();
        let values = self.state.moments.as_flat_mut();
        if moments.data().len() != values.len() * <N::Scalar as crate::Scalar>::BYTES {
            return Err(damaged("the optimizer's moments are too many or too few"));
        }

        values.iter_mut().zip(scalars(moments.data())).for_each(|(value, saved)| *value = saved);
        self.network = network;
        self.state.steps = steps;
        self.rng = EpochRng::from_seed(seed);
        self.optimizer.set_learning_rate(learning_rate);
        let done = epochs.len();
        self.resumed = Some(Resumed { epochs, states });
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
        Report { loss: *loss, metrics: metrics.iter().copied().zip(rest.iter().copied()).collect() }
    };
    let (train, validation) = row.split_at((metrics.len() + 1).min(row.len()));
    Epoch { train: report(train), validation: (!validation.is_empty()).then(|| report(validation)) }
}
