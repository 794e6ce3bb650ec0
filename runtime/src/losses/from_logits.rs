//! Cross-entropies of networks that give logits.
use super::{LogitsLoss, Loss, Objection};
use crate::activations::{Activation, Linear};
use crate::flat::Flat;
use crate::isa::Isa;
use crate::numbers::NumberError;

/// No activation: the outputs are logits.
#[diagnostic::on_unimplemented(
    message = "`FromLogits` wants a network that ends without an activation, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: leave `FromLogits` out, because the loss is computed from the logits anyway; or leave the last activation out",
    note = "help: a network of several outputs takes a loss for each, in their order: `Both(FromLogits(CategoricalCrossentropy), MeanSquaredError)`"
)]
pub trait LogitsHead {}
impl LogitsHead for Linear {}

/// A cross-entropy of a network that ends without an activation and so gives logits.
///
/// `predict` then returns logits; the class with the highest logit is the most probable one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FromLogits<L>(pub L);

impl<H, A, L> Loss<H, A> for FromLogits<L>
where
    H: Activation<A> + LogitsHead,
    A: Flat + Clone + Send + Sync,
    L: LogitsLoss<A>,
{
    type Target = L::Target;

    fn objection(&self, target: &L::Target) -> Option<Objection> {
        self.0.objection(target)
    }

    fn check(&self) -> Result<(), NumberError> {
        self.0.check()
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
