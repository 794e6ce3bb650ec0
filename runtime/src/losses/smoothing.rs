//! Label smoothing.
use core::slice;

use nalgebra::SMatrix;

use super::{
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy, LogitsLoss,
    Loss, Objection, OutputLoss,
};
use crate::flat::Flat;
use crate::isa::Isa;
use crate::numbers::{NumberError, check_numbers};
use crate::scalar::Scalar;

/// A cross-entropy with label smoothing: a target `t` counts as `(1 - amount) t + amount u`, where `u` is the
/// probability of the uniform distribution (one half, or one over the number of classes).
///
/// Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2015; Keras's `label_smoothing`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Smoothed<L> {
    /// The cross-entropy.
    pub loss: L,
    /// The amount of smoothing, from 0 (none) to 1 (the target has no influence).
    pub amount: f64,
}

/// The probability of each value in the uniform distribution.
trait Even<A> {
    const EVEN: f64;
}
impl<A> Even<A> for BinaryCrossentropy {
    const EVEN: f64 = 0.5;
}
impl<A> Even<A> for BinaryFocalCrossentropy {
    const EVEN: f64 = 0.5;
}
impl<T, const C: usize, const P: usize> Even<SMatrix<T, C, P>> for CategoricalCrossentropy {
    const EVEN: f64 = 1.0 / C as f64;
}
impl<T, const C: usize, const P: usize> Even<SMatrix<T, C, P>> for CategoricalFocalCrossentropy {
    const EVEN: f64 = 1.0 / C as f64;
}

impl<L> Smoothed<L> {
    fn check_amount(&self) -> Result<(), NumberError> {
        check_numbers!(self: Smoothed { amount: Fraction })
    }

    fn target<A: Flat + Clone>(&self, target: &A) -> A
    where
        L: Even<A>,
    {
        let [keep, even] = [1.0 - self.amount, self.amount * L::EVEN].map(A::Scalar::from_f64);
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

macro_rules! smoothed {
    ($loss:ident, [$($generics:tt)*], $a:ty) => {
        impl<$($generics)*> LogitsLoss<$a> for Smoothed<$loss>
        where
            $a: Flat + Clone + Send + Sync,
        {
            type Target = $a;

            fn objection(&self, target: &$a) -> Option<Objection> {
                LogitsLoss::<$a>::objection(&self.loss, target)
            }

            fn check(&self) -> Result<(), NumberError> {
                self.check_amount()?;
                LogitsLoss::<$a>::check(&self.loss)
            }

            #[inline(always)]
            fn sum_of_logits(self, logits: &[$a], targets: &[$a]) -> f64 {
                let losses = logits.iter().zip(targets).map(|(logits, target)| {
                    self.loss.sum_of_logits(slice::from_ref(logits), slice::from_ref(&self.target(target)))
                });
                losses.sum()
            }

            #[inline(always)]
            fn gradient_of_logits(self, targets: &[$a], grad: &mut [$a]) {
                for (target, grad) in targets.iter().zip(grad) {
                    self.loss.gradient_of_logits(slice::from_ref(&self.target(target)), slice::from_mut(grad));
                    as_contribution(targets.len(), grad);
                }
            }

            #[inline(always)]
            fn probabilities<I: Isa<<$a as Flat>::Scalar>>(self, isa: I, logits: &[$a], probabilities: &mut [$a]) {
                self.loss.probabilities(isa, logits, probabilities);
            }
        }

        impl<$($generics)*> OutputLoss<$a> for Smoothed<$loss>
        where
            $a: Flat + Clone + Send + Sync,
        {
            type Target = $a;

            fn objection(&self, target: &$a) -> Option<Objection> {
                OutputLoss::<$a>::objection(&self.loss, target)
            }

            fn check(&self) -> Result<(), NumberError> {
                self.check_amount()?;
                OutputLoss::<$a>::check(&self.loss)
            }

            #[inline(always)]
            fn sum_of_outputs(self, outputs: &[$a], targets: &[$a]) -> f64 {
                let losses = outputs.iter().zip(targets).map(|(output, target)| {
                    self.loss.sum_of_outputs(slice::from_ref(output), slice::from_ref(&self.target(target)))
                });
                losses.sum()
            }

            #[inline(always)]
            fn gradient_of_outputs(self, outputs: &[$a], targets: &[$a], grad: &mut [$a]) {
                for ((output, target), grad) in outputs.iter().zip(targets).zip(grad) {
                    let target = self.target(target);
                    self.loss.gradient_of_outputs(slice::from_ref(output), slice::from_ref(&target), slice::from_mut(grad));
                    as_contribution(targets.len(), grad);
                }
            }
        }

        impl<H, $($generics)*> Loss<H, $a> for Smoothed<$loss>
        where
            $a: Flat + Clone + Send + Sync,
            H: Copy,
            $loss: Loss<H, $a, Target = $a>,
        {
            type Target = $a;

            fn objection(&self, target: &$a) -> Option<Objection> {
                Loss::<H, $a>::objection(&self.loss, target)
            }

            fn check(&self) -> Result<(), NumberError> {
                self.check_amount()?;
                Loss::<H, $a>::check(&self.loss)
            }

            #[inline(always)]
            fn sum(self, logits: &[$a], outputs: &[$a], targets: &[$a]) -> f64 {
                let samples = logits.iter().zip(outputs).zip(targets);
                let losses = samples.map(|((logits, output), target)| {
                    let target = self.target(target);
                    self.loss.sum(slice::from_ref(logits), slice::from_ref(output), slice::from_ref(&target))
                });
                losses.sum()
            }

            #[inline(always)]
            fn gradient<I: Isa<<$a as Flat>::Scalar>>(
                self,
                isa: I,
                head: H,
                logits: &[$a],
                outputs: &[$a],
                targets: &[$a],
                grad: &mut [$a],
            ) {
                for (((logits, output), target), grad) in logits.iter().zip(outputs).zip(targets).zip(grad) {
                    let target = self.target(target);
                    let [logits, output, target] = [logits, output, &target].map(slice::from_ref);
                    self.loss.gradient(isa, head, logits, output, target, slice::from_mut(grad));
                    as_contribution(targets.len(), grad);
                }
            }
        }
    };
}
smoothed!(BinaryCrossentropy, [A], A);
smoothed!(CategoricalCrossentropy, [T: Scalar, const C: usize, const P: usize], SMatrix<T, C, P>);
smoothed!(BinaryFocalCrossentropy, [A], A);
smoothed!(CategoricalFocalCrossentropy, [T: Scalar, const C: usize, const P: usize], SMatrix<T, C, P>);
