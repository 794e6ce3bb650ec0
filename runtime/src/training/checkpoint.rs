//! Trainings in files, to go on with after an interruption. Needs `std`.
mod error;
pub(super) mod file;
mod resume;

pub use error::ResumeError;

use std::format;
use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;

use super::callbacks::CallbackError;
use super::history::Epoch;
use super::monitor::Monitor;
use crate::files;

/// The placeholder for the number of the epoch.
const EPOCH: &str = "{epoch}";

/// Saves a training to a file: an option of [`Fit`](crate::Fit::checkpoint).
///
/// A checkpoint holds the network, the state of the optimizer, the learning rate, the state of the random generator, the
/// epochs so far, and the states of callbacks. A training that is killed at any moment, [resumed](crate::Trainer::resume) from its
/// last checkpoint and fit again with the same data and options ends with the same bits as one that ran through; one that a
/// callback had stopped stays so.
///
/// The file is a safetensors file of the weights, with tensors `castnet.*` beside them: [`WeightFiles::load`](crate::WeightFiles::load) reads it as well.
/// It is written whole or not at all. `{epoch}` in its path becomes the number of the epoch; the name of the file has no other braces.
/// The folder must exist: whether the file can be written is found before the first epoch.
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

    /// Whether it is to be written after an epoch.
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

    /// The file that it is written to after an epoch.
    fn path_of(&self, epoch: usize) -> PathBuf {
        match self.path.to_str() {
            Some(path) => PathBuf::from(path.replace(EPOCH, &epoch.to_string())),
            None => self.path.clone(),
        }
    }

    /// Whether it can be written after the epochs behind `done`, up to the last of `epochs`; the error says why not.
    pub(super) fn check(&self, done: usize, epochs: usize) -> Result<(), String> {
        self.check_name()?;
        let may_be_due = |epoch: &usize| match &self.when {
            When::Every(epochs) => epoch.is_multiple_of(*epochs),
            When::Best { .. } => true,
        };
        // A folder with the epoch in its name is another one for each epoch.
        let folder = self.path.parent().unwrap_or(Path::new("")).to_string_lossy();
        let files = if folder.contains(EPOCH) { usize::MAX } else { 1 };
        let paths = (done + 1..=epochs).filter(may_be_due).take(files).map(|epoch| self.path_of(epoch));
        for path in paths {
            files::check_writable(&path).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Refuses placeholders that would stay in the name, so that every epoch overwrites the one before.
    fn check_name(&self) -> Result<(), String> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let shown = self.path.display();
        if self.path.to_str().is_none() && name.contains('{') {
            return Err(format!("{shown}: a path that is not UTF-8 has no placeholders: leave out `{{`"));
        }
        let rest = name.replace(EPOCH, "");
        match rest.find(['{', '}']).and_then(|at| rest.get(at..)?.split_inclusive('}').next()) {
            Some(unknown) => Err(format!(
                "{shown}: `{unknown}` is unknown: `{EPOCH}` is the only placeholder, and the name of the file has no other braces"
            )),
            None => Ok(()),
        }
    }

    /// The memory that a checkpoint file keeps of it.
    fn state(&self) -> Vec<f64> {
        match &self.when {
            When::Every(_) => Vec::new(),
            When::Best { best, .. } => Vec::from([best.unwrap_or(f64::NAN)]),
        }
    }

    /// Goes on with a [`state`](Self::state); `false` if it is none of this checkpoint.
    pub(super) fn restore(&mut self, state: &[f64]) -> bool {
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

/// Writes the checkpoints that are due after an epoch; `to_bytes` makes the file from the states of callbacks and checkpoints.
pub(super) fn save(
    checkpoints: &mut [Checkpoint],
    epochs: &[Epoch],
    of_callbacks: Vec<Vec<f64>>,
    to_bytes: &dyn Fn(&[Vec<f64>]) -> Vec<u8>,
) -> Result<(), CallbackError> {
    let Some(epoch) = epochs.last() else { return Ok(()) };
    // All checkpoints see the epoch before the first is written: each file holds the states of all of them.
    let due: Vec<bool> = checkpoints.iter_mut().map(|checkpoint| checkpoint.is_due(epochs.len(), epoch)).collect();
    if !due.contains(&true) {
        return Ok(());
    }
    let states: Vec<Vec<f64>> = of_callbacks.into_iter().chain(checkpoints.iter().map(Checkpoint::state)).collect();
    let bytes = to_bytes(&states);
    let due = checkpoints.iter().zip(due).filter_map(|(checkpoint, due)| due.then_some(checkpoint));
    // A training is resumed from a checkpoint of every few epochs, whose states say that the best one has been written: so the best
    // one is written first.
    let (best, every): (Vec<_>, Vec<_>) = due.partition(|checkpoint| checkpoint.watches().is_some());
    for checkpoint in best.into_iter().chain(every) {
        files::write(&checkpoint.path_of(epochs.len()), &bytes)?;
    }
    Ok(())
}
