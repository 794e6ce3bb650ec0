//! Precision and recall of yes-or-no decisions.
use super::{Better, Metric};
use crate::activations::{Sigmoid, Softmax};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// An activation whose outputs are probabilities: each output is a decision of yes or no. After `softmax` there is one
/// decision for each class, and targets are one-hot.
#[diagnostic::on_unimplemented(
    message = "`Precision`, `Recall`, `Auc` and `AucPr` want a network that ends in `sigmoid` or `softmax`, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: for a classification, end the network in `softmax` or `sigmoid`: cross-entropies are computed from the logits all the same, without `FromLogits`; for a regression, `Mae`"
)]
pub trait Probabilities {}
impl Probabilities for Sigmoid {}
impl Probabilities for Softmax {}

/// The fraction of the "yes" decisions (outputs above 0.5, or above the threshold of a [`Thresholded`](super::Thresholded)) that are right;
/// 0 if there is no such decision.
///
/// Keras's [`Precision`](https://keras.io/api/metrics/classification_metrics/#precision-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Precision;

/// The fraction of the true "yes" targets that are decided "yes", as for [`Precision`]; 0 if there is no such target.
///
/// Keras's [`Recall`](https://keras.io/api/metrics/classification_metrics/#recall-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recall;

/// The state of [`Precision`] and [`Recall`]: sums of weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Verdicts {
    /// Decided "yes", and right.
    pub true_positives: f64,
    /// Decided "yes", and wrong.
    pub false_positives: f64,
    /// Decided "no", and wrong.
    pub false_negatives: f64,
}

impl Verdicts {
    pub(super) fn add<A: Flat>(&mut self, output: &A, target: &A, weight: f64, threshold: f64) {
        let [half, threshold] = [0.5, threshold].map(A::Scalar::from_f64);
        for (&output, &target) in output.as_flat().iter().zip(target.as_flat()) {
            match (output > threshold, target > half) {
                (true, true) => self.true_positives += weight,
                (true, false) => self.false_positives += weight,
                (false, true) => self.false_negatives += weight,
                (false, false) => {}
            }
        }
    }

    pub(super) fn precision(&self) -> f64 {
        fraction(self.true_positives, self.false_positives)
    }

    pub(super) fn recall(&self) -> f64 {
        fraction(self.true_positives, self.false_negatives)
    }
}

/// The fraction `of / (of + rest)`; 0 if both are 0.
pub(super) fn fraction(of: f64, rest: f64) -> f64 {
    if of + rest > 0.0 { of / (of + rest) } else { 0.0 }
}

impl<H: Probabilities, A: Flat> Metric<H, A, A> for Precision {
    type State = Verdicts;

    fn name(&self) -> &'static str {
        "precision"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut Verdicts, output: &A, target: &A, weight: f64) {
        state.add(output, target, weight, 0.5);
    }

    fn value(&self, state: &Verdicts) -> f64 {
        state.precision()
    }
}

impl<H: Probabilities, A: Flat> Metric<H, A, A> for Recall {
    type State = Verdicts;

    fn name(&self) -> &'static str {
        "recall"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut Verdicts, output: &A, target: &A, weight: f64) {
        state.add(output, target, weight, 0.5);
    }

    fn value(&self, state: &Verdicts) -> f64 {
        state.recall()
    }
}
