//! Yes or no: what is found, and what is found wrongly.
use super::Metric;
use crate::activations::Sigmoid;
use crate::flat::flatten;
use crate::{Flat, Scalar};

/// The part of all "yes" (above 0.5) that are right. 0 if there is none.
///
/// Keras's [`Precision`](https://keras.io/api/metrics/classification_metrics/#precision-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Precision;

/// The part of all that should be "yes" that are. 0 if there is none.
///
/// Keras's [`Recall`](https://keras.io/api/metrics/classification_metrics/#recall-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recall;

/// What [`Precision`] and [`Recall`] know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    /// "Yes", and right.
    pub true_positives: u64,
    /// "Yes", and wrong.
    pub false_positives: u64,
    /// "No", and wrong.
    pub false_negatives: u64,
}

impl Verdicts {
    fn add<A: Flat>(&mut self, outputs: &[A], targets: &[A]) {
        let half = A::Scalar::from_f64(0.5);
        for (&output, &target) in flatten(outputs).iter().zip(flatten(targets)) {
            match (output > half, target > half) {
                (true, true) => self.true_positives += 1,
                (true, false) => self.false_positives += 1,
                (false, true) => self.false_negatives += 1,
                (false, false) => {}
            }
        }
    }
}

/// A part of a whole; 0 of nothing.
pub(super) fn part(of: f64, rest: f64) -> f64 {
    if of + rest > 0.0 { of / (of + rest) } else { 0.0 }
}

impl<A: Flat> Metric<Sigmoid, A, A> for Precision {
    type State = Verdicts;

    fn name(&self) -> &'static str {
        "precision"
    }

    fn update(&self, state: &mut Verdicts, outputs: &[A], targets: &[A]) {
        state.add(outputs, targets);
    }

    fn value(&self, state: &Verdicts) -> f64 {
        part(state.true_positives as f64, state.false_positives as f64)
    }
}

impl<A: Flat> Metric<Sigmoid, A, A> for Recall {
    type State = Verdicts;

    fn name(&self) -> &'static str {
        "recall"
    }

    fn update(&self, state: &mut Verdicts, outputs: &[A], targets: &[A]) {
        state.add(outputs, targets);
    }

    fn value(&self, state: &Verdicts) -> f64 {
        part(state.true_positives as f64, state.false_negatives as f64)
    }
}

/// The area under the curve of true positives over false positives (ROC) as the threshold moves from 1 to 0: the
/// probability that a "yes" gets a higher output than a "no". 200 thresholds, trapezoids between them.
///
/// Keras's [`AUC`](https://keras.io/api/metrics/classification_metrics/#auc-class).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Auc;

const THRESHOLDS: usize = 200;

/// What [`Auc`] knows: how many outputs lie above how many thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    yes: [u64; THRESHOLDS + 1],
    no: [u64; THRESHOLDS + 1],
}

impl Default for Buckets {
    fn default() -> Self {
        Self { yes: [0; THRESHOLDS + 1], no: [0; THRESHOLDS + 1] }
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

impl<A: Flat> Metric<Sigmoid, A, A> for Auc {
    type State = Buckets;

    fn name(&self) -> &'static str {
        "auc"
    }

    fn update(&self, state: &mut Buckets, outputs: &[A], targets: &[A]) {
        for (&output, &target) in flatten(outputs).iter().zip(flatten(targets)) {
            let above = (0..THRESHOLDS).take_while(|&index| output.to_f64() > threshold(index)).count();
            let bucket = if target.to_f64() > 0.5 { &mut state.yes } else { &mut state.no };
            if let Some(count) = bucket.get_mut(above) {
                *count += 1;
            }
        }
    }

    fn value(&self, state: &Buckets) -> f64 {
        let [all_yes, all_no] = [&state.yes, &state.no].map(|counts| counts.iter().sum::<u64>() as f64);
        let rate =
            |counts: &[u64], all: f64| part(counts.iter().sum::<u64>() as f64, all - counts.iter().sum::<u64>() as f64);
        // The rates of true and of false positives at a threshold.
        let at = |index: usize| {
            let [yes, no] = [&state.yes, &state.no].map(|counts| counts.get(index + 1..).unwrap_or_default());
            (rate(yes, all_yes), rate(no, all_no))
        };
        let trapezoid = |index: usize| {
            let ((true_a, false_a), (true_b, false_b)) = (at(index), at(index + 1));
            (false_a - false_b) * (true_a + true_b) / 2.0
        };
        (0..THRESHOLDS - 1).map(trapezoid).sum()
    }
}
