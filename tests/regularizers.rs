//! Penalties on weights, biases and activities, against Keras's formulas written out by hand: `Σ` over parameters, and over the outputs of a
//! layer divided by the number of samples, added to the loss of a batch; weights of samples do not count in them.
use castnet::nalgebra::{SMatrix, SVector};
use castnet::{Arithmetic, WeightFiles, prelude::*};

type Inputs = [f64; 3];
type Targets = [f64; 2];

network! {
    Small<
        input 3 f64 => dense 4 tanh l1 0.01 bias_l1 0.02 bias_l2 0.03 activity_l1 0.04 activity_l2 0.05
        => dense 2 sigmoid bias_l2 0.06 activity_l2 0.07
    >
}

/// The parameters of `Small`, or their gradient: weights as units x inputs.
#[derive(Clone, Debug, Default)]
struct Parameters {
    hidden: [[f64; 3]; 4],
    hidden_bias: [f64; 4],
    output: [[f64; 4]; 2],
    output_bias: [f64; 2],
}

fn sign(value: f64) -> f64 {
    if value == 0.0 { 0.0 } else { value.signum() }
}

impl Parameters {
    fn of(network: &Small) -> Self {
        Self {
            hidden: std::array::from_fn(|unit| std::array::from_fn(|input| network.dense_1.weight[(unit, input)])),
            hidden_bias: network.dense_1.bias.into(),
            output: std::array::from_fn(|unit| std::array::from_fn(|input| network.dense_2.weight[(unit, input)])),
            output_bias: network.dense_2.bias.into(),
        }
    }

    /// In the order of castnet: weights input by input, then biases.
    fn flat(&self) -> Vec<f64> {
        let hidden = (0..3).flat_map(|input| self.hidden.iter().map(move |unit| unit[input]));
        let output = (0..4).flat_map(|input| self.output.iter().map(move |unit| unit[input]));
        hidden.chain(self.hidden_bias).chain(output).chain(self.output_bias).collect()
    }

    fn forward(&self, x: &Inputs) -> ([f64; 4], [f64; 2]) {
        let dot = |weights: &[f64], values: &[f64]| weights.iter().zip(values).map(|(w, x)| w * x).sum::<f64>();
        let hidden: [f64; 4] = std::array::from_fn(|unit| (dot(&self.hidden[unit], x) + self.hidden_bias[unit]).tanh());
        let logit = |unit: usize| dot(&self.output[unit], &hidden) + self.output_bias[unit];
        (hidden, std::array::from_fn(|unit| 1.0 / (1.0 + (-logit(unit)).exp())))
    }

    /// The loss of a batch and its gradient: the mean squared error, and the penalties.
    fn backpropagate(&self, inputs: &[Inputs], targets: &[Targets], weights: &[f64]) -> (f64, Self) {
        let samples = inputs.len() as f64;
        let (mut loss, mut gradient) = (0.0, Self::default());
        for ((x, target), weight) in inputs.iter().zip(targets).zip(weights) {
            let (hidden, output) = self.forward(x);
            let mut grad_hidden = [0.0; 4];
            for unit in 0..2 {
                let error = output[unit] - target[unit];
                loss += (weight * error * error / 2.0 + 0.07 * output[unit].powi(2)) / samples;
                let grad_output = (weight * error + 0.07 * 2.0 * output[unit]) / samples;
                let grad_logit = grad_output * output[unit] * (1.0 - output[unit]);
                gradient.output_bias[unit] += grad_logit;
                for input in 0..4 {
                    gradient.output[unit][input] += grad_logit * hidden[input];
                    grad_hidden[input] += grad_logit * self.output[unit][input];
                }
            }
            for unit in 0..4 {
                loss += (0.04 * hidden[unit].abs() + 0.05 * hidden[unit].powi(2)) / samples;
                grad_hidden[unit] += (0.04 * sign(hidden[unit]) + 0.05 * 2.0 * hidden[unit]) / samples;
                let grad_linear = grad_hidden[unit] * (1.0 - hidden[unit].powi(2));
                gradient.hidden_bias[unit] += grad_linear;
                (0..3).for_each(|input| gradient.hidden[unit][input] += grad_linear * x[input]);
            }
        }
        for unit in 0..4 {
            let bias = self.hidden_bias[unit];
            loss += 0.02 * bias.abs() + 0.03 * bias * bias;
            gradient.hidden_bias[unit] += 0.02 * sign(bias) + 0.03 * 2.0 * bias;
            for input in 0..3 {
                loss += 0.01 * self.hidden[unit][input].abs();
                gradient.hidden[unit][input] += 0.01 * sign(self.hidden[unit][input]);
            }
        }
        for unit in 0..2 {
            loss += 0.06 * self.output_bias[unit].powi(2);
            gradient.output_bias[unit] += 0.06 * 2.0 * self.output_bias[unit];
        }
        (loss, gradient)
    }

