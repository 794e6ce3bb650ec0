//! Hinge losses: an output that is right by a margin has no loss.
use nalgebra::SMatrix;

use super::{Objection, OutputLoss, targets};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::scalar::Scalar;

/// `mean(max(1 - target * output, 0))` for targets of -1 and 1.
///
/// Targets that are all 0 or 1 count as -1 and 1. Keras's [`Hinge`](https://keras.io/api/losses/hinge_losses/#hinge-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hinge;

/// `mean(max(1 - target * output, 0)²)` for targets of -1 and 1; otherwise as [`Hinge`].
///
/// Keras's [`SquaredHinge`](https://keras.io/api/losses/hinge_losses/#squaredhinge-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SquaredHinge;

/// `max(1 + the highest output of a wrong class - the output of the right one, 0)`, for one-hot targets; the mean over positions.
///
/// Keras's [`CategoricalHinge`](https://keras.io/api/losses/hinge_losses/#categoricalhinge-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CategoricalHinge;

/// Turns targets into -1 and 1, if all of them are 0 or 1: all targets of the call, as in Keras.
fn signs<T: Scalar>(targets: &[T]) -> impl Fn(T) -> T {
    let binary = targets.iter().all(|&target| target == T::ZERO || target == T::ONE);
    move |target| if binary { target + target - T::ONE } else { target }
}

/// `1 - target * output` of each value, and its target of -1 or 1.
fn margins<'a, A: Flat>(outputs: &'a [A], targets: &'a [A]) -> impl Iterator<Item = (A::Scalar, A::Scalar)> + 'a {
    let targets = flatten(targets);
    let sign = signs(targets);
    flatten(outputs).iter().zip(targets).map(move |(&output, &target)| {
        let target = sign(target);
        (A::Scalar::ONE - target * output, target)
    })
}

impl<A: Flat + Clone + Send + Sync> OutputLoss<A> for Hinge {
    type Target = A;

    fn objection(&self, target: &A) -> Option<Objection> {
        targets::signs(target.as_flat())
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[A], targets: &[A]) -> f64 {
        let losses = margins(outputs, targets).map(|(margin, _)| margin.to_f64()).filter(|margin| *margin > 0.0);
        losses.sum::<f64>() / A::LEN as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(self, outputs: &[A], targets: &[A], grad: &mut [A]) {
        let factor = A::Scalar::from_f64(1.0 / (outputs.len() * A::LEN) as f64);
        for (grad, (margin, target)) in flatten_mut(grad).iter_mut().zip(margins(outputs, targets)) {
            *grad = if margin > A::Scalar::ZERO { -target * factor } else { A::Scalar::ZERO };
        }
    }
}
super::suits_networks!(Hinge);

impl<A: Flat + Clone + Send + Sync> OutputLoss<A> for SquaredHinge {
    type Target = A;

    fn objection(&self, target: &A) -> Option<Objection> {
        targets::signs(target.as_flat())
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[A], targets: &[A]) -> f64 {
        let losses = margins(outputs, targets).map(|(margin, _)| margin.to_f64()).filter(|margin| *margin > 0.0);
        losses.map(|margin| margin * margin).sum::<f64>() / A::LEN as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(self, outputs: &[A], targets: &[A], grad: &mut [A]) {
        let factor = A::Scalar::from_f64(-2.0 / (outputs.len() * A::LEN) as f64);
        for (grad, (margin, target)) in flatten_mut(grad).iter_mut().zip(margins(outputs, targets)) {
            *grad = if margin > A::Scalar::ZERO { margin * target * factor } else { A::Scalar::ZERO };
        }
    }
}
super::suits_networks!(SquaredHinge);

/// `1 + wrong - right` of a position, and the index of the highest wrong class.
fn categorical_margin<T: Scalar>(outputs: &[T], targets: &[T]) -> (T, usize) {
    let right = outputs.iter().zip(targets).fold(T::ZERO, |sum, (&output, &target)| sum + output * target);
    let wrong = outputs.iter().zip(targets).map(|(&output, &target)| output * (T::ONE - target));
    let mut highest = (0, None);
    for (class, output) in wrong.enumerate() {
        if highest.1.is_none_or(|highest| output > highest) {
            highest = (class, Some(output));
        }
    }
    (T::ONE + highest.1.unwrap_or(T::ZERO) - right, highest.0)
}

impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for CategoricalHinge {
    type Target = SMatrix<T, C, P>;

    fn objection(&self, target: &SMatrix<T, C, P>) -> Option<Objection> {
        targets::one_hot(target.as_flat(), C)
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        let losses = positions.map(|(outputs, targets)| categorical_margin(outputs, targets).0.to_f64());
        losses.filter(|margin| *margin > 0.0).sum::<f64>() / P as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, C, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let factor = T::from_f64(1.0 / (outputs.len() * P) as f64);
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        for (grads, (outputs, targets)) in flatten_mut(grad).chunks_exact_mut(C).zip(positions) {
            let (margin, highest) = categorical_margin(outputs, targets);
            for (class, (grad, &target)) in grads.iter_mut().zip(targets).enumerate() {
                let wrong = if class == highest { T::ONE - target } else { T::ZERO };
                *grad = if margin > T::ZERO { (wrong - target) * factor } else { T::ZERO };
            }
        }
    }
}

super::suits_networks!(CategoricalHinge);
