//! A prediction goes through the arena, where values overwrite others; the forward pass of training keeps them on the tape. In portable
//! arithmetic both give the same bits.
use castnet::activations::Activation;
use castnet::isa::Isa;
use castnet::losses::{Loss, Reduction};
use castnet::prelude::*;
use castnet::{Arithmetic, Flat, Scalar};
use castnet_tests::{flat, random};

/// Samples: several, and no whole number of vectors.
const SAMPLES: usize = 5;

/// The number of outputs with other bits than the targets. Zeros may differ in sign.
#[derive(Clone, Copy, Debug)]
struct Mismatches;

impl<H: Activation<A>, A: Flat + Clone + Send + Sync> Loss<H, A> for Mismatches {
    type Target = A;

    fn reduction(&self) -> Reduction {
        Reduction::Sum
    }

    fn sum(self, _: &[A], outputs: &[A], targets: &[A]) -> f64 {
        flat(outputs).into_iter().zip(flat(targets)).filter(|(output, target)| output != target).count() as f64
    }

    fn gradient<I: Isa<A::Scalar>>(self, _: I, _: H, _: &[A], _: &[A], _: &[A], grad: &mut [A]) {
        grad.iter_mut().for_each(|grad| grad.as_flat_mut().fill(A::Scalar::ZERO));
    }
}

/// Predictions of random samples, and the number of their values that differ from the forward pass of training.
fn mismatches<N: Network>() -> f64 {
    let rng = &mut seeded(12);
    let mut network = N::init(rng);
    // Biases and statistics that are not zero.
    network.as_flat_mut().iter_mut().for_each(|x| *x += N::Scalar::from_f64(0.3) * random::<[N::Scalar; 1]>(rng)[0]);
    let inputs: Vec<N::Input> = (0..SAMPLES).map(|_| random(rng)).collect();
    let mut workspace = Workspace::boxed();
    let mut predictions: Vec<N::Output> =
        inputs.iter().map(|input| network.predict_in(input, &mut workspace).clone()).collect();
    let mut batch = vec![N::Output::zeroed(); SAMPLES];
    network.predict_batch_with(Arithmetic::Portable, &inputs, &mut batch).expect("equally many");
    assert!(flat(&batch) == flat(&predictions), "{}: together and one by one", N::NAME);
    assert!(flat(&predictions[..1]) != flat(&predictions[1..2]), "{}: the input counts", N::NAME);

    let mut trainer = network.compile(Mismatches, Sgd::default()).arithmetic(Arithmetic::Portable);
    let mut count = |targets: &[N::Output]| {
        trainer.reseed(5);
        trainer.compute_gradient(&inputs, targets).expect("a sound batch").0
    };
    let found = count(&predictions);
    let last = predictions[SAMPLES - 1].as_flat_mut();
    last[0] += N::Scalar::from_f64(3.0);
    assert!(count(&predictions) >= found.max(1.0), "{}: another value is seen", N::NAME);
    found
}

pub fn alike<N: Network>() {
    assert_eq!(mismatches::<N>(), 0.0, "{}", N::NAME);
}

/// Some values were changed on their way, in every sample.
pub fn different<N: Network>() {
    assert!(mismatches::<N>() >= SAMPLES as f64, "{}", N::NAME);
}
