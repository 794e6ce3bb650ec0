//! Losses of probabilities on networks with any last activation.
use super::{Loss, OutputLoss};
use crate::activations::{Activation, Kept};
use crate::flat::Flat;
use crate::isa::Isa;

/// A loss on a network that it does not suit, on purpose: `Insist(BinaryCrossentropy)` on a network
/// that ends in `softmax`, or a cross-entropy on `relu`.
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
