//! The epochs of a training and its end: Keras's `History`. Needs `alloc`.
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use super::error::FitError;
use super::evaluation::Evaluation;

/// One pass over the training data.
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// On the training data, while the weights moved.
    pub train: Evaluation,
    /// On the validation data, after the epoch.
    pub validation: Option<Evaluation>,
    /// The learning rate of the last step. NaN in an epoch of a checkpoint that was written before checkpoints held it.
    pub learning_rate: f64,
}

/// A fact about the data that a training goes on with, and that is seldom meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Channels whose values in the training data are all equal: a `normalize` layer shifts them to 0 and does not scale them.
    ConstantChannels {
        /// The name of the layer.
        layer: &'static str,
        /// The channels, counted from 0.
        channels: Vec<usize>,
    },
}

/// How a training ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// After all epochs.
    Completed,
    /// At a batch whose loss was NaN or infinite, or that left such weights behind at the end of an epoch. A batch with such
    /// a loss changes nothing, but steps before it may have gone too far already.
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The batch in it, counted from 1.
        batch: usize,
    },
    /// After an epoch, because a callback said so.
    Stopped {
        /// The epoch, counted from 1.
        epoch: usize,
        /// Why.
        reason: String,
    },
    /// After an epoch, because a callback or a checkpoint could not do its work, or because the learning rate is no longer
    /// finite. The network stays as it was trained.
    Failed {
        /// The last epoch that was completed, counted from 1; 0 if there is none.
        epoch: usize,
        /// The error of the callback or the checkpoint, or the learning rate.
        reason: String,
    },
    /// Before it began: the options cannot be followed.
    Refused(FitError),
}

/// The epochs of a training: it prints as a table, saves as CSV and draws its learning curves.
///
/// ```
/// use castnet::prelude::*;
///
/// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
///
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data: DataFor<Xor> = Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0], [0.0]])?;
/// let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default());
/// let history = trainer.fit(&data, Fit::epochs(3).progress(false));
/// assert!(history.to_csv().starts_with("epoch,loss,learning_rate\n1,"));
/// assert_eq!(history.series("learning_rate"), Some(vec![0.001; 3]));
/// # Ok::<(), castnet::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "`outcome` says whether the training was completed, refused, stopped, or has diverged"]
pub struct History {
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) outcome: Outcome,
    pub(crate) warnings: Vec<Warning>,
}

/// The name of the learning rate among the figures, which is that of Keras's callbacks.
pub(crate) const LEARNING_RATE: &str = "learning_rate";

impl Epoch {
    /// All figures by name, as Keras names them: the names of figures of validation data begin with `val_`. The last is `learning_rate`.
    pub fn figures(&self) -> impl Iterator<Item = (String, f64)> {
        let train = self.train.figures().map(|(name, value)| (String::from(name), value));
        let validation = self.validation.iter().flat_map(Evaluation::figures);
        let figures = train.chain(validation.map(|(name, value)| (alloc::format!("val_{name}"), value)));
        figures.chain([(String::from(LEARNING_RATE), self.learning_rate)])
    }
}

impl History {
    /// The epochs that were completed, in order.
    pub fn epochs(&self) -> &[Epoch] {
        &self.epochs
    }

    /// How the training ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Remarks on the data or the network, such as a constant column behind `normalize`. They ended nothing; the table shows them last.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The names of the figures of an epoch: `loss`, `mae`, `val_loss`, ..., `learning_rate`.
    pub fn names(&self) -> Vec<String> {
        names(&self.epochs)
    }

    /// The values of one figure, epoch by epoch; `None` if there is none of that name.
    pub fn series(&self, name: &str) -> Option<Vec<f64>> {
        let value = |epoch: &Epoch| epoch.figures().find(|(known, _)| known == name).map(|(_, value)| value);
        self.epochs.iter().map(value).collect()
    }

    /// Whether the learning rate changed.
    pub(crate) fn has_several_rates(&self) -> bool {
        let rates = || self.epochs.iter().map(|epoch| epoch.learning_rate.to_bits());
        rates().zip(rates().skip(1)).any(|(rate, next)| rate != next)
    }

    /// The epoch, counted from 1, with the lowest loss: of the validation data where there are any.
    pub fn best_epoch(&self) -> Option<usize> {
        let loss = |epoch: &Epoch| epoch.validation.as_ref().unwrap_or(&epoch.train).loss;
        let numbered = self.epochs.iter().map(loss).zip(1..);
        numbered.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, number)| number)
    }

    /// The epochs as CSV, one line each, with Keras's column names.
    pub fn to_csv(&self) -> String {
        csv(&self.epochs)
    }

    /// Writes [`to_csv`](Self::to_csv) to a file: all of it, or the file stays as it was.
    ///
    /// # Errors
    /// Files that cannot be written.
    #[cfg(feature = "std")]
    pub fn save_csv<P: AsRef<std::path::Path>>(&self, path: P) -> Result<(), crate::files::FileError> {
        crate::files::write(path.as_ref(), self.to_csv().as_bytes())
    }
}

