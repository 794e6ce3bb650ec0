//! Layers, activations, losses, optimizers and metrics agree with Keras, in both precisions. See `tests/README.md`.
use castnet::Scalar;
use castnet::activations::*;
use castnet::isa::Portable;
use castnet::layers::{Dense, NoBias};
use castnet::losses::*;
use castnet::nalgebra::{SMatrix, SVector};
use castnet::prelude::*;
use castnet_tests::{Fixture, flat};

/// Value and derivative at every point of a table.
fn table<A: Flat + Clone>(name: &str, activation: impl Activation<A>) {
    let fixture = Fixture::load(&format!("activations/{name}"));
    let inputs: Vec<A> = fixture.samples("in.x");
    let mut outputs = inputs.clone();
    activation.apply(Portable, &mut outputs);
    fixture.assert_close("out.y", &flat(&outputs));
    // The table holds the derivative itself; for softmax, the gradient for a given gradient of the output.
    let rows = name.ends_with("_rows");
    let mut grad: Vec<A> = if rows { fixture.samples("cot.y") } else { inputs.clone() };
    if !rows {
        grad.iter_mut().for_each(|grad| grad.as_flat_mut().fill(castnet::Scalar::from_f64(1.0)));
    }
    activation.backward(Portable, Kept::of(&inputs, &outputs), &mut grad);
    let mut grad = flat(&grad);
    if name == "celu" {
        // At zero, where CELU is smooth and its derivative is 1, TensorFlow counts both branches of Keras's formula
        // `max(x, 0) + min(0, ...)` and gives 2. The one point at which we keep to the definition.
        let zero = flat(&inputs).iter().position(|x| x.to_f64() == 0.0).expect("a table with zero");
        assert_eq!((grad[zero].to_f64(), fixture.tensor("grad.x").values[zero]), (1.0, 2.0));
        grad[zero] = castnet::Scalar::from_f64(2.0);
    }
    fixture.assert_close("grad.x", &grad);
}

macro_rules! tables {
    ($($name:ident: $activation:expr;)*) => {
        $(
            #[test]
            fn $name() {
                table::<[f32; 1]>(stringify!($name), $activation);
                table::<[f64; 1]>(stringify!($name), $activation);
            }
        )*
    };
}

mod activations {
    use super::*;

    tables! {
        celu: Celu::default();
        elu: Elu::default();
        exponential: Exponential;
        gelu_exact: Gelu;
        gelu_tanh: GeluTanh;
        hard_sigmoid: HardSigmoid;
        hard_silu: HardSilu;
        hard_tanh: HardTanh;
        leaky_relu: LeakyRelu::default();
        leaky_relu_01: LeakyRelu(0.1);
        linear: Linear;
        log_sigmoid: LogSigmoid;
        mish: Mish;
        relu: Relu;
        relu6: Relu6;
        selu: Selu;
        sigmoid: Sigmoid;
        silu: Silu;
        softplus: Softplus;
        softsign: Softsign;
        tanh: Tanh;
    }

    #[test]
    fn softmax_rows() {
        table::<SVector<f32, 4>>("softmax_rows", Softmax);
        table::<SVector<f64, 4>>("softmax_rows", Softmax);
    }

    #[test]
    fn log_softmax_rows() {
        table::<SVector<f32, 4>>("log_softmax_rows", LogSoftmax);
        table::<SVector<f64, 4>>("log_softmax_rows", LogSoftmax);
    }
}

