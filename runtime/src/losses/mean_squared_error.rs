//! The mean squared error.
use super::{Insist, Loss, OutputLoss};
use crate::activations::Activation;
use crate::flat::{flatten, flatten_mut};
use crate::isa::Isa;
use crate::{Flat, Scalar};

/// `mean((output - target)²)` over the values of a sample; suits every network.
///
/// Keras's [`MeanSquaredError`](https://keras.io/api/losses/regression_losses/#meansquarederror-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquaredError;

impl<A: Flat> OutputLoss<A> for MeanSquaredError {
    fn sum_of_outputs(self, outputs: &[A], targets: &[A]) -> f64 {
        let squares = flatten(outputs).iter().zip(flatten(targets)).map(|(&output, &target)| {
            let error = (output - target).to_f64();
            error * error
        });
        squares.sum::<f64>() / A::LEN as f64
    }

    fn gradient_of_outputs(self, outputs: &[A], targets: &[A], grad: &mut [A]) {
        let factor = A::Scalar::from_f64(2.0 / (outputs.len() * A::LEN) as f64);
        for ((grad, &output), &target) in flatten_mut(grad).iter_mut().zip(flatten(outputs)).zip(flatten(targets)) {
            *grad = (output - target) * factor;
        }
    }
}

impl<H, A> Loss<H, A> for MeanSquaredError
where
    H: Activation<A>,
    A: Flat + Clone + Send + Sync,
{
    type Target = A;

    // As on any outputs: through the last activation.
    fn sum(self, logits: &[A], outputs: &[A], targets: &[A]) -> f64 {
        Loss::<H, A>::sum(Insist(self), logits, outputs, targets)
    }

    fn gradient<I: Isa<A::Scalar>>(self, isa: I, head: H, logits: &[A], outputs: &[A], targets: &[A], grad: &mut [A]) {
        Insist(self).gradient(isa, head, logits, outputs, targets, grad);
    }
}
