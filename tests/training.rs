//! Whole trainings agree with Keras: from the same weights, in the same order of batches, the loss of every epoch, the
//! weights at the end and the predictions. See `tests/README.md`.
use castnet::losses::Loss;
use castnet::prelude::*;
use castnet::{Evaluation, History};
use castnet_tests::{Fixture, flat};

network! {
    House< input 13 => dense 10 relu => dense 10 relu => dense 1 >
    House64< input 13 f64 => dense 10 relu => dense 10 relu => dense 1 >
    Cancer< input 30 => dense 16 relu => dense 1 sigmoid >
    Cancer64< input 30 f64 => dense 16 relu => dense 1 sigmoid >
    Wine< input 13 => dense 12 relu => dense 3 softmax >
    Wine64< input 13 f64 => dense 12 relu => dense 3 softmax >
    Diabetes< input 10 => dense 16 tanh l2 => dense 1 l2 >
    Diabetes64< input 10 f64 => dense 16 tanh l2 0.01 => dense 1 l2 0.01 >
    Penalized<
        input 10 => dense 16 tanh l2 0.0078125 bias_l1 0.001953125 bias_l2 0.015625 activity_l1 0.00390625 activity_l2 0.0078125
        => dense 1 bias_l2 0.03125 activity_l2 0.015625
    >
    Penalized64<
        input 10 f64 => dense 16 tanh l2 0.0078125 bias_l1 0.001953125 bias_l2 0.015625 activity_l1 0.00390625 activity_l2 0.0078125
        => dense 1 bias_l2 0.03125 activity_l2 0.015625
    >
    Digits< input 64 => dense 32 relu => dense 10 softmax >
    Digits64< input 64 f64 => dense 32 relu => dense 10 softmax >
    Convolved< input 8x8x1 => conv 8 3x3 relu => maxpool 2x2 => flatten => dense 10 softmax >
    Convolved64< input 8x8x1 f64 => conv 8 3x3 relu => maxpool 2x2 => flatten => dense 10 softmax >
    Normalized< input 64 => dense 24 nobias => batchnorm => relu => dense 10 softmax >
    Normalized64< input 64 f64 => dense 24 nobias => batchnorm => relu => dense 10 softmax >
    Sunspots< input 11x1 => lstm 8 => dense 1 >
    Sunspots64< input 11x1 f64 => lstm 8 => dense 1 >
}

/// Inputs and the targets that the loss wants.
fn data<N, L>(fixture: &Fixture, _: L, inputs: &str, targets: &str) -> Dataset<N::Input, L::Target>
where
    N: Network,
    L: Loss<N::Head, N::Output>,
{
    Dataset::new(samples::<N::Input>(fixture, inputs), fixture.samples(targets)).expect("sound data")
}

/// Inputs as they are, or pixels of 0 to 16, as parts of 16.
fn samples<A: Flat + Clone>(fixture: &Fixture, inputs: &str) -> Vec<A> {
    if fixture.has(inputs) {
        return fixture.samples(inputs);
    }
    let mut samples: Vec<A> = fixture.samples(&format!("{inputs}_u8"));
    let sixteenth = castnet::Scalar::from_f64(1.0 / 16.0);
    samples.iter_mut().for_each(|sample| sample.as_flat_mut().iter_mut().for_each(|pixel| *pixel *= sixteenth));
    samples
}

/// The tensors of a stage of the training in our order: layer by layer as in Keras, but state behind what is trained.
fn tensors(fixture: &Fixture, stage: &str) -> Vec<String> {
    let layers = fixture.json()["layers"].as_array().expect("layers");
    let mut weights: Vec<_> = layers.iter().flat_map(|layer| layer["weights"].as_array().expect("weights")).collect();
    weights.sort_by_key(|weight| !weight["trainable"].as_bool().expect("whether it is trained"));
    weights.iter().map(|weight| format!("{stage}.{}", weight["path"].as_str().expect("a path"))).collect()
}

/// Copies the weights of a stage of the training into the network.
fn set<N: Network>(network: &mut N, fixture: &Fixture, stage: &str) {
    let values: Vec<f64> = tensors(fixture, stage).iter().flat_map(|tensor| fixture.tensor(tensor).values).collect();
    assert_eq!(values.len(), N::PARAMS);
    for (parameter, value) in network.as_flat_mut().iter_mut().zip(values) {
        *parameter = castnet::Scalar::from_f64(value);
    }
}

/// Compares the network with the weights of a stage.
fn assert_weights<N: Network>(network: &N, fixture: &Fixture, stage: &str) {
    let mut rest = network.as_flat();
    for tensor in tensors(fixture, stage) {
        let (values, behind) = rest.split_at(fixture.tensor(&tensor).values.len());
        fixture.assert_close(&tensor, values);
        rest = behind;
    }
    assert!(rest.is_empty());
}

fn assert_history<T: castnet::Scalar>(histories: [&History; 2], fixture: &Fixture, metric: (&str, &str)) {
    for (ours, keras) in [("loss", "loss"), ("val_loss", "val_loss"), metric] {
        let series = histories.into_iter().flat_map(|history| history.series(ours).expect("a series of that name"));
        let series: Vec<T> = series.map(T::from_f64).collect();
        fixture.assert_close(&format!("history.{keras}"), &series);
    }
}

