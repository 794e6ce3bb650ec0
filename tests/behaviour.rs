//! Training and predictions: which results are the same, which are not, and the errors for bad input.
use castnet::losses::{Objection, TargetError};
use castnet::nalgebra::SVector;
use castnet::prelude::*;
use castnet::{Arithmetic, BatchError, FitError, LengthError, Outcome, Warning};

network! {
    Xor< input 2 => dense 8 tanh => dense 1 sigmoid >
    House< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
    Classes< input 4 => dense 16 relu => dropout 0.5 => dense 16 silu => dense 3 softmax >
    Dropped< input 4 => dense 64 => dropout 0.5 => dense 1 >
}

fn xor() -> DataFor<Xor> {
    let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0], [0.0]]).expect("sound data")
}

fn houses() -> DataFor<House> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/boston_housing.csv");
    Dataset::from_csv(path, &["MEDV"]).expect("sound data")
}

/// Samples of three classes: the largest of the first three values, with noise.
fn classes() -> DataFor<Classes> {
    use castnet::rand::RngExt;
    let mut rng = seeded(3);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for sample in 0..200 {
        let class = sample % 3;
        let mut input = [0.0_f32; 4].map(|_| rng.random::<f32>() - 0.5);
        input[class] += 1.0;
        let mut target = [0.0; 3];
        target[class] = 1.0;
        inputs.push(input.into());
        targets.push(target.into());
    }
    Dataset::new(inputs, targets).expect("sound data")
}

#[test]
fn xor_is_learnt_without_an_error() {
    let mut trainer =
        Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam { learning_rate: 0.05, ..Adam::default() });
    trainer = trainer.metric(Accuracy);
    let history = trainer.fit(&xor(), Fit::epochs(500).batch_size(4).progress(false));
    assert_eq!(*history.outcome(), Outcome::Completed);
    assert_eq!(trainer.evaluate(&xor()).expect("sound targets").metrics, [("accuracy", 1.0)]);
    let net = trainer.into_network();
    for (input, target) in xor().iter() {
        assert_eq!(net.predict(input)[0] > 0.5, target[0] == 1.0);
    }
}

/// A training on images that are augmented, which are drawn by the seed; on threads or on one.
#[test]
fn augmented_images() {
    let train = |augment: Option<Augment>, shuffle: bool, threads: usize| {
        let mut trainer =
            Classes::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default()).threads(threads);
        let data = classes();
        let mut options = Fit::epochs(3).shuffle(shuffle).validation_split(0.25).progress(false);
        if let Some(augment) = augment {
            options = options.augment(augment);
        }
        let history = trainer.fit(&data, options);
        assert_eq!(*history.outcome(), Outcome::Completed);
        assert!(data == classes(), "the data stay as they are");
        trainer.into_network()
    };
    let augment = Augment::images(2, 2, 1).shift(1).rotate(20.0).flip_horizontal();
    for shuffle in [true, false] {
        let net = train(Some(augment), shuffle, 1);
        assert!(net == train(Some(augment), shuffle, 3));
        assert!(net != train(None, shuffle, 1));
    }
    // Validation data are not augmented: the loss of a network that does not learn is the same in every epoch.
    let still = Sgd { learning_rate: 0.0 };
    let mut trainer = Classes::init(&mut seeded(1)).compile(CategoricalCrossentropy, still);
    let data = classes();
    let history = trainer.fit(&data, Fit::epochs(2).augment(augment).validation(&data).progress(false));
    let losses = history.series("val_loss").expect("a figure");
    assert_eq!(losses[0], losses[1]);
    assert_eq!(losses[0], trainer.evaluate(&data).expect("sound targets").loss);

    let refused = trainer.fit(&data, Fit::epochs(2).augment(Augment::images(28, 28, 1)).progress(false));
    let expected = "not trained: `Augment::images(28, 28, 1)` takes images of 784 values, but the network's input has 4: give the \
                    height, the width and the channels of the input";
    assert_eq!(refused.outcome().to_string(), expected);
}

/// All random numbers follow from the seed: two trainings give the same bits, another seed gives others.
#[test]
fn the_same_seed_gives_the_same_bits() {
    let train = |seed| {
        let mut trainer = Classes::init(&mut seeded(1)).compile(CategoricalCrossentropy, RmsProp::default());
        let history = trainer.fit(&classes(), Fit::epochs(3).seed(seed).validation_split(0.25).progress(false));
        (trainer.into_network(), history)
    };
    let ((first, first_history), (again, again_history)) = (train(5), train(5));
    assert!(first.as_flat() == again.as_flat());
    assert_eq!(first_history, again_history);
    assert!(first.as_flat() != train(6).0.as_flat());
    assert!(Classes::init(&mut seeded(1)).as_flat() == Classes::init(&mut seeded(1)).as_flat());
    assert!(Classes::init(&mut seeded(1)).as_flat() != Classes::init(&mut seeded(2)).as_flat());
}

