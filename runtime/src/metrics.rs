//! Metrics: figures for the user, measured together with the loss.
//!
//! | metric | networks |
//! |---|---|
//! | [`Mae`], [`Mse`], [`Rmse`], [`R2`] | any |
//! | [`Accuracy`] | that end in `sigmoid` or `softmax` |
//! | [`F1`], [`Precision`], [`Recall`], [`Auc`], [`AucPr`] | that end in `sigmoid`, or in `softmax` with one-hot targets |
//! | [`Thresholded`] accuracy, precision, recall or F1: yes or no at another threshold than 0.5 | any |
//! | [`TopK`] | that end in `softmax` |
//! | [`ConfusionMatrix`], which is a table, not a figure | that end in `softmax`, or in `sigmoid` over one output |
mod accuracy;
mod auc;
mod binary;
#[cfg(feature = "alloc")]
mod confusion;
mod f1;
mod regression;
mod thresholded;

pub use accuracy::{Accuracy, Decisions, TopK};
pub use auc::{Auc, AucPr, Buckets};
pub use binary::{Precision, Probabilities, Recall, Verdicts};
#[cfg(feature = "plot")]
pub(crate) use confusion::outputs;
#[cfg(feature = "alloc")]
pub use confusion::{ConfusionMatrix, DecidesForOne};
pub use f1::{ClassCounts, F1};
pub use regression::{Mae, Mse, R2, Rmse, Spread};
pub use thresholded::Thresholded;

use crate::numbers::NumberError;

/// A figure over many samples, of a network that ends in the activation `H` and has outputs `A` and targets `Y`.
///
/// Keras's pattern: a state that is updated sample by sample and turned into a value at the end.
///
/// ```
/// use castnet::metrics::{Better, Mean, Metric};
/// use castnet::nalgebra::Vector1;
/// use castnet::prelude::*;
///
/// /// The fraction of the predictions whose error is at most this.
/// #[derive(Clone, Copy, Debug)]
/// struct Within(f32);
///
/// impl<H> Metric<H, Vector1<f32>, Vector1<f32>> for Within {
///     type State = Mean;
///     fn name(&self) -> &'static str {
///         "within"
///     }
///     fn better(&self) -> Better {
///         Better::Higher
///     }
///     fn update(&self, state: &mut Mean, output: &Vector1<f32>, target: &Vector1<f32>, weight: f64) {
///         let is_within = (output[0] - target[0]).abs() <= self.0;
///         state.add(f64::from(u8::from(is_within)), 1, weight);
///     }
///     fn value(&self, state: &Mean) -> f64 {
///         state.value()
///     }
/// }
///
/// network! { Line< input 1 => dense 1 > }
/// let trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Sgd::default()).metric(Within(0.5));
/// # let _ = trainer;
/// ```
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` does not suit a network that ends in `{H}`",
    label = "this metric does not suit the network"
)]
pub trait Metric<H, A, Y>: Clone + core::fmt::Debug + Send + 'static {
    /// The state: sums over the samples so far. `default` is the state before the first sample.
    type State: Default + Send;

    /// The name in reports, as in Keras: `mae`.
    fn name(&self) -> &'static str;
    /// The direction in which figures get better, for callbacks that watch the metric.
    fn better(&self) -> Better;
    /// Adds a sample to the state. A sample of weight `weight` counts as that many samples: the weight is 1, unless the
    /// data have weights and the metric was added with [`weighted_metric`](crate::Trainer::weighted_metric).
    fn update(&self, state: &mut Self::State, output: &A, target: &Y, weight: f64);
    /// The figure for all samples in the state.
    fn value(&self, state: &Self::State) -> f64;
    /// Whether the numbers of the metric make sense; a training is refused before its first step if they do not. By default nothing is
    /// refused.
    ///
    /// # Errors
    /// The first number that makes no sense.
    fn check(&self) -> Result<(), NumberError> {
        Ok(())
    }
}

/// The better one of two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The lower figure is better, as for an error.
    Lower,
    /// The higher figure is better, as for an accuracy.
    Higher,
}

/// A running mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    /// The sum of all values, each times its weight.
    pub sum: f64,
    /// The sum of the weights.
    pub weight: f64,
}

impl Mean {
    /// Adds `values` values with the sum `sum`, each with the weight `weight`.
    pub fn add(&mut self, sum: f64, values: usize, weight: f64) {
        self.sum += sum * weight;
        self.weight += values as f64 * weight;
    }

    /// The mean; NaN if there was no value.
    pub fn value(&self) -> f64 {
        self.sum / self.weight
    }
}
