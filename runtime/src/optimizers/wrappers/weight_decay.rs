//! Weight decay.
use crate::scalar::Scalar;

/// Decoupled weight decay: before each step, `w -= learning_rate * rate * w`.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2017; Keras's `weight_decay`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightDecay<O> {
    /// The optimizer that takes the step.
    pub optimizer: O,
    /// The fraction of a weight that is subtracted at each step, per unit of the learning rate.
    pub rate: f64,
}

super::before_each_step!(WeightDecay { rate: NotNegative }, |this, step, parameters, gradient| {
    let factor = G::Scalar::from_f64(this.learning_rate_of(step.number) * this.rate);
    parameters.iter_mut().for_each(|w| *w -= *w * factor);
});