/// One sample on the stack, in a workspace and in batches of any size: the same bits, but for batches that fuse.
#[test]
fn all_ways_to_predict_agree() {
    let mut net = House::init(&mut seeded(1));
    let data = houses();
    net.adapt(&data).expect("sound data");
    let mut batch = vec![<House as Network>::Output::zeros(); data.len()];
    net.predict_batch_with(Arithmetic::Portable, data.inputs(), &mut batch).expect("equal lengths");
    let mut fused = batch.clone();
    net.predict_batch(data.inputs(), &mut fused).expect("equal lengths");
    let mut workspace = Workspace::boxed();
    for ((input, output), fused) in data.inputs().iter().zip(&batch).zip(&fused) {
        assert_eq!(net.predict(input)[0].to_bits(), output[0].to_bits());
        assert!((output[0] - fused[0]).abs() < 1e-5);
        assert_eq!(net.predict_in(input, &mut workspace)[0].to_bits(), output[0].to_bits());
    }
    let mut none: [<House as Network>::Output; 0] = [];
    assert_eq!(net.predict_batch(&data.inputs()[..3], &mut none), Err(LengthError { inputs: 3, outputs: 0 }));
    assert_eq!(net.predict_batch(&[], &mut none), Ok(()));
}

/// In training a part of the values is missing and the others are larger; in predictions nothing is.
#[test]
fn dropout_rests_outside_of_training() {
    let inputs = [[1.0, -1.0, 0.5, 2.0].into()];
    let net = Dropped::init(&mut seeded(1));
    let quiet = net.predict(&inputs[0]);
    let target = [[0.0].into()];
    let data: DataFor<Dropped> = Dataset::new(inputs, target).expect("sound data");
    let mut trainer = net.compile(MeanSquaredError, Sgd { learning_rate: 0.0 });
    let expected = f64::from(quiet[0]) * f64::from(quiet[0]);
    assert!((trainer.evaluate(&data).expect("sound targets").loss - expected).abs() < 1e-6);
    let losses: Vec<f64> = (0..200).map(|_| trainer.train_on_batch(&inputs, &target).expect("a batch").loss).collect();
    assert!(
        losses.iter().filter(|loss| (*loss - expected).abs() > 1e-3 * expected).count() > 150,
        "dropout is at work"
    );
    assert_eq!(trainer.network().predict(&inputs[0]), quiet, "a rate of zero trains nothing");
}

/// A network takes raw features: the first training learns their statistics, and they travel with the weights.
#[test]
fn normalization_is_learnt_once() {
    let data = houses();
    let column = |index: usize| data.inputs().iter().map(move |input| f64::from(input[index]));
    let mean = column(5).sum::<f64>() / data.len() as f64;
    let variance = column(5).map(|x| (x - mean) * (x - mean)).sum::<f64>() / data.len() as f64;

    let mut trainer = House::init(&mut seeded(1)).compile(MeanSquaredError, Sgd { learning_rate: 0.0 });
    _ = trainer.fit(&data, Fit::epochs(1).progress(false));
    let learnt = trainer.network().normalize_1;
    assert!((f64::from(learnt.mean[5]) - mean).abs() < 1e-5);
    assert!((f64::from(learnt.scale[5]) - 1.0 / variance.sqrt()).abs() < 1e-5);

    let (half, _) = houses().split(0.5).expect("two parts");
    _ = trainer.fit(&half, Fit::epochs(1).progress(false));
    assert_eq!(trainer.network().normalize_1, learnt, "other data change nothing");
    let loaded = House::from_safetensors(&trainer.network().to_safetensors()).expect("sound weights");
    assert_eq!(loaded.normalize_1, learnt);
}

/// The last batch may be smaller; a batch may hold everything.
#[test]
fn any_batch_size() {
    for batch_size in [1, 3, 4, 7, 1000] {
        let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Sgd::default());
        let history = trainer.fit(&xor(), Fit::epochs(2).batch_size(batch_size).progress(false));
        assert_eq!((history.epochs().len(), history.outcome()), (2, &Outcome::Completed), "{batch_size}");
    }
}

