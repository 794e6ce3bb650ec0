//! The confusion matrix. Needs `alloc`.
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use nalgebra::SMatrix;

use crate::activations::{Sigmoid, Softmax};
use crate::data::Dataset;
use crate::flat::Flat;
use crate::network::classes::{class_of, highest};
use crate::network::{Label, Network};
use crate::scalar::Scalar;

/// The number of decisions for each pair of classes: a row for each true class, a column for each predicted class.
///
/// ```
/// use castnet::prelude::*;
///
/// #[derive(Clone, Copy, Label)]
/// enum Answer {
///     No,
///     Yes,
/// }
///
/// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
///
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data: DataFor<Xor> = Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0], [0.0]])?;
/// let matrix = ConfusionMatrix::of(&*Xor::init(&mut seeded(1)), &data).labels::<Answer>();
/// assert_eq!(matrix.total(), 4);
/// println!("{matrix}");
/// # Ok::<(), castnet::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    labels: Vec<String>,
    /// Row by row.
    counts: Vec<u64>,
    left_out: u64,
}

/// An activation whose outputs decide for a single class: `softmax`, or `sigmoid` over a single output.
#[diagnostic::on_unimplemented(
    message = "a confusion matrix wants a network that ends in `softmax`, or in `sigmoid` over one output; this one ends in `{Self}`",
    label = "does not decide for one class",
    note = "help: to count your own decisions, use `ConfusionMatrix::new` and `add`"
)]
pub trait DecidesForOne<A, Y> {
    #[doc(hidden)]
    const CLASSES: usize;
    /// Calls a function with the true and the decided class, at each position.
    #[doc(hidden)]
    fn decisions(output: &A, target: &Y, each: impl FnMut(Option<usize>, Option<usize>));
}

impl<T: Scalar> DecidesForOne<SMatrix<T, 1, 1>, SMatrix<T, 1, 1>> for Sigmoid {
    const CLASSES: usize = 2;

    fn decisions(
        output: &SMatrix<T, 1, 1>,
        target: &SMatrix<T, 1, 1>,
        mut each: impl FnMut(Option<usize>, Option<usize>),
    ) {
        let decided = output.as_flat().iter().any(|&output| output > T::from_f64(0.5));
        each(class_of(target.as_flat()), Some(usize::from(decided)));
    }
}

impl<T: Scalar, const C: usize, const K: usize, const P: usize> DecidesForOne<SMatrix<T, C, P>, SMatrix<T, K, P>>
    for Softmax
{
    const CLASSES: usize = C;

    fn decisions(
        output: &SMatrix<T, C, P>,
        target: &SMatrix<T, K, P>,
        mut each: impl FnMut(Option<usize>, Option<usize>),
    ) {
        for (output, target) in output.as_flat().chunks_exact(C).zip(target.as_flat().chunks_exact(K)) {
            each(class_of(target), highest(output));
        }
    }
}

impl ConfusionMatrix {
    /// Counts the decisions of a network. Targets that are no class (not the index of one, not one-hot, and no distribution) are counted
    /// apart: see [`left_out`](Self::left_out).
    pub fn of<N, Y>(network: &N, data: &Dataset<N::Input, Y>) -> Self
    where
        N: Network,
        N::Output: Clone,
        N::Head: DecidesForOne<N::Output, Y>,
    {
        let mut matrix = Self::new(<N::Head as DecidesForOne<N::Output, Y>>::CLASSES);
        for (output, target) in outputs(network, data.inputs()).iter().zip(data.targets()) {
            N::Head::decisions(output, target, |truth, decided| match (truth, decided) {
                (Some(truth), Some(decided)) => matrix.add(truth, decided),
                _ => matrix.left_out += 1,
            });
        }
        matrix
    }

    /// A matrix of zeros; the names of the classes are their indexes.
    pub fn new(classes: usize) -> Self {
        let labels = (0..classes).map(|class| class.to_string()).collect();
        Self { labels, counts: alloc::vec![0; classes * classes], left_out: 0 }
    }

    /// Names the classes after the variants of an enum. Classes beyond the last variant keep their index.
    #[must_use]
    pub fn labels<L: Label>(mut self) -> Self {
        for (label, name) in self.labels.iter_mut().zip(L::NAMES) {
            *label = (*name).to_string();
        }
        self
    }

    /// Counts a decision; one of an index that is not a class is counted apart.
    pub fn add(&mut self, truth: usize, decided: usize) {
        let classes = self.classes();
        let is_class = truth < classes && decided < classes;
        match self.counts.get_mut(truth.saturating_mul(classes).saturating_add(decided)) {
            Some(count) if is_class => *count += 1,
            _ => self.left_out += 1,
        }
    }

    /// The number of decisions that are in no row or column, because the target or the decision is none of the classes. They count in no
    /// other figure.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.labels.len()
    }

    /// The names of the classes.
    pub fn names(&self) -> &[String] {
        &self.labels
    }

    /// The number of samples of the class `truth` that were decided to be `decided`.
    pub fn count(&self, truth: usize, decided: usize) -> u64 {
        let row = self.counts.chunks(self.classes().max(1)).nth(truth);
        row.and_then(|row| row.get(decided)).copied().unwrap_or(0)
    }

    /// The number of all decisions.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The fraction of the decisions that are right; NaN if there was no decision.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes()).map(|class| self.count(class, class)).sum();
        right as f64 / self.total() as f64
    }

    /// The fraction of the decisions for a class that are right; NaN if there was no such decision.
    pub fn precision(&self, class: usize) -> f64 {
        let all: u64 = (0..self.classes()).map(|truth| self.count(truth, class)).sum();
        self.count(class, class) as f64 / all as f64
    }

    /// The fraction of the samples of a class that are decided to be of this class; NaN if there was no such sample.
    pub fn recall(&self, class: usize) -> f64 {
        let all: u64 = (0..self.classes()).map(|decided| self.count(class, decided)).sum();
        self.count(class, class) as f64 / all as f64
    }
}

/// The outputs of a network for many inputs.
pub(crate) fn outputs<N: Network>(network: &N, inputs: &[N::Input]) -> Vec<N::Output>
where
    N::Output: Clone,
{
    let mut outputs = alloc::vec![N::Output::zeroed(); inputs.len()];
    // As many outputs as inputs.
    _ = network.predict_batch(inputs, &mut outputs);
    outputs
}

/// A table: true classes as rows, predicted ones as columns; recall at the right, precision below, accuracy in the corner; then, if there
/// are any, how many decisions are left out.
impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (truth, recall, precision) = ("true \\ predicted", "recall", "precision");
        let widest = |least: usize| self.labels.iter().map(|label| label.chars().count()).fold(least, usize::max);
        let (first, width) = (widest(truth.len()), widest(6) + 2);
        write!(f, "{truth:first$}")?;
        for label in &self.labels {
            write!(f, "{label:>width$}")?;
        }
        writeln!(f, "  {recall:>7}")?;
        for (class, label) in self.labels.iter().enumerate() {
            write!(f, "{label:first$}")?;
            for decided in 0..self.classes() {
                write!(f, "{:>width$}", self.count(class, decided))?;
            }
            writeln!(f, "  {:>7.3}", self.recall(class))?;
        }
        write!(f, "{precision:first$}")?;
        for class in 0..self.classes() {
            write!(f, "{:>width$.3}", self.precision(class))?;
        }
        write!(f, "  {:>7.3}", self.accuracy())?;
        if self.left_out > 0 {
            write!(f, "\n{} left out: the target or the decision is none of the classes", self.left_out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
