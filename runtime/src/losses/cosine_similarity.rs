//! The angle between output and target.
use nalgebra::SMatrix;

use super::OutputLoss;
use crate::flat::{flatten, flatten_mut};
use crate::scalar::Scalar;

/// `-Σ output target / (|output| |target|)` over the channels (and the mean over positions): -1 where output and target
/// point the same way, whatever their lengths.
///
/// Squared lengths below `1e-12` count as `1e-12`. Keras's
/// [`CosineSimilarity`](https://keras.io/api/losses/regression_losses/#cosinesimilarity-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CosineSimilarity;

/// The dot product.
fn dot<T: Scalar>(a: &[T], b: &[T]) -> T {
    a.iter().zip(b).fold(T::ZERO, |sum, (&a, &b)| sum + a * b)
}

/// One over the length, and whether the length is above its lower bound.
fn inverse_length<T: Scalar>(a: &[T]) -> (T, bool) {
    let (square, least) = (dot(a, a), T::from_f64(1e-12));
    if square > least { (T::ONE / square.sqrt(), true) } else { (T::ONE / least.sqrt(), false) }
}

impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for CosineSimilarity {
    type Target = SMatrix<T, C, P>;

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        let cosines = positions.map(|(output, target)| {
            (dot(output, target) * inverse_length(output).0 * inverse_length(target).0).to_f64()
        });
        -cosines.sum::<f64>() / P as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, C, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let factor = T::from_f64(-1.0 / (outputs.len() * P) as f64);
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        for (grads, (output, target)) in flatten_mut(grad).chunks_exact_mut(C).zip(positions) {
            let ((inverse, varies), (inverse_target, _)) = (inverse_length(output), inverse_length(target));
            let along = if varies { dot(output, target) * inverse * inverse } else { T::ZERO };
            for (grad, (&output, &target)) in grads.iter_mut().zip(output.iter().zip(target)) {
                *grad = (target - output * along) * inverse * inverse_target * factor;
            }
        }
    }
}
super::suits_networks!(CosineSimilarity);