/// Trains as the fixture says; the metric is named as we and as Keras name it.
macro_rules! training {
    ($fixture:literal, $network:ident, $t:ident, $loss:expr, $optimizer:expr, $metric:expr, $names:expr) => {{
        let fixture = Fixture::load(concat!("training/", $fixture));
        let number = |key: &str| fixture.json()[key].as_u64().expect("a number") as usize;
        let data = |inputs, targets| data::<$network, _>(&fixture, $loss, inputs, targets);
        let (train, test) = (data("in.x_train", "in.y_train"), data("in.x_test", "in.y_test"));
        assert_eq!(train.len(), number("samples"));
        let mut trainer = $network::zeroed_boxed().compile($loss, $optimizer).metric($metric);
        set(trainer.network_mut(), &fixture, "init");

        let predictions = |network: &$network| {
            let mut outputs = vec![<$network as Network>::Output::zeros(); test.len()];
            network.predict_batch(test.inputs(), &mut outputs).expect("equal lengths");
            flat(&outputs)
        };
        fixture.assert_close("out.pred_test_initial", &predictions(trainer.network()));

        let batch = number("batch_size");
        let report: Evaluation =
            trainer.train_on_batch(&train.inputs()[..batch], &train.targets()[..batch]).expect("a sound batch");
        assert!(report.loss.is_finite());
        assert_weights(trainer.network(), &fixture, "step1");

        // From the start again, with a fresh optimizer.
        let mut trainer = trainer.into_network().compile($loss, $optimizer).metric($metric);
        set(trainer.network_mut(), &fixture, "init");
        let options = |epochs| Fit::epochs(epochs).batch_size(batch).shuffle(false).validation(&test).progress(false);
        let first = trainer.fit(&train, options(1));
        assert_weights(trainer.network(), &fixture, "epoch1");
        let rest = trainer.fit(&train, options(number("epochs") - 1));
        assert_eq!(first.epochs().len() + rest.epochs().len(), number("epochs"));
        assert_history::<$t>([&first, &rest], &fixture, $names);
        assert_weights(trainer.network(), &fixture, "final");
        fixture.assert_close("out.pred_test", &predictions(trainer.network()));
    }};
}

#[test]
fn boston() {
    training!("boston_mlp_rmsprop", House, f32, MeanSquaredError, RmsProp::default(), Mae, ("val_mae", "val_mae"));
    training!("boston_mlp_rmsprop", House64, f64, MeanSquaredError, RmsProp::default(), Mae, ("mae", "mae"));
}

#[test]
fn breast_cancer() {
    let names = ("val_accuracy", "val_binary_accuracy");
    training!("breast_cancer_adam", Cancer, f32, BinaryCrossentropy, Adam::default(), Accuracy, names);
    training!("breast_cancer_adam", Cancer64, f64, BinaryCrossentropy, Adam::default(), Accuracy, names);
}

#[test]
fn wine() {
    let names = ("accuracy", "categorical_accuracy");
    let optimizer = RmsProp { learning_rate: 0.002, ..RmsProp::default() };
    training!("wine_softmax_rmsprop", Wine, f32, CategoricalCrossentropy, optimizer, Accuracy, names);
    training!("wine_softmax_rmsprop", Wine64, f64, CategoricalCrossentropy, optimizer, Accuracy, names);
}

#[test]
fn diabetes() {
    let optimizer = Momentum { learning_rate: 0.02, momentum: 0.9, nesterov: true };
    training!("diabetes_l2_nesterov", Diabetes, f32, MeanSquaredError, optimizer, Mae, ("val_mae", "val_mae"));
    training!("diabetes_l2_nesterov", Diabetes64, f64, MeanSquaredError, optimizer, Mae, ("mae", "mae"));
}

/// Penalties on weights, biases and outputs.
#[test]
fn diabetes_with_all_penalties() {
    let optimizer = Momentum { learning_rate: 0.015625, momentum: 0.875, nesterov: true };
    let names = ("val_mae", "val_mae");
    training!("diabetes_regularizers_nesterov", Penalized, f32, MeanSquaredError, optimizer, Mae, names);
    training!("diabetes_regularizers_nesterov", Penalized64, f64, MeanSquaredError, optimizer, Mae, ("mae", "mae"));
}

#[test]
fn digits() {
    let names = ("val_accuracy", "val_sparse_categorical_accuracy");
    let loss = SparseCategoricalCrossentropy;
    training!("digits_mlp_rmsprop", Digits, f32, loss, RmsProp::default(), Accuracy, names);
    training!("digits_mlp_rmsprop", Digits64, f64, loss, RmsProp::default(), Accuracy, names);
}

#[test]
fn digits_by_a_convolution() {
    let names = ("val_accuracy", "val_sparse_categorical_accuracy");
    let loss = SparseCategoricalCrossentropy;
    training!("digits_cnn_adam", Convolved, f32, loss, Adam::default(), Accuracy, names);
    training!("digits_cnn_adam", Convolved64, f64, loss, Adam::default(), Accuracy, names);
}

/// The moving statistics are Keras's too.
#[test]
fn digits_normalized_by_batches() {
    let names = ("val_accuracy", "val_categorical_accuracy");
    let optimizer = Momentum { learning_rate: 0.05, momentum: 0.9, nesterov: false };
    training!("digits_batchnorm_sgd", Normalized, f32, CategoricalCrossentropy, optimizer, Accuracy, names);
    training!("digits_batchnorm_sgd", Normalized64, f64, CategoricalCrossentropy, optimizer, Accuracy, names);
}

#[test]
fn sunspots() {
    let optimizer = Adam { learning_rate: 0.01, ..Adam::default() };
    training!("sunspots_lstm_adam", Sunspots, f32, MeanSquaredError, optimizer, Mae, ("val_mae", "val_mae"));
    training!("sunspots_lstm_adam", Sunspots64, f64, MeanSquaredError, optimizer, Mae, ("mae", "mae"));
}
