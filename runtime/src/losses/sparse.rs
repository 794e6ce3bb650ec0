//! Cross-entropy with the index of the class as the target.
use nalgebra::SMatrix;

use super::categorical_crossentropy::{largest, sum_of_exponentials};
use super::{CategoricalCrossentropy, LogitsLoss, Objection, OutputLoss, SoftmaxHead, probability_bounds};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::math::Elementary;
use crate::scalar::Scalar;

/// [`CategoricalCrossentropy`] with the index of the class, counted from 0, as the target instead of a one-hot vector:
/// one value for each position.
///
/// A target that is not the index of a class is refused. Keras's
/// [`SparseCategoricalCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SparseCategoricalCrossentropy;

/// The class of a target; `None` if there is no such class.
fn class<T: Scalar>(target: T, classes: usize) -> Option<usize> {
    let number = target.to_f64();
    let class = number as usize;
    (number >= 0.0 && class as f64 == number && class < classes).then_some(class)
}

/// Refuses targets that are not indexes of classes.
fn objection<T: Scalar>(targets: &[T], classes: usize) -> Option<Objection> {
    let target = targets.iter().find(|&&target| class(target, classes).is_none())?;
    Some(Objection::Class { class: target.to_f64(), classes })
}

/// The value of the class of a target; NaN if there is no such class.
fn of_class<T: Scalar>(values: &[T], target: T) -> f64 {
    class(target, values.len()).and_then(|class| values.get(class)).map_or(f64::NAN, |value| value.to_f64())
}

impl<T: Scalar, const C: usize, const P: usize> LogitsLoss<SMatrix<T, C, P>> for SparseCategoricalCrossentropy {
    type Target = SMatrix<T, 1, P>;

    fn objection(&self, target: &SMatrix<T, 1, P>) -> Option<Objection> {
        objection(target.as_flat(), C)
    }

    #[inline(always)]
    fn sum_of_logits(self, logits: &[SMatrix<T, C, P>], targets: &[SMatrix<T, 1, P>]) -> f64 {
        /// Positions whose logarithms are computed at once.
        const BLOCK: usize = 8;
        let mut sum = 0.0;
        for (logits, targets) in flatten(logits).chunks(BLOCK * C).zip(flatten(targets).chunks(BLOCK)) {
            let (mut logarithms, mut right) = ([1.0; BLOCK], [0.0; BLOCK]);
            let positions = logits.chunks_exact(C).zip(targets);
            for ((logits, &target), (sum, right)) in positions.zip(logarithms.iter_mut().zip(&mut right)) {
                let most = largest(logits);
                *sum = sum_of_exponentials(logits, most);
                *right = of_class(logits, target) - most;
            }
            for logarithm in &mut logarithms {
                *logarithm = Elementary::ln(*logarithm);
            }
            for (logarithm, right) in logarithms.iter().zip(&right).take(targets.len()) {
                sum += logarithm - right;
            }
        }
        sum / P as f64
    }

    #[inline(always)]
    fn gradient_of_logits(self, targets: &[SMatrix<T, 1, P>], grad: &mut [SMatrix<T, C, P>]) {
        let factor = T::from_f64(1.0 / (targets.len() * P) as f64);
        for (grads, &target) in flatten_mut(grad).chunks_exact_mut(C).zip(flatten(targets)) {
            if let Some(right) = class(target, C).and_then(|class| grads.get_mut(class)) {
                *right -= T::ONE;
            }
            grads.iter_mut().for_each(|grad| *grad *= factor);
        }
    }

    #[inline(always)]
    fn probabilities<I: Isa<T>>(self, isa: I, logits: &[SMatrix<T, C, P>], probabilities: &mut [SMatrix<T, C, P>]) {
        CategoricalCrossentropy.probabilities(isa, logits, probabilities);
    }
}

/// Outputs are clipped, then divided by their sum, as Keras does.
impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for SparseCategoricalCrossentropy {
    type Target = SMatrix<T, 1, P>;

    fn objection(&self, target: &SMatrix<T, 1, P>) -> Option<Objection> {
        objection(target.as_flat(), C)
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, 1, P>]) -> f64 {
        let (least, most) = probability_bounds::<T>();
        let losses = flatten(outputs).chunks_exact(C).zip(flatten(targets)).map(|(outputs, &target)| {
            let clipped = |value: T| Scalar::clamp(value, least, most).to_f64();
            let sum: f64 = outputs.iter().map(|&output| clipped(output)).sum();
            let right =
                class(target, C).and_then(|class| outputs.get(class)).map_or(f64::NAN, |&output| clipped(output));
            Elementary::ln(sum) - Elementary::ln(right)
        });
        losses.sum::<f64>() / P as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, 1, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let (least, most) = probability_bounds::<T>();
        let factor = T::from_f64(1.0 / (outputs.len() * P) as f64);
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets));
        for (grads, (outputs, &target)) in flatten_mut(grad).chunks_exact_mut(C).zip(positions) {
            let sum = outputs.iter().fold(T::ZERO, |sum, &output| sum + Scalar::clamp(output, least, most));
            let right = class(target, C);
            for (class, (grad, &output)) in grads.iter_mut().zip(outputs).enumerate() {
                let inside = output >= least && output <= most;
                let own = if right == Some(class) { T::ONE / Scalar::clamp(output, least, most) } else { T::ZERO };
                *grad = if inside { (T::ONE / sum - own) * factor } else { T::ZERO };
            }
        }
    }
}

super::suits_networks!(SparseCategoricalCrossentropy that end in SoftmaxHead, by logits);
