//! A large network inside a test's thread, whose stack is 2 MiB: created, trained for a step, saved, loaded, cloned, used.
use castnet::prelude::*;

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
    let (mut inputs, mut targets) = (vec![N::Input::zeroed(); 40], vec![L::Target::zeroed(); 40]);
    inputs.iter_mut().for_each(|input| input.as_flat_mut().fill(castnet::Scalar::from_f64(0.5)));
    targets.iter_mut().for_each(|target| target.as_flat_mut().fill(castnet::Scalar::from_f64(0.1)));
    trainer.train_on_batch(&inputs, &targets).expect("a sound batch");
    let net = trainer.into_network();
    assert!(net.as_flat() != before.as_flat(), "one step moves");

    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("weights.safetensors");
    net.save(&path).expect("saved");
    let loaded = N::load(&path).expect("loaded");
    assert!(loaded.as_flat() == net.as_flat());
    let mut workspace = Workspace::boxed();
    let output = loaded.predict_in(&inputs[0], &mut workspace).as_flat().to_vec();
    let mut batch = vec![N::Output::zeroed(); 40];
    net.predict_batch_with(castnet::Arithmetic::Portable, &inputs, &mut batch).expect("equal lengths");
    assert!(batch[39].as_flat() == output);
}

#[test]
fn image() {
    whole_life::<Image, _>(CategoricalCrossentropy);
}

#[test]
fn wide() {
    whole_life::<Wide, _>(MeanSquaredError);
}
