//! Figures of a training that callbacks and checkpoints depend on. Needs `alloc`.
use alloc::string::{String, ToString};

use thiserror::Error;

use super::history::Epoch;
use crate::metrics::Better;

/// A figure that a callback watches: made by [`Trainer::monitor`](crate::Trainer::monitor), which knows the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitor {
    name: String,
    better: Better,
}

/// There is no figure of that name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("there is no figure `{name}`; this training measures {known}")]
pub struct FigureError {
    /// The name that was asked for.
    pub name: String,
    /// The names of all figures.
    pub known: String,
}

impl Monitor {
    /// Finds a figure among the figures of a training; figures of validation data have `val_` before their names.
    pub(super) fn find(name: &str, figures: &[(&'static str, Better)]) -> Result<Self, FigureError> {
        let plain = name.strip_prefix("val_").unwrap_or(name);
        if let Some((_, better)) = figures.iter().find(|(known, _)| *known == plain) {
            return Ok(Self { name: name.to_string(), better: *better });
        }
        let mut known = String::new();
        for prefix in ["", "val_"] {
            for (figure, _) in figures {
                known += if known.is_empty() { "" } else { ", " };
                known += prefix;
                known += figure;
            }
        }
        Err(FigureError { name: name.to_string(), known })
    }

    /// The name of the figure: `val_loss`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether lower or higher figures are better.
    pub fn better(&self) -> Better {
        self.better
    }

    /// The figure after an epoch; `None` if the epoch has none of that name.
    pub fn of(&self, epoch: &Epoch) -> Option<f64> {
        epoch.figures().find(|(name, _)| *name == self.name).map(|(_, value)| value)
    }

    /// Whether a figure is better than the best so far by more than a least difference. Any number is better than no figure.
    pub fn improves(&self, value: f64, best: Option<f64>, min_delta: f64) -> bool {
        match (best, self.better) {
            (None, _) => !value.is_nan(),
            (Some(best), Better::Lower) => value < best - min_delta,
            (Some(best), Better::Higher) => value > best + min_delta,
        }
    }

    /// Whether the figure is measured on the validation data.
    pub(super) fn wants_validation(&self) -> bool {
        self.name.starts_with("val_")
    }
}
