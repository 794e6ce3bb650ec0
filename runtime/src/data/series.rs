//! Values over time, and data sets of windows over them. Needs `alloc`.
mod error;
mod sequence;
mod windows;

pub use error::SeriesError;
pub use sequence::Sequence;
pub use windows::{Gaps, SplitSeries, Windows};

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// A time series: one or several columns of values, one of each at every step. Steps are equally far apart in time, and in its order.
///
/// A value may be missing: it is NaN, or an empty field of a file. [`Windows::gaps`] is the rule for them.
///
/// ```
/// use castnet::{Series, prelude::*};
///
/// network! { Forecast< input 4x1 => gru 3 => dense 1 > }
///
/// let series = Series::new([1.0, 3.0, 2.0, 4.0, 3.0, 5.0, 4.0, 6.0, 5.0, 7.0])?;
/// let split = series.windows().split::<Forecast>(0.2)?;
/// let [train, test] = &split.parts;
/// // The targets are the steps 4 to 7, and the steps 8 and 9.
/// assert_eq!((train.len(), test.len()), (4, 2));
///
/// let mut trainer = Forecast::init(&mut seeded(1)).compile(MeanSquaredError, Adam::default());
/// trainer.fit(train, Fit::epochs(2).progress(false));
///
/// // The step after the series, in its units.
/// let latest = split.latest.ok_or("values are missing at the end")?;
/// let next = split.target_scaler.invert(&trainer.network().predict(&latest));
/// # assert!(next[0].is_finite());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Series {
    columns: Vec<Column>,
}

/// The values of a column, NaN where one is missing.
#[derive(Clone, Debug)]
struct Column {
    name: String,
    values: Vec<f64>,
}

impl Series {
    /// A series of one column, with the name `value`.
    ///
    /// # Errors
    /// No value, or an infinite one.
    pub fn new(values: impl Into<Vec<f64>>) -> Result<Self, SeriesError> {
        Self::of(Vec::from([Column { name: "value".to_owned(), values: values.into() }]))
    }

    /// A series of several columns, each with its name.
    ///
    /// ```
    /// use castnet::Series;
    ///
    /// let series = Series::from_columns(&[("wind", &[3.0, 5.0, f64::NAN]), ("power", &[0.2, 0.9, 0.4])])?;
    /// assert_eq!((series.len(), series.missing()), (3, 1));
    ///
    /// let error = Series::from_columns(&[("wind", &[3.0, 5.0]), ("power", &[0.2])]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the column power has 1 values, but wind has 2: give each column a value for every step, NaN where it is missing",
    /// );
    /// # Ok::<(), castnet::SeriesError>(())
    /// ```
    ///
    /// # Errors
    /// Columns that are not equally long, or have the same name; no value, or an infinite one.
    pub fn from_columns(columns: &[(&str, &[f64])]) -> Result<Self, SeriesError> {
        let column = |(name, values): &(&str, &[f64])| Column { name: (*name).to_owned(), values: values.to_vec() };
        Self::of(columns.iter().map(column).collect())
    }

    /// Columns of a CSV file, by name: a line of the file is a step. Empty fields are missing values, and so is an empty line in a file of one
    /// column. For other delimiters and other texts of missing values see [`Csv::read_series`](crate::Csv::read_series).
    ///
    /// ```no_run
    /// use castnet::{Gaps, Series};
    ///
    /// let series = Series::from_csv("examples/data/co2_mauna_loa_weekly.csv", &["co2_ppmv"])?;
    /// assert_eq!((series.len(), series.missing()), (2284, 59));
    /// let windows = series.windows().gaps(Gaps::Interpolate);
    /// # Ok::<(), castnet::CsvError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Csv::read_series`](crate::Csv::read_series).
    #[cfg(feature = "csv")]
    pub fn from_csv<P: AsRef<std::path::Path>>(path: P, columns: &[&str]) -> Result<Self, super::CsvError> {
        super::Csv::new(path.as_ref()).inputs(columns).read_series()
    }

    fn of(columns: Vec<Column>) -> Result<Self, SeriesError> {
        let Some(first) = columns.first().filter(|first| !first.values.is_empty()) else {
            return Err(SeriesError::Empty);
        };
        for (index, column) in columns.iter().enumerate() {
            let (found, expected) = (column.values.len(), first.values.len());
            let name = || column.name.clone();
            if found != expected {
                return Err(SeriesError::Ragged { column: name(), found, first: first.name.clone(), expected });
            }
            if columns.iter().take(index).any(|earlier| earlier.name == column.name) {
                return Err(SeriesError::DoubleColumn { column: name() });
            }
            if let Some(step) = column.values.iter().position(|value| value.is_infinite()) {
                return Err(SeriesError::Infinite { column: name(), step });
            }
        }
        Ok(Self { columns })
    }

    /// A series of columns that are equally long, not empty, and without infinite values: the values of a step, then those of the next.
    #[cfg(feature = "csv")]
    pub(super) fn from_rows(names: Vec<String>, rows: &[f64]) -> Self {
        let width = names.len().max(1);
        let column = |(index, name)| Column { name, values: rows.iter().skip(index).step_by(width).copied().collect() };
        Self { columns: names.into_iter().enumerate().map(column).collect() }
    }

    /// How many steps; at least one.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The names of the columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The values of a column, NaN where one is missing.
    ///
    /// # Errors
    /// No column of that name.
    pub fn values(&self, column: &str) -> Result<&[f64], SeriesError> {
        self.column(column).map(|column| column.values.as_slice())
    }

    /// How many values are missing, in all columns.
    pub fn missing(&self) -> usize {
        self.columns.iter().flat_map(|column| &column.values).filter(|value| value.is_nan()).count()
    }

    /// Windows over the series: the inputs and targets of a network. By default all columns are both, the target is the step right
    /// after the window, there is a window for every step, missing values are refused, and all values are standardized.
    pub fn windows(&self) -> Windows<'_> {
        Windows::new(self)
    }

    fn column(&self, name: &str) -> Result<&Column, SeriesError> {
        self.columns.iter().find(|column| column.name == name).ok_or_else(|| SeriesError::NoColumn {
            column: name.to_owned(),
            columns: self.columns().collect::<Vec<_>>().join(", "),
        })
    }
}

#[cfg(test)]
mod tests;