/// A dense layer with an activation: outputs, and the gradients of everything.
macro_rules! dense {
    ($($name:ident: $inputs:literal => $units:literal, $activation:expr;)*) => {
        $(
            #[test]
            fn $name() {
                dense!(@case f32, $name, $inputs, $units, $activation);
                dense!(@case f64, $name, $inputs, $units, $activation);
            }
        )*
    };
    (@case $t:ident, $name:ident, $inputs:literal, $units:literal, $activation:expr) => {{
        let fixture = Fixture::load(concat!("layers/", stringify!($name)));
        let mut layer = Dense::<$inputs, $units, $t>::zeroed_boxed();
        fixture.read_into("param.kernel", &mut layer.weight);
        fixture.read_into("param.bias", &mut layer.bias);
        let inputs: Vec<SVector<$t, $inputs>> = fixture.samples("in.x");
        let mut logits = vec![SVector::<$t, $units>::zeros(); inputs.len()];
        layer.forward(Portable, &inputs, &mut logits);
        let mut outputs = logits.clone();
        $activation.apply(Portable, &mut outputs);
        fixture.assert_close("out.y", &flat(&outputs));

        let mut grad: Vec<SVector<$t, $units>> = fixture.samples("cot.y");
        $activation.backward(Portable, Kept::of(&logits, &outputs), &mut grad);
        let mut gradient = Dense::<$inputs, $units, $t>::zeroed_boxed();
        layer.backward_parameters(Portable, &inputs, &grad, &mut gradient);
        fixture.assert_close("grad.kernel", gradient.weight.as_flat());
        fixture.assert_close("grad.bias", gradient.bias.as_flat());
        let mut grad_inputs = vec![SVector::<$t, $inputs>::zeros(); inputs.len()];
        layer.backward_input(Portable, &grad, &mut grad_inputs);
        fixture.assert_close("grad.x", &flat(&grad_inputs));
    }};
}

mod dense {
    use super::*;

    dense! {
        dense_1x1: 1 => 1, Linear;
        dense_64x32: 64 => 32, Linear;
        dense_13x10: 13 => 10, Linear;
        dense_13x10_elu: 13 => 10, Elu::default();
        dense_13x10_exponential: 13 => 10, Exponential;
        dense_13x10_gelu_exact: 13 => 10, Gelu;
        dense_13x10_gelu_tanh: 13 => 10, GeluTanh;
        dense_13x10_hard_sigmoid: 13 => 10, HardSigmoid;
        dense_13x10_leaky_relu: 13 => 10, LeakyRelu::default();
        dense_13x10_linear: 13 => 10, Linear;
        dense_13x10_mish: 13 => 10, Mish;
        dense_13x10_relu: 13 => 10, Relu;
        dense_13x10_relu6: 13 => 10, Relu6;
        dense_13x10_selu: 13 => 10, Selu;
        dense_13x10_sigmoid: 13 => 10, Sigmoid;
        dense_13x10_silu: 13 => 10, Silu;
        dense_13x10_softmax: 13 => 10, Softmax;
        dense_13x10_softplus: 13 => 10, Softplus;
        dense_13x10_softsign: 13 => 10, Softsign;
        dense_13x10_tanh: 13 => 10, Tanh;
    }

    #[test]
    fn dense_3x5_nobias() {
        let fixture = Fixture::load("layers/dense_3x5_nobias");
        let mut layer = Dense::<3, 5, f64, NoBias>::zeroed_boxed();
        fixture.read_into("param.kernel", &mut layer.weight);
        let inputs: Vec<SVector<f64, 3>> = fixture.samples("in.x");
        let mut outputs = vec![SVector::<f64, 5>::zeros(); inputs.len()];
        layer.forward(Portable, &inputs, &mut outputs);
        fixture.assert_close("out.y", &flat(&outputs));
        let grad: Vec<SVector<f64, 5>> = fixture.samples("cot.y");
        let mut gradient = Dense::<3, 5, f64, NoBias>::zeroed_boxed();
        layer.backward_parameters(Portable, &inputs, &grad, &mut gradient);
        fixture.assert_close("grad.kernel", gradient.weight.as_flat());
    }
}

/// `flatten` and a `dropout` outside of training, in networks: they change no value.
#[test]
fn layers_without_parameters() {
    network! {
        Flattened< input 3x4x5 => flatten >
        Undropped< input 6 => dropout 0.4 >
    }

    let fixture = Fixture::load("layers/flatten");
    let inputs: Vec<<Flattened as Network>::Input> = fixture.samples("in.x");
    let net = Flattened::init(&mut seeded(0));
    fixture.assert_close("out.y", &flat(&inputs.iter().map(|x| net.predict(x)).collect::<Vec<_>>()));

    let fixture = Fixture::load("layers/dropout_infer");
    let inputs: Vec<<Undropped as Network>::Input> = fixture.samples("in.x");
    let net = Undropped::init(&mut seeded(0));
    fixture.assert_close("out.y", &flat(&inputs.iter().map(|x| net.predict(x)).collect::<Vec<_>>()));
}

mod losses {
    use super::*;

