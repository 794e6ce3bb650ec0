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

/// The example in Keras's documentation of `F1Score`, whose scores are 1/2, 4/5 and 2/3.
#[test]
fn f1_of_labels() {
    let targets = [[1.0, 1.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]];
    let outputs = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]];
    fn score<const C: usize>(outputs: [[f64; C]; 3], targets: [[f64; C]; 3]) -> f64 {
        fn figure<A: Flat>(metric: impl Metric<Sigmoid, A, A>, samples: impl Iterator<Item = (A, A)>) -> f64 {
            let mut state = Default::default();
            samples.for_each(|(output, target)| metric.update(&mut state, &output, &target, 1.0));
            metric.value(&state)
        }
        figure(F1, outputs.map(SVector::from).into_iter().zip(targets.map(SVector::from)))
    }
    assert!((score(outputs, targets) - (0.5 + 0.8 + 2.0 / 3.0) / 3.0).abs() < 1e-6);
    // A single one: a fraud or not.
    let third = |rows: [[f64; 3]; 3]| rows.map(|row| [row[2]]);
    assert!((score(third(outputs), third(targets)) - 2.0 / 3.0).abs() < 1e-6);
}

/// Keras's `Precision()` and `Recall()` take every value of a one-hot target for itself.
#[test]
fn yes_or_no_of_classes() {
    fn figure(metric: impl Metric<Softmax, SVector<f64, 3>, SVector<f64, 3>>) -> f64 {
        let mut state = Default::default();
        let samples = [
            ([0.7, 0.2, 0.1], [1.0, 0.0, 0.0]),
            ([0.6, 0.3, 0.1], [0.0, 1.0, 0.0]),
            ([0.4, 0.3, 0.3], [1.0, 0.0, 0.0]),
            ([0.1, 0.1, 0.8], [0.0, 0.0, 1.0]),
        ];
        samples
            .iter()
            .for_each(|(output, target)| metric.update(&mut state, &(*output).into(), &(*target).into(), 1.0));
        metric.value(&state)
    }
    assert_eq!(figure(Precision), 2.0 / 3.0, "of three that are above one half");
    assert_eq!(figure(Recall), 2.0 / 4.0, "of four that are true");
    assert!(figure(Auc) > 0.8 && figure(AucPr) > 0.7);
}

#[test]
fn regression() {
    both!(Linear, "mae_metric", Mae, [2], [2]);
    both!(Linear, "rmse_metric", Rmse, [2], [2]);
    both!(Linear, "r2_score", R2, [2], [2]);
}

/// Keras's figures for equal outputs, for targets that are all the same, and for outputs that are not finite.
#[test]
fn edges() {
    fn figure<H, A, Y>(metric: impl Metric<H, A, Y>, samples: &[(A, Y)]) -> f64 {
        let mut state = Default::default();
        samples.iter().for_each(|(output, target)| metric.update(&mut state, output, target, 1.0));
        metric.value(&state)
    }
    let class = |number: usize| SVector::<f64, 3>::from_fn(|row, _| f64::from(u8::from(row == number)));
    let even = SVector::from_element(1.0 / 3.0);
    // Each class is decided for twice, and right once or never.
    let scores = [2.0 * 0.5 * 1.0 / 1.5, 2.0 * 0.5 * 1.0 / 1.5, 0.0];
    let f1 = figure::<Softmax, _, _>(F1, &[(even, class(0)), (even, class(1))]);
    assert!((f1 - scores.iter().sum::<f64>() / 3.0).abs() < 1e-6, "{f1}");

    let nan = SVector::from_element(f64::NAN);
    assert_eq!(figure::<Softmax, _, _>(TopK(2), &[(nan, class(0)), (class(1), class(1))]), 0.5);

    let r2 = |outputs: [f64; 2]| {
        figure::<Linear, _, _>(R2, &outputs.map(|output| (SVector::from([output]), SVector::from([3.0]))))
    };
    assert_eq!(r2([3.0, 4.0]), 0.0);
    assert!(r2([3.0, 3.0]).is_nan());
}

/// Both areas, with and without weights, as Keras 3.15.1 (on JAX) computes them in single precision.
#[test]
fn areas_of_weighted_samples() {
    let targets = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    let outputs = [0.9, 0.8, 0.7, 0.3, 0.2, 0.65, 0.4, 0.1, 0.05, 0.45];
    let weights = [1.0, 2.0, 1.0, 0.5, 1.0, 1.0, 3.0, 1.0, 0.0, 1.0];
    fn area(metric: impl Metric<Sigmoid, [f64; 1], [f64; 1]>, samples: impl Iterator<Item = (f64, f64, f64)>) -> f64 {
        let mut state = Default::default();
        samples.for_each(|(output, target, weight)| metric.update(&mut state, &[output], &[target], weight));
        metric.value(&state)
    }
    let samples = |weights: [f64; 10]| {
        let pairs = outputs.into_iter().zip(targets);
        pairs.zip(weights).map(|((output, target), weight)| (output, target, weight))
    };
    let close = |got: f64, keras: f64| assert!((got - keras).abs() < 1e-6, "{got}, Keras has {keras}");
    close(area(AucPr, samples([1.0; 10])), 0.6462795734405518);
    close(area(AucPr, samples(weights)), 0.561182975769043);
    close(area(Auc, samples([1.0; 10])), 0.7083333134651184);
    close(area(Auc, samples(weights)), 0.5151515007019043);
    assert_eq!(area(AucPr, std::iter::empty()), 0.0);
}