    fn step(&mut self, rate: f64, gradient: &Self) {
        let change = |parameters: &mut [f64], gradient: &[f64]| {
            parameters.iter_mut().zip(gradient).for_each(|(parameter, grad)| *parameter -= rate * grad);
        };
        self.hidden.iter_mut().zip(&gradient.hidden).for_each(|(to, from)| change(to, from));
        self.output.iter_mut().zip(&gradient.output).for_each(|(to, from)| change(to, from));
        change(&mut self.hidden_bias, &gradient.hidden_bias);
        change(&mut self.output_bias, &gradient.output_bias);
    }
}

/// A number between -1 and 1.
fn number(seed: usize) -> f64 {
    (seed as f64 * 12.9898).sin()
}

fn data(samples: usize) -> (Vec<Inputs>, Vec<Targets>) {
    let input = |sample| [number(7 * sample), number(7 * sample + 1), number(7 * sample + 2)];
    let target = |sample| [number(7 * sample + 3).abs(), number(7 * sample + 4).abs()];
    ((0..samples).map(input).collect(), (0..samples).map(target).collect())
}

fn columns<const N: usize>(samples: &[[f64; N]]) -> Vec<SVector<f64, N>> {
    samples.iter().map(|&sample| sample.into()).collect()
}

/// A network with biases that are not zero.
fn small() -> Box<Small> {
    let mut network = Small::init(&mut seeded(3));
    network.as_flat_mut().iter_mut().enumerate().for_each(|(index, x)| *x += 0.2 * number(index));
    network
}

fn close(what: &str, got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{what} is {got}, not {expected}");
}

/// Steps on batches of different sizes, with and without weights of samples.
#[test]
fn a_training_by_hand() {
    let mut trainer = small().compile(MeanSquaredError, Sgd { learning_rate: 0.5 });
    let mut expected = Parameters::of(trainer.network());
    let (inputs, targets) = data(24);
    let mut first = 0;
    for (size, weighted) in [(4, false), (3, true), (1, false), (7, true), (5, false), (4, true)] {
        let batch = first..first + size;
        first += size;
        let (x, y) = (&inputs[batch.clone()], &targets[batch]);
        let weights: Vec<f64> = (0..size).map(|n| if weighted { n as f64 * 0.75 } else { 1.0 }).collect();
        let (loss, gradient) = expected.backpropagate(x, y, &weights);
        let given = if weighted { &weights[..] } else { &[] };
        let got = trainer.train_on_weighted_batch(&columns(x), &columns(y), given).expect("a sound batch");
        close("the loss", got.loss, loss);
        for (got, expected) in trainer.gradient().as_flat().iter().zip(gradient.flat()) {
            close("a gradient", *got, expected);
        }
        expected.step(0.5, &gradient);
        for (got, expected) in trainer.network().as_flat().iter().zip(expected.flat()) {
            close("a parameter", *got, expected);
        }
    }
}

/// An evaluation in pieces, an epoch in batches and one large batch have the same loss.
#[test]
fn losses_without_training() {
    let (inputs, targets) = data(600);
    let mut trainer = small().compile(MeanSquaredError, Sgd { learning_rate: 0.0 });
    let (expected, _) = Parameters::of(trainer.network()).backpropagate(&inputs, &targets, &[1.0; 600]);
    let data: DataFor<Small> = Dataset::new(columns(&inputs), columns(&targets)).expect("sound data");
    close("the loss", trainer.evaluate(&data).expect("good targets").loss, expected);
    let history = trainer.fit(&data, Fit::epochs(1).batch_size(32).validation(&data).progress(false));
    for name in ["loss", "val_loss"] {
        close(name, history.series(name).expect("a series")[0], expected);
    }
    let (loss, _) = trainer.compute_gradient(data.inputs(), data.targets()).expect("a sound batch");
    close("the loss of all", loss, expected);
}

