//! Data from CSV files. Needs the feature `csv`, and `std`.
mod column;
mod error;

pub use error::{CsvError, CsvErrorKind, CsvPlace};

use std::borrow::ToOwned;
use std::format;
use std::io::Read;
use std::path::PathBuf;
use std::string::{String, ToString};
use std::vec::Vec;

use column::{Column, Values};

use super::{DataError, Dataset};
use crate::files;
use crate::flat::Flat;
use crate::network::Label;
use crate::scalar::Scalar;

/// A CSV file with a header, and what its columns mean.
///
/// ```
/// use castnet::prelude::*;
///
/// let file = "size,colour,weight,kind\n\
///             3.5,red,120,apple\n\
///             ?,green,80,pear\n\
///             2.5,green,100,apple\n";
/// #[derive(Clone, Copy, Debug, PartialEq, Label)]
/// enum Fruit {
///     Apple,
///     Pear,
/// }
///
/// network! { Basket< input 4 => dense 8 relu => dense 2 softmax > }
///
/// let data: DataFor<Basket> = Csv::from_reader(file.as_bytes(), "fruit.csv")
///     .targets(&["kind"])
///     .labels::<Fruit>("kind")
///     .one_hot("colour", &["red", "green"])
///     .missing_text("?")
///     .missing("size", Missing::Mean)
///     .read()?;
/// assert_eq!(data.inputs()[1].as_slice(), [3.0, 0.0, 1.0, 80.0]);
/// assert_eq!(Fruit::decide(&data.targets()[1]), (Fruit::Pear, 1.0));
/// # Ok::<(), castnet::CsvError>(())
/// ```
///
/// Categories are named here and not collected from the file, so that a value keeps its meaning in the next file and in a
/// firmware.
#[derive(Debug)]
#[must_use = "nothing is read before `read`"]
pub struct Csv {
    source: Source,
    targets: Vec<String>,
    inputs: Option<Vec<String>>,
    ignored: Vec<String>,
    categories: Vec<(String, Vec<String>)>,
    missing: Vec<(String, Missing)>,
    missing_everywhere: Option<Missing>,
    missing_texts: Vec<String>,
    delimiter: u8,
}

#[derive(Debug)]
enum Source {
    File(PathBuf),
    Read { name: String, text: std::io::Result<Vec<u8>> },
}

/// The values of all lines, one after the other.
struct Rows {
    /// Of the file.
    name: String,
    values: Vec<f64>,
    /// How many values a line has.
    width: usize,
}

/// What becomes of a field that is empty, or holds one of the texts that mean so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// This value.
    Value(f64),
    /// The mean of the values in the column of this file. For later data, give it as [`Missing::Value`].
    Mean,
    /// The median of the values in the column of this file. For later data, give it as [`Missing::Value`].
    Median,
    /// The line is left out.
    SkipLine,
}

impl Csv {
    /// A file. Its columns are numbers, and all of them inputs, unless something else is said.
    pub fn new<P: Into<PathBuf>>(path: P) -> Self {
        Self::from_source(Source::File(path.into()))
    }

    /// As [`new`](Self::new), from anything that gives bytes; `name` stands in errors for the file's.
    pub fn from_reader<R: Read>(mut reader: R, name: &str) -> Self {
        let mut text = Vec::new();
        let read = reader.read_to_end(&mut text).map(|_| text);
        Self::from_source(Source::Read { name: name.to_string(), text: read })
    }

    fn from_source(source: Source) -> Self {
        Self {
            source,
            targets: Vec::new(),
            inputs: None,
            ignored: Vec::new(),
            categories: Vec::new(),
            missing: Vec::new(),
            missing_everywhere: None,
            missing_texts: Vec::new(),
            delimiter: b',',
        }
    }

    /// The columns of the target, in the order of its values. All others are the input, in the order of the file.
    pub fn targets(self, columns: &[&str]) -> Self {
        Self { targets: columns.iter().map(ToString::to_string).collect(), ..self }
    }

    /// Only these columns are the input, in this order; those that are not named are ignored.
    pub fn inputs(self, columns: &[&str]) -> Self {
        Self { inputs: Some(columns.iter().map(ToString::to_string).collect()), ..self }
    }

    /// Columns that are neither input nor target.
    pub fn ignore(mut self, columns: &[&str]) -> Self {
        self.ignored.extend(columns.iter().map(ToString::to_string));
        self
    }

    /// A column of categories becomes one-hot values, in the order given here; if no category is exactly the field, one that
    /// differs in case counts. The only target column of a network whose
    /// target has one value becomes the number of the category instead, counted from 0.
    pub fn one_hot(mut self, column: &str, categories: &[&str]) -> Self {
        self.categories.push((column.to_owned(), categories.iter().map(ToString::to_string).collect()));
        self
    }