#[test]
fn no_epochs_are_refused() {
    let net = Xor::init(&mut seeded(1));
    let before = net.clone_boxed();
    let mut trainer = net.compile(BinaryCrossentropy, Adam::default());
    let history = trainer.fit(&xor(), Fit::epochs(0).progress(false));
    assert_eq!((history.epochs().len(), history.outcome()), (0, &Outcome::Refused(FitError::Epochs)));
    assert_eq!(history.outcome().to_string(), "not trained: 0 epochs: give at least one");
    assert_eq!(trainer.into_network(), before);
}

#[test]
fn options_that_cannot_be_followed() {
    let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default());
    let mut refused = |options: Fit<'_, _, _>| match trainer.fit(&xor(), options.progress(false)).outcome() {
        Outcome::Refused(error) => error.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(Fit::epochs(1).batch_size(0)), FitError::BatchSize);
    for part in [0.0, 1.0, -1.0, 2.0, 0.9, f64::NAN] {
        let error = refused(Fit::epochs(1).validation_split(part));
        assert!(matches!(error, FitError::ValidationSplit { samples: 4, .. }), "{part}: {error:?}");
    }
    let data = xor();
    let twice = FitError::TwoValidations { fraction: 0.25 };
    assert_eq!(refused(Fit::epochs(1).validation(&data).validation_split(0.25)), twice);
    assert_eq!(refused(Fit::epochs(1).validation_split(0.25).validation(&data)), twice);
    assert_eq!(refused(Fit::epochs(1).validation(&data).validation_split(0.25).validation(&data)), twice);
    for (option, options) in [
        ("validation", Fit::epochs(1).validation(&data).validation(&data)),
        ("validation", Fit::epochs(1).validation(&data).validation(&data).validation_split(0.25)),
        ("validation_split", Fit::epochs(1).validation_split(0.25).validation_split(0.5)),
        ("validation_split", Fit::epochs(1).validation_split(0.25).validation_split(0.5).validation(&data)),
    ] {
        assert_eq!(refused(options), FitError::RepeatedValidation { option });
    }
    assert_eq!(
        FitError::RepeatedValidation { option: "validation" }.to_string(),
        "`validation` was given twice: give it once, as a training has one set of validation data"
    );
    let message =
        "validation data and a validation split of 0.25: give one of them, `validation` or `validation_split`";
    assert_eq!(twice.to_string(), message);
}

/// A training that runs away stops at once, says where, and keeps the last weights that were finite.
#[test]
fn divergence() {
    network! { Line< input 13 => dense 10 => dense 1 > }
    let data: DataFor<Line> = Dataset::new(houses().inputs(), houses().targets()).expect("sound data");
    let mut trainer = Line::init(&mut seeded(1)).compile(MeanSquaredError, Sgd { learning_rate: 0.1 });
    let history = trainer.fit(&data, Fit::epochs(10).progress(false));
    let Outcome::Diverged { epoch: 1, batch } = *history.outcome() else { panic!("{history}") };
    assert!(batch > 1 && history.epochs().is_empty());
    assert!(history.to_string().contains(&format!("epoch 1, batch {batch}")), "{history}");
    let weights = trainer.network().as_flat().to_vec();
    let error = trainer.train_on_batch(&data.inputs()[..32], &data.targets()[..32]);
    assert!(error == Err(BatchError::NotFinite) || error.is_ok());
    if error.is_err() {
        assert!(weights.iter().map(|w| w.to_bits()).eq(trainer.network().as_flat().iter().map(|w| w.to_bits())));
    }
}

#[test]
fn bad_batches() {
    let net = Xor::init(&mut seeded(1));
    let before = net.clone_boxed();
    let mut trainer = net.compile(BinaryCrossentropy, Adam::default());
    let (inputs, targets) = (xor().inputs().to_vec(), xor().targets().to_vec());
    let mismatch = LengthError { inputs: 4, outputs: 3 };
    assert_eq!(trainer.train_on_batch(&inputs, &targets[..3]), Err(BatchError::Lengths(mismatch)));
    assert_eq!(trainer.train_on_batch(&inputs[..0], &targets[..0]), Err(BatchError::Empty));
    let nan = [[f32::NAN, 0.0].into()];
    assert_eq!(trainer.train_on_batch(&nan, &targets[..1]), Err(BatchError::NotFinite));
    for weight in [-1.0, f64::NAN, f64::INFINITY] {
        let weights = [1.0, weight, 1.0, 1.0];
        assert_eq!(trainer.train_on_weighted_batch(&inputs, &targets, &weights), Err(BatchError::Weight));
    }
    assert_eq!(*trainer.network(), *before);
    assert_eq!(trainer.network_mut().adapt(&nan[..]), Err(BatchError::NotFiniteInput));
    assert_eq!(trainer.network_mut().adapt(&inputs[..0]), Err(BatchError::Empty));
}

