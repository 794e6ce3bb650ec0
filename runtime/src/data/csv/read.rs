//! From the text of a CSV file to samples.
use std::format;
use std::path::PathBuf;
use std::string::{String, ToString};
use std::vec::Vec;

use super::column::{Column, Values};
use super::{Csv, CsvError, CsvErrorKind, Missing, Source};
use crate::data::{DataError, Dataset, Series};
use crate::files;
use crate::flat::Flat;
use crate::scalar::Scalar;

/// The values of all lines, one after the other.
struct Rows {
    /// Of the file.
    name: String,
    values: Vec<f64>,
    /// The names of the values of a line.
    names: Vec<String>,
}

/// The kind of data that a file is read as.
#[derive(Clone, Copy)]
enum Shape {
    /// Inputs and targets, of so many values.
    Samples(usize, usize),
    /// Steps of a series, which keeps its missing values.
    Steps,
}

impl Csv {
    /// Reads the file.
    ///
    /// # Errors
    /// Files that cannot be read; columns that are missing, doubled, or not as many as the network has values; lines that
    /// are ragged; fields that are no number, not finite, no category, or missing without a rule. The message says file,
    /// line and column.
    pub fn read<X: Flat, Y: Flat<Scalar = X::Scalar>>(mut self) -> Result<Dataset<X, Y>, CsvError> {
        let Rows { name, values, names } =
            self.rows(Shape::Samples(X::LEN, Y::LEN), |value| X::Scalar::from_f64(value).is_finite())?;
        let samples = values.chunks_exact(names.len().max(1)).map(|row| {
            let (input, target) = row.split_at(X::LEN.min(row.len()));
            (sample(input), sample(target))
        });
        let (inputs, targets): (Vec<X>, Vec<Y>) = samples.unzip();
        Dataset::new(inputs, targets).map_err(|error| from_data_error(&name, error))
    }

    /// Reads the file as a time series: a line is a step, and missing values stay missing. The columns are those of input and target, in this
    /// order; a category is a column of its own, such as `weekday=friday`.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// let file = "date;level\n2026-11-01;3.5\n2026-11-02;NA\n2026-11-03;3.9\n";
    /// let series = Csv::from_reader(file.as_bytes(), "river.csv")
    ///     .inputs(&["level"])
    ///     .delimiter(b';')
    ///     .missing_text("NA")
    ///     .read_series()?;
    /// assert_eq!((series.len(), series.missing()), (3, 1));
    /// # Ok::<(), castnet::CsvError>(())
    /// ```
    ///
    /// # Errors
    /// As [`read`](Self::read), but for the number of columns, and missing numbers. A rule for missing values is an error: a mean over the
    /// file would know the future, and if lines are left out, steps are no longer equally far apart.
    /// [`Windows::gaps`](crate::Windows::gaps) has the rules of a series.
    pub fn read_series(mut self) -> Result<Series, CsvError> {
        let Rows { names, values, .. } = self.rows(Shape::Steps, f64::is_finite)?;
        Ok(Series::from_rows(names, &values))
    }

