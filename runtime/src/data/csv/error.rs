//! The errors of CSV files.
use std::boxed::Box;
use std::format;
use std::string::{String, ToString};

use thiserror::Error;

/// A CSV file that cannot be read as data: the place, and the kind of error.
#[derive(Debug, Error)]
#[error("{name}{place}: {kind}")]
pub struct CsvError {
    /// The file, or the name that was given for a reader.
    pub name: String,
    /// The place in it, if there is one.
    pub place: CsvPlace,
    /// The kind of error.
    pub kind: Box<CsvErrorKind>,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvPlace {
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// The name of the column.
    pub column: Option<String>,
}

impl core::fmt::Display for CsvPlace {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// The kinds of errors of CSV files.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvErrorKind {
    /// The file cannot be opened or read.
    #[error("{0}")]
    Unreadable(Box<dyn std::error::Error + Send + Sync>),
    /// There is no header.
    #[error("the file is empty: the first line names the columns")]
    NoHeader,
    /// There is nothing below the header.
    #[error("the file has a header and no line of data")]
    NoData,
    /// A line has more or fewer fields than the header.
    #[error("{found} fields, but the header has {expected}")]
    Ragged {
        /// On the line.
        found: u64,
        /// In the header.
        expected: u64,
    },
    /// A field is no number.
    #[error(
        "{text} is not a number: `Csv::one_hot` takes categories, `Csv::missing_text` what means a missing value, `Csv::ignore` leaves the column out",
        text = shown(text)
    )]
    NotANumber {
        /// The field.
        text: String,
    },
    /// A field is empty.
    #[error("the field is empty: fill in a value, leave out the line, or say what it means with `Csv::missing`")]
    EmptyField,
    /// A field is NaN or infinite, or too large for the network's numbers.
    #[error("{text} is not finite: fill in a value, leave out the line, or name it with `Csv::missing_text`", text = shown(text))]
    NotFinite {
        /// The field.
        text: String,
    },
    /// A target column does not exist.
    #[error("there is no such column; the file has {columns}{hint}")]
    NoColumn {
        /// The columns of the file.
        columns: String,
        /// A likely reason, or nothing.
        hint: &'static str,
    },
    /// A column occurs twice, in the file or among the targets.
    #[error("the column occurs twice: name it once")]
    DoubleColumn,
    /// A field is none of the categories of its column.
    #[error("{text} is none of the categories {categories}: name it among them, or leave out the line", text = shown(text))]
    NoCategory {
        /// The field.
        text: String,
        /// The categories.
        categories: String,
    },
    /// A field of a column of categories is missing.
    #[error(
        "the category is missing: fill one in, leave out the line (`Missing::SkipLine` does), or name a category of that text"
    )]
    MissingCategory,
    /// A column has no value at all, so that missing ones cannot be filled in.
    #[error("no line has a value in this column: there is no mean or median to fill in")]
    NothingPresent,
    /// A series without a column.
    #[error("a series has at least one column: name it with `Csv::inputs`, or in `Series::from_csv`")]
    NoColumns,
    /// A rule for missing values that a series does not take.
    #[error("a series keeps its missing values: take the rule out, and choose one with `Windows::gaps`")]
    SeriesRule,
    /// The columns are not as many as the network's values.
    #[error("{found} {what} {unit} ({columns}), but the network's {what} has {expected} values{hint}")]
    Count {
        /// `input` or `target`.
        what: &'static str,
        /// `columns`, or `values` if categories make several of one column.
        unit: &'static str,
        /// In the file.
        found: usize,
        /// Their names.
        columns: String,
        /// In the network.
        expected: usize,
        /// A likely reason, or nothing.
        hint: &'static str,
    },
}

/// A field as messages show it. A quote that is not closed makes one field of the rest of the file, so a long one is cut, which the message
/// says; the error holds all of it.
fn shown(text: &str) -> String {
    /// The longest field that is shown whole, and the beginning of a longer one, in characters.
    const WHOLE: usize = 100;
    const BEGINNING: usize = 60;
    let characters = text.chars().count();
    if characters <= WHOLE {
        return format!("`{text}`");
    }
    let beginning: String = text.chars().take(BEGINNING).collect();
    format!("`{beginning}...`, the beginning of a field of {characters} characters (is a quote not closed?),")
}

impl CsvError {
    pub(super) fn at(name: &str, line: Option<u64>, column: Option<&str>, kind: CsvErrorKind) -> Self {
        Self {
            name: name.to_string(),
            place: CsvPlace { line, column: column.map(ToString::to_string) },
            kind: Box::new(kind),
        }
    }
}
