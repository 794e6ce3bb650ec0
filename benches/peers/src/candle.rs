//! candle: tensors that are computed at once, with the layers, losses and optimizers of `candle_nn`.
use std::hint::black_box;

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, Var};
use candle_nn::{AdamW, Linear, Module, Optimizer, ParamsAdamW, loss, ops};

use crate::work::{Case, Data};
use crate::{Dense, Found, Task, check, digit, house};

const WORKS: &str = "it did when its answers were checked";

pub fn case(task: Task, data: &Data) -> Found<'_> {
    let houses = Tensor::from_slice(data.houses.as_flattened(), (data.houses.len(), 13), &Device::Cpu)?;
    let digits = Tensor::from_slice(data.digits.as_flattened(), (data.digits.len(), 784), &Device::Cpu)?;
    let case = match task {
        Task::House => predictions(task, data, Mlp::new(&house(data))?, &houses)?,
        Task::Digit | Task::Digits => predictions(task, data, Mlp::new(&digit(data))?, &digits)?,
        Task::TrainHouse => {
            let prices = Tensor::from_slice(&data.prices, (data.prices.len(), 1), &Device::Cpu)?;
            let (net, parameters) = Mlp::trainable(&house(data))?;
            let optimizer = RmsProp::new(parameters, 0.001)?;
            let error = |net: &Mlp, x: &Tensor, y: &Tensor| loss::mse(&net.logits(x)?, y);
            epochs(task, data, Training { net, optimizer, error, x: houses, y: prices, batch: 32 })?
        }
        Task::TrainDigit { batch } => {
            let classes: Vec<u32> = data.classes.iter().map(|class| *class as u32).collect();
            let classes = Tensor::from_slice(&classes, classes.len(), &Device::Cpu)?;
            let (net, parameters) = Mlp::trainable(&digit(data))?;
            let optimizer = Adam::new(parameters, 0.001)?;
            let error = |net: &Mlp, x: &Tensor, y: &Tensor| loss::cross_entropy(&net.logits(x)?, y);
            epochs(task, data, Training { net, optimizer, error, x: digits, y: classes, batch })?
        }
    };
    Ok(Some(case))
}

fn predictions<'a>(
    task: Task,
    data: &Data,
    net: Mlp,
    x: &Tensor,
) -> std::result::Result<Case<'a>, Box<dyn std::error::Error>> {
    let samples = if matches!(task, Task::Digits) { vec![x.clone()] } else { x.chunk(x.dim(0)?, 0)? };
    let predict = move |x: &Tensor| match task {
        Task::House => net.logits(x),
        _ => ops::softmax_last_dim(&net.logits(x)?),
    };
    check(task, data, &values(samples.iter().map(&predict))?)?;
    Ok(Box::new(move |times| {
        for i in 0..times {
            black_box(predict(black_box(&samples[i % samples.len().min(16)])).expect(WORKS));
        }
    }))
}

struct Training<O, E> {
    net: Mlp,
    optimizer: O,
    error: E,
    x: Tensor,
    y: Tensor,
    batch: usize,
}

impl<O: Optimizer, E: Fn(&Mlp, &Tensor, &Tensor) -> Result<Tensor>> Training<O, E> {
    fn epoch(&mut self) -> Result<()> {
        let samples = self.x.dim(0)?;
        for first in (0..samples).step_by(self.batch) {
            let count = self.batch.min(samples - first);
            let (x, y) = (self.x.narrow(0, first, count)?, self.y.narrow(0, first, count)?);
            self.optimizer.backward_step(&(self.error)(&self.net, &x, &y)?)?;
        }
        Ok(())
    }
}

fn epochs<'a, O, E>(
    task: Task,
    data: &Data,
    mut training: Training<O, E>,
) -> std::result::Result<Case<'a>, Box<dyn std::error::Error>>
where
    O: Optimizer + 'a,
    E: Fn(&Mlp, &Tensor, &Tensor) -> Result<Tensor> + 'a,
{
    training.epoch()?;
    let logits = training.net.logits(&training.x)?;
    let answers = if matches!(task, Task::TrainHouse) { logits } else { ops::softmax_last_dim(&logits)? };
    check(task, data, &values([Ok(answers)].into_iter())?)?;
    Ok(Box::new(move |times| {
        for _ in 0..times {
            training.epoch().expect(WORKS);
        }
    }))
}

