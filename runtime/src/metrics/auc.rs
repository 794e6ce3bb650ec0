//! Areas under the curves of a moving threshold: ROC and PR.
use super::binary::fraction;
use super::{Better, Metric, Probabilities};
use crate::flat::Flat;
use crate::math::Elementary;
use crate::scalar::Scalar;

/// The area under the curve of true positives over false positives (ROC) as the threshold moves from 1 to 0: the
/// probability that a "yes" gets a higher output than a "no". 200 thresholds, trapezoids between them.
///
/// Keras's [`AUC`](https://keras.io/api/metrics/classification_metrics/#auc-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auc;

/// The area under the curve of precision over recall (PR) as the threshold moves from 1 to 0: more telling than [`Auc`]
/// if one class is rare. 200 thresholds, interpolated between them as true positives grow.
///
/// Keras's [`AUC`](https://keras.io/api/metrics/classification_metrics/#auc-class) with `curve="PR"`; source: Davis and
/// Goadrich, "The Relationship Between Precision-Recall and ROC Curves", 2006.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AucPr;

const THRESHOLDS: usize = 200;

/// The state of [`Auc`] and [`AucPr`]: the sum of the weights of outputs, for each number of thresholds that are below
/// the output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buckets {
    yes: [f64; THRESHOLDS + 1],
    no: [f64; THRESHOLDS + 1],
}

impl Default for Buckets {
    fn default() -> Self {
        Self { yes: [0.0; THRESHOLDS + 1], no: [0.0; THRESHOLDS + 1] }
    }
}

/// The thresholds: evenly spread, the first just below 0 and the last just above 1.
fn threshold(index: usize) -> f64 {
    match index {
        0 => -1e-7,
        index if index == THRESHOLDS - 1 => 1.0 + 1e-7,
        index => index as f64 / (THRESHOLDS - 1) as f64,
    }
}

impl Buckets {
    fn add<A: Flat>(&mut self, output: &A, target: &A, weight: f64) {
        for (&output, &target) in output.as_flat().iter().zip(target.as_flat()) {
            let above = (0..THRESHOLDS).take_while(|&index| output.to_f64() > threshold(index)).count();
            let bucket = if target.to_f64() > 0.5 { &mut self.yes } else { &mut self.no };
            if let Some(sum) = bucket.get_mut(above) {
                *sum += weight;
            }
        }
    }

    /// The weight of true and of false positives at a threshold.
    fn positives(&self, index: usize) -> (f64, f64) {
        let above = |counts: &[f64]| counts.get(index + 1..).unwrap_or_default().iter().sum();
        (above(&self.yes), above(&self.no))
    }

    /// The sum, over each threshold and the next higher one, of a function of the positives at both.
    fn area(&self, between: impl Fn((f64, f64), (f64, f64)) -> f64) -> f64 {
        (0..THRESHOLDS - 1).map(|index| between(self.positives(index), self.positives(index + 1))).sum()
    }
}

/// The methods that both areas share.
macro_rules! area {
    ($name:literal) => {
        type State = Buckets;

        fn name(&self) -> &'static str {
            $name
        }

        fn better(&self) -> Better {
            Better::Higher
        }

        fn update(&self, state: &mut Buckets, output: &A, target: &A, weight: f64) {
            state.add(output, target, weight);
        }
    };
}

impl<H: Probabilities, A: Flat> Metric<H, A, A> for Auc {
    area!("auc");

    fn value(&self, state: &Buckets) -> f64 {
        let [all_yes, all_no] = [&state.yes, &state.no].map(|counts| counts.iter().sum::<f64>());
        let rate = |above: f64, all: f64| fraction(above, all - above);
        state.area(|(true_a, false_a), (true_b, false_b)| {
            let width = rate(false_a, all_no) - rate(false_b, all_no);
            width * (rate(true_a, all_yes) + rate(true_b, all_yes)) / 2.0
        })
    }
}

impl<H: Probabilities, A: Flat> Metric<H, A, A> for AucPr {
    area!("auc_pr");

    /// Between two thresholds `a < b` the precision is `slope + intercept / positives`, whose integral over the true
    /// positives is `slope (t_a - t_b + intercept / slope ln(positives_a / positives_b))`.
    fn value(&self, state: &Buckets) -> f64 {
        let all_yes: f64 = state.yes.iter().sum();
        let area = state.area(|(true_a, false_a), (true_b, false_b)| {
            let (positives_a, positives_b) = (true_a + false_a, true_b + false_b);
            let slope = fraction(true_a - true_b, (positives_a - positives_b) - (true_a - true_b));
            let intercept = true_b - slope * positives_b;
            let logarithm =
                if positives_a > 0.0 && positives_b > 0.0 { Elementary::ln(positives_a / positives_b) } else { 0.0 };
            slope * (true_a - true_b) + slope * intercept * logarithm
        });
        if all_yes > 0.0 { area / all_yes } else { 0.0 }
    }
}
