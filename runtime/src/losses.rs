//! Losses: what training makes small.
//!
//! A loss is the mean over samples of a value per sample (times the sample's weight, if the data have weights), as Keras's
//! `sum_over_batch_size` has it. A cross-entropy on the
//! network's own sigmoid or softmax is computed from the logits, the values before that activation: exact, and without
//! overflow. Which loss suits which network is a matter of traits, so a misfit does not compile:
//!
//! | last activation | losses |
//! |---|---|
//! | any | [`MeanSquaredError`], [`MeanAbsoluteError`], [`MeanAbsolutePercentageError`], [`MeanSquaredLogarithmicError`], [`Huber`], [`LogCosh`], [`Poisson`], [`Hinge`], [`SquaredHinge`], [`CategoricalHinge`], [`CosineSimilarity`] |
//! | `sigmoid` | [`BinaryCrossentropy`], [`BinaryFocalCrossentropy`] |
//! | `softmax` | [`CategoricalCrossentropy`], [`SparseCategoricalCrossentropy`], [`CategoricalFocalCrossentropy`] |
//! | `sigmoid` or `softmax` | [`KlDivergence`] |
//! | none (the network gives logits) | [`FromLogits`] of a cross-entropy |
//! | as for the loss inside | [`Smoothed`] targets of a cross-entropy |
//! | as for the loss inside | [`Reduced`]: the sum, or the weighted mean, over a batch |
//! | those of several outputs | [`Both`](crate::Both) of their losses, [`Weighted`] if one counts more than another |
//! | any, on purpose | [`Insist`] on a loss of probabilities |
mod binary_crossentropy;
mod categorical_crossentropy;
mod cosine_similarity;
mod focal;
mod hinge;
mod kl_divergence;
mod pointwise;
mod reduction;
mod smoothing;
mod sparse;
mod weighted;

pub use binary_crossentropy::{BinaryCrossentropy, SigmoidHead};
pub use categorical_crossentropy::{CategoricalCrossentropy, SoftmaxHead};
pub use cosine_similarity::CosineSimilarity;
pub use focal::{BinaryFocalCrossentropy, CategoricalFocalCrossentropy};
pub use hinge::{CategoricalHinge, Hinge, SquaredHinge};
pub use kl_divergence::{DistributionHead, KlDivergence};
pub use pointwise::{
    Huber, LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError,
    Poisson,
};
pub use reduction::{Reduced, Reduction};
pub use smoothing::Smoothed;
pub use sparse::SparseCategoricalCrossentropy;
pub use weighted::Weighted;

use crate::activations::{Activation, Kept, Linear};
use crate::flat::Flat;
use crate::isa::Isa;
use crate::scalar::Scalar;

/// A loss of a network that ends in the activation `H` and gives the output `A`.
///
/// `logits` are the values before the last activation, `outputs` those after it.
#[diagnostic::on_unimplemented(
    message = "the loss `{Self}` does not suit a network that ends in `{H}`",
    label = "this loss does not suit the network",
    note = "help: `MeanSquaredError` suits every network, `BinaryCrossentropy` one that ends in `sigmoid`, `CategoricalCrossentropy` one that ends in `softmax`"
)]
pub trait Loss<H, A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// What the network is to say for one sample.
    type Target: Flat<Scalar = A::Scalar> + Clone + Send + Sync;

    /// How the losses of the samples become the loss of a batch: by their mean.
    fn reduction(&self) -> Reduction {
        Reduction::Mean
    }

    /// What is wrong with a target, if anything: [`fit`](crate::Trainer::fit) refuses data with such targets.
    fn objection(&self, target: &Self::Target) -> Option<&'static str> {
        let _ = target;
        None
    }

    /// The sum over the samples of the loss of each.
    fn sum(self, logits: &[A], outputs: &[A], targets: &[Self::Target]) -> f64;

    /// Writes the gradient of the mean over the samples with respect to the logits, whatever the reduction.
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
    note = "help: leave `FromLogits` out"
)]
pub trait LogitsLoss<A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// What the network is to say for one sample.
    type Target: Flat<Scalar = A::Scalar> + Clone + Send + Sync;

    /// As [`Loss::objection`].
    fn objection(&self, target: &Self::Target) -> Option<&'static str> {
        let _ = target;
        None
    }
    /// The sum over the samples of the loss of each.
    fn sum_of_logits(self, logits: &[A], targets: &[Self::Target]) -> f64;
    /// Writes the gradient of the mean over the samples. On entry `grad` holds the probabilities that belong to the logits.
    fn gradient_of_logits(self, targets: &[Self::Target], grad: &mut [A]);
    /// Writes the probabilities that belong to the logits.
    fn probabilities<I: Isa<A::Scalar>>(self, isa: I, logits: &[A], probabilities: &mut [A]);
}

/// A loss of the network's outputs, whatever activation made them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss of outputs",
    label = "cannot be insisted on",
    note = "help: leave `Insist` out"
)]
pub trait OutputLoss<A: Flat>: Copy + core::fmt::Debug + Send + Sync + 'static {
    /// What the network is to say for one sample.
    type Target: Flat<Scalar = A::Scalar> + Clone + Send + Sync;

    /// As [`Loss::objection`].
    fn objection(&self, target: &Self::Target) -> Option<&'static str> {
        let _ = target;
        None
    }
    /// The sum over the samples of the loss of each.
    fn sum_of_outputs(self, outputs: &[A], targets: &[Self::Target]) -> f64;
    /// Writes the gradient of the mean over the samples with respect to the outputs.
    fn gradient_of_outputs(self, outputs: &[A], targets: &[Self::Target], grad: &mut [A]);
}

