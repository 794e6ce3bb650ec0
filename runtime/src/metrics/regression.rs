//! Metrics of regressions: errors, and the explained variance.
use nalgebra::SMatrix;

use super::{Better, Mean, Metric};
use crate::flat::Flat;
use crate::scalar::Scalar;

/// The sum of a function of every error.
fn sum_of_errors<A: Flat>(output: &A, target: &A, of: impl Fn(f64) -> f64) -> f64 {
    output.as_flat().iter().zip(target.as_flat()).map(|(&output, &target)| of((output - target).to_f64())).sum()
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

                fn better(&self) -> Better {
                    Better::Lower
                }

                fn update(&self, state: &mut Mean, output: &A, target: &A, weight: f64) {
                    state.add(sum_of_errors(output, target, |$error| $of), A::LEN, weight);
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

/// The fraction of the targets' variance that is explained: `1 - Σ (output - target)² / Σ (target - mean)²` averaged
/// over the values of the output. 1 is perfect, 0 as good as the mean of the targets. A value of the output whose
/// targets are all equal counts as 0 if it has an error.
///
/// Keras's [`R2Score`](https://keras.io/api/metrics/regression_metrics/#r2score-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct R2;

/// The state of [`R2`]: sums for each value of the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread<const C: usize, const P: usize> {
    targets: SMatrix<f64, C, P>,
    squares: SMatrix<f64, C, P>,
    residuals: SMatrix<f64, C, P>,
    weight: f64,
}

impl<const C: usize, const P: usize> Default for Spread<C, P> {
    fn default() -> Self {
        let zeros = SMatrix::zeros();
        Self { targets: zeros, squares: zeros, residuals: zeros, weight: 0.0 }
    }
}

impl<H, T: Scalar, const C: usize, const P: usize> Metric<H, SMatrix<T, C, P>, SMatrix<T, C, P>> for R2 {
    type State = Spread<C, P>;

    fn name(&self) -> &'static str {
        "r2"
    }

    fn better(&self) -> Better {
        Better::Higher
    }

    fn update(&self, state: &mut Spread<C, P>, output: &SMatrix<T, C, P>, target: &SMatrix<T, C, P>, weight: f64) {
        let (output, target) = (output.map(Scalar::to_f64), target.map(Scalar::to_f64));
        state.targets += target * weight;
        state.squares += target.component_mul(&target) * weight;
        state.residuals += (output - target).component_mul(&(output - target)) * weight;
        state.weight += weight;
    }

    fn value(&self, state: &Spread<C, P>) -> f64 {
        let sums = state.targets.iter().zip(&state.squares).zip(&state.residuals);
        let scores = sums.map(|((sum, squares), residuals)| {
            let score = 1.0 - residuals / (squares - sum * sum / state.weight);
            if score.is_infinite() { 0.0 } else { score }
        });
        scores.sum::<f64>() / (C * P) as f64
    }
}