/// Frozen layers stay as they are; the penalty of l2 is in the loss, `l2 Σ w²`, and pulls weights towards zero.
#[test]
fn frozen_and_regularized() {
    network! {
        Frozen< input 2 => kept: dense 4 tanh frozen => dense 1 sigmoid >
        Pulled< input 2 => dense 3 l2 0.5 => dense 1 l1 0.25 >
    }
    let mut trainer = Frozen::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default());
    let before = trainer.network().clone_boxed();
    let data: DataFor<Frozen> = Dataset::new(xor().inputs(), xor().targets()).expect("sound data");
    _ = trainer.fit(&data, Fit::epochs(5).progress(false));
    assert_eq!(trainer.network().kept, before.kept);
    assert_ne!(trainer.network().dense_1, before.dense_1);

    let net = Pulled::init(&mut seeded(1));
    let l2 = 0.5 * net.dense_1.weight.iter().map(|&w| f64::from(w) * f64::from(w)).sum::<f64>();
    let l1 = 0.25 * net.dense_2.weight.iter().map(|&w| f64::from(w.abs())).sum::<f64>();
    assert!((net.penalty() - l1 - l2).abs() < 1e-9);
    let zeros: DataFor<Pulled> = Dataset::new([[0.0, 0.0].into()], [[0.0].into()]).expect("sound data");
    let mut trainer = net.compile(MeanSquaredError, Sgd { learning_rate: 0.1 });
    assert!((trainer.evaluate(&zeros).expect("sound targets").loss - l1 - l2).abs() < 1e-9);
    let before = trainer.network().dense_1.weight;
    _ = trainer.fit(&zeros, Fit::epochs(1).progress(false));
    assert!((trainer.network().dense_1.weight - before * 0.9).abs().max() < 1e-6, "w - 0.1 * 2 * 0.5 w");
}

/// An optimizer's state can be handed on: two halves of a training are as good as one whole.
#[test]
fn training_goes_on() {
    let options = || Fit::epochs(3).shuffle(false).progress(false);
    let start = || House::init(&mut seeded(1));
    let mut whole = start().compile(MeanSquaredError, Adam::default());
    _ = whole.fit(&houses(), options());
    _ = whole.fit(&houses(), options());

    let mut first = start().compile(MeanSquaredError, Adam::default());
    _ = first.fit(&houses(), options());
    let (network, state) = first.into_parts();
    assert_eq!(state.steps, 3 * 506_u64.div_ceil(32));
    let mut second = network.compile(MeanSquaredError, Adam::default()).with_state(state);
    _ = second.fit(&houses(), options());
    assert_eq!(*second.network(), *whole.network());
}

/// One step by hand: compute a gradient, change it, apply it.
#[test]
fn gradients_of_ones_own() {
    let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Sgd { learning_rate: 0.5 });
    let before = trainer.network().clone();
    let (loss, gradient) = trainer.compute_gradient(xor().inputs(), xor().targets()).expect("a batch");
    assert!(loss > 0.0);
    let mut gradient = gradient.clone();
    gradient.as_flat_mut().iter_mut().for_each(|g| *g = 1.0);
    trainer.apply(&gradient).expect("sound numbers");
    let moved = before.as_flat().iter().zip(trainer.network().as_flat()).all(|(before, after)| *after == before - 0.5);
    assert!(moved);
}

/// A network that ends in softmax is trained with a loss for sigmoids by `Insist`.
#[test]
fn an_unusual_pairing_on_purpose() {
    let mut trainer =
        Classes::init(&mut seeded(1)).compile(Insist(BinaryCrossentropy), Adam::default()).metric(Accuracy);
    let before = trainer.evaluate(&classes()).expect("sound targets").loss;
    _ = trainer.fit(&classes(), Fit::epochs(30).progress(false));
    let after = trainer.evaluate(&classes()).expect("sound targets");
    assert!(after.loss < before && after.metrics[0].1 > 0.9, "{before} to {after}");
}

