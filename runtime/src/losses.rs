//! Losses: the figures that training minimizes.
//!
//! The loss of a batch is the mean over the samples of a loss per sample (times the sample's weight, if the data have
//! weights): Keras's `sum_over_batch_size`. A cross-entropy on the network's own sigmoid or softmax is computed from
//! the logits, the values before that activation: exact, and without overflow. Traits say which loss suits which
//! network, so that a loss that does not suit does not compile:
//!
//! | last activation | losses |
//! |---|---|
//! | any, of one output | [`MeanSquaredError`], [`MeanAbsoluteError`], [`MeanAbsolutePercentageError`], [`MeanSquaredLogarithmicError`], [`Huber`], [`LogCosh`], [`Poisson`], [`Hinge`], [`SquaredHinge`], [`CategoricalHinge`], [`CosineSimilarity`] |
//! | `sigmoid` | [`BinaryCrossentropy`], [`BinaryFocalCrossentropy`] |
//! | `softmax` | [`CategoricalCrossentropy`], [`SparseCategoricalCrossentropy`], [`CategoricalFocalCrossentropy`] |
//! | `sigmoid` or `softmax` | [`KlDivergence`] |
//! | none (the network gives logits) | [`FromLogits`] of a cross-entropy |
//! | as for the loss inside | [`Smoothed`] targets of a cross-entropy |
//! | as for the loss inside | [`Reduced`]: the sum, or the weighted mean, over a batch |
//! | several outputs | [`Both`](crate::Both) of their losses, [`Weighted`] if one counts more than another |
//! | any, on purpose | [`Insist`] on a loss of probabilities |
//! | as you say | an [`OutputLoss`] of your own, with [`suits_networks!`](crate::suits_networks) |
mod binary_crossentropy;
mod categorical_crossentropy;
mod cosine_similarity;
mod focal;
mod from_logits;
mod hinge;
mod insist;
mod kl_divergence;
mod pointwise;
mod reduction;
mod smoothing;
mod sparse;
mod suits_networks;
pub(crate) mod targets;
mod weighted;

pub use binary_crossentropy::{BinaryCrossentropy, SigmoidHead};
pub use categorical_crossentropy::{CategoricalCrossentropy, SoftmaxHead};
pub use cosine_similarity::CosineSimilarity;
pub use focal::{BinaryFocalCrossentropy, CategoricalFocalCrossentropy};
pub use from_logits::{FromLogits, LogitsHead};
pub use hinge::{CategoricalHinge, Hinge, SquaredHinge};
pub use insist::Insist;
pub use kl_divergence::{DistributionHead, KlDivergence};
pub use pointwise::{
    Huber, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError,
    Poisson,
};
pub(crate) use reduction::check_same;
pub use reduction::{Reduced, Reduction, ReductionError};
pub use smoothing::{SmoothableLoss, Smoothed};
pub use sparse::SparseCategoricalCrossentropy;
#[doc(hidden)]
pub use suits_networks::ByLogits;
pub use targets::{Objection, TargetError};
pub use weighted::Weighted;

use crate::flat::Flat;
use crate::isa::Isa;
use crate::numbers::NumberError;
use crate::scalar::Scalar;
use suits_networks::suits_networks;

