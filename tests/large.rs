//! A large network inside a test's thread, whose stack is 2 MiB: created, trained for a step, saved, loaded, cloned, used.
use castnet::prelude::*;
use castnet::{Flat, Scalar, TrainingRng};
use castnet_tests::random;

/// All of them differ.
const SAMPLES: usize = 40;

network! {
    Image< input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 512 relu => dropout 0.5 => dense 10 softmax >
    Wide< input 1000 => dense 1024 relu => dense 1000 frozen => dense 1 > where params == 2_051_025
}

fn whole_life<N, L>(loss: L)
where
    N: Network,
    L: castnet::losses::Loss<N::Head, N::Output>,
{
    let net = N::init(&mut seeded(1));
    let before = net.clone_boxed();
    let mut trainer = net.compile(loss, Adam::default());
    let rng = &mut seeded(2);
    let inputs: Vec<N::Input> = (0..SAMPLES).map(|_| random(rng)).collect();
    let targets: Vec<L::Target> = (0..SAMPLES).map(|_| distribution(rng)).collect();
    trainer.train_on_batch(&inputs, &targets).expect("a sound batch");
    let net = trainer.into_network();
    assert!(net.as_flat() != before.as_flat(), "one step moves");

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("weights.safetensors");
    net.save(&path).expect("saved");
    let loaded = N::load(&path).expect("loaded");
    assert!(loaded.as_flat() == net.as_flat());
    let mut workspace = Workspace::boxed();
    let mut batch = vec![N::Output::zeroed(); SAMPLES];
    net.predict_batch_with(castnet::Arithmetic::Portable, &inputs, &mut batch).expect("equal lengths");
    for (sample, (input, output)) in inputs.iter().zip(&batch).enumerate() {
        assert!(output.as_flat() == loaded.predict_in(input, &mut workspace).as_flat(), "sample {sample}");
        assert!(
            batch[..sample].iter().all(|other| other.as_flat() != output.as_flat()),
            "sample {sample} has one of its own"
        );
    }
}

/// Positive values that add up to 1, or a single one.
fn distribution<A: Flat>(rng: &mut TrainingRng) -> A {
    let mut value: A = random(rng);
    let mut sum = A::Scalar::ZERO;
    for x in value.as_flat_mut() {
        *x = x.abs();
        sum += *x;
    }
    if A::LEN > 1 {
        value.as_flat_mut().iter_mut().for_each(|x| *x /= sum);
    }
    value
}

#[test]
fn image() {
    whole_life::<Image, _>(CategoricalCrossentropy);
}

#[test]
fn wide() {
    whole_life::<Wide, _>(MeanSquaredError);
}

/// A clone of a box, the way one writes it, of 100 MB: no weight passes over the stack.
#[test]
fn a_clone_of_a_box() {
    network! {
        Huge< input 5000 => dense 5000 => dense 1 >
        Partly< input 5000 => dense 5 => dense 5000 frozen => dense 1 >
        Outer< input 5000 => inner: use Huge -> 1 => dense 1 >
    }
    let mut net = Huge::zeroed_boxed();
    net.dense_2.bias[0] = 0.5;
    let copy = net.clone();
    assert!(copy == net && !std::ptr::eq(&*copy, &*net));
    let gradient = PartlyGradient::zeroed_boxed();
    assert!(gradient.clone() == gradient && Partly::zeroed_boxed().clone() == Partly::zeroed_boxed());
    assert!(Outer::zeroed_boxed().clone().inner.dense_2.bias[0] == 0.0);
}
