//! Numbers that a user chooses for a loss, an optimizer or a callback, and the ranges in which they make sense.
use core::fmt;

use thiserror::Error;

/// A number in a message: with an exponent where its digits would be a row of zeros.
pub(crate) struct Shown(pub f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.abs() {
            size if size >= 1e16 || (size > 0.0 && size < 1e-7) => write!(f, "{:e}", self.0),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// A number that makes no sense where it stands; it is refused before the first step of a training.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("the `{name}` of {} for `{owner}`: give {wanted}", Shown(*.value))]
pub struct NumberError {
    /// The type that the number belongs to: `Adam`.
    pub owner: &'static str,
    /// The name of the number: `beta_1`.
    pub name: &'static str,
    /// The number.
    pub value: f64,
    /// The numbers that make sense.
    pub wanted: &'static str,
}

/// A range of numbers. NaN is in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Any finite number.
    Finite,
    /// From 0 on, and finite.
    NotNegative,
    /// Above 0, and finite.
    Positive,
    /// Up to 0, and finite.
    NotPositive,
    /// From 1 on, and finite.
    FromOne,
    /// From 0 to 1.
    Fraction,
    /// From 0 to below 1: the share of an average that stays at each step.
    BelowOne,
}

impl Range {
    fn contains(self, value: f64) -> bool {
        match self {
            Self::Finite => value.is_finite(),
            Self::NotNegative => (0.0..f64::INFINITY).contains(&value),
            Self::Positive => value > 0.0 && value < f64::INFINITY,
            Self::NotPositive => value <= 0.0 && value > f64::NEG_INFINITY,
            Self::FromOne => (1.0..f64::INFINITY).contains(&value),
            Self::Fraction => (0.0..=1.0).contains(&value),
            Self::BelowOne => (0.0..1.0).contains(&value),
        }
    }

    /// The range in words.
    fn wanted(self) -> &'static str {
        match self {
            Self::Finite => "a finite number",
            Self::NotNegative => "0 or more",
            Self::Positive => "a number above 0",
            Self::NotPositive => "0 or less",
            Self::FromOne => "1 or more",
            Self::Fraction => "a number from 0 to 1",
            Self::BelowOne => "a number from 0 to below 1",
        }
    }
}

/// Whether all numbers of a type lie in their ranges.
///
/// ```
/// use castnet::numbers::{Range, check};
///
/// check("Huber", [("delta", 1.0, Range::Positive)])?;
/// let error = check("Huber", [("delta", -1.0, Range::Positive)]).unwrap_err();
/// assert_eq!(error.to_string(), "the `delta` of -1 for `Huber`: give a number above 0");
/// # Ok::<(), castnet::numbers::NumberError>(())
/// ```
///
/// # Errors
/// The first number that lies outside of its range.
pub fn check<const N: usize>(owner: &'static str, numbers: [(&'static str, f64, Range); N]) -> Result<(), NumberError> {
    let outside = numbers.into_iter().find(|(_, value, range)| !range.contains(*value));
    match outside {
        Some((name, value, range)) => Err(NumberError { owner, name, value, wanted: range.wanted() }),
        None => Ok(()),
    }
}

/// [`check`] of fields of `self`, by their names: `check_numbers!(self: Adam { beta_1: BelowOne })`.
macro_rules! check_numbers {
    ($this:ident: $owner:ident { $($field:tt: $range:ident),* $(,)? }) => {
        $crate::numbers::check(
            stringify!($owner),
            [$((stringify!($field), $this.$field as f64, $crate::numbers::Range::$range)),*],
        )
    };
}
pub(crate) use check_numbers;

#[cfg(test)]
mod tests;