    /// The loss of each sample, its mean, and the gradient.
    fn check<A, Y>(name: &str, sum: impl Fn(&[A], &[Y]) -> f64, gradient: impl Fn(&[A], &[Y], &mut [A]))
    where
        A: Flat + Clone,
        Y: Flat + Clone,
    {
        let fixture = Fixture::load(&format!("losses/{name}"));
        let (targets, outputs) = (fixture.samples::<Y>("in.y_true"), fixture.samples::<A>("in.y_pred"));
        let scalar = <A::Scalar as castnet::Scalar>::from_f64;
        let mean = sum(&outputs, &targets) / outputs.len() as f64;
        fixture.assert_close("out.loss", &[scalar(mean)]);
        if fixture.tensor("out.per_sample").values.len() == outputs.len() {
            let samples = outputs.iter().zip(&targets);
            let each: Vec<_> =
                samples.map(|(x, y)| scalar(sum(std::slice::from_ref(x), std::slice::from_ref(y)))).collect();
            fixture.assert_close("out.per_sample", &each);
        }
        let mut grad = outputs.clone();
        gradient(&outputs, &targets, &mut grad);
        fixture.assert_close("grad.y_pred", &flat(&grad));
    }

    fn of_outputs<A: Flat + Clone, L: OutputLoss<A>>(name: &str, loss: L) {
        check::<A, L::Target>(
            name,
            |x, y| loss.sum_of_outputs(x, y),
            |x, y, grad| loss.gradient_of_outputs(x, y, grad),
        );
    }

    fn of_logits<A: Flat + Clone, L: LogitsLoss<A>>(name: &str, loss: L) {
        check::<A, L::Target>(
            name,
            |x, y| loss.sum_of_logits(x, y),
            |x, y, grad| {
                loss.probabilities(Portable, x, grad);
                loss.gradient_of_logits(y, grad);
            },
        );
    }

    #[test]
    fn mean_squared_error() {
        of_outputs::<[f32; 3], _>("mse", MeanSquaredError);
        of_outputs::<[f64; 3], _>("mse", MeanSquaredError);
        of_outputs::<[f32; 24], _>("mse_4d", MeanSquaredError);
        of_outputs::<[f64; 24], _>("mse_4d", MeanSquaredError);
        of_outputs::<[f32; 1], _>("mse_column", MeanSquaredError);
        of_outputs::<[f64; 1], _>("mse_column", MeanSquaredError);
    }

    macro_rules! pointwise {
        ($($test:ident: $loss:expr, $($name:literal [$len:literal]),*;)*) => {
            $(
                #[test]
                fn $test() {
                    $(
                        of_outputs::<[f32; $len], _>($name, $loss);
                        of_outputs::<[f64; $len], _>($name, $loss);
                    )*
                }
            )*
        };
    }

    pointwise! {
        mean_absolute_error: MeanAbsoluteError, "mae" [3];
        mean_absolute_percentage_error: MeanAbsolutePercentageError, "mape" [3], "mape_zero_target" [3];
        mean_squared_logarithmic_error: MeanSquaredLogarithmicError, "msle" [3], "msle_edge" [4];
        huber: Huber::default(), "huber_1" [4];
        huber_of_half: Huber { delta: 0.5 }, "huber_05" [4];
        log_cosh: LogCosh, "logcosh" [3], "logcosh_large" [4];
        poisson: Poisson, "poisson" [3], "poisson_edge" [3];
        hinge: Hinge, "hinge_01" [3], "hinge_pm1" [3];
        squared_hinge: SquaredHinge, "squared_hinge" [3];
    }

    #[test]
    fn of_classes() {
        macro_rules! both {
            ($loss:expr, $name:literal [$classes:literal]) => {
                of_outputs::<SVector<f32, $classes>, _>($name, $loss);
                of_outputs::<SVector<f64, $classes>, _>($name, $loss);
            };
        }
        both!(CategoricalHinge, "categorical_hinge"[4]);
        both!(KlDivergence, "kl_divergence"[4]);
        both!(KlDivergence, "kl_divergence_edge"[3]);
        both!(CosineSimilarity, "cosine_similarity"[4]);
        both!(SparseCategoricalCrossentropy, "scce_prob"[4]);
        both!(SparseCategoricalCrossentropy, "scce_prob_column"[4]);
        both!(SparseCategoricalCrossentropy, "scce_prob_edge"[3]);
        both!(Smoothed { loss: CategoricalCrossentropy, amount: 0.2 }, "cce_prob_smooth"[4]);
        both!(Smoothed { loss: BinaryCrossentropy, amount: 0.1 }, "bce_prob_smooth"[1]);
    }

