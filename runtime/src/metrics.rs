//! Metrics: figures for people, measured beside the loss.
//!
//! | metric | networks |
//! |---|---|
//! | [`Mae`], [`Mse`], [`Rmse`], [`R2`] | any |
//! | [`Accuracy`] | that end in `sigmoid` or `softmax` |
//! | [`TopK`], [`F1`] | that end in `softmax` |
//! | [`Precision`], [`Recall`], [`Auc`] | that end in `sigmoid` |
mod accuracy;
mod binary;
mod f1;
mod regression;

pub use accuracy::{Accuracy, Decisions, TopK};
pub use binary::{Auc, Buckets, Precision, Recall, Verdicts};
pub use f1::{ClassCounts, F1};
pub use regression::{Mae, Mse, R2, Rmse, Spread};

/// A figure over many samples, of a network that ends in the activation `H`, gives outputs `A` and is told targets `Y`.
///
/// Keras's pattern: a state that is updated batch by batch and turned into a value at the end.
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` does not suit a network that ends in `{H}`",
    label = "this metric does not suit the network"
)]
pub trait Metric<H, A, Y>: Clone + core::fmt::Debug + Send + 'static {
    /// What is known after some samples; `default` is before the first.
    type State: Default + Send;

    /// Its name in reports, as Keras has it: `mae`.
    fn name(&self) -> &'static str;
    /// Adds samples to the state.
    fn update(&self, state: &mut Self::State, outputs: &[A], targets: &[Y]);
    /// The figure for all samples since the start.
    fn value(&self, state: &Self::State) -> f64;
}

/// A running mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    /// The sum of all values.
    pub sum: f64,
    /// How many there were.
    pub count: u64,
}

impl Mean {
    /// The mean; NaN if there was no value.
    pub fn value(&self) -> f64 {
        self.sum / self.count as f64
    }
}
