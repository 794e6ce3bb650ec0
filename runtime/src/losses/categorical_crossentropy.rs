//! Cross-entropy of exclusive classes.
use nalgebra::SMatrix;

use super::{LogitsLoss, Objection, OutputLoss, probability_bounds, targets};
use crate::activations::{Activation, Softmax};
use crate::flat::{Flat, copy, flatten, flatten_mut};
use crate::isa::Isa;
use crate::math::Elementary;
use crate::scalar::Scalar;

/// `-Σ target * ln(p)` over the classes (and the mean over positions), for networks that end in `softmax`.
///
/// The target is one-hot, or a distribution (not negative, with a sum from 0.98 to 1.02); other targets are refused. Computed from the logits `x` as `Σ target * (ln Σ exp(x) - x)`; the gradient
/// is `p Σ target - target`. Keras's
/// [`CategoricalCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#categoricalcrossentropy-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CategoricalCrossentropy;

/// An activation whose outputs are the probabilities of exclusive classes.
#[diagnostic::on_unimplemented(
    message = "`CategoricalCrossentropy` wants a network that ends in `softmax`, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: end the network in `softmax`; if it ends without an activation, `FromLogits(CategoricalCrossentropy)`; if you mean it, `Insist(CategoricalCrossentropy)`",
    note = "help: a network of several outputs takes a loss for each, in their order: `Both(CategoricalCrossentropy, MeanSquaredError)`"
)]
pub trait SoftmaxHead {}
impl SoftmaxHead for Softmax {}

/// The values of the classes at each position of each sample.
fn positions<T: Scalar, const C: usize, const P: usize>(samples: &[SMatrix<T, C, P>]) -> impl Iterator<Item = &[T]> {
    flatten(samples).chunks_exact(C)
}

fn positions_mut<T: Scalar, const C: usize, const P: usize>(
    samples: &mut [SMatrix<T, C, P>],
) -> impl Iterator<Item = &mut [T]> {
    flatten_mut(samples).chunks_exact_mut(C)
}

fn total<T: Scalar>(values: &[T]) -> T {
    values.iter().fold(T::ZERO, |sum, &value| sum + value)
}

/// `Σ e^(x - most)`, in order. Several exponentials are computed side by side, because they are costly.
///
/// Here and in the sums of losses there are loops in place of iterator adapters: closures of adapters are compiled as
/// functions of their own, without the vectors of the instruction set.
#[inline(always)]
pub(super) fn sum_of_exponentials<T: Scalar>(logits: &[T], most: f64) -> f64 {
    let mut sum = 0.0;
    for block in logits.chunks(8) {
        let mut exponentials = [0.0; 8];
        for (exponential, x) in exponentials.iter_mut().zip(block) {
            *exponential = x.to_f64() - most;
        }
        for exponential in &mut exponentials {
            *exponential = Elementary::exp(*exponential);
        }
        for exponential in exponentials.iter().take(block.len()) {
            sum += exponential;
        }
    }
    sum
}

/// The largest of the logits, without NaN.
#[inline(always)]
pub(super) fn largest<T: Scalar>(logits: &[T]) -> f64 {
    let mut most = f64::NEG_INFINITY;
    for x in logits {
        let x = x.to_f64();
        most = if x > most { x } else { most };
    }
    most
}

impl<T: Scalar, const C: usize, const P: usize> LogitsLoss<SMatrix<T, C, P>> for CategoricalCrossentropy {
    type Target = SMatrix<T, C, P>;

    fn objection(&self, target: &SMatrix<T, C, P>) -> Option<Objection> {
        targets::distribution(target.as_flat(), C)
    }

    #[inline(always)]
    fn sum_of_logits(self, logits: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let mut sum = 0.0;
        for (logits, targets) in positions(logits).zip(positions(targets)) {
            let most = largest(logits);
            let log_sum = Elementary::ln(sum_of_exponentials(logits, most));
            let mut loss = 0.0;
            for (x, target) in logits.iter().zip(targets) {
                loss += match target.to_f64() {
                    0.0 => 0.0,
                    target => target * (log_sum - (x.to_f64() - most)),
                };
            }
            sum += loss;
        }
        sum / P as f64
    }

    #[inline(always)]
    fn gradient_of_logits(self, targets: &[SMatrix<T, C, P>], grad: &mut [SMatrix<T, C, P>]) {
        let factor = T::from_f64(1.0 / (targets.len() * P) as f64);
        for (grads, targets) in positions_mut(grad).zip(positions(targets)) {
            let sum = total(targets);
            for (grad, &target) in grads.iter_mut().zip(targets) {
                *grad = (*grad * sum - target) * factor;
            }
        }
    }

    #[inline(always)]
    fn probabilities<I: Isa<T>>(self, isa: I, logits: &[SMatrix<T, C, P>], probabilities: &mut [SMatrix<T, C, P>]) {
        copy(logits, probabilities);
        Softmax.apply(isa, probabilities);
    }
}

/// Outputs are divided by their sum, then clipped, as Keras does.
impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for CategoricalCrossentropy {
    type Target = SMatrix<T, C, P>;

    fn objection(&self, target: &SMatrix<T, C, P>) -> Option<Objection> {
        targets::distribution(target.as_flat(), C)
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let (least, most) = probability_bounds::<T>();
        let losses = positions(outputs).zip(positions(targets)).map(|(outputs, targets)| {
            let sum = total(outputs);
            let terms = outputs.iter().zip(targets).map(|(&output, &target)| {
                let p = (output / sum).clamp(least, most);
                -target.to_f64() * Elementary::ln(p.to_f64())
            });
            terms.sum::<f64>()
        });
        losses.sum::<f64>() / P as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, C, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let (least, most) = probability_bounds::<T>();
        let factor = T::from_f64(1.0 / (outputs.len() * P) as f64);
        for ((grads, outputs), targets) in positions_mut(grad).zip(positions(outputs)).zip(positions(targets)) {
            let sum = total(outputs);
            // First the gradient with respect to the shares p = output / sum, then through the division.
            let mut mean = T::ZERO;
            for ((grad, &output), &target) in grads.iter_mut().zip(outputs).zip(targets) {
                let p = output / sum;
                *grad = if p < least || p > most { T::ZERO } else { -target / p };
                mean += p * *grad;
            }
            for grad in grads {
                *grad = (*grad - mean) / sum * factor;
            }
        }
    }
}

super::suits_networks!(CategoricalCrossentropy that end in SoftmaxHead, by logits);