/// Numbers of classes as targets train exactly as one-hot vectors do; a number that is no class ends the training.
#[test]
fn sparse_targets() {
    let one_hot = classes();
    let numbers: Vec<SVector<f32, 1>> =
        one_hot.targets().iter().map(|target| [target.argmax().0 as f32].into()).collect();
    let start = || Classes::init(&mut seeded(1));
    let mut dense = start().compile(CategoricalCrossentropy, Adam::default());
    let mut sparse = start().compile(SparseCategoricalCrossentropy, Adam::default());
    let numbered = Dataset::new(one_hot.inputs(), numbers).expect("sound data");
    let dense_history = dense.fit(&one_hot, Fit::epochs(2).seed(3).progress(false));
    let sparse_history = sparse.fit(&numbered, Fit::epochs(2).seed(3).progress(false));
    assert!(dense.network().as_flat() == sparse.network().as_flat());
    let (a, b) = (dense_history.epochs()[1].train.loss, sparse_history.epochs()[1].train.loss);
    assert!((a - b).abs() < 1e-12, "{a} and {b}");

    for wrong in [3.0, -1.0, 0.5] {
        let bad = sparse.train_on_batch(&one_hot.inputs()[..1], &[SVector::from([wrong])]);
        let objection = Objection::Class { class: f64::from(wrong), classes: 3 };
        assert_eq!(bad, Err(BatchError::Target(TargetError { sample: 0, objection })));
    }
}

/// Numbers that are no class or no probability: Keras trains on, to NaN or to a loss below zero.
#[test]
fn targets_that_do_not_suit_the_loss() {
    network! {
        Three< input 1 => dense 3 softmax >
        Logits< input 1 => dense 3 >
        Two< input 1 => dense 1 sigmoid >
    }
    type Data = Dataset<SVector<f32, 1>, SVector<f32, 1>>;
    let data =
        |targets: [f32; 2]| -> Data { Dataset::from_rows(&[[0.0], [1.0]], &targets.map(|t| [t])).expect("finite") };
    let sound = data([0.0, 1.0]);
    let outcome = |history: castnet::History| history.outcome().to_string();
    for target in [3.0, -1.0, 0.5] {
        let mut trainer = Three::init(&mut seeded(1)).compile(SparseCategoricalCrossentropy, Sgd::default());
        let wrong = data([2.0, target]);
        let history = trainer.fit(&wrong, Fit::epochs(1).progress(false));
        let expected = format!(
            "not trained: the target of training sample 1 (counted from 0) does not suit the loss: class {target} of 3: targets are whole numbers from 0 to 2"
        );
        assert_eq!(outcome(history), expected);
        let history = trainer.fit(&sound, Fit::epochs(1).validation(&wrong).progress(false));
        assert_eq!(outcome(history), expected.replace("training", "validation"));
        let loss = Reduced { loss: FromLogits(SparseCategoricalCrossentropy), reduction: Default::default() };
        let mut trainer = Logits::init(&mut seeded(1)).compile(loss, Sgd::default());
        assert_eq!(outcome(trainer.fit(&wrong, Fit::epochs(1).progress(false))), expected);
    }
    let wrong = data([1.0, 2.0]);
    let mut trainer = Two::init(&mut seeded(1)).compile(BinaryCrossentropy, Sgd::default());
    let expected = "not trained: the target of training sample 1 (counted from 0) does not suit the loss: 2, but targets of a binary cross-entropy are from 0 (no) to 1 (yes)";
    assert_eq!(outcome(trainer.fit(&wrong, Fit::epochs(1).progress(false))), expected);
    let loss = Smoothed { loss: BinaryCrossentropy, amount: 0.1 };
    let mut trainer = Two::init(&mut seeded(1)).compile(loss, Sgd::default());
    assert_eq!(outcome(trainer.fit(&wrong, Fit::epochs(1).progress(false))), expected);
    // `Insist` is about the last activation, and not about targets.
    let mut trainer = Two::init(&mut seeded(1)).compile(Insist(BinaryCrossentropy), Sgd::default());
    assert_eq!(outcome(trainer.fit(&wrong, Fit::epochs(1).progress(false))), expected);
    let soft = data([0.25, 0.75]);
    let mut trainer = Two::init(&mut seeded(1)).compile(BinaryCrossentropy, Sgd::default());
    assert_eq!(*trainer.fit(&soft, Fit::epochs(1).progress(false)).outcome(), Outcome::Completed);
}

