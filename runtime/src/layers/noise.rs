//! Noise in training.
use nalgebra::SMatrix;
use rand::RngExt;

use crate::flat::{Flat, flatten, flatten_mut};
use crate::initializers::normal;
use crate::isa::Isa;
use crate::random::TrainingRng;
use crate::scalar::Scalar;

/// Sets whole channels of a sample to zero with probability `rate` and scales the others by `1 / (1 - rate)`; in training only.
/// Keras's `SpatialDropout2D` and `SpatialDropout1D`.
///
/// Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpatialDropout {
    /// The fraction of the channels that is dropped, in `[0, 1)`.
    pub rate: f64,
}

/// Multiplies each value by a normal number with the mean 1 and the standard deviation `sqrt(rate / (1 - rate))`; in
/// training only. Keras's `GaussianDropout`.
///
/// Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", 2014.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianDropout {
    /// The rate of the dropout that has as much noise, in `[0, 1)`.
    pub rate: f64,
}

/// Adds to each value a normal number with the mean 0 and a standard deviation; in training only. Keras's
/// `GaussianNoise`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise {
    /// The standard deviation of the noise.
    pub deviation: f64,
}

/// Multiplies the values by the mask.
#[inline(always)]
fn multiply<A: Flat>(mask: &[A], values: &mut [A]) {
    for (value, &factor) in flatten_mut(values).iter_mut().zip(flatten(mask)) {
        *value *= factor;
    }
}

impl SpatialDropout {
    /// Draws a factor of zero or `1 / (1 - rate)` for each channel of each sample and multiplies all positions of the
    /// channel by it.
    pub fn apply<T: Scalar, I: Isa<T>, const C: usize, const P: usize>(
        self,
        _isa: I,
        rng: &mut TrainingRng,
        mask: &mut [SMatrix<T, C, P>],
        values: &mut [SMatrix<T, C, P>],
    ) {
        let kept = T::from_f64(1.0 / (1.0 - self.rate));
        for sample in mask.iter_mut() {
            for channel in 0..C {
                let factor = if rng.random::<f64>() < self.rate { T::ZERO } else { kept };
                sample.data.0.iter_mut().filter_map(|position| position.get_mut(channel)).for_each(|x| *x = factor);
            }
        }
        multiply(mask, values);
    }

    /// Multiplies the gradient by the mask.
    pub fn backward<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, mask: &[A], grad: &mut [A]) {
        multiply(mask, grad);
    }
}

impl GaussianDropout {
    /// Draws a factor for each value into the mask and multiplies the values by it.
    pub fn apply<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, rng: &mut TrainingRng, mask: &mut [A], values: &mut [A]) {
        let deviation = Scalar::sqrt(self.rate / (1.0 - self.rate));
        for factor in flatten_mut(mask) {
            *factor = A::Scalar::from_f64(1.0 + deviation * normal(rng));
        }
        multiply(mask, values);
    }

    /// Multiplies the gradient by the mask.
    pub fn backward<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, mask: &[A], grad: &mut [A]) {
        multiply(mask, grad);
    }
}

impl GaussianNoise {
    /// Draws noise for each value and adds it. The backward pass leaves the gradient as it is.
    pub fn apply<A: Flat, I: Isa<A::Scalar>>(self, _isa: I, rng: &mut TrainingRng, values: &mut [A]) {
        for value in flatten_mut(values) {
            *value += A::Scalar::from_f64(self.deviation * normal(rng));
        }
    }
}

#[cfg(test)]
mod tests;