    #[test]
    fn sparse_categorical_crossentropy_of_logits() {
        of_logits::<SVector<f32, 5>, _>("scce_logits", SparseCategoricalCrossentropy);
        of_logits::<SVector<f64, 5>, _>("scce_logits", SparseCategoricalCrossentropy);
        of_logits::<SMatrix<f32, 5, 4>, _>("scce_logits_seq", SparseCategoricalCrossentropy);
        of_logits::<SMatrix<f64, 5, 4>, _>("scce_logits_seq", SparseCategoricalCrossentropy);
    }

    #[test]
    fn binary_crossentropy_of_probabilities() {
        for name in ["bce_prob", "bce_prob_edge", "bce_prob_soft_targets"] {
            of_outputs::<[f32; 4], _>(name, BinaryCrossentropy);
            of_outputs::<[f64; 4], _>(name, BinaryCrossentropy);
        }
    }

    #[test]
    fn binary_crossentropy_of_logits() {
        for name in ["bce_logits", "bce_logits_edge"] {
            of_logits::<[f32; 4], _>(name, BinaryCrossentropy);
            of_logits::<[f64; 4], _>(name, BinaryCrossentropy);
        }
    }

    #[test]
    fn categorical_crossentropy_of_probabilities() {
        of_outputs::<SVector<f32, 4>, _>("cce_prob", CategoricalCrossentropy);
        of_outputs::<SVector<f64, 4>, _>("cce_prob", CategoricalCrossentropy);
        of_outputs::<SVector<f32, 4>, _>("cce_prob_unnormalised", CategoricalCrossentropy);
        of_outputs::<SVector<f64, 4>, _>("cce_prob_unnormalised", CategoricalCrossentropy);
        of_outputs::<SVector<f32, 3>, _>("cce_prob_edge", CategoricalCrossentropy);
        of_outputs::<SVector<f64, 3>, _>("cce_prob_edge", CategoricalCrossentropy);
        of_outputs::<SMatrix<f32, 4, 5>, _>("cce_prob_seq", CategoricalCrossentropy);
        of_outputs::<SMatrix<f64, 4, 5>, _>("cce_prob_seq", CategoricalCrossentropy);
    }

    #[test]
    fn categorical_crossentropy_of_logits() {
        of_logits::<SVector<f32, 5>, _>("cce_logits", CategoricalCrossentropy);
        of_logits::<SVector<f64, 5>, _>("cce_logits", CategoricalCrossentropy);
        of_logits::<SVector<f32, 3>, _>("cce_logits_edge", CategoricalCrossentropy);
        of_logits::<SVector<f64, 3>, _>("cce_logits_edge", CategoricalCrossentropy);
    }
}

mod optimizers {
    use super::*;
    use castnet::TensorInfo;
    use castnet::optimizers::schedules::*;
    use castnet::optimizers::*;
    use serde_json::Value;

    /// The tensors that the fixtures train: `w`, and behind it `k` in some of them.
    const TENSORS: &[TensorInfo] = &[TensorInfo { name: "w", shape: &[7] }, TensorInfo { name: "k", shape: &[2, 3] }];

    /// The parameters after every step, and what the optimizer remembers at the end, as Keras names it.
    fn steps<G: Flat + Clone, O: Optimizer>(fixture: &Fixture, optimizer: &O, slots: &[&str]) {
        let tensors = &TENSORS[..fixture.json()["params"].as_array().expect("parameters").len()];
        let number = fixture.json()["steps"].as_u64().expect("a number of steps");
        let (mut parameters, mut moments) = (G::zeroed(), O::Moments::<G>::zeroed());
        fill(fixture, tensors, "init", 0, &mut parameters);
        let mut after = vec![Vec::new(); tensors.len()];
        for step in 1..=number {
            let mut gradient = G::zeroed();
            fill(fixture, tensors, "grad", step as usize - 1, &mut gradient);
            optimizer.step(
                Step { number: step, tensors: TENSORS },
                parameters.as_flat_mut(),
                &mut gradient,
                &mut moments,
            );
            let mut rest = parameters.as_flat();
            for (tensor, after) in tensors.iter().zip(&mut after) {
                let (values, behind) = rest.split_at(tensor.shape.iter().product());
                after.extend_from_slice(values);
                rest = behind;
            }
        }
        for (tensor, after) in tensors.iter().zip(&after) {
            fixture.assert_close(&format!("out.{}", tensor.name), after);
        }
        for (slot, values) in slots.iter().zip(moments.as_flat().chunks(G::LEN)) {
            fixture.assert_close(&format!("slot.w_{slot}"), &values[..7]);
        }
    }