/// A prediction computes `relu` behind the pooling that follows it, where nothing else reads it; the values are those of training, which
/// computes it before (a zero may have the other sign).
#[test]
fn relu_before_a_pooling_or_behind_it() {
    network! {
        Chain< input 6x6x2 => conv 3 3x3 same relu => maxpool 3x2 same => conv 4 2x2 => relu => globalmaxpool => dense 2 >
    }
    network! {
        ReadTwice<
            input 6x6x2 => wide: conv 3 3x3 same relu => maxpool 2x2 => globalavgpool => a: dense 2;
            wide => globalmaxpool => b: dense 2;
            add(a, b)
        >
    }
    fn check<N: Network<Scalar = f32, Head = castnet::activations::Linear, Output = SVector<f32, 2>>>(network: Box<N>) {
        use castnet::rand::RngExt;
        let mut rng = seeded(8);
        let inputs: Vec<N::Input> = (0..5)
            .map(|_| {
                let mut input = *N::Input::zeroed_boxed();
                input.as_flat_mut().iter_mut().for_each(|x| *x = rng.random_range(-1.0..1.0));
                input
            })
            .collect();
        let mut workspace = Workspace::boxed();
        let predicted: Vec<_> = inputs.iter().map(|input| *network.predict_in(input, &mut workspace)).collect();
        let mut trainer = network.compile(MeanSquaredError, Sgd::default()).arithmetic(Arithmetic::Portable);
        let judged = trainer.train_on_judgement(&inputs, |outputs, grads| {
            grads.iter_mut().for_each(|grad| grad.fill(0.0));
            assert_eq!(outputs, predicted, "{}", N::NAME);
            Ok(0.0)
        });
        assert_eq!(judged, Ok(0.0));
    }
    check(Chain::init(&mut seeded(1)));
    check(ReadTwice::init(&mut seeded(1)));
    network! {
        #[optimize(size)]
        Shared< input 6x6x2 => conv 3 3x3 same relu => maxpool 3 => flatten => dense 2 >
    }
    check(Shared::init(&mut seeded(1)));
    network! {
        Last< input 6x5 => conv 2 3 relu => globalmaxpool >
    }
    check(Last::init(&mut seeded(1)));
}

/// A sample of weight 0 counts for nothing, whatever its target is; an input that is no number is an error, as it would spoil the gradient.
#[test]
fn a_sample_of_no_weight() {
    network! { Line< input 2 => dense 1 > }
    let line = || {
        let optimizer = Sgd { learning_rate: 0.1 };
        Line::init(&mut seeded(1)).compile(MeanSquaredError, optimizer)
    };
    let (first, second) = (SVector::from([1.0_f32, 2.0]), SVector::from([0.5, 0.1]));
    let target = |target: f32| SVector::from([target]);
    let (mut masked, mut zero) = (line(), line());
    let report = masked.train_on_weighted_batch(&[first, second], &[target(1.0), target(f32::NAN)], &[1.0, 0.0]);
    assert_eq!(report, zero.train_on_weighted_batch(&[first, second], &[target(1.0), target(0.0)], &[1.0, 0.0]));
    assert!(report.is_ok() && masked.network() == zero.network());

    let before = masked.network().clone();
    for input in [f32::NAN, 3e38] {
        let inputs = [first, SVector::from([input, input])];
        let report = masked.train_on_weighted_batch(&inputs, &[target(1.0), target(1.0)], &[1.0, 0.0]);
        assert_eq!(report.err(), Some(BatchError::NotFinite));
        assert!(*masked.network() == before);
    }

    network! { Pick< input 2 => dense 3 softmax > }
    type Class = castnet::nalgebra::SMatrix<f32, 1, 1>;
    let rows = Dataset::<SVector<f32, 2>, Class>::from_rows(&[[1.0, 2.0], [0.5, 0.1]], &[[2.0], [-1.0]]);
    let data = rows.expect("sound data");
    let mut trainer = Pick::init(&mut seeded(1)).compile(SparseCategoricalCrossentropy, Sgd::default());
    assert!(matches!(
        trainer.fit(&data, Fit::epochs(1)).outcome(),
        Outcome::Refused(FitError::Target { sample: 1, .. })
    ));
    let data = data.with_weights(vec![1.0, 0.0]).expect("as many weights");
    assert!(matches!(trainer.fit(&data, Fit::epochs(1)).outcome(), Outcome::Completed));
}

/// Losses and optimizers in generic code.
#[test]
fn loops_of_ones_own() {
    use castnet::losses::Loss;
    use castnet::optimizers::Optimizer;

    fn train<N: Network, L: Loss<N::Head, N::Output>, O: Optimizer>(net: Box<N>, loss: L, optimizer: O) -> Box<N> {
        net.compile(loss, optimizer).into_network()
    }
    let net = House::init(&mut seeded(1));
    let before = net.clone();
    assert_eq!(train(net, MeanSquaredError, Sgd::default()), before);
}

