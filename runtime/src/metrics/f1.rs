//! The F1 score: precision and recall in one figure.
use nalgebra::SMatrix;

use super::{Better, Metric};
use crate::activations::{Sigmoid, Softmax};
use crate::flat::Flat;
use crate::network::classes::highest;
use crate::scalar::Scalar;

/// The harmonic mean of precision and recall, `2 p r / (p + r)`, for each class or label, averaged over the classes or
/// labels.
///
/// After `softmax` the decision is the class of the highest output; all classes with this output are decided for. After
/// `sigmoid` each value is a decision by itself: yes, if it is above 0.5, or above the threshold of a [`Thresholded`](super::Thresholded).
/// Keras's
/// [`F1Score`](https://keras.io/api/metrics/classification_metrics/#f1score-class) with `average="macro"`, and
/// `threshold=0.5` after `sigmoid`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct F1;

/// The state of [`F1`]: sums of weights for each class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassCounts<const C: usize> {
    /// Decisions for the class that are right.
    true_positives: [f64; C],
    /// Decisions for the class.
    decided: [f64; C],
    /// Targets of the class.
    actual: [f64; C],
}

impl<const C: usize> Default for ClassCounts<C> {
    fn default() -> Self {
        Self { true_positives: [0.0; C], decided: [0.0; C], actual: [0.0; C] }
    }
}

impl<const C: usize> ClassCounts<C> {
    /// Adds the decisions of one position.
    pub(super) fn add<T: Scalar>(&mut self, outputs: &[T], targets: &[T], weight: f64, is_decided: impl Fn(T) -> bool) {
        let counts = self.true_positives.iter_mut().zip(&mut self.decided).zip(&mut self.actual);
        for ((((right, decided), actual), &output), target) in counts.zip(outputs).zip(targets) {
            let (is_decided, target) = (is_decided(output), target.to_f64() * weight);
            *decided += if is_decided { weight } else { 0.0 };
            *actual += target;
            *right += if is_decided { target } else { 0.0 };
        }
    }

    /// The mean over the classes.
    pub(super) fn mean(&self) -> f64 {
        /// Keras's constant that keeps divisions finite.
        const EPSILON: f64 = 1e-7;
        let counts = self.true_positives.iter().zip(&self.decided).zip(&self.actual);
        let scores = counts.map(|((right, decided), actual)| {
            let (precision, recall) = (right / (decided + EPSILON), right / (actual + EPSILON));
            2.0 * precision * recall / (precision + recall + EPSILON)
        });
        scores.sum::<f64>() / C as f64
    }
}

/// Implements the metric for networks that end in an activation, with a rule for the outputs of a position that are
/// decided for.
macro_rules! decided_after {
    ($head:ident, |$outputs:ident| $is_decided:expr) => {
        impl<T: Scalar, const C: usize, const P: usize> Metric<$head, SMatrix<T, C, P>, SMatrix<T, C, P>> for F1 {
            type State = ClassCounts<C>;

            fn name(&self) -> &'static str {
                "f1"
            }

            fn better(&self) -> Better {
                Better::Higher
            }

            fn update(
                &self,
                state: &mut ClassCounts<C>,
                output: &SMatrix<T, C, P>,
                target: &SMatrix<T, C, P>,
                weight: f64,
            ) {
                for ($outputs, targets) in output.as_flat().chunks_exact(C).zip(target.as_flat().chunks_exact(C)) {
                    state.add($outputs, targets, weight, $is_decided);
                }
            }

            fn value(&self, state: &ClassCounts<C>) -> f64 {
                state.mean()
            }
        }
    };
}

decided_after!(Softmax, |outputs| {
    let highest = highest(outputs).and_then(|class| outputs.get(class)).copied();
    move |output| Some(output) == highest
});
decided_after!(Sigmoid, |outputs| |output| output > T::from_f64(0.5));
