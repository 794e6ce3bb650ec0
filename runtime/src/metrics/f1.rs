//! Precision and recall in one figure, for several classes.
use nalgebra::SMatrix;

use super::{Better, Metric};
use crate::activations::Softmax;
use crate::classes::highest;
use crate::{Flat, Scalar};

/// The harmonic mean of precision and recall, `2 p r / (p + r)`, for each class, and the mean of these.
///
/// The decision is the class of the highest output; classes that share it are all decided for. Keras's
/// [`F1Score`](https://keras.io/api/metrics/classification_metrics/#f1score-class) with `average="macro"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct F1;

/// What [`F1`] knows of each class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassCounts<const C: usize> {
    /// Decided, and right.
    true_positives: [f64; C],
    /// Decided.
    decided: [f64; C],
    /// True.
    actual: [f64; C],
}

impl<const C: usize> Default for ClassCounts<C> {
    fn default() -> Self {
        Self { true_positives: [0.0; C], decided: [0.0; C], actual: [0.0; C] }
    }
}

impl<T: Scalar, const C: usize, const P: usize> Metric<Softmax, SMatrix<T, C, P>, SMatrix<T, C, P>> for F1 {
    type State = ClassCounts<C>;

    fn name(&self) -> &'static str {
        "f1"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut ClassCounts<C>, output: &SMatrix<T, C, P>, target: &SMatrix<T, C, P>, weight: f64) {
        for (outputs, targets) in output.as_flat().chunks_exact(C).zip(target.as_flat().chunks_exact(C)) {
            let highest = highest(outputs).and_then(|class| outputs.get(class));
            let counts = state.true_positives.iter_mut().zip(&mut state.decided).zip(&mut state.actual);
            for ((((right, decided), actual), output), target) in counts.zip(outputs).zip(targets) {
                let (is_decided, target) = (highest == Some(output), target.to_f64() * weight);
                *decided += if is_decided { weight } else { 0.0 };
                *actual += target;
                *right += if is_decided { target } else { 0.0 };
            }
        }
    }

    fn value(&self, state: &ClassCounts<C>) -> f64 {
        /// Keras's: keeps divisions finite.
        const EPSILON: f64 = 1e-7;
        let counts = state.true_positives.iter().zip(&state.decided).zip(&state.actual);
        let scores = counts.map(|((right, decided), actual)| {
            let (precision, recall) = (right / (decided + EPSILON), right / (actual + EPSILON));
            2.0 * precision * recall / (precision + recall + EPSILON)
        });
        scores.sum::<f64>() / C as f64
    }
}