/// A loss for each of several outputs, added up: Keras's figure for one loss that is given to all outputs is this one. The mean over all values
/// of all outputs, whose numbers have nothing to do with each other, is another; it takes `Insist`.
#[test]
fn losses_of_several_outputs_are_added() {
    network! { Heads< x: input 1 => a: dense 1; x => b: dense 3 > }
    use castnet::Both;
    let net = || {
        let mut net = Heads::init(&mut seeded(1));
        net.as_flat_mut().fill(0.0);
        net
    };
    let input = [SVector::from([1.0])];
    // 4 is the square of 2, 1 the mean of three ones.
    let target = [Both([2.0].into(), [1.0, -1.0, 1.0].into())];
    let mut each = net().compile(Both(MeanSquaredError, MeanSquaredError), Sgd { learning_rate: 0.0 });
    assert_eq!(each.train_on_batch(&input, &target).expect("a batch").loss, 5.0);
    // The derivatives of the biases: 2 (0 - 2), and 2 (0 - 1) / 3.
    assert_eq!(each.gradient().a.bias[0], -4.0);
    assert!((each.gradient().b.bias[0] + 2.0 / 3.0).abs() < 1e-6);
    let mut all = net().compile(Insist(MeanSquaredError), Sgd { learning_rate: 0.0 });
    let target = [HeadsOutput { a: [2.0].into(), b: [1.0, -1.0, 1.0].into() }];
    assert_eq!(all.train_on_batch(&input, &target).expect("a batch").loss, 1.75);
}

/// The struct of several outputs is the target of a loss for each: the data of `DataFor` train as the pairs of targets do, on a device too.
#[test]
fn data_of_several_outputs() {
    network! { Heads< input 3 => trunk: dense 4 relu; trunk => age: dense 1; trunk => kind: dense 2 softmax; trunk => old: dense 1 sigmoid > }
    use castnet::{Both, TrainingMemory};
    let (inputs, rows) = ([[0.1, 0.2, 0.3], [0.3, 0.1, 0.2]], [[0.5, 1.0, 0.0, 1.0], [0.7, 0.25, 0.75, 0.0]]);
    let data: DataFor<Heads> = Dataset::from_rows(&inputs, &rows).expect("sound data");
    assert_eq!(data.targets()[1], HeadsOutput { age: [0.7].into(), kind: [0.25, 0.75].into(), old: [0.0].into() });
    let pairs = data.clone().map_targets(|target| Both(target.age, Both(target.kind, target.old)));
    let pairs = pairs.expect("finite");

    let loss = Both(MeanSquaredError, Both(CategoricalCrossentropy, BinaryCrossentropy));
    let trainer = || Heads::init(&mut seeded(1)).compile(loss, Adam::default());
    let (mut whole, mut of_pairs) = (trainer(), trainer());
    let history = whole.fit(&data, Fit::epochs(3).batch_size(1).progress(false).validation(&data));
    assert_eq!(history, of_pairs.fit(&pairs, Fit::epochs(3).batch_size(1).progress(false).validation(&pairs)));
    assert_eq!((history.outcome(), whole.network()), (&Outcome::Completed, of_pairs.network()));
    assert_eq!(whole.evaluate(&data), of_pairs.evaluate(&pairs));

    let mut device = Heads::init(&mut seeded(1));
    let mut memory = TrainingMemory::<Heads, Adam, 2>::new();
    let mut device = device.compile_in(&mut memory, loss, Adam::default());
    let of_device = device.train_on_batch(data.inputs(), data.targets()).expect("a batch");
    let mut trainer = trainer().arithmetic(castnet::Arithmetic::Portable);
    assert_eq!(trainer.train_on_batch(pairs.inputs(), pairs.targets()).expect("a batch").loss, of_device.loss);
}

