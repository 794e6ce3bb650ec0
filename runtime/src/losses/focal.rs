//! Focal cross-entropies: samples that are predicted well count little.
use nalgebra::SMatrix;

use super::{
    BinaryCrossentropy, CategoricalCrossentropy, LogitsLoss, Objection, OutputLoss, SigmoidHead, SoftmaxHead,
    probability_bounds, targets,
};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::Isa;
use crate::math::Elementary;
use crate::numbers::{self, NumberError, Range, check_numbers};
use crate::scalar::Scalar;

/// `mean((1 - q)^gamma * -ln(q))` over the values of a sample, where `q` is the probability that the output gives to
/// the truth: `p t + (1 - p) (1 - t)`. Samples that are predicted well count little, so rare cases gain weight. For
/// networks that end in `sigmoid`.
///
/// `-ln(q)` is computed from the logits, as for [`BinaryCrossentropy`]. Source: Lin et al., "Focal Loss for Dense
/// Object Detection", 2017; Keras's
/// [`BinaryFocalCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#binaryfocalcrossentropy-class).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinaryFocalCrossentropy {
    /// The exponent; with a larger one, samples that are predicted well count less: 2 by default.
    pub gamma: f64,
    /// The weight of targets of 1; targets of 0 have the weight `1 - alpha`. `None`, the default: no weights.
    pub alpha: Option<f64>,
}

impl Default for BinaryFocalCrossentropy {
    fn default() -> Self {
        Self { gamma: 2.0, alpha: None }
    }
}

/// `Σ alpha (1 - p)^gamma * -t ln(p)` over the classes (and the mean over positions): samples that are predicted well
/// count little. For networks that end in `softmax`.
///
/// Outputs are divided by their sum and clipped to `[1e-7, 1 - 1e-7]`. Source: Lin et al., "Focal Loss for Dense Object
/// Detection", 2017; Keras's
/// [`CategoricalFocalCrossentropy`](https://keras.io/api/losses/probabilistic_losses/#categoricalfocalcrossentropy-class).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoricalFocalCrossentropy {
    /// The exponent; with a larger one, samples that are predicted well count less: 2 by default.
    pub gamma: f64,
    /// The weight of every class: 0.25 by default.
    pub alpha: f64,
}

impl Default for CategoricalFocalCrossentropy {
    fn default() -> Self {
        Self { gamma: 2.0, alpha: 0.25 }
    }
}

/// `base` (not negative) to the power `exponent`; 1 for an exponent of 0.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 0.0 { 1.0 } else { Elementary::exp(exponent * Elementary::ln(base)) }
}

impl BinaryFocalCrossentropy {
    fn check_numbers(&self) -> Result<(), NumberError> {
        check_numbers!(self: BinaryFocalCrossentropy { gamma: NotNegative })?;
        let alpha = self.alpha.unwrap_or_default();
        numbers::check("BinaryFocalCrossentropy", [("alpha", alpha, Range::Fraction)])
    }

    fn weight(self, target: f64) -> f64 {
        self.alpha.map_or(1.0, |alpha| target * alpha + (1.0 - target) * (1.0 - alpha))
    }
}

impl<A: Flat + Clone + Send + Sync> LogitsLoss<A> for BinaryFocalCrossentropy {
    type Target = A;

    fn objection(&self, target: &A) -> Option<Objection> {
        targets::probabilities(target.as_flat())
    }

    fn check(&self) -> Result<(), NumberError> {
        self.check_numbers()
    }

    fn sum_of_logits(self, logits: &[A], targets: &[A]) -> f64 {
        let losses = flatten(logits).iter().zip(flatten(targets)).map(|(&logit, &target)| {
            let (x, t) = (logit.to_f64(), target.to_f64());
            let (p, no) = (Elementary::sigmoid(x), Elementary::sigmoid(-x));
            let wrong = p * (1.0 - t) + no * t;
            self.weight(t) * power(wrong, self.gamma) * (Elementary::softplus(x) - x * t)
        });
        losses.sum::<f64>() / A::LEN as f64
    }

    fn gradient_of_logits(self, targets: &[A], grad: &mut [A]) {
        let (least, most) = probability_bounds::<A::Scalar>();
        let factor = 1.0 / (targets.len() * A::LEN) as f64;
        for (grad, &target) in flatten_mut(grad).iter_mut().zip(flatten(targets)) {
            // Only the logarithms need the bounds: beyond the bounds the factor `p (1 - p)` is nearly zero.
            let clipped = Scalar::clamp(*grad, least, most);
            let (p, no, t) = (grad.to_f64(), (A::Scalar::ONE - *grad).to_f64(), target.to_f64());
            let crossentropy =
                -t * Elementary::ln(clipped.to_f64()) - (1.0 - t) * Elementary::ln((A::Scalar::ONE - clipped).to_f64());
            let (wrong, slope) = (p * (1.0 - t) + no * t, p * no);
            // d wrong / dx = (1 - 2 t) p (1 - p)
            let of_modulation = if slope > 0.0 {
                self.gamma * power(wrong, self.gamma - 1.0) * (1.0 - 2.0 * t) * slope * crossentropy
            } else {
                0.0
            };
            let of_crossentropy = power(wrong, self.gamma) * (p - t);
            *grad = A::Scalar::from_f64(self.weight(t) * (of_modulation + of_crossentropy) * factor);
        }
    }

