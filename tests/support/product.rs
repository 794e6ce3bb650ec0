//! A loss that suits every network.
use castnet::activations::{Activation, Kept};
use castnet::isa::Isa;
use castnet::losses::{Loss, Reduction};
use castnet::{Flat, Scalar};

/// The sum of the outputs times fixed numbers: a smooth loss for any network.
#[derive(Clone, Copy, Debug)]
pub struct Product;

impl<H: Activation<A>, A: Flat + Clone + Send + Sync> Loss<H, A> for Product {
    type Target = A;

    fn reduction(&self) -> Reduction {
        Reduction::Sum
    }

    fn sum(self, _: &[A], outputs: &[A], targets: &[A]) -> f64 {
        // Without a list of all values: tests count allocations.
        let values =
            outputs.iter().zip(targets).flat_map(|(output, target)| output.as_flat().iter().zip(target.as_flat()));
        values.map(|(&output, &target)| (output * target).to_f64()).sum()
    }

    fn gradient<I: Isa<A::Scalar>>(self, isa: I, head: H, logits: &[A], outputs: &[A], targets: &[A], grad: &mut [A]) {
        // Of the mean, whatever the reduction.
        let samples = A::Scalar::from_f64(outputs.len() as f64);
        for (grad, target) in grad.iter_mut().zip(targets) {
            grad.as_flat_mut().iter_mut().zip(target.as_flat()).for_each(|(grad, &target)| *grad = target / samples);
        }
        head.backward(isa, H::Kept::of(logits, outputs), grad);
    }
}
