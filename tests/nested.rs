//! Nested networks: shapes, names, passes, files, state.
use castnet::nalgebra::SVector;
use castnet::prelude::*;

network! {
    pub Encoder< input 4 => dense 6 tanh => dense 3 gelu > where params == 51
    Decoder< input 3 => dense 5 tanh => dense 4 sigmoid >
    Autoencoder< input 4 => encoder: use Encoder -> 3 => decoder: use crate::Decoder -> 4 >
    Classifier< input 4 => features: use Encoder -> 3 frozen => dense 2 softmax >
    Same< input 4 => dense 6 tanh => dense 3 gelu => dense 5 tanh => dense 4 sigmoid >
    Residual< input 2x2 => flatten => dense 4 tanh => add(identity, use Encoder -> 3 => dense 4) => x: dense 3; x => use Decoder -> 4 => dense 1 >
}

#[test]
fn constants_are_sums() {
    assert_eq!(Autoencoder::PARAMS, Encoder::PARAMS + Decoder::PARAMS);
    assert_eq!(Autoencoder::TRAINABLE_PARAMS, Autoencoder::PARAMS);
    assert_eq!(<<Autoencoder as Network>::ParamCount as castnet::typenum::Unsigned>::USIZE, Autoencoder::PARAMS);
    assert_eq!(Autoencoder::MACS, Encoder::MACS + Decoder::MACS);
    assert_eq!((Classifier::PARAMS, Classifier::TRAINABLE_PARAMS), (51 + 8, 8));
    assert_eq!(Classifier::LAYERS[0].params, 51);
    assert!(!Classifier::LAYERS[0].trainable && Autoencoder::LAYERS[0].trainable);
    let names: Vec<&str> = Autoencoder::TENSORS.iter().map(|tensor| tensor.name).collect();
    assert_eq!(names[..3], ["encoder.dense_1.weight", "encoder.dense_1.bias", "encoder.dense_2.weight"]);
    assert_eq!(names.len(), 8);
    assert_eq!(Classifier::TENSORS.iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum::<usize>(), 59);
    println!("{}", Classifier::SUMMARY);
    assert!(Classifier::SUMMARY.ends_with("and those of Encoder, frozen"));
}

/// The same layers in one network give the same bits.
#[test]
fn as_if_written_in_place() {
    let mut whole = Same::init(&mut seeded(1));
    let mut parts = Autoencoder::init(&mut seeded(1));
    assert_eq!(whole.as_flat(), parts.as_flat(), "the same initializers in the same order");
    let x = [0.1, -0.7, 0.4, 0.9].into();
    assert_eq!(parts.predict_in(&x, &mut castnet::Workspace::boxed()), &whole.predict(&x));
    let inputs: [SVector<f32, 4>; 2] = [x, [0.5, 0.2, -0.3, 0.0].into()];
    let targets: [SVector<f32, 4>; 2] = [[0.1, 0.9, 0.3, 0.4].into(), [0.8, 0.2, 0.5, 0.1].into()];
    let mut trainer = whole.clone_boxed().compile(MeanSquaredError, Adam::default());
    let mut of_parts = parts.clone_boxed().compile(MeanSquaredError, Adam::default());
    for _ in 0..20 {
        let loss = trainer.train_on_batch(&inputs, &targets).expect("a sound batch").loss;
        assert_eq!(of_parts.train_on_batch(&inputs, &targets).expect("a sound batch").loss, loss);
    }
    (whole, parts) = (trainer.into_network(), of_parts.into_network());
    assert_eq!(whole.as_flat(), parts.as_flat());
    let read = Autoencoder::from_safetensors(&parts.to_safetensors()).expect("its own file");
    assert_eq!(read.as_flat(), parts.as_flat());
}

/// A nested `normalize` with statistics keeps them; one without learns them with the outer network, also behind another shape of the input.
#[test]
fn statistics() {
    network! {
        Scaled< input 2 => normalize => dense 3 >
        Both< x: input 2x1 => flatten => a: use Scaled -> 3 frozen; x => normalize => flatten => b: dense 3; add(a, b) => dense 1 >
    }
    let sample = |x: u8| <Both as Network>::Input::from_column_slice(&[f32::from(x), 10.0 * f32::from(x)]);
    let samples: Vec<_> = (0..4).map(sample).collect();
    let mut network = Both::init(&mut seeded(1));
    network.a.normalize_1.mean = [7.0, 8.0].into();
    network.adapt(&samples).expect("sound samples");
    assert_eq!(network.a.normalize_1.mean.as_slice(), [7.0, 8.0]);
    assert_eq!(network.normalize_1.mean[0], 8.25);
    let mut fresh = Both::init(&mut seeded(1));
    assert!(!fresh.is_adapted());
    fresh.adapt(&samples).expect("sound samples");
    assert_eq!(fresh.a.normalize_1.mean.as_slice(), [1.5, 15.0]);
}

#[test]
fn frozen_networks_stay() {
    let mut network = Classifier::init(&mut seeded(3));
    network.features.as_flat_mut().copy_from_slice(Encoder::init(&mut seeded(7)).as_flat());
    let before = network.clone_boxed();
    let mut trainer = network.compile(CategoricalCrossentropy, Adam::default());
    let inputs: [SVector<f32, 4>; 1] = [[0.1, -0.7, 0.4, 0.9].into()];
    let targets: [SVector<f32, 2>; 1] = [[0.0, 1.0].into()];
    let first = trainer.train_on_batch(&inputs, &targets).expect("a sound batch").loss;
    let second = trainer.train_on_batch(&inputs, &targets).expect("a sound batch").loss;
    assert!(second < first);
    let refused = trainer.compute_input_gradient(&inputs, &targets, &mut [[0.0; 4].into()]);
    assert_eq!(refused, Err(castnet::BatchError::NoInputGradient));
    let after = trainer.into_network();
    assert_eq!(before.features, after.features);
    assert_ne!(before.dense_1, after.dense_1);
}

/// As derived ones, although the macro writes them out.
#[test]
fn debug_and_equality() {
    let mut network = Classifier::init(&mut seeded(3));
    let Classifier { dense_1, features } = &*network;
    let derived = format!("Classifier {{ dense_1: {dense_1:?}, features: {features:?} }}");
    assert_eq!(format!("{network:?}"), derived);
    assert!(format!("{network:#?}").starts_with("Classifier {\n    dense_1: Dense {"));
    let same = network.clone_boxed();
    assert_eq!(same, network);
    network.features.dense_2.bias[0] = f32::NAN;
    assert_ne!(same, network);
    assert_ne!(network, network.clone_boxed());
}
