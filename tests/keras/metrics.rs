//! The metrics.
use super::*;
use castnet::metrics::Metric;

/// The figure after the first batch, and after both.
fn check<H, A: Flat + Clone>(name: &str, metric: impl Metric<H, A, A>) {
    let fixture = Fixture::load(&format!("metrics/{name}"));
    let mut state = Default::default();
    let figures = ["0", "1"].map(|batch| {
        let targets: Vec<A> = fixture.samples(&format!("in.y_true{batch}"));
        let outputs: Vec<A> = fixture.samples(&format!("in.y_pred{batch}"));
        metric.update(&mut state, &outputs, &targets);
        <A::Scalar as Scalar>::from_f64(metric.value(&state))
    });
    fixture.assert_close("out.result", &figures);
}

#[test]
fn accuracy() {
    check::<Sigmoid, [f32; 2]>("binary_accuracy", Accuracy);
    check::<Sigmoid, [f64; 2]>("binary_accuracy", Accuracy);
    check::<Sigmoid, [f32; 1]>("binary_accuracy_at_half", Accuracy);
    check::<Softmax, SVector<f32, 4>>("categorical_accuracy", Accuracy);
    check::<Softmax, SVector<f64, 4>>("categorical_accuracy", Accuracy);
}

#[test]
fn mae() {
    check::<Linear, [f32; 2]>("mae_metric", Mae);
    check::<Linear, [f64; 2]>("mae_metric", Mae);
}
