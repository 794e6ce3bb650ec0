//! The optimizers, their wrappers, and the schedules.
use super::*;
use castnet::TensorInfo;
use castnet::optimizers::schedules::*;
use castnet::optimizers::*;
use serde_json::Value;

/// The tensors that the fixtures train: `w`, and behind it `k` in some of them.
const TENSORS: &[TensorInfo] = &[TensorInfo::new("w", "F64", &[7]), TensorInfo::new("k", "F64", &[2, 3])];

/// The parameters after every step, and the optimizer's moments at the end, by Keras's names.
fn steps<G: Flat + Clone, O: Optimizer>(fixture: &Fixture, optimizer: &O, slots: &[&str]) {
    let tensors = &TENSORS[..fixture.json()["params"].as_array().expect("parameters").len()];
    let number = fixture.json()["steps"].as_u64().expect("a number of steps");
    let (mut parameters, mut moments) = (G::zeroed(), O::Moments::<G>::zeroed());
    fill(fixture, tensors, "init", 0, &mut parameters);
    let mut after = vec![Vec::new(); tensors.len()];
    for step in 1..=number {
        let mut gradient = G::zeroed();
        fill(fixture, tensors, "grad", step as usize - 1, &mut gradient);
        optimizer.step(Step { number: step, tensors: TENSORS }, parameters.as_flat_mut(), &mut gradient, &mut moments);
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

/// A number of the configuration; none if it is `null`.
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
    let natural = |config: &Config| AdamW {
        learning_rate: config.get("learning_rate"),
        weight_decay: config.get("weight_decay"),
        ..AdamW::default()
    };
    run("adamw_wd01", natural, &slots);
    run("amsgrad", |config| AmsGrad(configured(config)), &["momentum", "velocity", "velocity_hat"]);
}

#[test]
fn lamb() {
    let lamb = |config: &Config| Lamb { learning_rate: config.get("learning_rate"), ..Lamb::default() };
    run("lamb_default", lamb, &["momentum", "velocity"]);
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
    run("sgd_weight_decay", |config| WeightDecay { optimizer: plain(config), rate: config.get("weight_decay") }, &[]);
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
        let schedule = ExponentialDecay {
            initial_learning_rate: config.get("initial_learning_rate"),
            decay_steps: config.get("decay_steps") as u64,
            decay_rate: config.get("decay_rate"),
            ..ExponentialDecay::default()
        };
        Scheduled { optimizer: Sgd::default(), schedule }
    };
    run("sgd_exponential_decay", exponential, &[]);
    let cosine = |outer: &Config| {
        let config = config(outer);
        let schedule = CosineDecay {
            initial_learning_rate: config.get("initial_learning_rate"),
            decay_steps: config.get("decay_steps") as u64,
            alpha: config.get("alpha"),
            ..CosineDecay::default()
        };
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
        initial_learning_rate: config.get("initial_learning_rate"),
        decay_steps: config.get("decay_steps") as u64,
        decay_rate: config.get("decay_rate"),
        staircase: config.0["staircase"].as_bool().unwrap_or(false),
    };
    rates("exponential_decay", exponential);
    rates("exponential_decay_staircase", exponential);
    rates("inverse_time_decay", |config| InverseTimeDecay {
        initial_learning_rate: config.get("initial_learning_rate"),
        decay_steps: config.get("decay_steps") as u64,
        decay_rate: config.get("decay_rate"),
        staircase: false,
    });
    let polynomial = |config: &Config| PolynomialDecay {
        initial_learning_rate: config.get("initial_learning_rate"),
        decay_steps: config.get("decay_steps") as u64,
        end_learning_rate: config.get("end_learning_rate"),
        power: config.get("power"),
        cycle: config.0["cycle"].as_bool().unwrap_or(false),
    };
    rates("polynomial_decay", polynomial);
    rates("polynomial_decay_cycle", polynomial);
    rates("piecewise_constant", |_| PiecewiseConstantDecay { boundaries: &[4, 9], values: &[0.1, 0.05, 0.01] });
    let cosine = |config: &Config| CosineDecay {
        initial_learning_rate: config.get("initial_learning_rate"),
        decay_steps: config.get("decay_steps") as u64,
        alpha: config.0["alpha"].as_f64().unwrap_or(0.0),
        warmup_target: config.0["warmup_target"].as_f64(),
        warmup_steps: config.0["warmup_steps"].as_u64().unwrap_or(0),
    };
    rates("cosine_decay", cosine);
    rates("cosine_decay_warmup", cosine);
    rates("cosine_decay_restarts", |config| CosineDecayRestarts {
        initial_learning_rate: config.get("initial_learning_rate"),
        first_decay_steps: config.get("first_decay_steps") as u64,
        t_mul: config.get("t_mul"),
        m_mul: config.get("m_mul"),
        alpha: config.get("alpha"),
    });
    assert_eq!(ByStep(|step| 0.1 / (1 + step) as f64).at(4), 0.02);
    // As in Keras: steps without a target are none, and a rate of zero begins with the first step.
    let cosine = CosineDecay { initial_learning_rate: 0.1, decay_steps: 10, ..CosineDecay::default() };
    assert_eq!(CosineDecay { warmup_steps: 5, ..cosine }.at(5), cosine.at(5));
    let nothing = ExponentialDecay { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.0, staircase: true };
    assert_eq!([0, 9, 10].map(|step| nothing.at(step)), [0.1, 0.1, 0.0]);
}