    /// The values of the file; `is_finite` says whether the network's precision has a number. Nothing here depends on the network's types,
    /// so it is compiled once.
    fn rows(&mut self, shape: Shape, is_finite: fn(f64) -> bool) -> Result<Rows, CsvError> {
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
        let (inputs, targets) = self.columns(shape, &name, &header)?;
        let columns = || inputs.iter().chain(&targets);

        // The values of all lines, one after the other; NaN where one is missing.
        let mut values: Vec<f64> = Vec::new();
        let names: Vec<String> = columns().flat_map(|column| column.names()).collect();
        let mut record = ::csv::StringRecord::new();
        'lines: loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return Err(from_csv_error(&name, &text, error)),
            }
            let line = record.position().map(|position| line(&text, position));
            if matches!(shape, Shape::Steps) && header.len() == 1 {
                // In a file of one column an empty line is a step whose value is missing.
                let before = line.zip(record.position()).map_or(0, |(line, position)| line - position.line());
                values.extend((0..before).flat_map(|_| &names).map(|_| f64::NAN));
            }
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
            column
                .fill(&mut values, place, names.len(), is_finite)
                .map_err(|kind| fail(None, Some(column.name), kind))?;
            place += column.width();
        }
        Ok(Rows { name, values, names })
    }

    /// The columns of input and target, which give as many values as the network has.
    fn columns<'c>(
        &'c self,
        shape: Shape,
        name: &str,
        header: &'c [String],
    ) -> Result<(Vec<Column<'c>>, Vec<Column<'c>>), CsvError> {
        self.check_names(name, header)?;
        let is_input = |column: &&String| !self.targets.contains(column) && !self.ignored.contains(column);
        let inputs: Vec<&String> = match &self.inputs {
            Some(inputs) => inputs.iter().collect(),
            None => header.iter().filter(is_input).collect(),
        };
        let targets: Vec<&String> = self.targets.iter().collect();
        let number_of_class = matches!(shape, Shape::Samples(_, 1)) && targets.len() == 1;
        let column = |name, number_of_class| self.column(name, header, number_of_class, shape);
        let inputs: Vec<_> = inputs.into_iter().filter_map(|name| column(name, false)).collect();
        let targets: Vec<_> = targets.into_iter().filter_map(|name| column(name, number_of_class)).collect();
        match shape {
            Shape::Samples(input, target) => {
                check_count(name, "input", &inputs, input, header)?;
                check_count(name, "target", &targets, target, header)?;
            }
            Shape::Steps => check_series(name, inputs.iter().chain(&targets))?,
        }
        Ok((inputs, targets))
    }

    /// Whether every column that is named is one of the header, and none occurs twice.
    fn check_names(&self, name: &str, header: &[String]) -> Result<(), CsvError> {
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
        for column in named {
            if !header.contains(column) {
                let columns = header.join(", ");
                return Err(fail(None, Some(column), CsvErrorKind::NoColumn { columns, hint: hint(header) }));
            }
        }
        Ok(())
    }

    fn column<'c>(
        &'c self,
        name: &'c str,
        header: &[String],
        number_of_class: bool,
        shape: Shape,
    ) -> Option<Column<'c>> {
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
            keeps_gaps: matches!(shape, Shape::Steps),
        })
    }
}

/// Whether columns give as many values as the network has.
fn check_count(
    name: &str,
    what: &'static str,
    columns: &[Column<'_>],
    expected: usize,
    header: &[String],
) -> Result<(), CsvError> {
    let found: usize = columns.iter().map(|column| column.width()).sum();
    if found == expected {
        return Ok(());
    }
    let unit = if found == columns.len() { "columns" } else { "values" };
    let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
    let kind = CsvErrorKind::Count { what, unit, found, columns: names.join(", "), expected, hint: hint(header) };
    Err(CsvError::at(name, None, None, kind))
}

/// Whether there are columns for a series, without a rule for missing values.
fn check_series<'c>(name: &str, mut columns: impl Iterator<Item = &'c Column<'c>> + Clone) -> Result<(), CsvError> {
    if columns.clone().next().is_none() {
        return Err(CsvError::at(name, None, None, CsvErrorKind::NoColumns));
    }
    match columns.find(|column| column.missing.is_some()) {
        Some(column) => Err(CsvError::at(name, None, Some(column.name), CsvErrorKind::SeriesRule)),
        None => Ok(()),
    }
}

fn sample<A: Flat>(values: &[f64]) -> A {
    let mut sample = A::zeroed();
    sample.as_flat_mut().iter_mut().zip(values).for_each(|(value, &read)| *value = A::Scalar::from_f64(read));
    sample
}

/// The likely reason why a header has not the columns that are expected of it.
fn hint(header: &[String]) -> &'static str {
    match header {
        [only] if only.contains(';') => "; the columns seem to be separated by `;`: `Csv::delimiter` says so",
        [only] if only.contains('\t') => "; the columns seem to be separated by tabs: `Csv::delimiter` says so",
        _ => "",
    }
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
