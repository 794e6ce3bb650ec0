//! Classes: the numbers, one-hot targets and highest outputs that stand for them.
use nalgebra::SVector;

use super::error::NotFiniteOutput;
use crate::flat::Flat;
use crate::losses::targets::{distribution, one_hot};
use crate::scalar::Scalar;

/// The class that a target names: the number that stands alone; or the place of the highest of several values (the first of several), if
/// they are one-hot or a distribution. Other rows, such as zeros or the values of a regression, name none.
pub(crate) fn class_of<T: Scalar>(target: &[T]) -> Option<usize> {
    match target {
        [number] => {
            let number = number.to_f64();
            let class = number as usize;
            (number >= 0.0 && class as f64 == number).then_some(class)
        }
        values => {
            let classes = values.len();
            let names_one = distribution(values, classes).is_none() || one_hot(values, classes).is_none();
            names_one.then(|| highest(values)).flatten()
        }
    }
}

/// Where the highest value stands; the first of several.
pub(crate) fn highest<T: Scalar>(values: &[T]) -> Option<usize> {
    let mut best: Option<(usize, T)> = None;
    for (index, &value) in values.iter().enumerate() {
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some((index, value));
        }
    }
    best.map(|(index, _)| index)
}

/// Classes as the variants of an enum, by `#[derive(Label)]`.
///
/// ```
/// use castnet::prelude::*;
///
/// #[derive(Clone, Copy, Debug, PartialEq, Label)]
/// enum Species {
///     Setosa,
///     Versicolor,
///     Virginica,
/// }
///
/// network! { Flower< input 4 => dense 10 relu => dense 3 softmax > }
///
/// // Targets of a data set: one-hot, or the number of the class.
/// let data: DataFor<Flower> = Dataset::new([[5.1, 3.5, 1.4, 0.2].into()], [Species::Setosa.target()])?;
///
/// let net = Flower::init(&mut seeded(1));
/// let species: Species = net.predict_class(&data.inputs()[0]);
/// let (same, probability) = Species::decide(&net.predict(&data.inputs()[0]));
/// assert_eq!(species, same);
/// assert!(probability >= 1.0 / 3.0);
/// # Ok::<(), castnet::DataError>(())
/// ```
///
/// In a program where castnet has another name, `#[label(crate = framework::castnet)]` stands before the enum.
///
/// A class has the name of its variant, unless `#[label("another name")]` stands before it. Numbers follow the order of the
/// variants, from 0. An enum of two also suits a network of one output after `sigmoid`: the second variant is "yes".
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no enum of classes",
    label = "not the classes of a network",
    note = "help: `#[derive(Clone, Copy, Label)]` on an enum with a variant for each class"
)]
pub trait Label: Copy + 'static {
    /// All classes, in order.
    const ALL: &'static [Self];
    /// Their names.
    const NAMES: &'static [&'static str];

    /// The number of the class, counted from 0.
    fn index(self) -> usize;

    /// The class of a number; of one that is too large, the last.
    fn from_index(index: usize) -> Self;

    /// The name of the class.
    fn name(self) -> &'static str {
        Self::NAMES.get(self.index()).copied().unwrap_or_default()
    }

    /// The class of that name, whatever its case.
    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).map(Self::from_index)
    }

    /// The number of the class as a target of
    /// [`SparseCategoricalCrossentropy`](crate::losses::SparseCategoricalCrossentropy).
    fn number<T: Scalar>(self) -> SVector<T, 1> {
        SVector::from_element(T::from_f64(self.index() as f64))
    }

    /// The class as a target: one-hot, or, for a network of one output, 0 or 1.
    fn target<A: Flat>(self) -> A
    where
        Self: LabelOf<A>,
    {
        let mut target = A::zeroed();
        match target.as_flat_mut() {
            [only] => *only = A::Scalar::from_f64(self.index() as f64),
            values => {
                if let Some(value) = values.get_mut(self.index()) {
                    *value = A::Scalar::ONE;
                }
            }
        }
        target
    }

    /// The class that a network's output is in favour of, and the probability that it gives to it: the highest output, the
    /// first of several; of a single output whether it is above one half. An output that is NaN or infinite gives some class;
    /// [`try_decide`](Self::try_decide) refuses it.
    fn decide<A: Flat>(output: &A) -> (Self, A::Scalar)
    where
        Self: LabelOf<A>,
    {
        let (index, probability) = match output.as_flat() {
            [yes] if *yes > A::Scalar::from_f64(0.5) => (1, *yes),
            [yes] => (0, A::Scalar::ONE - *yes),
            values => {
                let index = highest(values).unwrap_or(0);
                (index, values.get(index).copied().unwrap_or(A::Scalar::ZERO))
            }
        };
        (Self::from_index(index), probability)
    }

    /// As [`decide`](Self::decide), but an output that is NaN or infinite is no class.
    ///
    /// # Errors
    /// An output that is NaN or infinite.
    fn try_decide<A: Flat>(output: &A) -> Result<(Self, A::Scalar), NotFiniteOutput>
    where
        Self: LabelOf<A>,
    {
        if !output.as_flat().iter().all(|&value| Scalar::is_finite(value)) {
            return Err(NotFiniteOutput);
        }
        Ok(Self::decide(output))
    }
}

/// Classes as many as a network's output `A` tells apart; `#[derive(Label)]` says so.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has not as many classes as the output `{A}`",
    label = "another number of classes than outputs",
    note = "help: the last layer has one unit for each variant, or a single one with `sigmoid` for two"
)]
pub trait LabelOf<A: Flat>: Label {}