    /// As [`one_hot`](Self::one_hot), with the names of an enum's classes.
    pub fn labels<L: Label>(self, column: &str) -> Self {
        self.one_hot(column, L::NAMES)
    }

    /// What becomes of missing values in a column; without a rule they are errors. Of several rules the last one holds. In a
    /// column of categories only [`Missing::SkipLine`] is one, or a category that has the text of what is missing.
    pub fn missing(mut self, column: &str, rule: Missing) -> Self {
        self.missing.push((column.to_owned(), rule));
        self
    }

    /// What becomes of missing values in columns without a rule of their own.
    pub fn missing_everywhere(self, rule: Missing) -> Self {
        Self { missing_everywhere: Some(rule), ..self }
    }

    /// A text that means a missing value, such as `?` or `NA`, beside the empty field.
    pub fn missing_text(mut self, text: &str) -> Self {
        self.missing_texts.push(text.to_owned());
        self
    }

    /// What stands between fields: `,` by default.
    pub fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Files that cannot be read; columns that are missing, doubled, or not as many as the network has values; lines that
    /// are ragged; fields that are no number, not finite, no category, or missing without a rule. The message says file,
    /// line and column.
    pub fn read<X: Flat, Y: Flat<Scalar = X::Scalar>>(mut self) -> Result<Dataset<X, Y>, CsvError> {
        let Rows { name, values, width } =
            self.rows((X::LEN, Y::LEN), |value| X::Scalar::from_f64(value).is_finite())?;
        let samples = values.chunks_exact(width.max(1)).map(|row| {
            let (input, target) = row.split_at(X::LEN.min(row.len()));
            (sample(input), sample(target))
        });
        let (inputs, targets): (Vec<X>, Vec<Y>) = samples.unzip();
        Dataset::new(inputs, targets).map_err(|error| from_data_error(&name, error))
    }