/// The example in the documentation of Keras's regularizers: 0.25 for the weights, 5 for the outputs.
#[test]
fn an_example_of_keras() {
    network! { Ones< input 5 => dense 5 init ones l1 0.01 activity_l2 0.01 > }
    let mut trainer = Ones::init(&mut seeded(1)).compile(MeanSquaredError, Sgd::default());
    let (inputs, outputs) = ([SVector::<f32, 5>::repeat(2.0); 5], [SVector::<f32, 5>::repeat(10.0); 5]);
    let (loss, _) = trainer.compute_gradient(&inputs, &outputs).expect("a sound batch");
    close("the loss", loss, 5.25);
    let data: DataFor<Ones> = Dataset::new(inputs, outputs).expect("sound data");
    close("the loss", trainer.evaluate(&data).expect("good targets").loss, 5.25);
}

/// Two halves of a batch, added up, are the whole batch.
#[test]
fn accumulated_gradients() {
    let (inputs, targets) = data(8);
    let (inputs, targets) = (columns(&inputs), columns(&targets));
    let mut whole = small().compile(MeanSquaredError, Sgd { learning_rate: 0.5 });
    whole.train_on_batch(&inputs, &targets).expect("a sound batch");
    let accumulate = Accumulate { optimizer: Sgd { learning_rate: 0.5 }, gradients: 2 };
    let mut halves = small().compile(MeanSquaredError, accumulate);
    for half in [0..4, 4..8] {
        halves.train_on_batch(&inputs[half.clone()], &targets[half]).expect("a sound batch");
    }
    for (got, expected) in halves.network().as_flat().iter().zip(whole.network().as_flat()) {
        close("a parameter", *got, *expected);
    }
}

/// A judge in place of the loss: the penalties are in the gradient all the same.
#[test]
fn judged_gradients() {
    let (inputs, targets) = data(5);
    let (inputs, targets) = (columns(&inputs), columns(&targets));
    let mut trainer = small().compile(MeanSquaredError, Sgd { learning_rate: 0.0 });
    trainer.compute_gradient(&inputs, &targets).expect("a sound batch");
    let expected = trainer.gradient().as_flat().to_vec();
    let judge = |outputs: &[SVector<f64, 2>], grads: &mut [SVector<f64, 2>]| {
        for ((grad, output), target) in grads.iter_mut().zip(outputs).zip(&targets) {
            *grad = (output - target) / 5.0;
        }
        Ok(0.0)
    };
    trainer.train_on_judgement(&inputs, judge).expect("a sound batch");
    for (got, expected) in trainer.gradient().as_flat().iter().zip(expected) {
        close("a gradient", *got, expected);
    }
}

/// Files fit networks with and without penalties, whose predictions have the same bits.
#[test]
fn files_do_not_depend_on_penalties() {
    mod plain {
        castnet::network! { pub Net< input 6x6x1 => conv 3 3x3 relu => maxpool 2x2 => flatten => dense 2 softmax > }
    }
    mod penalized {
        castnet::network! {
            pub Net<
                input 6x6x1 => conv 3 3x3 relu bias_l2 activity_l1 => maxpool 2x2 => flatten => dense 2 softmax activity_l2 bias_l1
            >
        }
    }
    assert_eq!(plain::Net::FINGERPRINT, penalized::Net::FINGERPRINT);
    let plain = plain::Net::init(&mut seeded(1));
    let penalized = penalized::Net::from_safetensors(&plain.to_safetensors()).expect("the same architecture");
    let x = SMatrix::from_fn(|_, column| number(column) as f32);
    assert_eq!(plain.predict(&x), penalized.predict(&x));
}

