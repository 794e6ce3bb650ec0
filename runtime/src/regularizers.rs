//! Penalties in the loss, as in [Keras](https://keras.io/api/layers/regularizers/).
//!
//! The words `l1` and `l2` after a layer are penalties on large weights, `bias_l1` and `bias_l2` on large biases: they are added to the loss of
//! a batch. `activity_l1` and `activity_l2` are penalties on large outputs of the layer, behind its activation: their sum over the samples of
//! a batch is divided by the number of samples, whatever the weights of the samples are, and then added to the loss.
//!
//! ```
//! use castnet::{nalgebra::Vector1, prelude::*};
//!
//! network! { Doubled< input 1 => twice: dense 1 activity_l2 0.5 > }
//!
//! let mut net = Doubled::init(&mut seeded(1));
//! net.twice.weight[0] = 2.0;
//! let mut trainer = net.compile(MeanSquaredError, Sgd::default());
//! let (inputs, targets) = ([Vector1::new(1.0), Vector1::new(2.0)], [Vector1::new(2.0), Vector1::new(4.0)]);
//! let (loss, _) = trainer.compute_gradient(&inputs, &targets)?;
//! assert_eq!(loss, 0.5 * (2.0 * 2.0 + 4.0 * 4.0) / 2.0);
//! # Ok::<(), castnet::BatchError>(())
//! ```
use crate::flat::{Flat, flatten, flatten_mut};
use crate::scalar::Scalar;

/// Adds `factor * Σ |w|` to the loss, over the weights, the biases or the outputs of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1(pub f64);

/// Adds `factor * Σ w²` to the loss, over the weights, the biases or the outputs of a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2(pub f64);

impl L1 {
    /// `factor * Σ |w|`.
    pub fn penalty<A: Flat>(self, weight: &A) -> f64 {
        self.0 * weight.as_flat().iter().map(|w| w.abs().to_f64()).sum::<f64>()
    }

    /// `gradient += factor * sign(w)`.
    pub fn add_gradient<A: Flat>(self, weight: &A, gradient: &mut A) {
        add_signs(self.0, weight.as_flat(), gradient.as_flat_mut());
    }

    /// `factor * Σ |a|` over the outputs of a layer for all samples of a batch.
    pub fn activity_penalty<A: Flat>(self, outputs: &[A]) -> f64 {
        outputs.iter().map(|output| self.penalty(output)).sum()
    }

    /// `grads += factor * sign(a) / samples`: the gradient of the mean over the samples.
    pub fn add_activity_gradient<A: Flat>(self, outputs: &[A], grads: &mut [A]) {
        add_signs(self.0 / outputs.len() as f64, flatten(outputs), flatten_mut(grads));
    }
}

impl L2 {
    /// `factor * Σ w²`.
    pub fn penalty<A: Flat>(self, weight: &A) -> f64 {
        self.0 * weight.as_flat().iter().map(|w| w.to_f64() * w.to_f64()).sum::<f64>()
    }

    /// `gradient += 2 factor * w`.
    pub fn add_gradient<A: Flat>(self, weight: &A, gradient: &mut A) {
        add_multiples(2.0 * self.0, weight.as_flat(), gradient.as_flat_mut());
    }

    /// `factor * Σ a²` over the outputs of a layer for all samples of a batch.
    pub fn activity_penalty<A: Flat>(self, outputs: &[A]) -> f64 {
        outputs.iter().map(|output| self.penalty(output)).sum()
    }

    /// `grads += 2 factor * a / samples`: the gradient of the mean over the samples.
    pub fn add_activity_gradient<A: Flat>(self, outputs: &[A], grads: &mut [A]) {
        add_multiples(2.0 * self.0 / outputs.len() as f64, flatten(outputs), flatten_mut(grads));
    }
}

/// `grads += factor * sign(values)`.
fn add_signs<T: Scalar>(factor: f64, values: &[T], grads: &mut [T]) {
    let factor = T::from_f64(factor);
    for (grad, &value) in grads.iter_mut().zip(values) {
        if value > T::ZERO {
            *grad += factor;
        } else if value < T::ZERO {
            *grad -= factor;
        }
    }
}

/// `grads += factor * values`.
fn add_multiples<T: Scalar>(factor: f64, values: &[T], grads: &mut [T]) {
    let factor = T::from_f64(factor);
    for (grad, &value) in grads.iter_mut().zip(values) {
        *grad += factor * value;
    }
}
