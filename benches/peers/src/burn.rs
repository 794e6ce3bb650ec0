//! burn on its CPU backend `flex`, with the layers, losses and optimizers of burn.
use std::error::Error;
use std::hint::black_box;

use ::burn::module::{Module, Param};
use ::burn::nn::Linear;
use ::burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use ::burn::optim::{Adam, AdamConfig, AdamState, GradientsParams, ModuleOptimizer, Optimizer, SquareAvgState};
use ::burn::tensor::activation::{relu, softmax};
use ::burn::tensor::{Device, Int, Tensor, TensorData};

use crate::work::{Case, Data};
use crate::{Dense, Found, Task, check, digit, house};

pub fn case(task: Task, data: &Data) -> Found<'_> {
    let device = Device::flex();
    let case = match task {
        Task::House => predictions(task, data, Mlp::new(&house(data), &device), houses(data, &device))?,
        Task::Digit | Task::Digits => predictions(task, data, Mlp::new(&digit(data), &device), digits(data, &device))?,
        Task::TrainHouse => {
            let device = device.autodiff();
            let prices = TensorData::new(data.prices.clone(), [data.prices.len(), 1]);
            let prices = Tensor::<2>::from_data(prices, &device);
            let error = move |net: &Mlp, x: Tensor<2>, first: usize, count: usize| {
                MseLoss::new().forward(net.logits(x), prices.clone().narrow(0, first, count), Reduction::Mean)
            };
            let optimizer = ModuleOptimizer::from(KerasRmsProp);
            let net = Some(Mlp::new(&house(data), &device));
            epochs(task, data, Training { net, optimizer, error, x: houses(data, &device), batch: 32 })?
        }
        Task::TrainDigit { batch } => {
            let device = device.autodiff();
            let classes: Vec<i64> = data.classes.iter().map(|class| *class as i64).collect();
            let samples = classes.len();
            let classes = Tensor::<1, Int>::from_data(TensorData::new(classes, [samples]), &device);
            let cross_entropy = CrossEntropyLossConfig::new().init(&device);
            let error = move |net: &Mlp, x: Tensor<2>, first: usize, count: usize| {
                cross_entropy.forward(net.logits(x), classes.clone().narrow(0, first, count))
            };
            let optimizer = ModuleOptimizer::from(KerasAdam);
            let net = Some(Mlp::new(&digit(data), &device));
            epochs(task, data, Training { net, optimizer, error, x: digits(data, &device), batch })?
        }
    };
    Ok(Some(case))
}

fn houses(data: &Data, device: &Device) -> Tensor<2> {
    let values = data.houses.as_flattened().to_vec();
    Tensor::from_data(TensorData::new(values, [data.houses.len(), 13]), device)
}

fn digits(data: &Data, device: &Device) -> Tensor<2> {
    let values = data.digits.as_flattened().to_vec();
    Tensor::from_data(TensorData::new(values, [data.digits.len(), 784]), device)
}

fn predictions<'a>(task: Task, data: &Data, net: Mlp, x: Tensor<2>) -> Result<Case<'a>, Box<dyn Error>> {
    let net = net.valid();
    let samples = match task {
        Task::Digits => vec![x],
        _ => x.split(1, 0),
    };
    let predict = move |x: &Tensor<2>| match task {
        Task::House => net.logits(x.clone()),
        _ => softmax(net.logits(x.clone()), 1),
    };
    let mut answers = Vec::new();
    for x in &samples {
        answers.extend(values(predict(x))?);
    }
    check(task, data, &answers)?;
    Ok(Box::new(move |times| {
        for i in 0..times {
            black_box(predict(black_box(&samples[i % samples.len().min(16)])));
        }
    }))
}

struct Training<E> {
    /// There, except in the middle of a step.
    net: Option<Mlp>,
    optimizer: ModuleOptimizer,
    error: E,
    x: Tensor<2>,
    batch: usize,
}

impl<E: Fn(&Mlp, Tensor<2>, usize, usize) -> Tensor<1>> Training<E> {
    fn epoch(&mut self) {
        let samples = self.x.dims()[0];
        for first in (0..samples).step_by(self.batch) {
            let Some(net) = self.net.take() else { return };
            let count = self.batch.min(samples - first);
            let loss = (self.error)(&net, self.x.clone().narrow(0, first, count), first, count);
            let gradients = GradientsParams::from_grads(loss.backward(), &net);
            self.net = Some(self.optimizer.step(0.001, net, gradients));
        }
    }
}

fn epochs<'a, E>(task: Task, data: &Data, mut training: Training<E>) -> Result<Case<'a>, Box<dyn Error>>
where
    E: Fn(&Mlp, Tensor<2>, usize, usize) -> Tensor<1> + 'a,
{
    training.epoch();
    let net = training.net.as_ref().ok_or("an epoch leaves a network")?.valid();
    let logits = net.logits(training.x.clone().without_autodiff());
    let answers = if matches!(task, Task::TrainHouse) { logits } else { softmax(logits, 1) };
    check(task, data, &values(answers)?)?;
    Ok(Box::new(move |times| {
        for _ in 0..times {
            training.epoch();
        }
    }))
}

fn values(tensor: Tensor<2>) -> Result<Vec<f32>, Box<dyn Error>> {
    tensor.into_data().try_to_vec::<f32>().map_err(|error| format!("{error:?}").into())
}

#[derive(Module, Debug)]
struct Mlp {
    first: Linear,
    second: Linear,
    third: Linear,
}

impl Mlp {
    fn new(layers: &[Dense<'_>], device: &Device) -> Self {
        let linear = |layer: &Dense<'_>| Linear {
            weight: Param::from_data(TensorData::new(layer.weight.to_vec(), [layer.inputs, layer.units]), device),
            bias: Some(Param::from_data(TensorData::new(layer.bias.to_vec(), [layer.units]), device)),
        };
        Self { first: linear(&layers[0]), second: linear(&layers[1]), third: linear(&layers[2]) }
    }

    fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        let h = relu(self.first.forward(x));
        let h = relu(self.second.forward(h));
        self.third.forward(h)
    }
}

/// burn's Adam as Keras's, whose epsilon is not divided by the correction of the second moment.
#[derive(Clone)]
struct KerasAdam;

impl Optimizer for KerasAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let step = state.as_ref().map_or(0, |state| state.momentum.time) as i32 + 1;
        let epsilon = 1e-7 / (1.0 - 0.999_f32.powi(step)).sqrt();
        AdamConfig::new().with_epsilon(epsilon).build().step(learning_rate, tensor, gradient, state)
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        Adam::to_device(state, device)
    }
}

/// Keras's RMSprop, whose epsilon stands inside the root, written like burn's.
#[derive(Clone)]
struct KerasRmsProp;

impl Optimizer for KerasRmsProp {
    type State<const D: usize> = SquareAvgState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<SquareAvgState<D>>,
    ) -> (Tensor<D>, Option<SquareAvgState<D>>) {
        let new = gradient.clone().square().mul_scalar(0.1);
        let square_avg = match state {
            Some(state) => state.square_avg.mul_scalar(0.9).add(new),
            None => new,
        };
        let step = gradient.div(square_avg.clone().add_scalar(1e-7).sqrt()).mul_scalar(learning_rate);
        (tensor - step, Some(SquareAvgState { square_avg }))
    }

    fn to_device<const D: usize>(state: SquareAvgState<D>, device: &Device) -> SquareAvgState<D> {
        state.to_device(device)
    }
}