/// No activation: the outputs are logits.
#[diagnostic::on_unimplemented(
    message = "`FromLogits` wants a network that ends without an activation, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: leave `FromLogits` out, the loss is computed from the logits inside; or leave the last activation out"
)]
pub trait LogitsHead {}
impl LogitsHead for Linear {}

/// A cross-entropy of a network that ends without an activation and so gives logits.
///
/// `predict` then gives logits as well; the highest is the most probable class all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FromLogits<L>(pub L);

impl<H, A, L> Loss<H, A> for FromLogits<L>
where
    H: Activation<A> + LogitsHead,
    A: Flat + Clone + Send + Sync,
    L: LogitsLoss<A>,
{
    type Target = L::Target;

    fn objection(&self, target: &L::Target) -> Option<&'static str> {
        self.0.objection(target)
    }

    #[inline(always)]
    fn sum(self, logits: &[A], _: &[A], targets: &[L::Target]) -> f64 {
        self.0.sum_of_logits(logits, targets)
    }

    #[inline(always)]
    fn gradient<I: Isa<A::Scalar>>(self, isa: I, _: H, logits: &[A], _: &[A], targets: &[L::Target], grad: &mut [A]) {
        self.0.probabilities(isa, logits, grad);
        self.0.gradient_of_logits(targets, grad);
    }
}

/// A loss on outputs that it was not made for, on purpose: `Insist(BinaryCrossentropy)` on a network that ends in
/// `softmax`, or a cross-entropy on `relu`.
///
/// The outputs are taken as probabilities and clipped to `[1e-7, 1 - 1e-7]`, as Keras does; outside of these bounds the
/// gradient is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insist<L>(pub L);

impl<H, A, L> Loss<H, A> for Insist<L>
where
    H: Activation<A>,
    A: Flat + Clone + Send + Sync,
    L: OutputLoss<A>,
{
    type Target = L::Target;

    fn objection(&self, target: &L::Target) -> Option<&'static str> {
        self.0.objection(target)
    }

    #[inline(always)]
    fn sum(self, _: &[A], outputs: &[A], targets: &[L::Target]) -> f64 {
        self.0.sum_of_outputs(outputs, targets)
    }

    #[inline(always)]
    fn gradient<I: Isa<A::Scalar>>(
        self,
        isa: I,
        head: H,
        logits: &[A],
        outputs: &[A],
        targets: &[L::Target],
        grad: &mut [A],
    ) {
        self.0.gradient_of_outputs(outputs, targets, grad);
        head.backward(isa, H::Kept::of(logits, outputs), grad);
    }
}

/// A loss of outputs suits every network, or those that end in some activations: its gradient goes through the last one.
macro_rules! suits_networks {
    ($name:ident $(that end in $head:ident)?) => {
        impl<H, A> $crate::losses::Loss<H, A> for $name
        where
            H: $crate::activations::Activation<A> $(+ $head)?,
            A: $crate::flat::Flat + Clone + Send + Sync,
            $name: $crate::losses::OutputLoss<A>,
        {
            type Target = <$name as $crate::losses::OutputLoss<A>>::Target;

            fn objection(&self, target: &Self::Target) -> Option<&'static str> {
                $crate::losses::OutputLoss::<A>::objection(self, target)
            }

            #[inline(always)]
            fn sum(self, _: &[A], outputs: &[A], targets: &[Self::Target]) -> f64 {
                $crate::losses::OutputLoss::sum_of_outputs(self, outputs, targets)
            }

            #[inline(always)]
            fn gradient<I: $crate::isa::Isa<A::Scalar>>(
                self,
                isa: I,
                head: H,
                logits: &[A],
                outputs: &[A],
                targets: &[Self::Target],
                grad: &mut [A],
            ) {
                $crate::losses::OutputLoss::gradient_of_outputs(self, outputs, targets, grad);
                head.backward(isa, $crate::activations::Kept::of(logits, outputs), grad);
            }
        }
    };
}
use suits_networks;

/// A cross-entropy suits the networks that end in some activations: it is computed from the values before it.
macro_rules! computed_from_logits {
    ($name:ident for networks that end in $head:ident) => {
        impl<H, A> $crate::losses::Loss<H, A> for $name
        where
            H: $crate::activations::Activation<A> + $head,
            A: $crate::flat::Flat + Clone + Send + Sync,
            $name: $crate::losses::LogitsLoss<A>,
        {
            type Target = <$name as $crate::losses::LogitsLoss<A>>::Target;

            fn objection(&self, target: &Self::Target) -> Option<&'static str> {
                $crate::losses::LogitsLoss::<A>::objection(self, target)
            }

            #[inline(always)]
            fn sum(self, logits: &[A], _: &[A], targets: &[Self::Target]) -> f64 {
                $crate::losses::LogitsLoss::sum_of_logits(self, logits, targets)
            }

            #[inline(always)]
            fn gradient<I: $crate::isa::Isa<A::Scalar>>(
                self,
                _: I,
                _: H,
                _: &[A],
                outputs: &[A],
                targets: &[Self::Target],
                grad: &mut [A],
            ) {
                $crate::flat::copy(outputs, grad);
                $crate::losses::LogitsLoss::gradient_of_logits(self, targets, grad);
            }
        }
    };
}
use computed_from_logits;

/// Keras's bounds of a probability, `1e-7` and `1 - 1e-7`, in the precision at hand.
fn probability_bounds<T: Scalar>() -> (T, T) {
    let least = T::from_f64(1e-7);
    (least, T::ONE - least)
}
