//! Implements losses for the networks that they suit.
use super::{LogitsLoss, Loss};
use crate::activations::Activation;
use crate::flat::{Flat, copy};
use crate::isa::Isa;

/// Implements [`Loss`] for networks that end in some activations, or in any activation of a single output. The loss is computed from the
/// outputs or, `by logits`, from the values before the last activation.
macro_rules! suits_networks {
    ($name:ident) => {
        $crate::losses::suits_networks!(@ $name [$crate::activations::OneOutput] OutputLoss $crate::losses::Insist);
    };
    ($name:ident that end in $head:ident) => {
        $crate::losses::suits_networks!(@ $name [$head] OutputLoss $crate::losses::Insist);
    };
    ($name:ident that end in $head:ident, by logits) => {
        $crate::losses::suits_networks!(@ $name [$head] LogitsLoss $crate::losses::suits_networks::ByLogits);
    };
    (@ $name:ident [$head:path] $kind:ident $way:path) => {
        impl<H, A> $crate::losses::Loss<H, A> for $name
        where
            H: $crate::activations::Activation<A> + $head,
            A: $crate::flat::Flat + Clone + Send + Sync,
            $name: $crate::losses::$kind<A>,
        {
            type Target = <$name as $crate::losses::$kind<A>>::Target;

            fn objection(&self, target: &Self::Target) -> Option<$crate::losses::Objection> {
                $crate::losses::$kind::<A>::objection(self, target)
            }

            fn check(&self) -> Result<(), $crate::numbers::NumberError> {
                $crate::losses::$kind::<A>::check(self)
            }

            #[inline(always)]
            fn sum(self, logits: &[A], outputs: &[A], targets: &[Self::Target]) -> f64 {
                $crate::losses::Loss::<H, A>::sum($way(self), logits, outputs, targets)
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
                $way(self).gradient(isa, head, logits, outputs, targets, grad);
            }
        }
    };
}
pub(super) use suits_networks;

/// A cross-entropy of a network whose outputs are the probabilities of its logits.
#[derive(Clone, Copy, Debug)]
pub(super) struct ByLogits<L>(pub(super) L);

impl<H, A, L> Loss<H, A> for ByLogits<L>
where
    H: Activation<A>,
    A: Flat + Clone + Send + Sync,
    L: LogitsLoss<A>,
{
    type Target = L::Target;

    #[inline(always)]
    fn sum(self, logits: &[A], _: &[A], targets: &[L::Target]) -> f64 {
        self.0.sum_of_logits(logits, targets)
    }

    #[inline(always)]
    fn gradient<I: Isa<A::Scalar>>(self, _: I, _: H, _: &[A], outputs: &[A], targets: &[L::Target], grad: &mut [A]) {
        copy(outputs, grad);
        self.0.gradient_of_logits(targets, grad);
    }
}
