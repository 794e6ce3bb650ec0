//! Gradients in single precision, exact and fused, against those in double precision (which `gradients.rs` holds against differences).
use castnet::prelude::*;
use castnet::{Arithmetic, Scalar};
use castnet_tests::{Product, flat, random};

const SAMPLES: usize = 5;

/// Parameters, inputs and targets are the same numbers in both precisions.
pub fn check<S: Network<Scalar = f32>, D: Network<Scalar = f64>>() {
    let rng = &mut seeded(12);
    let mut network = S::init(rng);
    // Biases and statistics that are not zero.
    network.as_flat_mut().iter_mut().for_each(|x| *x += 0.3 * random::<[f32; 1]>(rng)[0]);
    let inputs: Vec<S::Input> = (0..SAMPLES).map(|_| random(rng)).collect();
    let targets: Vec<S::Output> = (0..SAMPLES).map(|_| random(rng)).collect();
    let mut double = D::zeroed_boxed();
    widen(network.as_flat(), double.as_flat_mut());
    let expected = gradients(double, &samples(&inputs), &samples(&targets), Arithmetic::Portable);

    // To the first order, each sum of n terms is off by up to n roundings. The sums on the way of a gradient, forward, back
    // and over the samples, have no more terms together than all samples have values.
    let terms = SAMPLES * (S::Input::LEN + S::TAPE_BYTES / f32::BYTES + S::Output::LEN);
    let scale = expected.iter().fold(0.0, |scale: f64, gradient| scale.max(gradient.abs()));
    assert!(scale > 0.0, "{}: no gradient", S::NAME);
    let tolerance = f64::from(f32::EPSILON) * terms as f64 * scale;
    for arithmetic in [Arithmetic::Portable, Arithmetic::Fused] {
        let got = gradients(network.clone_boxed(), &inputs, &targets, arithmetic);
        assert_eq!(got.len(), expected.len());
        for (index, (got, expected)) in got.iter().zip(&expected).enumerate() {
            let error = (got - expected).abs();
            assert!(error <= tolerance, "{}: {index} is {got}, not {expected}, in {arithmetic:?}", S::NAME);
        }
    }
}

/// The gradients of the parameters, then those of the inputs.
fn gradients<N: Network>(
    network: Box<N>,
    inputs: &[N::Input],
    targets: &[N::Output],
    arithmetic: Arithmetic,
) -> Vec<f64> {
    let mut trainer = network.compile(Product, Sgd::default()).arithmetic(arithmetic);
    let mut grad_inputs = vec![N::Input::zeroed(); inputs.len()];
    trainer.reseed(5);
    trainer.compute_input_gradient(inputs, targets, &mut grad_inputs).expect("a sound batch");
    trainer.reseed(5);
    let (_, gradient) = trainer.compute_gradient(inputs, targets).expect("a sound batch");
    gradient.as_flat().iter().chain(&flat(&grad_inputs)).map(|x| x.to_f64()).collect()
}

/// The same samples in double precision.
fn samples<A: Flat<Scalar = f32>, B: Flat<Scalar = f64>>(single: &[A]) -> Vec<B> {
    let double = |sample: &A| {
        let mut double = B::zeroed();
        widen(sample.as_flat(), double.as_flat_mut());
        double
    };
    single.iter().map(double).collect()
}

fn widen(single: &[f32], double: &mut [f64]) {
    assert_eq!(single.len(), double.len());
    double.iter_mut().zip(single).for_each(|(double, &single)| *double = f64::from(single));
}
