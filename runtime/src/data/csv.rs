//! Data from CSV files.
use std::boxed::Box;
use std::format;
use std::io::Read;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use thiserror::Error;

use super::{DataError, Dataset};
use crate::{FileError, Flat, Scalar};

/// A CSV file that cannot be read as data: where, and what is wrong there.
#[derive(Debug, Error)]
#[error("{name}{place}: {kind}")]
pub struct CsvError {
    /// The file, or the name that was given for a reader.
    pub name: String,
    /// The place in it, if there is one.
    pub place: CsvPlace,
    /// What is wrong.
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

/// What is wrong with a CSV file.
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
    #[error("`{text}` is not a number")]
    NotANumber {
        /// The field.
        text: String,
    },
    /// A field is empty.
    #[error("the field is empty: fill in a value or leave out the line")]
    EmptyField,
    /// A field is NaN or infinite, or too large for the network's numbers.
    #[error("`{text}` is not finite: fill in a value or leave out the line")]
    NotFinite {
        /// The field.
        text: String,
    },
    /// A target column does not exist.
    #[error("there is no such column; the file has {columns}")]
    NoColumn {
        /// The columns of the file.
        columns: String,
    },
    /// A column occurs twice, in the file or among the targets.
    #[error("the column occurs twice")]
    DoubleColumn,
    /// The columns are not as many as the network's values.
    #[error("{found} {what} columns ({columns}), but the network's {what} has {expected} values{hint}")]
    Count {
        /// `input` or `target`.
        what: &'static str,
        /// In the file.
        found: usize,
        /// Their names.
        columns: String,
        /// In the network.
        expected: usize,
        /// What may be the reason.
        hint: &'static str,
    },
}

impl<X: Flat, Y: Flat<Scalar = X::Scalar>> Dataset<X, Y> {
    /// Reads a CSV file of numbers with a header. The target columns are named, in the order of the target's values; all
    /// other columns are the input, in the order of the file.
    ///
    /// # Errors
    /// Files that cannot be read; missing or doubled columns, or not as many as the network has values; lines that are
    /// ragged; fields that are empty, no number, or not finite. The message says file, line and column.
    pub fn from_csv<P: AsRef<Path>>(path: P, targets: &[&str]) -> Result<Self, CsvError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let open = std::fs::File::open(path).map_err(|error| FileError { path: path.to_path_buf(), error });
        match open {
            Ok(file) => Self::from_csv_reader(file, &name, targets),
            Err(FileError { error, .. }) => Err(error_at(&name, None, None, CsvErrorKind::Unreadable(error.into()))),
        }
    }

    /// As [`from_csv`](Self::from_csv), from anything that gives bytes; `name` stands in errors for the file's.
    ///
    /// # Errors
    /// As [`from_csv`](Self::from_csv).
    pub fn from_csv_reader<R: Read>(mut reader: R, name: &str, targets: &[&str]) -> Result<Self, CsvError> {
        let fail = |line, column, kind| error_at(name, line, column, kind);
        let mut text = Vec::new();
        if let Err(error) = reader.read_to_end(&mut text) {
            return Err(fail(None, None, CsvErrorKind::Unreadable(error.into())));
        }
        let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::All).from_reader(text.as_slice());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(|field| field.trim_start_matches('\u{feff}').trim().to_string()).collect(),
            Err(error) => return Err(from_csv_error(name, &text, error)),
        };
        if header.iter().all(String::is_empty) {
            return Err(fail(None, None, CsvErrorKind::NoHeader));
        }
        if let Some(twice) = twice(header.iter().map(String::as_str)) {
            return Err(fail(Some(1), Some(twice), CsvErrorKind::DoubleColumn));
        }
        if let Some(twice) = twice(targets.iter().copied()) {
            return Err(fail(None, Some(twice), CsvErrorKind::DoubleColumn));
        }
        let mut target_columns = Vec::new();
        for target in targets {
            let Some(column) = header.iter().position(|name| name == target) else {
                let columns = header.join(", ");
                return Err(fail(None, Some(target), CsvErrorKind::NoColumn { columns }));
            };
            target_columns.push(column);
        }
        let input_columns: Vec<usize> = (0..header.len()).filter(|column| !target_columns.contains(column)).collect();
        let hint = match header.as_slice() {
            [only] if only.contains(';') => "; the columns seem to be separated by `;` instead of `,`",
            _ => "",
        };
        for (what, columns, expected) in [("input", &input_columns, X::LEN), ("target", &target_columns, Y::LEN)] {
            if columns.len() != expected {
                let names: Vec<&str> =
                    columns.iter().filter_map(|&column| header.get(column)).map(String::as_str).collect();
                let columns_shown = names.join(", ");
                return Err(fail(
                    None,
                    None,
                    CsvErrorKind::Count { what, found: columns.len(), columns: columns_shown, expected, hint },
                ));
            }
        }

        let (mut inputs, mut values) = (Vec::<X>::new(), Vec::<Y>::new());
        let mut record = ::csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(from_csv_error(name, &text, error)),
            }
            let line = record.position().map(|position| line(&text, position));
            let field = |column: usize| -> Result<X::Scalar, CsvError> {
                let text = record.get(column).unwrap_or_default();
                number(text).map_err(|kind| fail(line, header.get(column).map(String::as_str), kind))
            };
            inputs.push(sample(&input_columns, field)?);
            values.push(sample(&target_columns, field)?);
        }
        match Self::new(inputs, values) {
            Ok(data) => Ok(data),
            Err(DataError::Empty) => Err(fail(None, None, CsvErrorKind::NoData)),
            Err(error) => Err(fail(None, None, CsvErrorKind::Unreadable(error.into()))),
        }
    }
}

