//! Adam for large batches.
use super::{FirstAndSecondMoment, Optimizer, Step, numbers, power};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// LAMB: the direction of [`Adam`](super::Adam), with steps proportional to the norm of each tensor.
///
/// `r = (m / (1 - beta_1^t)) / (sqrt(v / (1 - beta_2^t)) + epsilon)`; `w -= learning_rate * |w| / |r| * r`, where `|w|`
/// and `|r|` are the norms of each tensor; their ratio is 1 if one of them is zero. Source: You et al., "Large Batch
/// Optimization for Deep Learning", 2019; Keras's [`Lamb`](https://keras.io/api/optimizers/lamb/).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lamb {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The fraction of the gradient's average that stays at each step: 0.9 by default.
    pub beta_1: f64,
    /// The fraction of the squared gradient's average that stays at each step: 0.999 by default.
    pub beta_2: f64,
    /// Keeps the division finite: 1e-7 by default.
    pub epsilon: f64,
}

impl Default for Lamb {
    fn default() -> Self {
        Self { learning_rate: 0.001, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 }
    }
}

fn norm<T: Scalar>(values: &[T]) -> f64 {
    Scalar::sqrt(values.iter().map(|value| value.to_f64() * value.to_f64()).sum::<f64>())
}

impl Optimizer for Lamb {
    type Moments<G: Flat> = FirstAndSecondMoment<G>;
    numbers!(Lamb { beta_1: BelowOne, beta_2: BelowOne, epsilon: Positive });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut FirstAndSecondMoment<G>,
    ) {
        let number = G::Scalar::from_f64;
        let [keep_1, keep_2] = [self.beta_1, self.beta_2].map(|beta| number(1.0 - beta));
        let [correct_1, correct_2] = [self.beta_1, self.beta_2].map(|beta| number(1.0 - power(beta, step.number)));
        let epsilon = number(self.epsilon);
        let averages = moments.first.as_flat_mut().iter_mut().zip(moments.second.as_flat_mut());
        for (g, (m, v)) in gradient.as_flat_mut().iter_mut().zip(averages) {
            *m += (*g - *m) * keep_1;
            *v += (*g * *g - *v) * keep_2;
            // The direction overwrites the gradient.
            *g = (*m / correct_1) / ((*v / correct_2).sqrt() + epsilon);
        }
        let (mut parameters, mut directions) = (parameters, gradient.as_flat());
        for tensor in step.tensors {
            let values = tensor.shape.iter().product();
            let Some((direction, directions_behind)) = directions.split_at_checked(values) else { break };
            let Some((weights, weights_behind)) = parameters.split_at_mut_checked(values) else { break };
            let (of_weights, of_direction) = (norm(weights), norm(direction));
            let ratio = if of_weights > 0.0 && of_direction > 0.0 { of_weights / of_direction } else { 1.0 };
            let factor = number(self.learning_rate * ratio);
            weights.iter_mut().zip(direction).for_each(|(w, &r)| *w -= factor * r);
            (parameters, directions) = (weights_behind, directions_behind);
        }
    }
}
