//! Label smoothing.
use core::slice;

use nalgebra::SMatrix;

use super::{
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy, FromLogits,
    Insist, LogitsLoss, Loss, Objection, OutputLoss, Reduced, Reduction, Weighted,
};
use crate::flat::Flat;
use crate::isa::Isa;
use crate::numbers::{NumberError, check_numbers};
use crate::scalar::Scalar;

/// A cross-entropy with label smoothing: a target `t` counts as `(1 - amount) t + amount u`, where `u` is the
/// probability of the uniform distribution (one half, or one over the number of classes).
///
/// `FromLogits(Smoothed { .. })` and `Smoothed { loss: FromLogits(..), .. }` are the same. Source: Szegedy et al., "Rethinking the
/// Inception Architecture for Computer Vision", 2015; Keras's `label_smoothing`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothed<L> {
    /// The cross-entropy.
    pub loss: L,
    /// The amount of smoothing, from 0 (none) to 1 (the target has no influence).
    pub amount: f64,
}

/// A loss of outputs of the type `A` whose targets are probabilities, so that they can be smoothed: a cross-entropy.
#[diagnostic::on_unimplemented(
    message = "the targets of `{Self}` are no probabilities, so they cannot be smoothed",
    label = "not a cross-entropy with one-hot targets",
    note = "help: `Smoothed` takes `BinaryCrossentropy`, `CategoricalCrossentropy`, or their focal losses; the targets of `SparseCategoricalCrossentropy` are numbers of classes"
)]
pub trait SmoothableLoss<A> {
    /// The probability of each value in the uniform distribution.
    const UNIFORM: f64;
}
impl<A> SmoothableLoss<A> for BinaryCrossentropy {
    const UNIFORM: f64 = 0.5;
}
impl<A> SmoothableLoss<A> for BinaryFocalCrossentropy {
    const UNIFORM: f64 = 0.5;
}
impl<T, const C: usize, const P: usize> SmoothableLoss<SMatrix<T, C, P>> for CategoricalCrossentropy {
    const UNIFORM: f64 = 1.0 / C as f64;
}
impl<T, const C: usize, const P: usize> SmoothableLoss<SMatrix<T, C, P>> for CategoricalFocalCrossentropy {
    const UNIFORM: f64 = 1.0 / C as f64;
}

/// Wrappers whose targets are those of the loss inside.
macro_rules! as_inside {
    ($($wrapper:ident)*) => {
        $(
            impl<A, L: SmoothableLoss<A>> SmoothableLoss<A> for $wrapper<L> {
                const UNIFORM: f64 = L::UNIFORM;
            }
        )*
    };
}
as_inside!(FromLogits Insist Reduced Weighted);

impl<L> Smoothed<L> {
    fn check_amount(&self) -> Result<(), NumberError> {
        check_numbers!(self: Smoothed { amount: Fraction })
    }

    /// The smoothed target, for outputs of the type `A`.
    fn target<A, Y: Flat + Clone>(&self, target: &Y) -> Y
    where
        L: SmoothableLoss<A>,
    {
        let [keep, even] = [1.0 - self.amount, self.amount * L::UNIFORM].map(Y::Scalar::from_f64);
        let mut target = target.clone();
        target.as_flat_mut().iter_mut().for_each(|t| *t = *t * keep + even);
        target
    }
}

/// Scales the gradient of one sample to its contribution to the gradient of the mean over all samples.
fn as_contribution<A: Flat>(samples: usize, grad: &mut A) {
    let factor = A::Scalar::from_f64(1.0 / samples as f64);
    grad.as_flat_mut().iter_mut().for_each(|grad| *grad *= factor);
}

impl<A: Flat, L: SmoothableLoss<A> + LogitsLoss<A>> LogitsLoss<A> for Smoothed<L> {
    type Target = L::Target;

    fn objection(&self, target: &L::Target) -> Option<Objection> {
        self.loss.objection(target)
    }

    fn check(&self) -> Result<(), NumberError> {
        self.check_amount()?;
        self.loss.check()
    }

    #[inline(always)]
    fn sum_of_logits(self, logits: &[A], targets: &[L::Target]) -> f64 {
        let losses = logits.iter().zip(targets).map(|(logits, target)| {
            let target = self.target::<A, _>(target);
            self.loss.sum_of_logits(slice::from_ref(logits), slice::from_ref(&target))
        });
        losses.sum()
    }

    #[inline(always)]
    fn gradient_of_logits(self, targets: &[L::Target], grad: &mut [A]) {
        for (target, grad) in targets.iter().zip(grad) {
            let target = self.target::<A, _>(target);
            self.loss.gradient_of_logits(slice::from_ref(&target), slice::from_mut(grad));
            as_contribution(targets.len(), grad);
        }
    }

    #[inline(always)]
    fn probabilities<I: Isa<A::Scalar>>(self, isa: I, logits: &[A], probabilities: &mut [A]) {
        self.loss.probabilities(isa, logits, probabilities);
    }
}

impl<A: Flat, L: SmoothableLoss<A> + OutputLoss<A>> OutputLoss<A> for Smoothed<L> {
    type Target = L::Target;

    fn objection(&self, target: &L::Target) -> Option<Objection> {
        self.loss.objection(target)
    }

    fn check(&self) -> Result<(), NumberError> {
        self.check_amount()?;
        self.loss.check()
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[A], targets: &[L::Target]) -> f64 {
        let losses = outputs.iter().zip(targets).map(|(output, target)| {
            let target = self.target::<A, _>(target);
            self.loss.sum_of_outputs(slice::from_ref(output), slice::from_ref(&target))
        });
        losses.sum()
    }

    #[inline(always)]
    fn gradient_of_outputs(self, outputs: &[A], targets: &[L::Target], grad: &mut [A]) {
        for ((output, target), grad) in outputs.iter().zip(targets).zip(grad) {
            let target = self.target::<A, _>(target);
            self.loss.gradient_of_outputs(slice::from_ref(output), slice::from_ref(&target), slice::from_mut(grad));
            as_contribution(targets.len(), grad);
        }
    }
}

impl<H: Copy, A: Flat, L: SmoothableLoss<A> + Loss<H, A>> Loss<H, A> for Smoothed<L> {
    type Target = L::Target;

    fn reduction(&self) -> Reduction {
        self.loss.reduction()
    }

    fn objection(&self, target: &L::Target) -> Option<Objection> {
        self.loss.objection(target)
    }

    fn check(&self) -> Result<(), NumberError> {
        self.check_amount()?;
        self.loss.check()
    }

    #[inline(always)]
    fn sum(self, logits: &[A], outputs: &[A], targets: &[L::Target]) -> f64 {
        let samples = logits.iter().zip(outputs).zip(targets);
        let losses = samples.map(|((logits, output), target)| {
            let target = self.target::<A, _>(target);
            self.loss.sum(slice::from_ref(logits), slice::from_ref(output), slice::from_ref(&target))
        });
        losses.sum()
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
        for (((logits, output), target), grad) in logits.iter().zip(outputs).zip(targets).zip(grad) {
            let target = self.target::<A, _>(target);
            let ([logits, output], target) = ([logits, output].map(slice::from_ref), slice::from_ref(&target));
            self.loss.gradient(isa, head, logits, output, target, slice::from_mut(grad));
            as_contribution(targets.len(), grad);
        }
    }
}
