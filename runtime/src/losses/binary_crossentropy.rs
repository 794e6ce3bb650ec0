//! Cross-entropy of independent probabilities: two classes, or several labels at once.
use super::{LogitsLoss, Objection, OutputLoss, probability_bounds, targets};
use crate::activations::{Activation, Sigmoid};
use crate::flat::{Flat, copy, flatten, flatten_mut};
use crate::isa::Isa;
use crate::math::Elementary;
use crate::scalar::Scalar;

/// `mean(-target * ln(p) - (1 - target) * ln(1 - p))` over the values of a sample, for networks that end in `sigmoid`.
///
/// Computed from the logits `x` as `max(x, 0) - x * target + ln(1 + exp(-|x|))`; the gradient is `(p - target) / values`.
/// Keras's [`BinaryCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BinaryCrossentropy;

/// An activation whose outputs are independent probabilities.
#[diagnostic::on_unimplemented(
    message = "`BinaryCrossentropy` wants a network that ends in `sigmoid`, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: end the network in `sigmoid`; if it ends without an activation, `FromLogits(BinaryCrossentropy)`; if you mean it, `Insist(BinaryCrossentropy)`",
    note = "help: a network of several outputs takes a loss for each, in their order: `Both(BinaryCrossentropy, MeanSquaredError)`"
)]
pub trait SigmoidHead {}
impl SigmoidHead for Sigmoid {}

impl<A: Flat + Clone + Send + Sync> LogitsLoss<A> for BinaryCrossentropy {
    type Target = A;

    /// Targets are probabilities: for a target outside of `[0, 1]` the loss has no minimum, and training would diverge.
    fn objection(&self, target: &A) -> Option<Objection> {
        targets::probabilities(target.as_flat())
    }

    #[inline(always)]
    fn sum_of_logits(self, logits: &[A], targets: &[A]) -> f64 {
        let losses = flatten(logits).iter().zip(flatten(targets)).map(|(&logit, &target)| {
            let (x, target) = (logit.to_f64(), target.to_f64());
            Elementary::softplus(x) - x * target
        });
        losses.sum::<f64>() / A::LEN as f64
    }

    #[inline(always)]
    fn gradient_of_logits(self, targets: &[A], grad: &mut [A]) {
        let factor = A::Scalar::from_f64(1.0 / (targets.len() * A::LEN) as f64);
        for (grad, &target) in flatten_mut(grad).iter_mut().zip(flatten(targets)) {
            *grad = (*grad - target) * factor;
        }
    }

    #[inline(always)]
    fn probabilities<I: Isa<A::Scalar>>(self, isa: I, logits: &[A], probabilities: &mut [A]) {
        copy(logits, probabilities);
        Sigmoid.apply(isa, probabilities);
    }
}

impl<A: Flat + Clone + Send + Sync> OutputLoss<A> for BinaryCrossentropy {
    type Target = A;

    fn objection(&self, target: &A) -> Option<Objection> {
        targets::probabilities(target.as_flat())
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[A], targets: &[A]) -> f64 {
        let (least, most) = probability_bounds::<A::Scalar>();
        let losses = flatten(outputs).iter().zip(flatten(targets)).map(|(&output, &target)| {
            let p = output.clamp(least, most);
            let (no, yes) = ((A::Scalar::ONE - p).to_f64(), p.to_f64());
            let target = target.to_f64();
            -target * Elementary::ln(yes) - (1.0 - target) * Elementary::ln(no)
        });
        losses.sum::<f64>() / A::LEN as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(self, outputs: &[A], targets: &[A], grad: &mut [A]) {
        let (least, most) = probability_bounds::<A::Scalar>();
        let factor = A::Scalar::from_f64(1.0 / (outputs.len() * A::LEN) as f64);
        for ((grad, &p), &target) in flatten_mut(grad).iter_mut().zip(flatten(outputs)).zip(flatten(targets)) {
            *grad = if p < least || p > most {
                A::Scalar::ZERO
            } else {
                ((A::Scalar::ONE - target) / (A::Scalar::ONE - p) - target / p) * factor
            };
        }
    }
}

super::suits_networks!(BinaryCrossentropy that end in SigmoidHead, by logits);
