//! A progress bar for trainings. Needs `alloc`.
#[cfg(feature = "progress")]
use super::history::figure;
use super::history::{Epoch, Outcome};

/// Shows how far a training is; nothing without the feature `progress`, or where standard error is no terminal.
pub(crate) struct Progress {
    #[cfg(feature = "progress")]
    bar: indicatif::ProgressBar,
}

impl Progress {
    /// A bar for so many epochs, hidden if it is not wanted.
    #[cfg(feature = "progress")]
    pub(crate) fn new(epochs: usize, shown: bool) -> Self {
        use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(epochs as u64), target);
        let style = ProgressStyle::with_template("epoch {pos}/{len} [{bar:30}] {msg} ({eta} left)");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar }
    }

    #[cfg(not(feature = "progress"))]
    pub(crate) fn new(_epochs: usize, _shown: bool) -> Self {
        Self {}
    }

    /// After an epoch, counted from 1.
    pub(crate) fn epoch(&mut self, number: usize, epoch: &Epoch) {
        #[cfg(feature = "progress")]
        {
            use std::fmt::Write;
            if self.bar.is_hidden() {
                return;
            }
            let mut message = std::string::String::new();
            for (index, (name, value)) in epoch.figures().enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                // Writing to a string cannot fail.
                _ = write!(message, "{comma}{name} {}", figure(&name, value));
            }
            self.bar.set_position(number as u64);
            self.bar.set_message(message);
        }
        #[cfg(not(feature = "progress"))]
        let _ = (number, epoch);
    }

    /// At the end: the bar stays where the training ended.
    pub(crate) fn finish(self, outcome: &Outcome) {
        #[cfg(feature = "progress")]
        match outcome {
            Outcome::Completed => self.bar.finish(),
            _ => self.bar.abandon(),
        }
        #[cfg(not(feature = "progress"))]
        let _ = outcome;
    }
}