/// A column that does not vary is shifted and not scaled, and the history says so: in training by `normalize` on its own and in a nested network.
#[test]
fn constant_columns() {
    network! {
        Inner< input 3 => normalize => dense 2 >
        Outer< input 3 => use Inner -> 2 => dense 1 >
        Plain< input 3 => scaled: normalize => dense 1 >
    }
    fn history<N>() -> (castnet::History, Box<N>)
    where
        N: Network<
                Scalar = f32,
                Input = SVector<f32, 3>,
                Output = SVector<f32, 1>,
                Head = castnet::activations::Linear,
            >,
    {
        let rows = [[1.0, 0.1, 7.0], [2.0, 0.1, 7.0], [4.0, 0.1, 7.0]];
        let data: DataFor<N> = Dataset::from_rows(&rows, &[[0.0], [1.0], [2.0]]).expect("sound data");
        let mut trainer = N::init(&mut seeded(1)).compile(MeanSquaredError, Sgd::default());
        let history = trainer.fit(&data, Fit::epochs(1).progress(false));
        assert!(trainer.fit(&data, Fit::epochs(1).progress(false)).warnings().is_empty(), "nothing is learnt anew");
        (history, trainer.into_network())
    }
    let (warned, net) = history::<Plain>();
    let warning = Warning::ConstantChannels { layer: "scaled", channels: vec![1, 2] };
    assert_eq!(warned.warnings(), [warning]);
    assert_eq!((net.scaled.mean[1], net.scaled.scale[1], net.scaled.scale[2]), (0.1, 1.0, 1.0));
    assert_eq!(*warned.outcome(), Outcome::Completed);
    let expected = "completed\nwarning: channels 1, 2 (counted from 0) of the input of `scaled` are constant in the training data: shifted to 0 and not scaled; leave such columns out, or give data in which they vary";
    assert!(warned.to_string().ends_with(expected), "{warned}");
    // A training that is refused has learnt nothing: the next one warns.
    let rows = [[1.0, 0.1, 7.0], [2.0, 0.1, 7.0], [4.0, 0.1, 7.0]];
    let data: DataFor<Plain> = Dataset::from_rows(&rows, &[[0.0], [1.0], [2.0]]).expect("sound data");
    let before = Plain::init(&mut seeded(1));
    let mut trainer = before.clone_boxed().compile(MeanSquaredError, Sgd::default());
    let mut stop = EarlyStopping::new(trainer.monitor("loss").expect("a figure")).min_delta(-1.0);
    let refused = trainer.fit(&data, Fit::epochs(1).callback(&mut stop).progress(false));
    assert!(matches!(refused.outcome(), Outcome::Refused(_)), "{:?}", refused.outcome());
    assert!(trainer.network().as_flat() == before.as_flat());
    assert_eq!(trainer.fit(&data, Fit::epochs(1).progress(false)).warnings(), warned.warnings());
    let (warned, _) = history::<Outer>();
    let warning = Warning::ConstantChannels { layer: "normalize_1", channels: vec![1, 2] };
    assert_eq!(warned.warnings(), [warning]);
    let samples = [[1.0, 0.5, 7.0].into(), [2.0, 0.1, 7.0].into()];
    assert_eq!(Plain::init(&mut seeded(1)).adapt(&samples[..]), Ok(1));
    let many = Warning::ConstantChannels { layer: "a", channels: (0..12).collect() };
    assert!(
        many.to_string().starts_with("channels 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more (counted from 0)"),
        "{many}"
    );
    let one = Warning::ConstantChannels { layer: "a", channels: vec![3] };
    assert!(one.to_string().starts_with("channel 3 (counted from 0) of the input of `a` is constant"), "{one}");
}

/// Wrappers of a loss in any order are the same loss.
#[test]
fn smoothed_logits_in_any_order() {
    network! { Logits< input 4 => dense 8 tanh => dense 3 > }
    fn trained<
        L: castnet::losses::Loss<<Logits as Network>::Head, <Logits as Network>::Output, Target = SVector<f32, 3>>,
    >(
        loss: L,
    ) -> (f64, Box<Logits>) {
        let data = classes();
        let mut trainer = Logits::init(&mut seeded(1)).compile(loss, Sgd::default());
        let report = trainer.train_on_batch(&data.inputs()[..50], &data.targets()[..50]).expect("a sound batch");
        (report.loss, trainer.into_network())
    }
    let (loss, amount) = (CategoricalCrossentropy, 0.2);
    let inside = trained(FromLogits(Smoothed { loss, amount }));
    assert_eq!(trained(Smoothed { loss: FromLogits(loss), amount }), inside);
    assert_eq!(trained(Smoothed { loss: Weighted(FromLogits(loss), 1.0), amount }), inside);
    assert_ne!(trained(FromLogits(loss)).0, inside.0);
    // A reduction outside or inside of the smoothing.
    let sum = |loss| Reduced { loss, reduction: Reduction::Sum };
    let outside = trained(Reduced { loss: Smoothed { loss: FromLogits(loss), amount }, reduction: Reduction::Sum });
    assert_eq!(trained(Smoothed { loss: sum(FromLogits(loss)), amount }), outside);
}
