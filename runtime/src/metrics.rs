//! Metrics: figures for people, measured beside the loss.
use crate::activations::{Activation, Sigmoid, Softmax};
use crate::flat::flatten;
use crate::{Flat, Scalar};
use nalgebra::SMatrix;

/// A figure over many samples, of a network that ends in the activation `H`, gives outputs `A` and is told targets `Y`.
///
/// Keras's pattern: a state that is updated batch by batch and turned into a value at the end.
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` does not suit a network that ends in `{H}`",
    label = "this metric does not suit the network"
)]
pub trait Metric<H, A, Y>: Clone + core::fmt::Debug + Send + 'static {
    /// What is known after some samples; `default` is before the first.
    type State: Default + Send;

    /// Its name in reports, as Keras has it: `mae`.
    fn name(&self) -> &'static str;
    /// Adds samples to the state.
    fn update(&self, state: &mut Self::State, outputs: &[A], targets: &[Y]);
    /// The figure for all samples since the start.
    fn value(&self, state: &Self::State) -> f64;
}

/// A running mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    /// The sum of all values.
    pub sum: f64,
    /// How many there were.
    pub count: u64,
}

impl Mean {
    /// The mean; NaN if there was no value.
    pub fn value(&self) -> f64 {
        self.sum / self.count as f64
    }
}

/// The mean absolute error: `mean(|output - target|)` over samples and values.
///
/// Keras's [`MeanAbsoluteError`](https://keras.io/api/metrics/regression_metrics/#meanabsoluteerror-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mae;

impl<H, A: Flat> Metric<H, A, A> for Mae {
    type State = Mean;

    fn name(&self) -> &'static str {
        "mae"
    }

    fn update(&self, state: &mut Mean, outputs: &[A], targets: &[A]) {
        let errors = flatten(outputs).iter().zip(flatten(targets)).map(|(&output, &target)| (output - target).abs());
        state.sum += errors.map(Scalar::to_f64).sum::<f64>();
        state.count += (outputs.len() * A::LEN) as u64;
    }

    fn value(&self, state: &Mean) -> f64 {
        state.value()
    }
}

/// The part of the decisions that are right.
///
/// After `softmax` the decision is the class of the highest probability, of outputs and target alike; after `sigmoid`,
/// each value by itself, whether it is above 0.5. Keras's
/// [`CategoricalAccuracy`](https://keras.io/api/metrics/accuracy_metrics/#categoricalaccuracy-class) and
/// [`BinaryAccuracy`](https://keras.io/api/metrics/accuracy_metrics/#binaryaccuracy-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy;

/// An activation whose outputs are decisions.
#[diagnostic::on_unimplemented(
    message = "`Accuracy` wants a network that ends in `sigmoid` or `softmax`, this one ends in `{Self}`",
    label = "does not suit the network's last activation",
    note = "help: for a regression, `Mae`"
)]
pub trait Decisions<A>: Activation<A>
where
    A: Flat,
{
    #[doc(hidden)]
    fn count_right(outputs: &[A], targets: &[A]) -> Mean;
}

impl<A: Flat> Decisions<A> for Sigmoid {
    fn count_right(outputs: &[A], targets: &[A]) -> Mean {
        let half = A::Scalar::from_f64(0.5);
        let decided = |output| if output > half { A::Scalar::ONE } else { A::Scalar::ZERO };
        let right =
            flatten(outputs).iter().zip(flatten(targets)).filter(|&(&output, &target)| decided(output) == target);
        Mean { sum: right.count() as f64, count: (outputs.len() * A::LEN) as u64 }
    }
}

impl<T: Scalar, const C: usize, const P: usize> Decisions<SMatrix<T, C, P>> for Softmax {
    fn count_right(outputs: &[SMatrix<T, C, P>], targets: &[SMatrix<T, C, P>]) -> Mean {
        let classes = |samples| flatten::<SMatrix<T, C, P>>(samples).chunks_exact(C).map(highest);
        let right = classes(outputs).zip(classes(targets)).filter(|(output, target)| output == target);
        Mean { sum: right.count() as f64, count: (outputs.len() * P) as u64 }
    }
}

/// Where the highest value stands; the first of several.
fn highest<T: Scalar>(values: &[T]) -> Option<usize> {
    let mut best: Option<(usize, T)> = None;
    for (index, &value) in values.iter().enumerate() {
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some((index, value));
        }
    }
    best.map(|(index, _)| index)
}

impl<H: Decisions<A>, A: Flat> Metric<H, A, A> for Accuracy {
    type State = Mean;

    fn name(&self) -> &'static str {
        "accuracy"
    }

    fn update(&self, state: &mut Mean, outputs: &[A], targets: &[A]) {
        let right = H::count_right(outputs, targets);
        state.sum += right.sum;
        state.count += right.count;
    }

    fn value(&self, state: &Mean) -> f64 {
        state.value()
    }
}
