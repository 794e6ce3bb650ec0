//! Implements losses for the networks that they suit.
use super::{LogitsLoss, Loss};
use crate::activations::Activation;
use crate::flat::{Flat, copy};
use crate::isa::Isa;

/// Makes an [`OutputLoss`](crate::losses::OutputLoss) of your own a loss of networks.
///
/// `suits_networks!(Pinball);` makes `Pinball` a loss of every network with one output, of a type that it takes. `suits_networks!(Pinball that end in
/// SigmoidHead);` makes it one of networks whose last activation implements a trait, such as
/// [`SigmoidHead`](crate::losses::SigmoidHead) or [`SoftmaxHead`](crate::losses::SoftmaxHead).
///
/// ```
/// use castnet::losses::OutputLoss;
/// use castnet::nalgebra::Vector1;
/// use castnet::prelude::*;
///
/// /// The pinball loss: its optimum is a quantile. `quantile (target - output)` where the output is too low, else
/// /// `(1 - quantile) (output - target)`.
/// #[derive(Clone, Copy, Debug)]
/// struct Pinball {
///     quantile: f32,
/// }
///
/// impl OutputLoss<Vector1<f32>> for Pinball {
///     type Target = Vector1<f32>;
///
///     fn sum_of_outputs(self, outputs: &[Vector1<f32>], targets: &[Vector1<f32>]) -> f64 {
///         let errors = outputs.iter().zip(targets).map(|(output, target)| target[0] - output[0]);
///         errors.map(|error| f64::from((self.quantile * error).max((self.quantile - 1.0) * error))).sum()
///     }
///
///     fn gradient_of_outputs(self, outputs: &[Vector1<f32>], targets: &[Vector1<f32>], grad: &mut [Vector1<f32>]) {
///         for ((output, target), grad) in outputs.iter().zip(targets).zip(grad) {
///             let slope = if output[0] < target[0] { -self.quantile } else { 1.0 - self.quantile };
///             grad[0] = slope / outputs.len() as f32;
///         }
///     }
/// }
/// castnet::suits_networks!(Pinball);
///
/// network! { Line< input 1 => dense 1 > }
/// let trainer = Line::init(&mut seeded(1)).compile(Pinball { quantile: 0.9 }, Adam::default());
/// # let _ = trainer;
/// ```
///
/// The type of the loss has no parameters. One with parameters implements [`Loss`](crate::losses::Loss) itself.
#[macro_export]
macro_rules! suits_networks {
    ($name:ident) => {
        $crate::suits_networks!(@ $name [$crate::activations::OneOutput] OutputLoss $crate::losses::Insist);
    };
    ($name:ident that end in $head:ident) => {
        $crate::suits_networks!(@ $name [$head] OutputLoss $crate::losses::Insist);
    };
    ($name:ident that end in $head:ident, by logits) => {
        $crate::suits_networks!(@ $name [$head] LogitsLoss $crate::losses::ByLogits);
    };
    (@ $name:ident [$head:path] $kind:ident $way:path) => {
        impl<H, A> $crate::losses::Loss<H, A> for $name
        where
            H: $crate::activations::Activation<A> + $head,
            A: $crate::Flat + ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync,
            $name: $crate::losses::$kind<A>,
        {
            type Target = <$name as $crate::losses::$kind<A>>::Target;

            fn objection(&self, target: &Self::Target) -> ::core::option::Option<$crate::losses::Objection> {
                $crate::losses::$kind::<A>::objection(self, target)
            }

            fn check(&self) -> ::core::result::Result<(), $crate::numbers::NumberError> {
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
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByLogits<L>(pub L);

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
