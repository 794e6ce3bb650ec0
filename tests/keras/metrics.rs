//! The metrics.
use super::*;
use castnet::metrics::Metric;

/// The figure after the first batch, and after both.
fn check<H, A: Flat + Clone, Y: Flat + Clone>(name: &str, metric: impl Metric<H, A, Y>) {
    let fixture = Fixture::load(&format!("metrics/{name}"));
    let mut state = Default::default();
    let figures = ["0", "1"].map(|batch| {
        let targets: Vec<Y> = fixture.samples(&format!("in.y_true{batch}"));
        let outputs: Vec<A> = fixture.samples(&format!("in.y_pred{batch}"));
        let weights = format!("in.sample_weight{batch}");
        let weights = if fixture.has(&weights) { fixture.tensor(&weights).values } else { vec![1.0; outputs.len()] };
        for ((output, target), weight) in outputs.iter().zip(&targets).zip(weights) {
            metric.update(&mut state, output, target, weight);
        }
        <A::Scalar as Scalar>::from_f64(metric.value(&state))
    });
    fixture.assert_close("out.result", &figures);
}

macro_rules! both {
    ($head:ident, $name:literal, $metric:expr, [$outputs:literal], [$targets:literal]) => {
        check::<$head, SVector<f32, $outputs>, SVector<f32, $targets>>($name, $metric);
        check::<$head, SVector<f64, $outputs>, SVector<f64, $targets>>($name, $metric);
    };
}

#[test]
fn decisions() {
    both!(Sigmoid, "binary_accuracy", Accuracy, [2], [2]);
    both!(Sigmoid, "binary_accuracy_at_half", Accuracy, [1], [1]);
    both!(Softmax, "categorical_accuracy", Accuracy, [4], [4]);
    both!(Softmax, "sparse_categorical_accuracy", Accuracy, [4], [1]);
    both!(Softmax, "sparse_categorical_accuracy_weighted", Accuracy, [4], [1]);
    both!(Softmax, "top_k_categorical_accuracy", TopK(2), [6], [6]);
    both!(Softmax, "f1_score", F1, [3], [3]);
}

#[test]
fn yes_or_no() {
    both!(Sigmoid, "precision", Precision, [1], [1]);
    both!(Sigmoid, "recall", Recall, [1], [1]);
    both!(Sigmoid, "auc", Auc, [1], [1]);
}

#[test]
fn regression() {
    both!(Linear, "mae_metric", Mae, [2], [2]);
    both!(Linear, "rmse_metric", Rmse, [2], [2]);
    both!(Linear, "r2_score", R2, [2], [2]);
}
