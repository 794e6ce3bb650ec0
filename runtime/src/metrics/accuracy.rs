//! Accuracies: fractions of right decisions.
use nalgebra::SMatrix;

use super::{Better, Mean, Metric};
use crate::activations::{Activation, Sigmoid, Softmax};
use crate::flat::Flat;
use crate::network::classes::{class_of, highest};
use crate::numbers::{self, NumberError, Range};
use crate::scalar::Scalar;

/// The fraction of the decisions that are right.
///
/// After `softmax` the decision is the class of the highest probability; the target is one-hot, a distribution, or the index of the
/// class. A decision about a target that names no class is wrong. After `sigmoid` each value is a decision by itself: yes, if it is above 0.5 ([`Thresholded`](super::Thresholded) takes
/// another threshold). Keras's [`CategoricalAccuracy`,
/// `SparseCategoricalAccuracy` and `BinaryAccuracy`](https://keras.io/api/metrics/accuracy_metrics/).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy;

/// An activation whose outputs are decisions.
#[diagnostic::on_unimplemented(
    message = "`Accuracy` wants a network that ends in `sigmoid` or `softmax`, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: for a classification, end the network in `softmax` or `sigmoid`: cross-entropies are computed from the logits all the same, without `FromLogits`; for a regression, `Mae`"
)]
pub trait Decisions<A: Flat, Y>: Activation<A> {
    /// The number of right decisions about a sample, and the number of decisions.
    #[doc(hidden)]
    fn count_right(output: &A, target: &Y) -> (usize, usize);
}

impl<A: Flat> Decisions<A, A> for Sigmoid {
    fn count_right(output: &A, target: &A) -> (usize, usize) {
        (right_above(output, target, 0.5), A::LEN)
    }
}

/// How many values are above a threshold where the target is 1, or not above it where the target is 0.
pub(super) fn right_above<A: Flat>(output: &A, target: &A, threshold: f64) -> usize {
    let threshold = A::Scalar::from_f64(threshold);
    let decided = |output| if output > threshold { A::Scalar::ONE } else { A::Scalar::ZERO };
    let values = output.as_flat().iter().zip(target.as_flat());
    values.filter(|&(&output, &target)| decided(output) == target).count()
}

/// Targets of as many values as classes are one-hot, targets of one value are the index of the class.
impl<T: Scalar, const C: usize, const K: usize, const P: usize> Decisions<SMatrix<T, C, P>, SMatrix<T, K, P>>
    for Softmax
{
    fn count_right(output: &SMatrix<T, C, P>, target: &SMatrix<T, K, P>) -> (usize, usize) {
        let positions = output.as_flat().chunks_exact(C).zip(target.as_flat().chunks_exact(K));
        (positions.filter(|(outputs, targets)| highest(outputs) == class_of(targets)).count(), P)
    }
}

impl<H: Decisions<A, Y>, A: Flat, Y: Flat> Metric<H, A, Y> for Accuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut Mean, output: &A, target: &Y, weight: f64) {
        let (right, all) = H::count_right(output, target);
        state.add(right as f64, all, weight);
    }

    fn value(&self, state: &Mean) -> f64 {
        state.value()
    }
}

/// The fraction of the samples whose class is among the `k` most probable ones; targets as in [`Accuracy`]. An output
/// that is not finite is wrong.
///
/// Keras's [`TopKCategoricalAccuracy`](https://keras.io/api/metrics/accuracy_metrics/#topkcategoricalaccuracy-class).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopK(pub usize);

impl Default for TopK {
    /// 5, as in Keras.
    fn default() -> Self {
        Self(5)
    }
}

impl<T, const C: usize, const K: usize, const P: usize> Metric<Softmax, SMatrix<T, C, P>, SMatrix<T, K, P>> for TopK
where
    T: Scalar,
{
    type State = Mean;

    fn name(&self) -> &'static str {
        "top_k_accuracy"
    }

    fn check(&self) -> Result<(), NumberError> {
        numbers::check("TopK", [("k", self.0 as f64, Range::FromOne)])
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut Mean, output: &SMatrix<T, C, P>, target: &SMatrix<T, K, P>, weight: f64) {
        let positions = output.as_flat().chunks_exact(C).zip(target.as_flat().chunks_exact(K));
        let right = positions.filter(|(outputs, target)| {
            let own = class_of(target).and_then(|class| outputs.get(class));
            let is_among = |own| outputs.iter().filter(|output| *output > own).count() < self.0;
            own.is_some_and(|own| own.is_finite() && is_among(own))
        });
        state.add(right.count() as f64, P, weight);
    }

    fn value(&self, state: &Mean) -> f64 {
        state.value()
    }
}