    /// The values of all tensors at a step, side by side.
    fn fill<G: Flat>(fixture: &Fixture, tensors: &[TensorInfo], what: &str, step: usize, value: &mut G) {
        let values = tensors.iter().flat_map(|tensor| {
            let len = tensor.shape.iter().product();
            let all = fixture.tensor(&format!("{what}.{}", tensor.name)).values;
            all.chunks(len).nth(step).expect("a step").to_vec()
        });
        let values: Vec<f64> = values.collect();
        assert_eq!(values.len(), G::LEN);
        value.as_flat_mut().iter_mut().zip(values).for_each(|(x, value)| *x = Scalar::from_f64(value));
    }

    /// A number of the configuration; what is `null` there is not asked for.
    struct Config(Value);

    impl Config {
        fn get(&self, key: &str) -> f64 {
            self.0[key].as_f64().unwrap_or_else(|| panic!("no number {key}"))
        }
    }

    fn run<O: Optimizer>(name: &str, optimizer: impl Fn(&Config) -> O, slots: &[&str]) {
        let fixture = Fixture::load(&format!("optimizers/{name}"));
        let optimizer = optimizer(&Config(fixture.json()["optimizer"]["config"].clone()));
        if fixture.has("init.k") {
            steps::<[f32; 13], O>(&fixture, &optimizer, slots);
            steps::<[f64; 13], O>(&fixture, &optimizer, slots);
        } else {
            steps::<[f32; 7], O>(&fixture, &optimizer, slots);
            steps::<[f64; 7], O>(&fixture, &optimizer, slots);
        }
    }

    fn plain(config: &Config) -> Sgd {
        Sgd { learning_rate: config.get("learning_rate") }
    }

    #[test]
    fn sgd() {
        run("sgd", plain, &[]);
        let momentum = |config: &Config| Momentum {
            learning_rate: config.get("learning_rate"),
            momentum: config.get("momentum"),
            nesterov: config.0["nesterov"].as_bool().expect("a choice"),
        };
        run("sgd_momentum", momentum, &["momentum"]);
        run("sgd_nesterov", momentum, &["momentum"]);
    }

    #[test]
    fn rms_prop() {
        run("rmsprop_default", |_| RmsProp::default(), &["velocity"]);
        let momentum = |config: &Config| RmsPropMomentum {
            learning_rate: config.get("learning_rate"),
            rho: config.get("rho"),
            momentum: config.get("momentum"),
            epsilon: config.get("epsilon"),
            centered: config.0["centered"].as_bool().expect("a choice"),
        };
        run("rmsprop_momentum", momentum, &["velocity", "momentum"]);
        run("rmsprop_centered_momentum", momentum, &["velocity", "momentum", "average_gradient"]);
        run("rmsprop_centered", momentum, &["velocity"]);
    }

    fn configured(config: &Config) -> Adam {
        Adam {
            learning_rate: config.get("learning_rate"),
            beta_1: config.get("beta_1"),
            beta_2: config.get("beta_2"),
            epsilon: config.get("epsilon"),
        }
    }

    #[test]
    fn adam() {
        let slots = ["momentum", "velocity"];
        run("adam_default", |_| Adam::default(), &slots);
        run("adam_lr01", configured, &slots);
        run("adamw_default", |_| AdamW::default(), &slots);
        let decayed = |config: &Config| WeightDecay { optimizer: configured(config), rate: config.get("weight_decay") };
        run("adamw_wd01", decayed, &slots);
        run("amsgrad", |config| AmsGrad(configured(config)), &["momentum", "velocity", "velocity_hat"]);
    }

