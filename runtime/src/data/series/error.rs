//! The errors of time series.
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use crate::data::DataError;
use crate::numbers::Shown;

/// A time series that cannot be trained on.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum SeriesError {
    /// There is no value.
    #[error("the series has no value: give at least one column with a value for every step")]
    Empty,
    /// A column is not as long as the first one.
    #[error(
        "the column {column} has {found} values, but {first} has {expected}: give each column a value for every step, NaN where it is missing"
    )]
    Ragged {
        /// The column.
        column: String,
        /// Its values.
        found: usize,
        /// The first column.
        first: String,
        /// Its values.
        expected: usize,
    },
    /// Two columns have the same name.
    #[error("two columns have the name {column}: give each a name of its own")]
    DoubleColumn {
        /// The name.
        column: String,
    },
    /// A value is infinite.
    #[error("the value of {column} at step {step} (counted from 0) is infinite: if it is missing, write NaN")]
    Infinite {
        /// The column.
        column: String,
        /// The step, counted from 0.
        step: usize,
    },
    /// There is no column of that name.
    #[error("there is no column {column}; the series has {columns}")]
    NoColumn {
        /// As asked for.
        column: String,
        /// The columns of the series.
        columns: String,
    },
    /// The columns are not as many as a step of the network's sequence has values.
    #[error(
        "the {what} has {found} columns ({columns}), but a step of the network's {what} has {expected} values: name as many with `Windows::{what}s`"
    )]
    Columns {
        /// `input` or `target`.
        what: &'static str,
        /// How many columns.
        found: usize,
        /// Their names.
        columns: String,
        /// Values of a step of the network's input or target.
        expected: usize,
    },
    /// The network's vector is no whole number of steps.
    #[error(
        "the {what} has {found} columns ({columns}), but {expected} values of the network's {what} are no whole number of steps: name others with `Windows::{what}s`"
    )]
    Vector {
        /// `input` or `target`.
        what: &'static str,
        /// How many columns.
        found: usize,
        /// Their names.
        columns: String,
        /// Values of the network's input or target.
        expected: usize,
    },
    /// A stride of 0.
    #[error("a stride of 0 steps gives the same window again and again: give 1 for all windows, or more for fewer")]
    Stride,
    /// Targets that do not lie after the window.
    #[error("targets 0 steps ahead are part of the window: give 1 for the step right after it, or more")]
    Ahead,
    /// The series is shorter than a window and its targets.
    #[error(
        "a window and its targets take {needed} steps ({input} and {after}), but the series has {steps}: give a longer series, or a network with a shorter input"
    )]
    Short {
        /// Of the series.
        steps: usize,
        /// Of a window and its targets.
        needed: usize,
        /// Of the network's input.
        input: usize,
        /// From the end of the window to the last target.
        after: usize,
    },
    /// A fraction that leaves one part without a step.
    #[error(
        "a split of {steps} steps that puts {} of them into the second part leaves one part empty: give a fraction between 0 and 1",
        Shown(*.fraction)
    )]
    Split {
        /// Of the series.
        steps: usize,
        /// As asked for.
        fraction: f64,
    },
    /// Parts that are not in the order of time, or begin after the end of the series.
    #[error(
        "parts that begin at the steps {starts:?} of {steps}: give at least one step, in rising order, each below {steps}"
    )]
    Starts {
        /// As asked for.
        starts: Vec<usize>,
        /// Of the series.
        steps: usize,
    },
    /// A value is missing, and there is no rule for it.
    #[error(
        "{column} has no value at step {step} (counted from 0), one of {missing} missing values: choose a rule with `Windows::gaps`, such as `Gaps::Interpolate`"
    )]
    Missing {
        /// The column.
        column: String,
        /// The first step without a value, counted from 0.
        step: usize,
        /// Missing values in all columns of inputs and targets.
        missing: usize,
    },
    /// A column without a value in the training part.
    #[error(
        "the column {column} has no value in the first part, so it has no mean: begin the second part later, or leave the column out"
    )]
    NothingPresent {
        /// The column.
        column: String,
    },
    /// A part without a window.
    #[error(
        "part {part} (counted from 0) has no window: none has all of its targets in the steps from {from} to {last}{left}: give the part more steps",
        left = left(*left_out)
    )]
    NoWindow {
        /// The part, counted from 0.
        part: usize,
        /// Its first step.
        from: usize,
        /// Its last step.
        last: usize,
        /// Windows that are left out for missing values.
        left_out: usize,
    },
    /// Values that are not finite in the network's precision.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// Why there are fewer windows than the steps allow; nothing if there are as many.
fn left(left_out: usize) -> String {
    match left_out {
        0 => String::new(),
        count => format!(", as {count} are left out for missing values"),
    }
}
