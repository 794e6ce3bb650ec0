//! Decisions of yes or no at a threshold of one's own.
use nalgebra::SMatrix;

use super::{Accuracy, Better, ClassCounts, F1, Mean, Metric, Precision, Recall, Verdicts};
use crate::flat::Flat;
use crate::numbers::{NumberError, check_numbers};
use crate::scalar::Scalar;

/// A metric of decisions with a threshold of your own in the place of 0.5: each output is a decision by itself, "yes" if it is above the
/// threshold. Targets are 0 (no) and 1 (yes).
///
/// | metric | Keras |
/// |---|---|
/// | `Thresholded { metric: Accuracy, threshold: 0.3 }` | [`BinaryAccuracy(threshold=0.3)`](https://keras.io/api/metrics/accuracy_metrics/#binaryaccuracy-class) |
/// | `Thresholded { metric: Precision, threshold: 0.3 }` | [`Precision(thresholds=0.3)`](https://keras.io/api/metrics/classification_metrics/#precision-class) |
/// | `Thresholded { metric: Recall, threshold: 0.3 }` | [`Recall(thresholds=0.3)`](https://keras.io/api/metrics/classification_metrics/#recall-class) |
/// | `Thresholded { metric: F1, threshold: 0.3 }` | [`F1Score(average="macro", threshold=0.3)`](https://keras.io/api/metrics/classification_metrics/#f1score-class) |
///
/// It suits networks with any last activation. A network that ends without one and is trained by
/// [`FromLogits`](crate::losses::FromLogits) gives logits, whose threshold is 0: a logit of 0 is a probability of one half.
///
/// ```
/// use castnet::metrics::Thresholded;
/// use castnet::prelude::*;
///
/// network! {
///     Fraud< input 3 => dense 4 relu => dense 1 sigmoid >
///     FraudLogit< input 3 => dense 4 relu => dense 1 >
/// }
///
/// // Finds more frauds, and suspects more of the honest.
/// let recall = Thresholded { metric: Recall, threshold: 0.2 };
/// let trainer = Fraud::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default()).metric(recall);
///
/// let accuracy = Thresholded { metric: Accuracy, threshold: 0.0 };
/// let net = FraudLogit::init(&mut seeded(1));
/// let trainer = net.compile(FromLogits(BinaryCrossentropy), Adam::default()).metric(accuracy);
/// # let _ = trainer;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholded<M> {
    /// [`Accuracy`], [`Precision`], [`Recall`] or [`F1`].
    pub metric: M,
    /// An output above it is a "yes".
    pub threshold: f64,
}

/// Implements [`Metric`] for outputs of a kind: the state, the name, how a sample is added to the state, and the figure.
macro_rules! thresholded {
    ([$($generics:tt)*] $metric:ident of $outputs:ty, $name:literal, $state:ty,
    |$to:ident, $output:ident, $target:ident, $weight:ident, $threshold:ident| $add:expr, |$of:ident| $value:expr) => {
        impl<H, $($generics)*> Metric<H, $outputs, $outputs> for Thresholded<$metric> {
            type State = $state;

            fn name(&self) -> &'static str {
                $name
            }

            fn better(&self) -> Better {
                Better::Higher
            }

            fn update(&self, $to: &mut $state, $output: &$outputs, $target: &$outputs, $weight: f64) {
                let $threshold = self.threshold;
                $add;
            }

            fn value(&self, $of: &$state) -> f64 {
                $value
            }

            fn check(&self) -> Result<(), NumberError> {
                check_numbers!(self: Thresholded { threshold: Finite })
            }
        }
    };
}

thresholded!([A: Flat] Accuracy of A, "accuracy", Mean, |state, output, target, weight, threshold| {
    state.add(super::accuracy::right_above(output, target, threshold) as f64, A::LEN, weight);
}, |state| state.value());

thresholded!([A: Flat] Precision of A, "precision", Verdicts, |state, output, target, weight, threshold| {
    state.add(output, target, weight, threshold);
}, |state| state.precision());

thresholded!([A: Flat] Recall of A, "recall", Verdicts, |state, output, target, weight, threshold| {
    state.add(output, target, weight, threshold);
}, |state| state.recall());

thresholded!(
    [T: Scalar, const C: usize, const P: usize] F1 of SMatrix<T, C, P>, "f1", ClassCounts<C>,
    |state, output, target, weight, threshold| {
        let threshold = T::from_f64(threshold);
        for (outputs, targets) in output.as_flat().chunks_exact(C).zip(target.as_flat().chunks_exact(C)) {
            state.add(outputs, targets, weight, |output| output > threshold);
        }
    },
    |state| state.mean()
);
