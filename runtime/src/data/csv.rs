//! Data from CSV files. Needs the feature `csv`, and `std`.
mod column;
mod error;
mod read;

pub use error::{CsvError, CsvErrorKind, CsvPlace};

use std::borrow::ToOwned;
use std::io::Read;
use std::path::PathBuf;
use std::string::{String, ToString};
use std::vec::Vec;

use super::Dataset;
use crate::flat::Flat;
use crate::network::Label;

/// A CSV file with a header, and the meaning of its columns.
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

/// The rule for missing values: fields that are empty, or hold one of the texts for a missing value.
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
    /// A regular file. Its columns are numbers, and all of them inputs, unless something else is said. For the standard input there is
    /// [`from_reader`](Self::from_reader).
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

    /// Only these columns are the input, in this order; all others are ignored.
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

    /// The rule for missing values in a column; without a rule they are errors. Of several rules the last one holds. The only rule for a
    /// column of categories is [`Missing::SkipLine`]; a category may have the text of a missing value as its name.
    pub fn missing(mut self, column: &str, rule: Missing) -> Self {
        self.missing.push((column.to_owned(), rule));
        self
    }

    /// The rule for missing values in columns without a rule of their own.
    pub fn missing_everywhere(self, rule: Missing) -> Self {
        Self { missing_everywhere: Some(rule), ..self }
    }

    /// A text that means a missing value, such as `?` or `NA`, beside the empty field.
    pub fn missing_text(mut self, text: &str) -> Self {
        self.missing_texts.push(text.to_owned());
        self
    }

    /// The byte between fields: `,` by default.
    pub fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
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
