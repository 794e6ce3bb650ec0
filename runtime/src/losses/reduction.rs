//! From the losses of the samples to the loss of a batch.
use core::fmt;

use thiserror::Error;

use super::{Loss, Objection};
use crate::flat::Flat;
use crate::isa::Isa;
use crate::numbers::NumberError;

/// The reduction of the losses of the samples, each times its weight, to the loss of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// The sum divided by the number of samples: Keras's `sum_over_batch_size`.
    #[default]
    Mean,
    /// The sum divided by the sum of the weights, or zero if all weights are zero: Keras's `mean_with_sample_weight`.
    WeightedMean,
    /// The sum: Keras's `sum`. The size of a step then grows with the batch. (The loss of a sample is a mean over its
    /// positions; Keras adds the losses of the positions.)
    Sum,
}

impl Reduction {
    /// The factor of the sum of the weighted losses.
    pub fn factor(self, samples: usize, weight: f64) -> f64 {
        match self {
            Self::Mean => 1.0 / samples as f64,
            Self::WeightedMean if weight > 0.0 => 1.0 / weight,
            Self::WeightedMean => 0.0,
            Self::Sum => 1.0,
        }
    }
}

impl fmt::Display for Reduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
            Self::WeightedMean => "weighted mean",
            Self::Sum => "sum",
        })
    }
}

/// The losses of two outputs that are reduced in two ways, while the sum of both has one reduction.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "the loss of one output is the {first} over a batch, that of another the {second}: leave `Reduced` out of `Both`, and put it around the whole, such as `Reduced {{ loss: Both(a, b), reduction }}`"
)]
#[non_exhaustive]
pub struct ReductionError {
    /// The reduction of the outputs before.
    pub first: Reduction,
    /// The other reduction.
    pub second: Reduction,
}

/// Whether two losses that are added up have one reduction.
pub(crate) fn check_same(first: Reduction, second: Reduction) -> Result<(), ReductionError> {
    if first == second { Ok(()) } else { Err(ReductionError { first, second }) }
}

/// A loss with another [`Reduction`] than the mean over the batch: Keras's `reduction`.
///
/// ```
/// use castnet::losses::{Reduced, Reduction};
/// use castnet::prelude::*;
///
/// network! { Line< input 1 => dense 1 > }
///
/// let loss = Reduced { loss: MeanSquaredError, reduction: Reduction::Sum };
/// let trainer = Line::init(&mut seeded(1)).compile(loss, Sgd::default());
/// # let _ = trainer;
/// ```
///
/// Evaluation does not depend on batches: it reduces over all samples. For several outputs it goes around their [`Both`](crate::Both): losses of
/// two reductions in one `Both` are refused, where Keras adds them up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reduced<L> {
    /// The loss of a sample.
    pub loss: L,
    /// The reduction to the loss of a batch.
    pub reduction: Reduction,
}

impl<H, A: Flat, L: Loss<H, A>> Loss<H, A> for Reduced<L> {
    type Target = L::Target;

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn objection(&self, target: &L::Target) -> Option<Objection> {
        self.loss.objection(target)
    }

    fn check(&self) -> Result<(), NumberError> {
        self.loss.check()
    }

    fn check_reductions(&self) -> Result<(), ReductionError> {
        self.loss.check_reductions()
    }

    #[inline(always)]
    fn sum(self, logits: &[A], outputs: &[A], targets: &[L::Target]) -> f64 {
        self.loss.sum(logits, outputs, targets)
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
        self.loss.gradient(isa, head, logits, outputs, targets, grad);
    }
}
