//! A column of a CSV file, from fields to values.
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{CsvErrorKind, Missing};

/// How a column becomes values of a sample.
pub(super) struct Column<'c> {
    pub(super) name: &'c str,
    pub(super) index: usize,
    pub(super) values: Values<'c>,
    pub(super) missing: Option<Missing>,
    /// Whether missing numbers stay NaN.
    pub(super) keeps_gaps: bool,
}

/// The meaning of a field.
pub(super) enum Values<'c> {
    Number,
    /// A value for each category.
    OneHot(&'c [String]),
    /// The number of the category.
    Class(&'c [String]),
}

impl Column<'_> {
    /// How many values of a sample it becomes.
    pub(super) fn width(&self) -> usize {
        match self.values {
            Values::OneHot(categories) => categories.len(),
            Values::Number | Values::Class(_) => 1,
        }
    }

    /// The names of its values, such as `price`, or `colour=red` of a category.
    pub(super) fn names(&self) -> Vec<String> {
        match self.values {
            Values::OneHot(categories) => {
                categories.iter().map(|category| format!("{}={category}", self.name)).collect()
            }
            Values::Number | Values::Class(_) => Vec::from([self.name.to_string()]),
        }
    }

    /// Appends the values of a field.
    pub(super) fn push(
        &self,
        field: &str,
        is_missing: bool,
        is_finite: fn(f64) -> bool,
        values: &mut Vec<f64>,
    ) -> Result<(), CsvErrorKind> {
        let (Values::OneHot(categories) | Values::Class(categories)) = self.values else {
            let may_miss = self.keeps_gaps || self.missing.is_some();
            values.push(if is_missing && may_miss { f64::NAN } else { number(field, is_finite)? });
            return Ok(());
        };
        let exact = categories.iter().position(|category| category == field);
        let found = exact.or_else(|| categories.iter().position(|category| category.eq_ignore_ascii_case(field)));
        let Some(found) = found else {
            return Err(match is_missing {
                true => CsvErrorKind::MissingCategory,
                false => CsvErrorKind::NoCategory { text: field.to_string(), categories: categories.join(", ") },
            });
        };
        match self.values {
            Values::OneHot(_) => {
                values.extend((0..categories.len()).map(|category| f64::from(u8::from(category == found))));
            }
            Values::Number | Values::Class(_) => values.push(found as f64),
        }
        Ok(())
    }

    /// Fills in the missing values of the column at a place of every line.
    pub(super) fn fill(
        &self,
        values: &mut [f64],
        place: usize,
        width: usize,
        is_finite: fn(f64) -> bool,
    ) -> Result<(), CsvErrorKind> {
        let column = values.iter_mut().skip(place).step_by(width);
        let (missing, present): (Vec<&mut f64>, Vec<&mut f64>) = column.partition(|value| value.is_nan());
        if missing.is_empty() || self.keeps_gaps {
            return Ok(());
        }
        let mut present: Vec<f64> = present.into_iter().map(|value| *value).collect();
        present.sort_by(f64::total_cmp);
        let value = match self.missing {
            Some(Missing::Value(value)) if is_finite(value) => value,
            Some(Missing::Value(value)) => return Err(CsvErrorKind::NotFinite { text: value.to_string() }),
            Some(Missing::Mean) if !present.is_empty() => present.iter().sum::<f64>() / present.len() as f64,
            Some(Missing::Median) if !present.is_empty() => {
                let middle = |index: usize| present.get(index).copied().unwrap_or_default();
                (middle((present.len() - 1) / 2) + middle(present.len() / 2)) / 2.0
            }
            _ => return Err(CsvErrorKind::NothingPresent),
        };
        missing.into_iter().for_each(|missing| *missing = value);
        Ok(())
    }
}

/// `colour`, or `colour as 3` values.
impl core::fmt::Display for Column<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.width() {
            1 => write!(f, "{}", self.name),
            width => write!(f, "{} as {width}", self.name),
        }
    }
}

/// A number that is finite in the network's precision.
fn number(text: &str, is_finite: fn(f64) -> bool) -> Result<f64, CsvErrorKind> {
    if text.is_empty() {
        return Err(CsvErrorKind::EmptyField);
    }
    let value: f64 = text.parse().map_err(|_| CsvErrorKind::NotANumber { text: text.to_string() })?;
    if is_finite(value) { Ok(value) } else { Err(CsvErrorKind::NotFinite { text: text.to_string() }) }
}
