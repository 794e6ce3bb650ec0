//! How fresh weights are drawn; the words after `init`.
use rand::{Rng, RngExt};

use crate::Scalar;
use crate::math::Elementary;

/// The sizes that a layer's weights connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fans {
    /// Values that go into one unit.
    pub inputs: usize,
    /// Values that one input goes to.
    pub outputs: usize,
}

/// Fills a weight with fresh values.
pub trait Initializer: Copy {
    /// Draws every value.
    fn fill<T: Scalar, R: Rng + ?Sized>(self, fans: Fans, rng: &mut R, values: &mut [T]);
}

/// Uniform in `±sqrt(6 / (inputs + outputs))`: Keras's default for dense layers.
///
/// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlorotUniform;

/// Normal with deviation `sqrt(2 / inputs)`, truncated at two deviations and widened so that the deviation stays.
///
/// Source: He et al., "Delving Deep into Rectifiers", 2015; the truncation is Keras's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeNormal;

/// All zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zeros;

/// The deviation of a standard normal variable that is redrawn beyond ±2.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

impl Initializer for GlorotUniform {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, fans: Fans, rng: &mut R, values: &mut [T]) {
        let limit = Scalar::sqrt(6.0 / (fans.inputs + fans.outputs) as f64);
        for value in values {
            *value = T::from_f64((2.0 * rng.random::<f64>() - 1.0) * limit);
        }
    }
}

impl Initializer for HeNormal {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, fans: Fans, rng: &mut R, values: &mut [T]) {
        let deviation = Scalar::sqrt(2.0 / fans.inputs as f64) / TRUNCATED_DEVIATION;
        for value in values {
            *value = T::from_f64(truncated_normal(rng) * deviation);
        }
    }
}

impl Initializer for Zeros {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, _rng: &mut R, values: &mut [T]) {
        values.fill(T::ZERO);
    }
}

/// A standard normal value within ±2, by Marsaglia's polar method.
fn truncated_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let (u, v) = (2.0 * rng.random::<f64>() - 1.0, 2.0 * rng.random::<f64>() - 1.0);
        let square = u * u + v * v;
        if square > 0.0 && square < 1.0 {
            let normal = u * Scalar::sqrt(-2.0 * Elementary::ln(square) / square);
            if normal.abs() <= 2.0 {
                return normal;
            }
        }
    }
}

#[cfg(test)]
mod tests;