fn sample<A: Flat, E>(columns: &[usize], field: impl Fn(usize) -> Result<A::Scalar, E>) -> Result<A, E> {
    let mut sample = A::zeroed();
    for (value, &column) in sample.as_flat_mut().iter_mut().zip(columns) {
        *value = field(column)?;
    }
    Ok(sample)
}

fn number<T: Scalar>(text: &str) -> Result<T, CsvErrorKind> {
    if text.is_empty() {
        return Err(CsvErrorKind::EmptyField);
    }
    let value: f64 = text.parse().map_err(|_| CsvErrorKind::NotANumber { text: text.to_string() })?;
    let value = T::from_f64(value);
    if value.is_finite() { Ok(value) } else { Err(CsvErrorKind::NotFinite { text: text.to_string() }) }
}

/// The first name that occurs twice.
fn twice<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let mut earlier = Vec::new();
    for name in names {
        if earlier.contains(&name) {
            return Some(name);
        }
        earlier.push(name);
    }
    None
}

fn error_at(name: &str, line: Option<u64>, column: Option<&str>, kind: CsvErrorKind) -> CsvError {
    CsvError {
        name: name.to_string(),
        place: CsvPlace { line, column: column.map(ToString::to_string) },
        kind: Box::new(kind),
    }
}

/// The line of a record. Its position is that of the empty lines before it, if there are any.
fn line(text: &[u8], position: &::csv::Position) -> u64 {
    let from = text.get(position.byte() as usize..).unwrap_or_default();
    let empty = from.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + empty.count() as u64
}

fn from_csv_error(name: &str, text: &[u8], error: ::csv::Error) -> CsvError {
    let line = error.position().map(|position| line(text, position));
    let kind = match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            CsvErrorKind::Ragged { found: *len, expected: *expected_len }
        }
        ::csv::ErrorKind::Utf8 { err, .. } => CsvErrorKind::Unreadable(format!("not UTF-8 text: {err}").into()),
        _ => CsvErrorKind::Unreadable(error.into()),
    };
    error_at(name, line, None, kind)
}
