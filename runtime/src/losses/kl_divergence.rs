//! The divergence of two distributions.
use super::{Objection, OutputLoss, targets};
use crate::activations::{Sigmoid, Softmax};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::math::Elementary;
use nalgebra::SMatrix;

use crate::scalar::Scalar;

/// `Σ target ln(target / output)` over the classes (and the mean over positions), for networks that end in `softmax` or
/// `sigmoid`: the distance of the outputs from a target distribution.
///
/// Targets and outputs are clipped to `[1e-7, 1]` first. Source: Kullback and Leibler, "On Information and
/// Sufficiency", 1951; Keras's [`KLDivergence`](https://keras.io/api/losses/probabilistic_losses/#kldivergence-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KlDivergence;

/// An activation whose outputs are probabilities.
#[diagnostic::on_unimplemented(
    message = "`KlDivergence` wants a network that ends in `softmax` or `sigmoid`, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: end the network in `softmax`; if you mean it, `Insist(KlDivergence)`",
    note = "help: a network of several outputs takes a loss for each, in their order: `Both(KlDivergence, MeanSquaredError)`"
)]
pub trait DistributionHead {}
impl DistributionHead for Sigmoid {}
impl DistributionHead for Softmax {}

fn least<T: Scalar>() -> T {
    T::from_f64(1e-7)
}

impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for KlDivergence {
    type Target = SMatrix<T, C, P>;

    fn objection(&self, target: &SMatrix<T, C, P>) -> Option<Objection> {
        targets::divergence(target.as_flat(), C)
    }

    #[inline(always)]
    fn sum_of_outputs(self, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let terms = flatten(outputs).iter().zip(flatten(targets)).map(|(&output, &target)| {
            let [output, target] = [output, target].map(|p| Scalar::clamp(p, least(), T::ONE).to_f64());
            target * Elementary::ln(target / output)
        });
        terms.sum::<f64>() / P as f64
    }

    #[inline(always)]
    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, C, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let factor = T::from_f64(-1.0 / (outputs.len() * P) as f64);
        for ((grad, &output), &target) in flatten_mut(grad).iter_mut().zip(flatten(outputs)).zip(flatten(targets)) {
            let inside = output >= least() && output <= T::ONE;
            *grad = if inside { Scalar::clamp(target, least(), T::ONE) / output * factor } else { T::ZERO };
        }
    }
}

super::suits_networks!(KlDivergence that end in DistributionHead);