    #[test]
    fn adamax() {
        let slots = ["momentum", "norm"];
        run("adamax_default", |_| Adamax::default(), &slots);
        let faster = |config: &Config| Adamax { learning_rate: config.get("learning_rate"), ..Adamax::default() };
        run("adamax_lr01", faster, &slots);
    }

    #[test]
    fn nadam() {
        let slots = ["momentum", "velocity"];
        run("nadam_default", |_| Nadam::default(), &slots);
        let faster = |config: &Config| Nadam { learning_rate: config.get("learning_rate"), ..Nadam::default() };
        run("nadam_lr01", faster, &slots);
    }

    #[test]
    fn adagrad_and_adadelta() {
        run("adagrad_default", |_| Adagrad::default(), &["accumulator"]);
        let adagrad = |config: &Config| Adagrad {
            learning_rate: config.get("learning_rate"),
            initial_sum: config.get("initial_accumulator_value"),
            epsilon: config.get("epsilon"),
        };
        run("adagrad_lr01", adagrad, &["accumulator"]);
        let slots = ["accumulated_grad", "accumulated_delta_var"];
        run("adadelta_default", |_| Adadelta::default(), &slots);
        let adadelta = |config: &Config| Adadelta {
            learning_rate: config.get("learning_rate"),
            rho: config.get("rho"),
            epsilon: config.get("epsilon"),
        };
        run("adadelta_lr1", adadelta, &slots);
    }

    #[test]
    fn lion() {
        run("lion_default", |_| Lion::default(), &["momentum"]);
        let decayed = |config: &Config| WeightDecay {
            optimizer: Lion { learning_rate: config.get("learning_rate"), ..Lion::default() },
            rate: config.get("weight_decay"),
        };
        run("lion_wd", decayed, &["momentum"]);
    }

    #[test]
    fn ftrl() {
        let slots = ["accumulator", "linear"];
        run("ftrl_default", |_| Ftrl::default(), &slots);
        let ftrl = |config: &Config| Ftrl {
            learning_rate: config.get("learning_rate"),
            learning_rate_power: config.get("learning_rate_power"),
            initial_sum: config.get("initial_accumulator_value"),
            l1: config.get("l1_regularization_strength"),
            l2: config.get("l2_regularization_strength"),
            l2_shrinkage: config.get("l2_shrinkage_regularization_strength"),
            beta: config.get("beta"),
        };
        run("ftrl_l1_l2", ftrl, &slots);
    }

    #[test]
    fn decay_and_clipping() {
        run(
            "sgd_weight_decay",
            |config| WeightDecay { optimizer: plain(config), rate: config.get("weight_decay") },
            &[],
        );
        run("sgd_clipvalue", |config| ClipValue { optimizer: plain(config), value: config.get("clipvalue") }, &[]);
        run("sgd_clipnorm", |config| ClipNorm { optimizer: plain(config), norm: config.get("clipnorm") }, &[]);
        let global = |config: &Config| ClipGlobalNorm { optimizer: plain(config), norm: config.get("global_clipnorm") };
        run("sgd_global_clipnorm", global, &[]);
        let global =
            |config: &Config| ClipGlobalNorm { optimizer: configured(config), norm: config.get("global_clipnorm") };
        run("adam_global_clipnorm", global, &["momentum", "velocity"]);
    }

    #[test]
    fn accumulation_and_averages() {
        let accumulate = |config: &Config| Accumulate {
            optimizer: plain(config),
            gradients: config.get("gradient_accumulation_steps") as u64,
        };
        run("sgd_accumulate3", accumulate, &["gradient_accumulator"]);
        let average = |config: &Config| Average {
            optimizer: plain(config),
            momentum: config.get("ema_momentum"),
            overwrite_every: config.get("ema_overwrite_frequency") as u64,
        };
        run("sgd_ema", average, &["average"]);
    }

    #[test]
    fn scheduled() {
        let config = |config: &Config| Config(config.0["learning_rate"]["config"].clone());
        let exponential = |outer: &Config| {
            let config = config(outer);
            let (initial, steps) = (config.get("initial_learning_rate"), config.get("decay_steps"));
            let schedule = ExponentialDecay { initial, steps, rate: config.get("decay_rate"), staircase: false };
            Scheduled { optimizer: Sgd::default(), schedule }
        };
        run("sgd_exponential_decay", exponential, &[]);
        let cosine = |outer: &Config| {
            let config = config(outer);
            let (initial, steps) = (config.get("initial_learning_rate"), config.get("decay_steps") as u64);
            let schedule = CosineDecay { initial, steps, alpha: config.get("alpha"), ..CosineDecay::default() };
            Scheduled { optimizer: Adam::default(), schedule }
        };
        run("adam_cosine_decay", cosine, &["momentum", "velocity"]);
    }