fn names(epochs: &[Epoch]) -> Vec<String> {
    epochs.first().map(|epoch| epoch.figures().map(|(name, _)| name).collect()).unwrap_or_default()
}

/// A header and a line for each epoch.
pub(crate) fn csv(epochs: &[Epoch]) -> String {
    let mut csv = String::from("epoch");
    for name in names(epochs) {
        csv.push(',');
        csv.push_str(&name);
    }
    csv.push('\n');
    csv.extend((1..).zip(epochs).map(|(number, epoch)| csv_line(number, epoch)));
    csv
}

/// The line of an epoch.
pub(crate) fn csv_line(number: usize, epoch: &Epoch) -> String {
    let mut line = alloc::format!("{number}");
    for (_, value) in epoch.figures() {
        // Writing to a string cannot fail.
        _ = write!(line, ",{value}");
    }
    line.push('\n');
    line
}

/// How many epochs are printed at most: the first, the last, the best, and some between.
const LINES: usize = 20;

/// A table of the epochs, with the learning rate where it changes; how it ended; and the warnings.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, best) = (self.epochs.len(), self.best_epoch());
        let has_rate = self.has_several_rates();
        let is_shown = |name: &str| has_rate || name != LEARNING_RATE;
        let stride = count.div_ceil(LINES).max(1);
        let names: Vec<String> = self.names().into_iter().filter(|name| is_shown(name)).collect();
        let mut lines = alloc::vec![(String::from("epoch"), names, "")];
        for (number, epoch) in (1..).zip(&self.epochs) {
            if number == 1 || number == count || number % stride == 0 || Some(number) == best {
                let figures = epoch.figures().filter(|(name, _)| is_shown(name));
                let figures = figures.map(|(name, value)| figure(&name, value)).collect();
                lines.push((alloc::format!("{number}"), figures, if Some(number) == best { " best" } else { "" }));
            }
        }
        let widest = |least, texts: &mut dyn Iterator<Item = &String>| {
            texts.fold(least, |widest: usize, text| widest.max(text.chars().count()))
        };
        let first = widest(5, &mut lines.iter().map(|(number, ..)| number));
        let columns = lines.first().map_or(0, |(_, names, _)| names.len());
        let widths: Vec<usize> = (0..columns)
            .map(|column| widest(12, &mut lines.iter().filter_map(|(_, figures, _)| figures.get(column))))
            .collect();
        for (number, figures, best) in &lines {
            write!(f, "{number:>first$}")?;
            for (figure, width) in figures.iter().zip(&widths) {
                write!(f, " {figure:>width$}")?;
            }
            writeln!(f, "{best}")?;
        }
        write!(f, "{}", self.outcome)?;
        self.warnings.iter().try_for_each(|warning| write!(f, "\nwarning: {warning}"))
    }
}

/// A figure with four decimals, or with an exponent where these would show nothing of a learning rate, or be too many digits.
pub(crate) fn figure(name: &str, value: f64) -> String {
    let is_small = name == LEARNING_RATE && value > 0.0 && value < 0.001;
    if is_small || value.abs() >= 1e9 { alloc::format!("{value:.3e}") } else { alloc::format!("{value:.4}") }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// How many channels are named.
        const NAMED: usize = 10;
        let Self::ConstantChannels { layer, channels } = self;
        let (channel, are) = if channels.len() == 1 { ("channel", "is") } else { ("channels", "are") };
        write!(f, "{channel}")?;
        for (place, channel) in channels.iter().take(NAMED).enumerate() {
            write!(f, "{} {channel}", if place == 0 { "" } else { "," })?;
        }
        if let Some(more @ 1..) = channels.len().checked_sub(NAMED) {
            write!(f, " and {more} more")?;
        }
        write!(
            f,
            " (counted from 0) of the input of `{layer}` {are} constant in the training data: shifted to 0 and not scaled; leave such columns out, or give data in which they vary"
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => write!(f, "completed"),
            Self::Diverged { epoch, batch } => write!(
                f,
                "stopped: the loss of epoch {epoch}, batch {batch} is not finite; lower the learning rate, or look for huge values in the data (a `normalize` layer helps)"
            ),
            Self::Stopped { epoch, reason } => write!(f, "stopped after epoch {epoch}: {reason}"),
            Self::Failed { epoch, reason } => write!(f, "broken off after epoch {epoch}: {reason}"),
            Self::Refused(error) => write!(f, "not trained: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
