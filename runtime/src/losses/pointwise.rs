//! The losses that compare value by value: the mean, over the values of a sample, of a function of output and target.
use super::{Objection, OutputLoss, targets};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::math::Elementary;
use crate::numbers::{NumberError, check_numbers};
use crate::scalar::Scalar;

/// Declares a loss: its parameters with Keras's defaults, its value at `output` and `target` in double precision, and
/// its derivative with respect to the output in the precision of the network.
macro_rules! pointwise {
    ($(
        $(#[$attribute:meta])*
        $name:ident $({ $(#[$number_attribute:meta])* $number:ident = $default:literal })? $(for $suits:ident $wanted:literal)?,
        |$output:ident, $target:ident| $value:expr,
        |$o:ident, $t:ident| $derivative:expr;
    )*) => {
        $(
            pointwise!(@struct { $(#[$attribute])* } $name $({ { $(#[$number_attribute])* } $number = $default })?);

            impl<A: Flat + Clone + Send + Sync> OutputLoss<A> for $name {
                type Target = A;

                $(fn objection(&self, target: &A) -> Option<Objection> {
                    targets::$suits(target.as_flat(), $wanted)
                })?

                $(fn check(&self) -> Result<(), NumberError> {
                    check_numbers!(self: $name { $number: Positive })
                })?

                #[inline(always)]
                fn sum_of_outputs(self, outputs: &[A], targets: &[A]) -> f64 {
                    $(let Self { $number } = self;)?
                    let losses = flatten(outputs).iter().zip(flatten(targets)).map(|(output, target)| {
                        let ($output, $target) = (output.to_f64(), target.to_f64());
                        $value
                    });
                    losses.sum::<f64>() / A::LEN as f64
                }

                #[inline(always)]
                fn gradient_of_outputs(self, outputs: &[A], targets: &[A], grad: &mut [A]) {
                    $(let $number = A::Scalar::from_f64(self.$number);)?
                    let factor = A::Scalar::from_f64(1.0 / (outputs.len() * A::LEN) as f64);
                    let pairs = flatten(outputs).iter().zip(flatten(targets));
                    for (grad, (&$o, &$t)) in flatten_mut(grad).iter_mut().zip(pairs) {
                        *grad = $derivative * factor;
                    }
                }
            }

            super::suits_networks!($name);
        )*
    };
    (@struct { $($attributes:tt)* } $name:ident) => {
        $($attributes)*
        #[derive(Clone, Copy, Debug, Default, PartialEq)]
        pub struct $name;
    };
    (@struct { $($attributes:tt)* } $name:ident { { $($number_attributes:tt)* } $number:ident = $default:literal }) => {
        $($attributes)*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            $($number_attributes)*
            pub $number: f64,
        }

        impl Default for $name {
            /// Keras's default.
            fn default() -> Self {
                Self { $number: $default }
            }
        }
    };
}

/// Keras's smallest denominator and argument of a logarithm.
const EPSILON: f64 = 1e-7;

fn number<T: Scalar>(value: f64) -> T {
    T::from_f64(value)
}

/// The sign: -1, 0 or 1.
fn sign<T: Scalar>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        x
    }
}

fn at_least(x: f64, least: f64) -> f64 {
    if x < least { least } else { x }
}

pointwise! {
    /// `(output - target)²`.
    ///
    /// Keras's [`MeanSquaredError`](https://keras.io/api/losses/regression_losses/#meansquarederror-class).
    MeanSquaredError, |output, target| (output - target) * (output - target), |o, t| (o - t) * number(2.0);

    /// `|output - target|`: outliers count less than in the mean squared error.
    ///
    /// Keras's [`MeanAbsoluteError`](https://keras.io/api/losses/regression_losses/#meanabsoluteerror-class).
    MeanAbsoluteError, |output, target| (output - target).abs(), |o, t| sign(o - t);

    /// `100 |output - target| / max(|target|, 1e-7)`: the error in percent of the target.
    ///
    /// Keras's
    /// [`MeanAbsolutePercentageError`](https://keras.io/api/losses/regression_losses/#meanabsolutepercentageerror-class).
    MeanAbsolutePercentageError, |output, target| 100.0 * (output - target).abs() / at_least(target.abs(), EPSILON),
    |o, t| sign(o - t) * number(100.0) / Scalar::clamp(t.abs(), number(EPSILON), number(f64::MAX));

    /// `(ln(1 + max(output, 1e-7)) - ln(1 + max(target, 1e-7)))²`: the error of orders of magnitude. A negative target, which would count
    /// as 0, is refused.
    ///
    /// Keras's
    /// [`MeanSquaredLogarithmicError`](https://keras.io/api/losses/regression_losses/#meansquaredlogarithmicerror-class).
    MeanSquaredLogarithmicError for not_negative "targets of a logarithmic error are not negative", |output, target| {
        let error = Elementary::ln_1p(at_least(output, EPSILON)) - Elementary::ln_1p(at_least(target, EPSILON));
        error * error
    }, |o, t| if o < number(EPSILON) {
        number(0.0)
    } else {
        let target = Scalar::clamp(t, number(EPSILON), number(f64::MAX));
        number::<A::Scalar>(2.0) * (o.ln_1p() - target.ln_1p()) / (number::<A::Scalar>(1.0) + o)
    };

    /// `error² / 2` up to `delta`, beyond it `delta (|error| - delta / 2)`: the gradient of an outlier is at most
    /// `delta`.
    ///
    /// Source: Huber, "Robust Estimation of a Location Parameter", 1964; Keras's
    /// [`Huber`](https://keras.io/api/losses/regression_losses/#huber-class).
    Huber {
        /// The error at which the square turns into a line: 1 by default.
        delta = 1.0
    }, |output, target| {
        let error = (output - target).abs();
        if error <= delta { 0.5 * error * error } else { delta * (error - 0.5 * delta) }
    }, |o, t| Scalar::clamp(o - t, -delta, delta);

    /// `ln cosh(output - target)`: a square near zero, a line far from it.
    ///
    /// Keras's [`LogCosh`](https://keras.io/api/losses/regression_losses/#logcosh-class).
    LogCosh, |output, target| {
        let error = output - target;
        error + Elementary::softplus(-2.0 * error) - core::f64::consts::LN_2
    }, |o, t| (o - t).tanh();

    /// `output - target ln(output + 1e-7)`: for targets that are counts, and outputs that are their expected values.
    ///
    /// Keras's [`Poisson`](https://keras.io/api/losses/probabilistic_losses/#poisson-class).
    Poisson for not_negative "targets of a Poisson loss are counts, and not negative", |output, target| output - target * Elementary::ln(output + EPSILON),
    |o, t| number::<A::Scalar>(1.0) - t / (o + number(EPSILON));
}
