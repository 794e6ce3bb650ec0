//! The targets that a loss is made for. Other targets are refused before the first step: the loss would have no minimum, or another
//! meaning, and no figure would show it.
use thiserror::Error;

use crate::numbers::Shown;
use crate::scalar::Scalar;

/// Why a target does not suit a loss.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum Objection {
    /// A value that targets of this loss do not have.
    #[error("{}, but {wanted}", Shown(*.value))]
    Value {
        /// The value.
        value: f64,
        /// The targets of the loss.
        wanted: &'static str,
    },
    /// The number of a class that does not exist.
    #[error("class {} of {classes}: targets are whole numbers from 0 to {}", Shown(*.class), classes.saturating_sub(1))]
    Class {
        /// The value.
        class: f64,
        /// How many classes the network tells apart.
        classes: usize,
    },
    /// Probabilities of classes that do not add up to 1.
    #[error("values that add up to {}, but one-hot targets and distributions add up to 1", Shown(*.sum))]
    Sum {
        /// Their sum.
        sum: f64,
    },
    /// A target in favour of no class, or of several.
    #[error("{ones} values of 1, but a one-hot target has one")]
    NotOneHot {
        /// How many values are 1.
        ones: usize,
    },
    /// Any other reason, such as that of a loss of your own.
    #[error("{0}")]
    Other(&'static str),
}

impl From<&'static str> for Objection {
    fn from(reason: &'static str) -> Self {
        Self::Other(reason)
    }
}

/// A target that does not suit the loss.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[error("the target of sample {sample} (counted from 0) does not suit the loss: {objection}")]
pub struct TargetError {
    /// The sample, counted from 0.
    pub sample: usize,
    /// Why.
    pub objection: Objection,
}

/// How far the sum of a distribution may be from 1. Far more than rounding needs: also distributions that were written with two decimals,
/// such as three times 0.33, are accepted. It changes the weight of the sample by so much.
const TOLERANCE: f64 = 0.02;

/// Refuses values for which a condition does not hold.
fn values<T: Scalar>(target: &[T], wanted: &'static str, suits: impl Fn(f64) -> bool) -> Option<Objection> {
    let value = target.iter().map(|value| value.to_f64()).find(|&value| !suits(value));
    value.map(|value| Objection::Value { value, wanted })
}

/// Independent probabilities: from 0 to 1.
pub(super) fn probabilities<T: Scalar>(target: &[T]) -> Option<Objection> {
    let wanted = "targets of a binary cross-entropy are from 0 (no) to 1 (yes)";
    values(target, wanted, |value| (0.0..=1.0).contains(&value))
}

/// A distribution over the classes, at each position.
pub(crate) fn distribution<T: Scalar>(target: &[T], classes: usize) -> Option<Objection> {
    let wanted = "targets of classes are probabilities: one-hot, or a distribution";
    target.chunks_exact(classes.max(1)).find_map(|target| {
        let sum: f64 = target.iter().map(|value| value.to_f64()).sum();
        let objection = ((sum - 1.0).abs() > TOLERANCE).then_some(Objection::Sum { sum });
        values(target, wanted, |value| (0.0..=1.0 + TOLERANCE).contains(&value)).or(objection)
    })
}

/// As [`distribution`]; of a single class, for a network that ends in `sigmoid`, its probability.
pub(super) fn divergence<T: Scalar>(target: &[T], classes: usize) -> Option<Objection> {
    match classes {
        1 => values(target, "targets of a KL divergence are probabilities", |value| (0.0..=1.0).contains(&value)),
        classes => distribution(target, classes),
    }
}

/// -1 and 1, or 0 and 1.
pub(super) fn signs<T: Scalar>(target: &[T]) -> Option<Objection> {
    let wanted = "targets of a hinge loss are -1 and 1, or 0 and 1";
    values(target, wanted, |value| value == 0.0 || value == 1.0 || value == -1.0)
}

/// 1 for one class at each position, and 0 or -1 for all others.
pub(crate) fn one_hot<T: Scalar>(target: &[T], classes: usize) -> Option<Objection> {
    let wanted = "targets of a categorical hinge loss are one-hot: 1 for the class, 0 or -1 for the others";
    target.chunks_exact(classes.max(1)).find_map(|target| {
        let ones = target.iter().filter(|value| value.to_f64() == 1.0).count();
        let objection = (ones != 1).then_some(Objection::NotOneHot { ones });
        values(target, wanted, |value| value == 0.0 || value == 1.0 || value == -1.0).or(objection)
    })
}

/// Counts and magnitudes: 0 or more.
pub(super) fn not_negative<T: Scalar>(target: &[T], wanted: &'static str) -> Option<Objection> {
    values(target, wanted, |value| (0.0..f64::INFINITY).contains(&value))
}
