//! Elementwise activations: each value of the output depends on one value of the input.
use super::{Activation, Inputs, OneOutput, Outputs};
use crate::flat::{Flat, flatten, flatten_mut};
use crate::isa::{self, Isa, Task};
use crate::kernels::recurrent::Function;
use crate::scalar::Scalar;

/// Declares an activation: its parameters with Keras's defaults, its value at `x`, and its derivative. The derivative
/// is a function of the kept value: of the input `x`, or of the output `y`.
macro_rules! elementwise {
    ($(
        $(#[$attribute:meta])*
        $name:ident $({ $($(#[$number_attribute:meta])* $number:ident = $default:literal),* })?,
        |$x:ident| $value:expr,
        $kept:ident |$k:ident| $derivative:expr;
    )*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub struct $name $((
                $($(#[$number_attribute])* pub elementwise!(@f64 $number)),*
            ))?;

            elementwise!(@default $name $($($default),*)?);

            impl Elementwise for $name {
                #[inline(always)]
                #[allow(unused_variables, reason = "not every number occurs in both formulas")]
                fn value<T: Scalar>(self, $x: T) -> T {
                    $(let Self($($number),*) = self; $(let $number = T::from_f64($number);)*)?
                    $value
                }

                #[inline(always)]
                #[allow(unused_variables, reason = "not every number occurs in both formulas")]
                fn derivative<T: Scalar>(self, $k: T) -> T {
                    $(let Self($($number),*) = self; $(let $number = T::from_f64($number);)*)?
                    $derivative
                }
            }

            impl OneOutput for $name {}

            impl<T: Scalar> Function<T> for $name {
                fn apply(&self, values: &mut [T]) {
                    values.iter_mut().for_each(|value| *value = self.value(*value));
                }

                fn multiply_by_derivative(&self, kept: &[T], grad: &mut [T]) {
                    grad.iter_mut().zip(kept).for_each(|(grad, &kept)| *grad *= self.derivative(kept));
                }
            }

            impl<A: Flat> Activation<A> for $name {
                type Kept<'a> = $kept<'a, A>;

                #[inline(always)]
                fn apply<I: Isa<A::Scalar>>(self, isa: I, values: &mut [A]) {
                    let task = Apply { activation: self, values: flatten_mut(values) };
                    if const { A::LEN > INLINED } { isa::run_apart(isa, task) } else { task.run(isa) }
                }

                #[inline(always)]
                fn backward<I: Isa<A::Scalar>>(self, isa: I, $kept(kept): $kept<'_, A>, grad: &mut [A]) {
                    let task = Backward { activation: self, kept: flatten(kept), grad: flatten_mut(grad) };
                    if const { A::LEN > INLINED } { isa::run_apart(isa, task) } else { task.run(isa) }
                }
            }
        )*
    };
    (@f64 $number:ident) => { f64 };
    (@default $name:ident) => {
        impl Default for $name {
            fn default() -> Self {
                Self
            }
        }
    };
    (@default $name:ident $($default:literal),+) => {
        impl Default for $name {
            /// Keras's default.
            fn default() -> Self {
                Self($($default),+)
            }
        }
    };
}

/// The most values of a sample for which an activation is inlined into the network. Activations of larger samples are
/// one function that all shapes share, which is as fast, and a network of hundreds of layers compiles many times
/// faster.
const INLINED: usize = 1024;

/// The formulas of an activation: its value and its derivative.
trait Elementwise: Copy {
    fn value<T: Scalar>(self, x: T) -> T;
    /// The derivative, from the kept value.
    fn derivative<T: Scalar>(self, kept: T) -> T;
}

/// The task that applies an activation to every value, as a slice without a shape.
struct Apply<'a, T, F> {
    activation: F,
    values: &'a mut [T],
}

impl<T: Scalar, F: Elementwise> Task<T> for Apply<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, _: I) {
        for value in self.values {
            *value = self.activation.value(*value);
        }
    }
}

/// The task that multiplies gradients by the derivative at the kept values.
struct Backward<'a, T, F> {
    activation: F,
    kept: &'a [T],
    grad: &'a mut [T],
}

impl<T: Scalar, F: Elementwise> Task<T> for Backward<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa<T>>(self, _: I) {
        for (grad, &kept) in self.grad.iter_mut().zip(self.kept) {
            *grad *= self.activation.derivative(kept);
        }
    }
}

/// A constant of a formula in the precision of the network.
#[inline(always)]
fn number<T: Scalar>(value: f64) -> T {
    T::from_f64(value)
}

/// Selects one of two values without a branch. A branch that leaves a value unchanged would become a masked store,
/// which is slow on many machines.
#[inline(always)]
fn select<T: Scalar>(condition: bool, yes: T, no: T) -> T {
    core::hint::select_unpredictable(condition, yes, no)
}

/// 1 where a condition holds, else 0.
#[inline(always)]
fn one_if<T: Scalar>(condition: bool) -> T {
    select(condition, T::ONE, T::ZERO)
}

/// `Φ(x)`, the probability of a standard normal variable below `x`, accurate also where it is small.
#[inline(always)]
fn normal_below<T: Scalar>(x: T) -> T {
    number::<T>(0.5) * (-x * number(core::f64::consts::FRAC_1_SQRT_2)).erfc()
}

/// The argument of the tangent in `gelu_tanh`, and its derivative.
#[inline(always)]
fn gelu_argument<T: Scalar>(x: T) -> (T, T) {
    let (root, cubic) = (number::<T>(0.797_884_560_802_865_4), number::<T>(0.044_715));
    (root * (x + cubic * x * x * x), root * (T::ONE + number::<T>(3.0) * cubic * x * x))
}

const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

elementwise! {
    /// `x`: the last activation of a network that ends without one.
    Linear, |x| x, Outputs |_y| T::ONE;

    /// `max(x, 0)`.
    Relu, |x| select(x < T::ZERO, T::ZERO, x), Outputs |y| one_if(y > T::ZERO);

    /// `min(max(x, 0), 6)`.
    Relu6, |x| x.clamp(T::ZERO, number(6.0)), Outputs |y| one_if(y > T::ZERO && y < number(6.0));

    /// `x` above zero, `slope * x` below.
    ///
    /// Source: Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network Acoustic Models", 2013.
    LeakyRelu {
        /// The slope below zero: 0.2 by default, as in Keras's function; Keras's layer has 0.3.
        slope = 0.2
    }, |x| select(x < T::ZERO, slope * x, x), Inputs |x| select(x > T::ZERO, T::ONE, slope);

    /// `max` for `x >= max`, `x` from `threshold` to `max`, `slope * (x - threshold)` below `threshold`: Keras's layer
    /// `ReLU`, whose parameters are not negative.
    ClippedRelu {
        /// The largest value: 6 by default.
        max = 6.0,
        /// The slope below the threshold: 0 by default.
        slope = 0.0,
        /// The threshold: 0 by default.
        threshold = 0.0
    }, |x| select(x > max, max, select(x > threshold, x, slope * (x - threshold))),
    Inputs |x| select(x > max, T::ZERO, select(x > threshold, T::ONE, select(x < threshold, slope, T::ZERO)));

    /// `x` above zero, `alpha * (e^x - 1)` below.
    ///
    /// Source: Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015.
    Elu {
        /// The function tends to `-alpha` far below zero: 1 by default.
        alpha = 1.0
    }, |x| if x > T::ZERO { x } else { alpha * x.exp_m1() }, Inputs |x| if x > T::ZERO { T::ONE } else { alpha * x.exp() };

    /// `x` above zero, `alpha * (e^(x / alpha) - 1)` below: ELU with a continuous derivative.
    ///
    /// Source: Barron, "Continuously Differentiable Exponential Linear Units", 2017.
    Celu {
        /// The function tends to `-alpha` far below zero: 1 by default.
        alpha = 1.0
    }, |x| if x > T::ZERO { x } else { alpha * (x / alpha).exp_m1() }, Inputs |x| if x > T::ZERO { T::ONE } else { (x / alpha).exp() };

    /// `1.0507 * elu(x)` with an alpha of 1.6733: constants that keep mean and variance from layer to layer.
    ///
    /// Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017.
    Selu, |x| if x > T::ZERO {
        number::<T>(SELU_SCALE) * x
    } else {
        number::<T>(SELU_SCALE * SELU_ALPHA) * x.exp_m1()
    }, Inputs |x| if x >= T::ZERO {
        number(SELU_SCALE)
    } else {
        number::<T>(SELU_SCALE * SELU_ALPHA) * x.exp()
    };

    /// `1 / (1 + e^-x)`: a probability.
    Sigmoid, |x| x.sigmoid(), Outputs |y| y * (T::ONE - y);

    /// The hyperbolic tangent.
    Tanh, |x| x.tanh(), Outputs |y| (T::ONE - y) * (T::ONE + y);

    /// `e^x`.
    Exponential, |x| x.exp(), Outputs |y| y;

    /// `ln(1 + e^x)`.
    Softplus, |x| x.softplus(), Inputs |x| x.sigmoid();

    /// `x / (1 + |x|)`.
    Softsign, |x| x / (T::ONE + x.abs()), Inputs |x| {
        let below = T::ONE + x.abs();
        T::ONE / (below * below)
    };

    /// `(x + sqrt(x² + b)) / 2`.
    Squareplus {
        /// The roundness of the bend at zero: 4 by default.
        b = 4.0
    }, |x| number::<T>(0.5) * (x + (x * x + b).sqrt()), Inputs |x| number::<T>(0.5) * (T::ONE + x / (x * x + b).sqrt());

    /// 0 below -1, `x` above 1, `(x + 1)² / 4` in between.
    SparsePlus, |x| if x < -T::ONE {
        T::ZERO
    } else if x < T::ONE {
        number::<T>(0.25) * (x + T::ONE) * (x + T::ONE)
    } else {
        x
    }, Inputs |x| (number::<T>(0.5) * (x + T::ONE)).clamp(T::ZERO, T::ONE);

    /// 0 below -1, 1 above 1, `(x + 1) / 2` in between.
    SparseSigmoid, |x| (number::<T>(0.5) * (x + T::ONE)).clamp(T::ZERO, T::ONE),
    Inputs |x| if x > -T::ONE && x < T::ONE { number(0.5) } else { T::ZERO };

    /// `x * sigmoid(x)`, also called swish.
    ///
    /// Source: Ramachandran, Zoph and Le, "Searching for Activation Functions", 2017.
    Silu, |x| x * x.sigmoid(), Inputs |x| {
        let s = x.sigmoid();
        s * (T::ONE + x * (T::ONE - s))
    };

    /// `x * Φ(x)`, where `Φ` is the distribution function of the standard normal distribution.
    ///
    /// Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
    Gelu, |x| x * normal_below(x), Inputs |x| {
        let density = number::<T>(0.398_942_280_401_432_7) * (number::<T>(-0.5) * x * x).exp();
        normal_below(x) + x * density
    };

    /// GELU by a formula with tanh: `x (1 + tanh(sqrt(2/π) (x + 0.044715 x³))) / 2`.
    GeluTanh, |x| number::<T>(0.5) * x * (T::ONE + gelu_argument(x).0.tanh()), Inputs |x| {
        let (argument, slope) = gelu_argument(x);
        let t = argument.tanh();
        number::<T>(0.5) * (T::ONE + t + x * (T::ONE - t) * (T::ONE + t) * slope)
    };

    /// `x * tanh(softplus(x))`.
    ///
    /// Source: Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019.
    Mish, |x| x * x.softplus().tanh(), Inputs |x| {
        let t = x.softplus().tanh();
        t + x * (T::ONE - t) * (T::ONE + t) * x.sigmoid()
    };

    /// `ln(sigmoid(x))`.
    LogSigmoid, |x| -(-x).softplus(), Inputs |x| (-x).sigmoid();

    /// `min(max(x + 3, 0), 6) / 6`.
    HardSigmoid, |x| (x + number(3.0)).clamp(T::ZERO, number(6.0)) / number(6.0),
    Inputs |x| if x > number(-3.0) && x < number(3.0) { number(1.0 / 6.0) } else { T::ZERO };

    /// `x * hard_sigmoid(x)`, also called hard swish.
    HardSilu, |x| x * HardSigmoid.value(x), Inputs |x| HardSigmoid.value(x) + x * HardSigmoid.derivative(x);

    /// `min(max(x, -1), 1)`.
    HardTanh, |x| x.clamp(-T::ONE, T::ONE), Inputs |x| one_if(x >= -T::ONE && x <= T::ONE);

    /// `x` where `|x|` is above a threshold, else 0.
    HardShrink {
        /// The threshold: 0.5 by default.
        threshold = 0.5
    }, |x| if x.abs() <= threshold { T::ZERO } else { x }, Inputs |x| one_if(x.abs() > threshold);

    /// `x` moved towards zero by `threshold`; 0 where `|x| <= threshold`.
    SoftShrink {
        /// The threshold: 0.5 by default.
        threshold = 0.5
    }, |x| if x > threshold {
        x - threshold
    } else if x < -threshold {
        x + threshold
    } else {
        x * T::ZERO
    }, Inputs |x| one_if(x.abs() > threshold);

    /// `x - tanh(x)`.
    TanhShrink, |x| x - x.tanh(), Inputs |x| {
        let t = x.tanh();
        t * t
    };

    /// `x` above `threshold`, else `value`.
    Threshold {
        /// The threshold: 1 by default.
        threshold = 1.0,
        /// The output for smaller inputs: 0 by default.
        value = 0.0
    }, |x| if x <= threshold { value } else { x }, Inputs |x| one_if(x > threshold);
}