/// A loss of a network that ends in the activation `H` and gives the output `A`.
///
/// `logits` are the values before the last activation, `outputs` those after it.
#[diagnostic::on_unimplemented(
    message = "the loss `{Self}` does not suit a network that ends in `{H}`",
    label = "this loss does not suit the network",
    note = "help: `MeanSquaredError` suits every output, `BinaryCrossentropy` one that ends in `sigmoid`, `CategoricalCrossentropy` one that ends in `softmax`; a network of several outputs takes a loss for each, such as `Both(MeanSquaredError, BinaryCrossentropy)`",
    note = "help: of a loss of your own that implements `OutputLoss`, `castnet::suits_networks!(MyLoss);` makes a loss of networks"
)]
pub trait Loss<H, A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// The target of one sample.
    type Target: Flat<Scalar = A::Scalar> + Clone + Send + Sync;

    /// How the losses of the samples become the loss of a batch; by default their mean.
    fn reduction(&self) -> Reduction {
        Reduction::Mean
    }

    /// The reason why a target is refused, or `None`: trainings and evaluations, also on a device, refuse such targets before their first step.
    fn objection(&self, target: &Self::Target) -> Option<Objection> {
        let _ = target;
        None
    }

    /// Whether the numbers of the loss make sense; a training is refused before its first step if they do not. By default nothing is
    /// refused. [`numbers::check`](crate::numbers::check) checks numbers against ranges.
    ///
    /// # Errors
    /// The first number that makes no sense.
    fn check(&self) -> Result<(), NumberError> {
        Ok(())
    }

    /// Whether the losses that this one adds up have one reduction; a training is refused before its first step if they do not. Only
    /// [`Both`](crate::Both) adds up several.
    ///
    /// # Errors
    /// The first two reductions that differ.
    fn check_reductions(&self) -> Result<(), ReductionError> {
        Ok(())
    }

    /// The sum of the losses of the samples.
    fn sum(self, logits: &[A], outputs: &[A], targets: &[Self::Target]) -> f64;

    /// Writes the gradient of the mean over the samples with respect to the logits, with any reduction.
    fn gradient<I: Isa<A::Scalar>>(
        self,
        isa: I,
        head: H,
        logits: &[A],
        outputs: &[A],
        targets: &[Self::Target],
        grad: &mut [A],
    );
}

/// A loss that can be computed from logits: a cross-entropy.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be computed from logits",
    label = "not a cross-entropy",
    note = "help: `FromLogits` goes right around a cross-entropy; leave it out of other losses"
)]
pub trait LogitsLoss<A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// The target of one sample.
    type Target: Flat<Scalar = A::Scalar> + Clone + Send + Sync;

    /// As [`Loss::objection`].
    fn objection(&self, target: &Self::Target) -> Option<Objection> {
        let _ = target;
        None
    }
    /// As [`Loss::check`].
    ///
    /// # Errors
    /// The first number that makes no sense.
    fn check(&self) -> Result<(), NumberError> {
        Ok(())
    }
    /// The sum of the losses of the samples.
    fn sum_of_logits(self, logits: &[A], targets: &[Self::Target]) -> f64;
    /// Writes the gradient of the mean over the samples. On entry `grad` holds the probabilities of the logits.
    fn gradient_of_logits(self, targets: &[Self::Target], grad: &mut [A]);
    /// Writes the probabilities of the logits.
    fn probabilities<I: Isa<A::Scalar>>(self, isa: I, logits: &[A], probabilities: &mut [A]);
}

/// A loss that can be computed from outputs, after any activation. [`suits_networks!`](crate::suits_networks) makes a loss of networks of
/// it: that is the way to a loss of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss of outputs",
    label = "cannot be insisted on",
    note = "help: leave `Insist` out"
)]
pub trait OutputLoss<A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// The target of one sample.
    type Target: Flat<Scalar = A::Scalar> + Clone + Send + Sync;

    /// As [`Loss::objection`].
    fn objection(&self, target: &Self::Target) -> Option<Objection> {
        let _ = target;
        None
    }
    /// As [`Loss::check`].
    ///
    /// # Errors
    /// The first number that makes no sense.
    fn check(&self) -> Result<(), NumberError> {
        Ok(())
    }
    /// The sum of the losses of the samples.
    fn sum_of_outputs(self, outputs: &[A], targets: &[Self::Target]) -> f64;
    /// Writes the gradient of the mean over the samples with respect to the outputs.
    fn gradient_of_outputs(self, outputs: &[A], targets: &[Self::Target], grad: &mut [A]);
}

/// Keras's bounds of a probability, `1e-7` and `1 - 1e-7`, in the precision of the network.
fn probability_bounds<T: Scalar>() -> (T, T) {
    let least = T::from_f64(1e-7);
    (least, T::ONE - least)
}