    fn probabilities<I: Isa<A::Scalar>>(self, isa: I, logits: &[A], probabilities: &mut [A]) {
        BinaryCrossentropy.probabilities(isa, logits, probabilities);
    }
}

/// Outputs are clipped to `[1e-7, 1 - 1e-7]`.
impl<A: Flat + Clone + Send + Sync> OutputLoss<A> for BinaryFocalCrossentropy {
    type Target = A;

    fn objection(&self, target: &A) -> Option<Objection> {
        targets::probabilities(target.as_flat())
    }

    fn check(&self) -> Result<(), NumberError> {
        self.check_numbers()
    }

    #[inline(always)]
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

    #[inline(always)]
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

impl CategoricalFocalCrossentropy {
    /// The derivative of the loss with respect to the share of a class in the sum of the outputs.
    fn slope<T: Scalar>(self, share: T, target: T) -> T {
        let (least, most) = probability_bounds::<T>();
        if share < least || share > most {
            return T::ZERO;
        }
        let p = share.to_f64();
        let of_modulation = self.gamma * power(1.0 - p, self.gamma - 1.0) * Elementary::ln(p);
        let of_crossentropy = power(1.0 - p, self.gamma) / p;
        T::from_f64(target.to_f64() * self.alpha * (of_modulation - of_crossentropy))
    }
}

/// Probabilities are clipped to `[1e-7, 1 - 1e-7]`, as outputs are.
impl<T: Scalar, const C: usize, const P: usize> LogitsLoss<SMatrix<T, C, P>> for CategoricalFocalCrossentropy {
    type Target = SMatrix<T, C, P>;

    fn objection(&self, target: &SMatrix<T, C, P>) -> Option<Objection> {
        targets::distribution(target.as_flat(), C)
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: CategoricalFocalCrossentropy { gamma: NotNegative, alpha: NotNegative })
    }

    fn sum_of_logits(self, logits: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> f64 {
        let (least, most) = probability_bounds::<T>();
        let positions = flatten(logits).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        let losses = positions.flat_map(|(logits, targets)| {
            let highest =
                logits.iter().fold(f64::NEG_INFINITY, |most, x| if x.to_f64() > most { x.to_f64() } else { most });
            let exponential = move |x: T| Elementary::exp(x.to_f64() - highest);
            let sum: f64 = logits.iter().map(|&x| exponential(x)).sum();
            logits.iter().zip(targets).map(move |(&x, &target)| {
                let p = Scalar::clamp(T::from_f64(exponential(x) / sum), least, most).to_f64();
                -target.to_f64() * self.alpha * power(1.0 - p, self.gamma) * Elementary::ln(p)
            })
        });
        losses.sum::<f64>() / P as f64
    }

    fn gradient_of_logits(self, targets: &[SMatrix<T, C, P>], grad: &mut [SMatrix<T, C, P>]) {
        let factor = T::from_f64(1.0 / (targets.len() * P) as f64);
        for (grads, targets) in flatten_mut(grad).chunks_exact_mut(C).zip(flatten(targets).chunks_exact(C)) {
            let mean = grads.iter().zip(targets).fold(T::ZERO, |mean, (&p, &target)| mean + p * self.slope(p, target));
            for (grad, &target) in grads.iter_mut().zip(targets) {
                *grad = *grad * (self.slope(*grad, target) - mean) * factor;
            }
        }
    }

    fn probabilities<I: Isa<T>>(self, isa: I, logits: &[SMatrix<T, C, P>], probabilities: &mut [SMatrix<T, C, P>]) {
        CategoricalCrossentropy.probabilities(isa, logits, probabilities);
    }
}

impl<T: Scalar, const C: usize, const P: usize> OutputLoss<SMatrix<T, C, P>> for CategoricalFocalCrossentropy {
    type Target = SMatrix<T, C, P>;

    fn objection(&self, target: &SMatrix<T, C, P>) -> Option<Objection> {
        targets::distribution(target.as_flat(), C)
    }

    fn check(&self) -> Result<(), NumberError> {
        check_numbers!(self: CategoricalFocalCrossentropy { gamma: NotNegative, alpha: NotNegative })
    }

    #[inline(always)]
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

    #[inline(always)]
    fn gradient_of_outputs(
        self,
        outputs: &[SMatrix<T, C, P>],
        targets: &[SMatrix<T, C, P>],
        grad: &mut [SMatrix<T, C, P>],
    ) {
        let factor = T::from_f64(1.0 / (outputs.len() * P) as f64);
        let positions = flatten(outputs).chunks_exact(C).zip(flatten(targets).chunks_exact(C));
        for (grads, (outputs, targets)) in flatten_mut(grad).chunks_exact_mut(C).zip(positions) {
            let sum = outputs.iter().fold(T::ZERO, |sum, &output| sum + output);
            // First the gradient with respect to the shares p = output / sum, then through the division.
            let mut mean = T::ZERO;
            for ((grad, &output), &target) in grads.iter_mut().zip(outputs).zip(targets) {
                let share = output / sum;
                *grad = self.slope(share, target);
                mean += share * *grad;
            }
            for grad in grads {
                *grad = (*grad - mean) / sum * factor;
            }
        }
    }
}

super::suits_networks!(BinaryFocalCrossentropy that end in SigmoidHead, by logits);
super::suits_networks!(CategoricalFocalCrossentropy that end in SoftmaxHead);
