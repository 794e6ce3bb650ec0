//! Cross-entropies that look at what is still wrong.
use nalgebra::SMatrix;

use super::{OutputLoss, SigmoidHead, SoftmaxHead, probability_bounds};
use crate::flat::{flatten, flatten_mut};
use crate::math::Elementary;
use crate::{Flat, Scalar};

/// `mean((1 - q)^gamma * -ln(q))` over the values of a sample, where `q` is the probability that the output gives to the
/// truth: `p t + (1 - p) (1 - t)`. What is right already counts little, so rare cases are heard. For networks that end in
/// `sigmoid`.
///
/// Outputs are clipped to `[1e-7, 1 - 1e-7]`. Source: Lin et al., "Focal Loss for Dense Object Detection", 2017; Keras's
/// [`BinaryFocalCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#binaryfocalcrossentropy-class).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryFocalCrossentropy {
    /// How much less counts what is right: 2 by default.
    pub gamma: f64,
    /// Weighs "yes" with `alpha` and "no" with `1 - alpha`; `None` by default.
    pub alpha: Option<f64>,
}

impl Default for BinaryFocalCrossentropy {
    fn default() -> Self {
        Self { gamma: 2.0, alpha: None }
    }
}

/// `Σ alpha (1 - p)^gamma * -t ln(p)` over the classes (and the mean over positions): what is right already counts little. For
/// networks that end in `softmax`.
///
/// Outputs are divided by their sum and clipped to `[1e-7, 1 - 1e-7]`. Source: Lin et al., "Focal Loss for Dense Object
/// Detection", 2017; Keras's
/// [`CategoricalFocalCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#categoricalfocalcrossentropy-class).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalFocalCrossentropy {
    /// How much less counts what is right: 2 by default.
    pub gamma: f64,
    /// The weight of every class: 0.25 by default.
    pub alpha: f64,
}

impl Default for CategoricalFocalCrossentropy {
    fn default() -> Self {
        Self { gamma: 2.0, alpha: 0.25 }
    }
}

/// A positive base to any power.
fn power(base: f64, exponent: f64) -> f64 {
    Elementary::exp(exponent * Elementary::ln(base))
}

impl BinaryFocalCrossentropy {
    fn weight(self, target: f64) -> f64 {
        self.alpha.map_or(1.0, |alpha| target * alpha + (1.0 - target) * (1.0 - alpha))
    }
}

impl<A: Flat + Clone + Send + Sync> OutputLoss<A> for BinaryFocalCrossentropy {
    type Target = A;

    fn sum_of_outputs(self, outputs: &[A], targets: &[A]) -> f64 {
        let (least, most) = probability_bounds::<A::Scalar>();
        let losses = flatten(outputs).iter().zip(flatten(targets)).map(|(&output, &target)| {
            let clipped = Scalar::clamp(output, least, most);
            let (p, no, t) = (clipped.to_f64(), (A::Scalar::ONE - clipped).to_f64(), target.to_f64());
            let wrong = 1.0 - (p * t + (1.0 - p) * (1.0 - t));
            let crossentropy = -t * Elementary::ln(p) - (1.0 - t) * Elementary::ln(no);
            self.weight(t) * power(wrong, self.gamma) * crossentropy
        });
        losses.sum::<f64>() / A::LEN as f64
    }

    fn gradient_of_outputs(self, outputs: &[A], targets: &[A], grad: &mut [A]) {
        let (least, most) = probability_bounds::<A::Scalar>();
        let factor = 1.0 / (outputs.len() * A::LEN) as f64;
        for ((grad, &output), &target) in flatten_mut(grad).iter_mut().zip(flatten(outputs)).zip(flatten(targets)) {
            if output < least || output > most {
                *grad = A::Scalar::ZERO;
                continue;
            }
            let (p, no, t) = (output.to_f64(), (A::Scalar::ONE - output).to_f64(), target.to_f64());
            let wrong = 1.0 - (p * t + no * (1.0 - t));
            let crossentropy = -t * Elementary::ln(p) - (1.0 - t) * Elementary::ln(no);
            // d wrong / dp = 1 - 2 t
            let of_modulation = self.gamma * power(wrong, self.gamma - 1.0) * (1.0 - 2.0 * t) * crossentropy;
            let of_crossentropy = power(wrong, self.gamma) * ((1.0 - t) / no - t / p);
            *grad = A::Scalar::from_f64(self.weight(t) * (of_modulation + of_crossentropy) * factor);
        }
    }
}

impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for CategoricalFocalCrossentropy {
    type Target = SMatrix<T, C, P>;

    fn sum_of_outputs(self, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let (least, most) = probability_bounds::<T>();
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        let losses = positions.flat_map(|(outputs, targets)| {
            let sum = outputs.iter().fold(T::ZERO, |sum, &output| sum + output);
            outputs.iter().zip(targets).map(move |(&output, &target)| {
                let p = Scalar::clamp(output / sum, least, most).to_f64();
                -target.to_f64() * self.alpha * power(1.0 - p, self.gamma) * Elementary::ln(p)
            })
        });
        losses.sum::<f64>() / P as f64
    }

    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, C, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let (least, most) = probability_bounds::<T>();
        let factor = T::from_f64(1.0 / (outputs.len() * P) as f64);
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        for (grads, (outputs, targets)) in flatten_mut(grad).chunks_exact_mut(C).zip(positions) {
            let sum = outputs.iter().fold(T::ZERO, |sum, &output| sum + output);
            // First with respect to the shares p = output / sum, then through the division.
            let mut mean = T::ZERO;
            for ((grad, &output), &target) in grads.iter_mut().zip(outputs).zip(targets) {
                let share = output / sum;
                *grad = if share < least || share > most {
                    T::ZERO
                } else {
                    let p = share.to_f64();
                    let of_modulation = self.gamma * power(1.0 - p, self.gamma - 1.0) * Elementary::ln(p);
                    let of_crossentropy = power(1.0 - p, self.gamma) / p;
                    T::from_f64(target.to_f64() * self.alpha * (of_modulation - of_crossentropy))
                };
                mean += share * *grad;
            }
            for grad in grads {
                *grad = (*grad - mean) / sum * factor;
            }
        }
    }
}

super::suits_networks!(BinaryFocalCrossentropy that end in SigmoidHead);
super::suits_networks!(CategoricalFocalCrossentropy that end in SoftmaxHead);
