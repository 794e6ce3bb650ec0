//! Follow the regularized leader.
use super::{Optimizer, Step, moments, numbers};
use crate::flat::Flat;
use crate::math::Elementary;
use crate::scalar::Scalar;

/// FTRL-proximal: for sparse, wide models; `l1` makes weights exactly zero.
///
/// With `s' = s + g²` and `p = -learning_rate_power`:
/// `z += g + 2 l2_shrinkage w - (s'^p - s^p) / learning_rate * w`,
/// `w = (clip(z, -l1, l1) - z) / (s'^p / learning_rate + 2 l2 + beta / learning_rate)`.
/// Source: McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013; Keras's
/// [`Ftrl`](https://keras.io/api/optimizers/ftrl/). A step with the learning rate 0 changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ftrl {
    /// The learning rate: 0.001 by default.
    pub learning_rate: f64,
    /// The power of the sum of squared gradients by which the learning rate is multiplied: -0.5 by default.
    pub learning_rate_power: f64,
    /// The initial value of the sum of squared gradients: 0.1 by default.
    pub initial_sum: f64,
    /// The factor of the L1 penalty: 0 by default.
    pub l1: f64,
    /// The factor of the L2 penalty: 0 by default.
    pub l2: f64,
    /// The factor of an L2 penalty that is added to the gradient: 0 by default.
    pub l2_shrinkage: f64,
    /// A constant added to the denominator, divided by the learning rate: 0 by default.
    pub beta: f64,
}

impl Default for Ftrl {
    fn default() -> Self {
        Self {
            learning_rate: 0.001,
            learning_rate_power: -0.5,
            initial_sum: 0.1,
            l1: 0.0,
            l2: 0.0,
            l2_shrinkage: 0.0,
            beta: 0.0,
        }
    }
}

moments! {
    /// The moments of [`Ftrl`].
    SquareSumAndLinear {
        /// The sum of all squared gradients.
        sum,
        /// The linear term.
        linear
    }
}

impl Optimizer for Ftrl {
    type Moments<G: Flat> = SquareSumAndLinear<G>;
    numbers!(Ftrl {
        learning_rate_power: NotPositive,
        initial_sum: NotNegative,
        l1: NotNegative,
        l2: NotNegative,
        l2_shrinkage: NotNegative,
        beta: NotNegative
    });

    #[inline(always)]
    fn step<G: Flat>(
        &self,
        step: Step<'_>,
        parameters: &mut [G::Scalar],
        gradient: &mut G,
        moments: &mut SquareSumAndLinear<G>,
    ) {
        let quadratic = 2.0 * self.l2 + self.beta / self.learning_rate;
        let factors = [self.initial_sum, 2.0 * self.l2_shrinkage, 1.0 / self.learning_rate, quadratic, self.l1];
        let [initial, shrinkage, inverse_rate, quadratic, l1] = factors.map(G::Scalar::from_f64);
        let exponent = -self.learning_rate_power;
        let root = |sum: G::Scalar| {
            if exponent == 0.5 { sum.sqrt() } else { (sum.ln() * G::Scalar::from_f64(exponent)).exp() }
        };
        if step.number == 1 {
            moments.sum.as_flat_mut().fill(initial);
        }
        if self.learning_rate == 0.0 {
            // The formula divides by the learning rate.
            return;
        }
        let moments = moments.sum.as_flat_mut().iter_mut().zip(moments.linear.as_flat_mut());
        for ((w, &g), (sum, linear)) in parameters.iter_mut().zip(gradient.as_flat()).zip(moments) {
            let new = *sum + g * g;
            *linear += g + shrinkage * *w - (root(new) - root(*sum)) * inverse_rate * *w;
            let clipped = Scalar::clamp(*linear, -l1, l1);
            *w = (clipped - *linear) / (root(new) * inverse_rate + quadratic);
            *sum = new;
        }
    }
}
