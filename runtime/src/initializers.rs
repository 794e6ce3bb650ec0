//! Initializers: distributions from which fresh weights are drawn; the words after `init`.
use rand::{Rng, RngExt};

use crate::math::Elementary;
use crate::scalar::Scalar;

/// The numbers of inputs and outputs of a weight (fan in and fan out), which scale its initial values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fans {
    /// The number of values that go into one unit.
    pub inputs: usize,
    /// The number of values that depend on one input.
    pub outputs: usize,
}

/// Fills a weight with fresh values.
pub trait Initializer: Copy {
    /// Draws all values.
    fn fill<T: Scalar, R: Rng + ?Sized>(self, fans: Fans, rng: &mut R, values: &mut [T]);
}

/// Declares the initializers that draw values independently: the distribution, and the factor that scales it.
macro_rules! scaled {
    ($($(#[$attribute:meta])* $name:ident: $draw:ident, |$fans:ident| $width:expr;)*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub struct $name;

            impl Initializer for $name {
                fn fill<T: Scalar, R: Rng + ?Sized>(self, $fans: Fans, rng: &mut R, values: &mut [T]) {
                    let width: f64 = $width;
                    values.iter_mut().for_each(|value| *value = T::from_f64($draw(rng) * width));
                }
            }
        )*
    };
}

scaled! {
    /// Uniform in `±sqrt(6 / (inputs + outputs))`: Keras's default for dense layers.
    ///
    /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    GlorotUniform: uniform, |fans| Scalar::sqrt(6.0 / (fans.inputs + fans.outputs) as f64);

    /// Normal with deviation `sqrt(2 / (inputs + outputs))`, truncated at two deviations and scaled so that the
    /// deviation is still this one.
    ///
    /// Source: as [`GlorotUniform`]; the truncation is Keras's.
    GlorotNormal: kept_normal, |fans| Scalar::sqrt(2.0 / (fans.inputs + fans.outputs) as f64);

    /// Uniform in `±sqrt(6 / inputs)`: for layers that are followed by a ReLU.
    ///
    /// Source: He et al., "Delving Deep into Rectifiers", 2015.
    HeUniform: uniform, |fans| Scalar::sqrt(6.0 / fans.inputs as f64);

    /// Normal with deviation `sqrt(2 / inputs)`, truncated as in [`GlorotNormal`].
    ///
    /// Source: He et al., "Delving Deep into Rectifiers", 2015.
    HeNormal: kept_normal, |fans| Scalar::sqrt(2.0 / fans.inputs as f64);

    /// Uniform in `±sqrt(3 / inputs)`: for SELU.
    ///
    /// Source: LeCun et al., "Efficient BackProp", 1998.
    LecunUniform: uniform, |fans| Scalar::sqrt(3.0 / fans.inputs as f64);

    /// Normal with deviation `sqrt(1 / inputs)`, truncated as in [`GlorotNormal`].
    ///
    /// Source: LeCun et al., "Efficient BackProp", 1998.
    LecunNormal: kept_normal, |fans| Scalar::sqrt(1.0 / fans.inputs as f64);
}

/// Uniform in `±width`: 0.05 in Keras.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomUniform(pub f64);

/// Normal with mean 0 and this standard deviation: 0.05 in Keras.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomNormal(pub f64);

/// Normal with mean 0 and this standard deviation (0.05 in Keras); values beyond two deviations are drawn again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncatedNormal(pub f64);

/// Sets all weights to this value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant(pub f64);

/// Sets all weights to 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Zeros;

/// Sets all weights to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ones;

/// The identity matrix: 1 from each input to the output with the same index, else 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity;

/// A random matrix whose columns (or rows, if it is wide) have length one and are orthogonal to each other.
///
/// Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
/// networks", 2013.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orthogonal;

impl Initializer for RandomUniform {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, rng: &mut R, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value = T::from_f64(uniform(rng) * self.0));
    }
}

impl Initializer for RandomNormal {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, rng: &mut R, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value = T::from_f64(normal(rng) * self.0));
    }
}

impl Initializer for TruncatedNormal {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, rng: &mut R, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value = T::from_f64(truncated_normal(rng) * self.0));
    }
}

impl Initializer for Constant {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, _rng: &mut R, values: &mut [T]) {
        values.fill(T::from_f64(self.0));
    }
}

impl Initializer for Zeros {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, _rng: &mut R, values: &mut [T]) {
        values.fill(T::ZERO);
    }
}

impl Initializer for Ones {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, _fans: Fans, _rng: &mut R, values: &mut [T]) {
        values.fill(T::ONE);
    }
}

impl Initializer for Identity {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, fans: Fans, _rng: &mut R, values: &mut [T]) {
        for (input, outputs) in values.chunks_mut(fans.outputs.max(1)).enumerate() {
            for (output, value) in outputs.iter_mut().enumerate() {
                *value = if input == output { T::ONE } else { T::ZERO };
            }
        }
    }
}

impl Initializer for Orthogonal {
    fn fill<T: Scalar, R: Rng + ?Sized>(self, fans: Fans, rng: &mut R, values: &mut [T]) {
        values.iter_mut().for_each(|value| *value = T::from_f64(normal(rng)));
        // The vectors that are made orthogonal: one for each output, or one for each input if there are fewer inputs.
        let (inputs, outputs) = (values.len() / fans.outputs.max(1), fans.outputs);
        let (vectors, len, stride, step) =
            if inputs >= outputs { (outputs, inputs, 1, outputs) } else { (inputs, outputs, outputs, 1) };
        let place = |vector: usize, index: usize| vector * stride + index * step;
        let dot = |values: &[T], a: usize, b: usize| {
            let product = |index| Some(values.get(place(a, index))?.to_f64() * values.get(place(b, index))?.to_f64());
            (0..len).filter_map(product).sum::<f64>()
        };
        for vector in 0..vectors {
            // Gram-Schmidt, twice: the second time removes the rounding errors of the first.
            for earlier in (0..vector).chain(0..vector) {
                let along = dot(values, vector, earlier);
                for index in 0..len {
                    let other = values.get(place(earlier, index)).map_or(0.0, |value| value.to_f64());
                    if let Some(value) = values.get_mut(place(vector, index)) {
                        *value = T::from_f64(value.to_f64() - along * other);
                    }
                }
            }
            let inverse = 1.0 / Scalar::sqrt(dot(values, vector, vector));
            for index in 0..len {
                if let Some(value) = values.get_mut(place(vector, index)) {
                    *value = T::from_f64(value.to_f64() * inverse);
                }
            }
        }
    }
}

/// Uniform in ±1.
fn uniform<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    2.0 * rng.random::<f64>() - 1.0
}

/// Standard normal, by Marsaglia's polar method.
pub(crate) fn normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let (u, v) = (uniform(rng), uniform(rng));
        let square = u * u + v * v;
        if square > 0.0 && square < 1.0 {
            return u * Scalar::sqrt(-2.0 * Elementary::ln(square) / square);
        }
    }
}

/// Standard normal, redrawn beyond ±2.
fn truncated_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    loop {
        let normal = normal(rng);
        if normal.abs() <= 2.0 {
            return normal;
        }
    }
}

/// The deviation of a standard normal variable that is redrawn beyond ±2.
const TRUNCATED_DEVIATION: f64 = 0.879_625_661_034_239_8;

/// [`truncated_normal`], scaled to a deviation of 1.
fn kept_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    truncated_normal(rng) / TRUNCATED_DEVIATION
}

#[cfg(test)]
mod tests;
