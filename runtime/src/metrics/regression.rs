//! How far numbers are off.
use nalgebra::SMatrix;

use super::{Mean, Metric};
use crate::flat::flatten;
use crate::{Flat, Scalar};

/// Adds a function of every error.
fn add_errors<A: Flat>(state: &mut Mean, outputs: &[A], targets: &[A], of: impl Fn(f64) -> f64) {
    let errors = flatten(outputs).iter().zip(flatten(targets)).map(|(&output, &target)| (output - target).to_f64());
    state.sum += errors.map(of).sum::<f64>();
    state.count += (outputs.len() * A::LEN) as u64;
}

macro_rules! mean_errors {
    ($($(#[$attribute:meta])* $kind:ident $name:literal: |$error:ident| $of:expr, |$mean:ident| $value:expr;)*) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub struct $kind;

            impl<H, A: Flat> Metric<H, A, A> for $kind {
                type State = Mean;

                fn name(&self) -> &'static str {
                    $name
                }

                fn update(&self, state: &mut Mean, outputs: &[A], targets: &[A]) {
                    add_errors(state, outputs, targets, |$error| $of);
                }

                fn value(&self, state: &Mean) -> f64 {
                    let $mean = state.value();
                    $value
                }
            }
        )*
    };
}

mean_errors! {
    /// The mean absolute error: `mean(|output - target|)` over samples and values.
    ///
    /// Keras's [`MeanAbsoluteError`](https://keras.io/api/metrics/regression_metrics/#meanabsoluteerror-class).
    Mae "mae": |error| error.abs(), |mean| mean;

    /// The mean squared error: `mean((output - target)²)` over samples and values.
    ///
    /// Keras's [`MeanSquaredError`](https://keras.io/api/metrics/regression_metrics/#meansquarederror-class).
    Mse "mse": |error| error * error, |mean| mean;

    /// The root of the mean squared error, in the unit of the targets.
    ///
    /// Keras's [`RootMeanSquaredError`](https://keras.io/api/metrics/regression_metrics/#rootmeansquarederror-class).
    Rmse "rmse": |error| error * error, |mean| Scalar::sqrt(mean);
}

/// The part of the targets' variance that is explained: `1 - Σ (output - target)² / Σ (target - mean)²` for each value of the
/// output, and the mean of these. 1 is perfect, 0 as good as the mean of the targets.
///
/// Keras's [`R2Score`](https://keras.io/api/metrics/regression_metrics/#r2score-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct R2;

/// What [`R2`] knows: sums for each value of the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread<const C: usize, const P: usize> {
    targets: SMatrix<f64, C, P>,
    squares: SMatrix<f64, C, P>,
    residuals: SMatrix<f64, C, P>,
    count: f64,
}

impl<const C: usize, const P: usize> Default for Spread<C, P> {
    fn default() -> Self {
        let zeros = SMatrix::zeros();
        Self { targets: zeros, squares: zeros, residuals: zeros, count: 0.0 }
    }
}

impl<H, T: Scalar, const C: usize, const P: usize> Metric<H, SMatrix<T, C, P>, SMatrix<T, C, P>> for R2 {
    type State = Spread<C, P>;

    fn name(&self) -> &'static str {
        "r2"
    }

    fn update(&self, state: &mut Spread<C, P>, outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) {
        for (output, target) in outputs.iter().zip(targets) {
            let (output, target) = (output.map(Scalar::to_f64), target.map(Scalar::to_f64));
            state.targets += target;
            state.squares += target.component_mul(&target);
            state.residuals += (output - target).component_mul(&(output - target));
            state.count += 1.0;
        }
    }

    fn value(&self, state: &Spread<C, P>) -> f64 {
        let sums = state.targets.iter().zip(&state.squares).zip(&state.residuals);
        let scores = sums.map(|((sum, squares), residuals)| 1.0 - residuals / (squares - sum * sum / state.count));
        scores.sum::<f64>() / (C * P) as f64
    }
}