/// Keras's documented examples: `BinaryAccuracy` with thresholds, `Precision` and `Recall` at a threshold, and `F1Score` at 0.5. Other figures
/// are counted by hand from the same decisions.
#[test]
fn thresholds() {
    fn figure<A: Flat, const N: usize>(
        metric: impl Metric<Linear, A, A>,
        samples: [(A, A); N],
        weights: [f64; N],
    ) -> f64 {
        let mut state = Default::default();
        let samples = samples.into_iter().zip(weights);
        samples.for_each(|((output, target), weight)| metric.update(&mut state, &output, &target, weight));
        metric.value(&state)
    }
    let at = |threshold| Thresholded { metric: Accuracy, threshold };
    // `m.update_state([[1], [1], [0], [0]], [[0.98], [1], [0], [0.6]])` is 0.75 at 0.5, and 0.5 with these weights.
    let documented = [(0.98, 1.0), (1.0, 1.0), (0.0, 0.0), (0.6, 0.0)].map(|(output, target)| ([output], [target]));
    assert_eq!(figure(at(0.5), documented, [1.0; 4]), 0.75);
    assert_eq!(figure(at(0.5), documented, [1.0, 0.0, 0.0, 1.0]), 0.5);
    assert_eq!(figure(at(0.6), documented, [1.0; 4]), 1.0, "0.6 is not above 0.6");
    assert_eq!(figure(at(0.99), documented, [1.0; 4]), 0.75);

    // Above 0.3: 0.9 (yes), 0.4 (no), 0.35 (yes); not: 0.2 (yes), 0.1 (no).
    let samples =
        [(0.9, 1.0), (0.4, 0.0), (0.35, 1.0), (0.2, 1.0), (0.1, 0.0)].map(|(output, target)| ([output], [target]));
    let precision = |threshold| figure(Thresholded { metric: Precision, threshold }, samples, [1.0; 5]);
    let recall = |threshold| figure(Thresholded { metric: Recall, threshold }, samples, [1.0; 5]);
    assert_eq!([0.3, 0.5, 0.95, 0.0].map(precision), [2.0 / 3.0, 1.0, 0.0, 3.0 / 5.0]);
    assert_eq!([0.3, 0.5, 0.95, 0.0].map(recall), [2.0 / 3.0, 1.0 / 3.0, 0.0, 1.0]);
    let weighted = figure(Thresholded { metric: Precision, threshold: 0.3 }, samples, [1.0, 3.0, 1.0, 1.0, 1.0]);
    assert_eq!(weighted, 2.0 / 5.0);

    // Logits: the threshold of 0 decides as 0.5 decides about their probabilities.
    let logits = [(2.0, 1.0), (-0.5, 1.0), (0.25, 0.0), (-3.0, 0.0)];
    let probabilities = logits.map(|(logit, target): (f64, f64)| ([1.0 / (1.0 + (-logit).exp())], [target]));
    let logits = logits.map(|(logit, target)| ([logit], [target]));
    assert_eq!(figure(at(0.0), logits, [1.0; 4]), 0.5);
    assert_eq!(figure(at(0.0), logits, [1.0; 4]), figure(at(0.5), probabilities, [1.0; 4]));

    // Keras's example of `F1Score(threshold=0.5)`: 0.5, 0.8 and 0.6667; at 0.65 only 0.7 and 0.8 are decided for.
    let rows =
        [([0.2, 0.6, 0.7], [1.0, 1.0, 1.0]), ([0.2, 0.6, 0.6], [1.0, 0.0, 0.0]), ([0.6, 0.8, 0.0], [1.0, 1.0, 0.0])];
    let rows = rows.map(|(output, target)| (SVector::from(output), SVector::from(target)));
    let f1 = |threshold| figure(Thresholded { metric: F1, threshold }, rows, [1.0; 3]);
    assert!((f1(0.5) - (0.5 + 0.8 + 2.0 / 3.0) / 3.0).abs() < 1e-6);
    assert!((f1(0.65) - (0.0 + 2.0 / 3.0 + 1.0) / 3.0).abs() < 1e-6);
}