    /// What the file says: for inputs and targets of so many values, in a precision that has some numbers and not others. Nothing
    /// here depends on the network's types, so it is compiled once.
    fn rows(&mut self, lens: (usize, usize), is_finite: fn(f64) -> bool) -> Result<Rows, CsvError> {
        let (name, text) = match core::mem::replace(&mut self.source, Source::File(PathBuf::new())) {
            Source::File(path) => (path.display().to_string(), files::read(&path).map_err(|error| error.error)),
            Source::Read { name, text } => (name, text),
        };
        let fail = |line, column, kind| CsvError::at(&name, line, column, kind);
        let text = text.map_err(|error| fail(None, None, CsvErrorKind::Unreadable(error.into())))?;
        let mut reader =
            ::csv::ReaderBuilder::new().trim(::csv::Trim::All).delimiter(self.delimiter).from_reader(text.as_slice());
        let header: Vec<String> = match reader.headers() {
            Ok(header) => header.iter().map(|field| field.trim_start_matches('\u{feff}').trim().to_string()).collect(),
            Err(error) => return Err(from_csv_error(&name, &text, error)),
        };
        let (inputs, targets) = self.columns(lens, &name, &header)?;
        let columns = || inputs.iter().chain(&targets);

        // The values of all lines, one after the other; NaN where one is missing.
        let mut values: Vec<f64> = Vec::new();
        let width: usize = columns().map(|column| column.width()).sum();
        let mut record = ::csv::StringRecord::new();
        'lines: loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(from_csv_error(&name, &text, error)),
            }
            let line = record.position().map(|position| line(&text, position));
            let begin = values.len();
            for column in columns() {
                let field = record.get(column.index).unwrap_or_default();
                let is_missing = field.is_empty() || self.missing_texts.iter().any(|text| text == field);
                if is_missing && column.missing == Some(Missing::SkipLine) {
                    values.truncate(begin);
                    continue 'lines;
                }
                column
                    .push(field, is_missing, is_finite, &mut values)
                    .map_err(|kind| fail(line, Some(column.name), kind))?;
            }
        }
        if values.is_empty() {
            return Err(fail(None, None, CsvErrorKind::NoData));
        }
        let mut place = 0;
        for column in columns() {
            column.fill(&mut values, place, width, is_finite).map_err(|kind| fail(None, Some(column.name), kind))?;
            place += column.width();
        }
        Ok(Rows { name, values, width })
    }

    /// The columns of input and target, which give as many values as the network has.
    fn columns<'c>(
        &'c self,
        lens: (usize, usize),
        name: &str,
        header: &'c [String],
    ) -> Result<(Vec<Column<'c>>, Vec<Column<'c>>), CsvError> {
        let fail = |line, column: Option<&str>, kind| CsvError::at(name, line, column, kind);
        if header.iter().all(String::is_empty) {
            return Err(fail(None, None, CsvErrorKind::NoHeader));
        }
        if let Some(column) = twice(header.iter().map(String::as_str)) {
            return Err(fail(Some(1), Some(column), CsvErrorKind::DoubleColumn));
        }
        let inputs = self.inputs.iter().flatten();
        if let Some(column) = twice(self.targets.iter().chain(&self.ignored).chain(inputs).map(String::as_str)) {
            return Err(fail(None, Some(column), CsvErrorKind::DoubleColumn));
        }
        let with_rules = self.categories.iter().map(|(column, _)| column);
        let with_rules = with_rules.chain(self.missing.iter().map(|(column, _)| column));
        let named = self.targets.iter().chain(&self.ignored).chain(self.inputs.iter().flatten()).chain(with_rules);
        let hint = match header {
            [only] if only.contains(';') => "; the columns seem to be separated by `;`: `Csv::delimiter` says so",
            [only] if only.contains('\t') => "; the columns seem to be separated by tabs: `Csv::delimiter` says so",
            _ => "",
        };
        for column in named {
            if !header.contains(column) {
                let columns = header.join(", ");
                return Err(fail(None, Some(column), CsvErrorKind::NoColumn { columns, hint }));
            }
        }

        let is_input = |column: &&String| !self.targets.contains(column) && !self.ignored.contains(column);
        let inputs: Vec<&String> = match &self.inputs {
            Some(inputs) => inputs.iter().collect(),
            None => header.iter().filter(is_input).collect(),
        };
        let targets: Vec<&String> = self.targets.iter().collect();
        let number_of_class = lens.1 == 1 && targets.len() == 1;
        let inputs: Vec<_> = inputs.into_iter().filter_map(|column| self.column(column, header, false)).collect();
        let targets: Vec<_> =
            targets.into_iter().filter_map(|column| self.column(column, header, number_of_class)).collect();
        for (what, columns, expected) in [("input", &inputs, lens.0), ("target", &targets, lens.1)] {
            let found: usize = columns.iter().map(|column| column.width()).sum();
            if found != expected {
                let unit = if found == columns.len() { "columns" } else { "values" };
                let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
                let kind = CsvErrorKind::Count { what, unit, found, columns: names.join(", "), expected, hint };
                return Err(fail(None, None, kind));
            }
        }
        Ok((inputs, targets))
    }

    fn column<'c>(&'c self, name: &'c str, header: &[String], number_of_class: bool) -> Option<Column<'c>> {
        let categories = self.categories.iter().rfind(|(column, _)| column == name);
        let values = match categories {
            Some((_, categories)) if number_of_class => Values::Class(categories),
            Some((_, categories)) => Values::OneHot(categories),
            None => Values::Number,
        };
        let rule = self.missing.iter().rfind(|(column, _)| column == name).map(|(_, rule)| *rule);
        Some(Column {
            name,
            index: header.iter().position(|column| column == name)?,
            values,
            missing: rule.or(self.missing_everywhere),
        })
    }
}

impl<X: Flat, Y: Flat<Scalar = X::Scalar>> Dataset<X, Y> {
    /// Reads a CSV file of numbers with a header. The target columns are named, in the order of the target's values; all
    /// other columns are the input, in the order of the file. For more than that see [`Csv`].
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn from_csv<P: AsRef<std::path::Path>>(path: P, targets: &[&str]) -> Result<Self, CsvError> {
        Csv::new(path.as_ref()).targets(targets).read()
    }

    /// As [`from_csv`](Self::from_csv), from anything that gives bytes; `name` stands in errors for the file's.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn from_csv_reader<R: Read>(reader: R, name: &str, targets: &[&str]) -> Result<Self, CsvError> {
        Csv::from_reader(reader, name).targets(targets).read()
    }
}

fn sample<A: Flat>(values: &[f64]) -> A {
    let mut sample = A::zeroed();
    sample.as_flat_mut().iter_mut().zip(values).for_each(|(value, &read)| *value = A::Scalar::from_f64(read));
    sample
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

/// The line of a record. Its position is that of the empty lines before it, if there are any.
fn line(text: &[u8], position: &::csv::Position) -> u64 {
    let from = text.get(position.byte() as usize..).unwrap_or_default();
    let empty = from.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n');
    position.line() + empty.count() as u64
}

fn from_data_error(name: &str, error: DataError) -> CsvError {
    let kind = match error {
        DataError::Empty => CsvErrorKind::NoData,
        error => CsvErrorKind::Unreadable(error.into()),
    };
    CsvError::at(name, None, None, kind)
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
    CsvError::at(name, line, None, kind)
}
