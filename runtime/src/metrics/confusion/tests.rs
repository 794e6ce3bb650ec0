use std::string::ToString;

use nalgebra::{SVector, Vector1, Vector3};

use super::{ConfusionMatrix, DecidesForOne};
use crate::activations::{Sigmoid, Softmax};

fn matrix() -> ConfusionMatrix {
    let mut matrix = ConfusionMatrix::new(2);
    for (truth, decided, times) in [(0, 0, 62), (0, 1, 3), (1, 0, 1), (1, 1, 105)] {
        (0..times).for_each(|_| matrix.add(truth, decided));
    }
    matrix
}

#[test]
fn by_hand() {
    let mut matrix = matrix();
    matrix.add(2, 0);
    matrix.add(0, 2);
    assert_eq!((matrix.total(), matrix.count(0, 1), matrix.count(5, 5)), (171, 3, 0));
    assert_eq!(matrix.accuracy(), 167.0 / 171.0);
    assert_eq!((matrix.precision(0), matrix.recall(0)), (62.0 / 63.0, 62.0 / 65.0));
    assert_eq!(matrix.left_out(), 2);
    assert!(
        matrix.to_string().ends_with("\n2 left out: the target or the decision is none of the classes"),
        "{matrix}"
    );
    assert!(ConfusionMatrix::new(3).accuracy().is_nan());
}

#[test]
fn prints() {
    let expected = "\
true \\ predicted       0       1   recall
0                     62       3    0.954
1                      1     105    0.991
precision          0.984   0.972    0.977";
    assert_eq!(matrix().to_string(), expected);
}

#[test]
fn decisions() {
    let of = |probability: f64, target: f64| {
        let mut seen = None;
        Sigmoid::decisions(&Vector1::new(probability), &Vector1::new(target), |truth, decided| {
            seen = truth.zip(decided);
        });
        seen
    };
    assert_eq!((of(0.5, 1.0), of(0.51, 0.0)), (Some((1, 0)), Some((0, 1))));
    let of = |target: SVector<f32, 1>| {
        let mut seen = None;
        Softmax::decisions(&Vector3::new(0.1, 0.7, 0.2), &target, |truth, decided| seen = truth.zip(decided));
        seen
    };
    assert_eq!((of(Vector1::new(2.0)), of(Vector1::new(0.5))), (Some((2, 1)), None));
    let of = |target: [f32; 3]| {
        let mut seen = None;
        let output = Vector3::new(0.1_f32, 0.7, 0.2);
        Softmax::decisions(&output, &Vector3::from(target), |truth, decided| seen = truth.zip(decided));
        seen
    };
    for (target, class) in [([0.0, 0.0, 1.0], 2), ([0.2, 0.5, 0.3], 1), ([-1.0, -1.0, 1.0], 2), ([0.5, 0.5, 0.0], 0)] {
        assert_eq!(of(target), Some((class, 1)), "{target:?}");
    }
    for target in [[7.0, -3.0, 0.0], [0.0; 3], [1.0, 1.0, 0.0], [f32::NAN, 0.0, 1.0], [0.5, 0.2, 0.1]] {
        assert_eq!(of(target), None, "{target:?} names no class");
    }
}