/// Any number of threads gives the same bits.
#[test]
fn threads() {
    network! {
        Large<
            input 28x28x1 => conv 16 3x3 relu activity_l1 1e-4 bias_l2 => maxpool 2x2 => flatten => dense 100 tanh activity_l2 1e-3
            => dense 10 softmax activity_l2 1e-3
        >
    }
    let input = |sample: usize| SMatrix::<f32, 1, 784>::from_fn(|_, column| number(sample * 784 + column) as f32);
    let target = |sample: usize| SVector::<f32, 10>::from_fn(|row, _| f32::from(u8::from(row == sample % 10)));
    let data: DataFor<Large> =
        Dataset::new((0..24).map(input).collect::<Vec<_>>(), (0..24).map(target).collect::<Vec<_>>())
            .expect("sound data");
    let train = |threads: usize| {
        let trainer = Large::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default());
        let mut trainer = trainer.arithmetic(Arithmetic::Portable).threads(threads);
        let history = trainer.fit(&data, Fit::epochs(2).batch_size(8).validation(&data).progress(false));
        let losses = ["loss", "val_loss"].map(|name| history.series(name).expect("a series")).concat();
        (losses.iter().map(|loss| loss.to_bits()).collect::<Vec<_>>(), trainer.into_network())
    };
    let (one, several) = (train(1), train(3));
    assert_eq!(one.0, several.0);
    assert!(one.1.as_flat() == several.1.as_flat());
}

/// Nested networks bring their penalties along, wherever they stand. A frozen one has none, as nothing that is trained depends on it.
#[test]
fn nested_networks() {
    network! {
        Inner< input 3 f64 => dense 4 tanh bias_l1 0.1 activity_l2 0.2 => dense 3 gelu activity_l1 0.3 >
        Middle< input 3 f64 => dense 3 activity_l1 0.4 => use Inner -> 3 >
        Outer< input 2 f64 => dense 3 tanh => use Middle -> 3 => dense 1 activity_l2 0.5 >
        Whole<
            input 2 f64 => dense 3 tanh => dense 3 activity_l1 0.4 => dense 4 tanh bias_l1 0.1 activity_l2 0.2 => dense 3 gelu activity_l1 0.3
            => dense 1 activity_l2 0.5
        >
        Frozen< input 3 f64 => use Inner -> 3 frozen => dense 1 activity_l2 0.5 >
    }
    let inputs: Vec<SVector<f64, 2>> = (0..5).map(|n| [number(2 * n), number(2 * n + 1)].into()).collect();
    let targets: Vec<SVector<f64, 1>> = (0..5).map(|n| [number(n)].into()).collect();
    let mut outer = Outer::init(&mut seeded(1));
    outer.as_flat_mut().iter_mut().enumerate().for_each(|(index, x)| *x += 0.2 * number(index));
    let mut whole = Whole::zeroed_boxed();
    whole.dense_1 = outer.dense_1;
    whole.dense_2 = outer.network_1.dense_1;
    whole.dense_3 = outer.network_1.network_1.dense_1;
    whole.dense_4 = outer.network_1.network_1.dense_2;
    whole.dense_5 = outer.dense_2;
    let mut outer = outer.compile(MeanSquaredError, Sgd { learning_rate: 0.1 });
    let mut whole = whole.compile(MeanSquaredError, Sgd { learning_rate: 0.1 });
    let data: DataFor<Whole> = Dataset::new(inputs.clone(), targets.clone()).expect("sound data");
    for _ in 0..5 {
        close(
            "the loss",
            outer.evaluate(&data).expect("good targets").loss,
            whole.evaluate(&data).expect("good targets").loss,
        );
        let expected = whole.train_on_batch(&inputs, &targets).expect("a sound batch").loss;
        close("the loss", outer.train_on_batch(&inputs, &targets).expect("a sound batch").loss, expected);
        // A nested network stands behind the layers of the outer one.
        let OuterGradient { dense_1, dense_2, network_1 } = outer.gradient();
        let MiddleGradient { dense_1: middle, network_1: inner } = network_1;
        let layers = [dense_1.as_flat(), middle.as_flat(), inner.as_flat(), dense_2.as_flat()];
        for (got, expected) in layers.concat().iter().zip(whole.gradient().as_flat()) {
            close("a gradient", *got, *expected);
        }
    }

    let network = Frozen::init(&mut seeded(1));
    let x = [SVector::<f64, 3>::from([0.5, -0.25, 0.75])];
    let output = *network.predict_in(&x[0], &mut Workspace::boxed());
    let data: DataFor<Frozen> = Dataset::new(x, [output]).expect("sound data");
    let mut trainer = network.compile(MeanSquaredError, Sgd::default());
    close("the loss", trainer.evaluate(&data).expect("good targets").loss, 0.5 * output[0] * output[0]);
    let (loss, _) = trainer.compute_gradient(&x, &[output]).expect("a sound batch");
    close("the loss", loss, 0.5 * output[0] * output[0]);
}
