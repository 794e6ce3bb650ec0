//! Metrics: figures for people, measured beside the loss.
//!
//! | metric | networks |
//! |---|---|
//! | [`Mae`], [`Mse`], [`Rmse`], [`R2`] | any |
//! | [`Accuracy`] | that end in `sigmoid` or `softmax` |
//! | [`F1`], [`Precision`], [`Recall`], [`Auc`], [`AucPr`] | that end in `sigmoid`, or in `softmax` with one-hot targets |
//! | [`TopK`] | that end in `softmax` |
//! | [`ConfusionMatrix`], which is not one figure but a table | that end in `softmax`, or in `sigmoid` over one output |
mod accuracy;
mod auc;
mod binary;
#[cfg(feature = "alloc")]
mod confusion;
mod f1;
mod regression;

pub use accuracy::{Accuracy, Decisions, TopK};
pub use auc::{Auc, AucPr, Buckets};
pub use binary::{Precision, Probabilities, Recall, Verdicts};
#[cfg(feature = "plot")]
pub(crate) use confusion::outputs;
#[cfg(feature = "alloc")]
pub use confusion::{ConfusionMatrix, DecidesForOne};
pub use f1::{ClassCounts, F1};
pub use regression::{Mae, Mse, R2, Rmse, Spread};

/// A figure over many samples, of a network that ends in the activation `H` and has outputs `A` and targets `Y`.
///
/// Keras's pattern: a state that is updated sample by sample and turned into a value at the end.
///
/// ```
/// use castnet::metrics::{Better, Mean, Metric};
/// use castnet::nalgebra::Vector1;
/// use castnet::prelude::*;
///
/// /// The part of the predictions that are off by at most so much.
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
    /// Sums over the samples so far; `default` is the state before the first.
    type State: Default + Send;

    /// Its name in reports, as Keras has it: `mae`.
    fn name(&self) -> &'static str;
    /// Which figures are better. Callbacks that watch the metric go by it.
    fn better(&self) -> Better;
    /// Adds a sample to the state, which counts as often as its weight says: 1, unless the data have weights and the metric
    /// was asked for with [`weighted_metric`](crate::Trainer::weighted_metric).
    fn update(&self, state: &mut Self::State, output: &A, target: &Y, weight: f64);
    /// The figure for all samples since the start.
    fn value(&self, state: &Self::State) -> f64;
}

/// Which of two figures is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The lower one: a loss, an error.
    Lower,
    /// The higher one: an accuracy.
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
    /// Adds the sum of `values` values which count `weight` times each.
    pub fn add(&mut self, sum: f64, values: usize, weight: f64) {
        self.sum += sum * weight;
        self.weight += values as f64 * weight;
    }

    /// The mean; NaN if there was no value.
    pub fn value(&self) -> f64 {
        self.sum / self.weight
    }
}