fn values(tensors: impl Iterator<Item = Result<Tensor>>) -> Result<Vec<f32>> {
    let mut values = Vec::new();
    for tensor in tensors {
        values.extend(tensor?.flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(values)
}

struct Mlp {
    layers: Vec<Linear>,
}

impl Mlp {
    fn new(layers: &[Dense<'_>]) -> Result<Self> {
        let layers = layers.iter().map(|layer| {
            let (weight, bias) = tensors(layer)?;
            Ok(Linear::new(weight, Some(bias)))
        });
        Ok(Self { layers: layers.collect::<Result<_>>()? })
    }

    fn trainable(layers: &[Dense<'_>]) -> Result<(Self, Vec<Var>)> {
        let (mut net, mut parameters) = (Self { layers: Vec::new() }, Vec::new());
        for layer in layers {
            let (weight, bias) = tensors(layer)?;
            let (weight, bias) = (Var::from_tensor(&weight)?, Var::from_tensor(&bias)?);
            net.layers.push(Linear::new(weight.as_tensor().clone(), Some(bias.as_tensor().clone())));
            parameters.extend([weight, bias]);
        }
        Ok((net, parameters))
    }

    fn logits(&self, x: &Tensor) -> Result<Tensor> {
        let [first, second, third] = &self.layers[..] else { unreachable!("both networks have three layers") };
        let h = first.forward(x)?.relu()?;
        let h = second.forward(&h)?.relu()?;
        third.forward(&h)
    }
}

/// candle keeps weights as units by inputs.
fn tensors(layer: &Dense<'_>) -> Result<(Tensor, Tensor)> {
    let weight = Tensor::from_slice(layer.weight, (layer.inputs, layer.units), &Device::Cpu)?;
    Ok((weight.t()?.contiguous()?, Tensor::from_slice(layer.bias, layer.units, &Device::Cpu)?))
}

/// Keras's RMSprop, which candle does not have, written like candle's AdamW.
struct RmsProp {
    parameters: Vec<(Var, Var)>,
    learning_rate: f64,
}

impl Optimizer for RmsProp {
    type Config = f64;

    fn new(parameters: Vec<Var>, learning_rate: f64) -> Result<Self> {
        let parameters = parameters.into_iter().map(|parameter| {
            let average = Var::zeros(parameter.shape(), parameter.dtype(), parameter.device())?;
            Ok((parameter, average))
        });
        Ok(Self { parameters: parameters.collect::<Result<_>>()?, learning_rate })
    }

    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        for (parameter, average) in &self.parameters {
            if let Some(gradient) = gradients.get(parameter) {
                let next = ((average.as_tensor() * 0.9)? + (gradient.sqr()? * 0.1)?)?;
                let step = (gradient / (&next + 1e-7)?.sqrt()?)?;
                parameter.set(&(parameter.as_tensor() - (step * self.learning_rate)?)?)?;
                average.set(&next)?;
            }
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

/// candle's AdamW as Keras's Adam, whose epsilon is not divided by the correction of the second moment.
struct Adam {
    adam_w: AdamW,
    steps: i32,
}

impl Optimizer for Adam {
    type Config = f64;

    fn new(parameters: Vec<Var>, lr: f64) -> Result<Self> {
        let params = ParamsAdamW { lr, beta1: 0.9, beta2: 0.999, eps: 1e-7, weight_decay: 0.0 };
        Ok(Self { adam_w: AdamW::new(parameters, params)?, steps: 0 })
    }

    fn step(&mut self, gradients: &GradStore) -> Result<()> {
        self.steps += 1;
        let mut params = self.adam_w.params().clone();
        params.eps = 1e-7 / (1.0 - params.beta2.powi(self.steps)).sqrt();
        self.adam_w.set_params(params);
        self.adam_w.step(gradients)
    }

    fn learning_rate(&self) -> f64 {
        self.adam_w.learning_rate()
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.adam_w.set_learning_rate(learning_rate);
    }
}