    fn rates<S: Schedule>(name: &str, schedule: impl Fn(&Config) -> S) {
        let fixture = Fixture::load(&format!("schedules/{name}"));
        let schedule = schedule(&Config(fixture.json()["schedule"]["config"].clone()));
        let rates: Vec<f64> = fixture.tensor("in.step").values.iter().map(|&step| schedule.at(step as u64)).collect();
        fixture.assert_close("out.lr", &rates);
    }

    #[test]
    fn schedules() {
        let exponential = |config: &Config| ExponentialDecay {
            initial: config.get("initial_learning_rate"),
            steps: config.get("decay_steps"),
            rate: config.get("decay_rate"),
            staircase: config.0["staircase"].as_bool().unwrap_or(false),
        };
        rates("exponential_decay", exponential);
        rates("exponential_decay_staircase", exponential);
        rates("inverse_time_decay", |config| InverseTimeDecay {
            initial: config.get("initial_learning_rate"),
            steps: config.get("decay_steps"),
            rate: config.get("decay_rate"),
            staircase: false,
        });
        let polynomial = |config: &Config| PolynomialDecay {
            initial: config.get("initial_learning_rate"),
            steps: config.get("decay_steps"),
            end: config.get("end_learning_rate"),
            power: config.get("power"),
            cycle: config.0["cycle"].as_bool().unwrap_or(false),
        };
        rates("polynomial_decay", polynomial);
        rates("polynomial_decay_cycle", polynomial);
        rates("piecewise_constant", |_| PiecewiseConstant { boundaries: &[4, 9], values: &[0.1, 0.05, 0.01] });
        let cosine = |config: &Config| CosineDecay {
            initial: config.get("initial_learning_rate"),
            steps: config.get("decay_steps") as u64,
            alpha: config.0["alpha"].as_f64().unwrap_or(0.0),
            warmup_target: config.0["warmup_target"].as_f64().unwrap_or(0.0),
            warmup_steps: config.0["warmup_steps"].as_u64().unwrap_or(0),
        };
        rates("cosine_decay", cosine);
        rates("cosine_decay_warmup", cosine);
        rates("cosine_decay_restarts", |config| CosineDecayRestarts {
            initial: config.get("initial_learning_rate"),
            first_steps: config.get("first_decay_steps"),
            times: config.get("t_mul"),
            heights: config.get("m_mul"),
            alpha: config.get("alpha"),
        });
        assert_eq!(ByStep(|step| 0.1 / (1 + step) as f64).at(4), 0.02);
    }
}

mod metrics {
    use super::*;
    use castnet::metrics::Metric;

    /// The figure after the first batch, and after both.
    fn check<H, A: Flat + Clone>(name: &str, metric: impl Metric<H, A, A>) {
        let fixture = Fixture::load(&format!("metrics/{name}"));
        let mut state = Default::default();
        let figures = ["0", "1"].map(|batch| {
            let targets: Vec<A> = fixture.samples(&format!("in.y_true{batch}"));
            let outputs: Vec<A> = fixture.samples(&format!("in.y_pred{batch}"));
            metric.update(&mut state, &outputs, &targets);
            <A::Scalar as Scalar>::from_f64(metric.value(&state))
        });
        fixture.assert_close("out.result", &figures);
    }

    #[test]
    fn accuracy() {
        check::<Sigmoid, [f32; 2]>("binary_accuracy", Accuracy);
        check::<Sigmoid, [f64; 2]>("binary_accuracy", Accuracy);
        check::<Sigmoid, [f32; 1]>("binary_accuracy_at_half", Accuracy);
        check::<Softmax, SVector<f32, 4>>("categorical_accuracy", Accuracy);
        check::<Softmax, SVector<f64, 4>>("categorical_accuracy", Accuracy);
    }

    #[test]
    fn mae() {
        check::<Linear, [f32; 2]>("mae_metric", Mae);
        check::<Linear, [f64; 2]>("mae_metric", Mae);
    }
}
