//! tract: a graph that is made by its API, and optimized for the one shape of its input.
use std::hint::black_box;

use tract_core::internal::*;
use tract_core::ops::einsum::EinSum;
use tract_core::ops::math;
use tract_core::ops::nn::{Softmax, SoftmaxKind};

use crate::work::Data;
use crate::{Dense, Found, Task, check, digit, house};

pub fn case(task: Task, data: &Data) -> Found<'_> {
    let (layers, x, batch) = match task {
        Task::House => (house(data), data.houses.as_flattened(), 1),
        Task::Digit => (digit(data), data.digits.as_flattened(), 1),
        Task::Digits => (digit(data), data.digits.as_flattened(), data.digits.len()),
        Task::TrainHouse | Task::TrainDigit { .. } => return Ok(None),
    };
    let features = layers[0].inputs;
    let tensor = |x: &[f32]| Ok(Tensor::from_shape(&[batch, features], x)?.into_tvalue());
    let samples = x.chunks(batch * features).map(tensor).collect::<TractResult<Vec<_>>>()?;
    let mut state = network(&layers, batch, !matches!(task, Task::House))?.into_runnable()?.spawn()?;

    let mut answers = Vec::new();
    for x in &samples {
        answers.extend_from_slice(state.run(tvec![x.clone()])?[0].try_as_plain_ram()?.as_slice::<f32>()?);
    }
    check(task, data, &answers)?;
    Ok(Some(Box::new(move |times| {
        for i in 0..times {
            let x = black_box(&samples[i % samples.len().min(16)]).clone();
            black_box(state.run(tvec![x]).expect("it did when its answers were checked"));
        }
    })))
}

fn network(layers: &[Dense<'_>], batch: usize, softmax: bool) -> TractResult<TypedModel> {
    let mut model = TypedModel::default();
    let mut h = model.add_source("x", f32::fact([batch, layers[0].inputs]))?;
    let zero = model.add_const("zero", Tensor::from_shape(&[1, 1], &[0_f32])?)?;
    for (i, layer) in layers.iter().enumerate() {
        let weight = Tensor::from_shape(&[layer.inputs, layer.units], layer.weight)?;
        let weight = model.add_const(format!("weight_{i}"), weight)?;
        let bias = model.add_const(format!("bias_{i}"), Tensor::from_shape(&[1, layer.units], layer.bias)?)?;
        let product = EinSum::new("mk,kn->mn".parse()?, f32::datum_type());
        h = model.wire_node(format!("product_{i}"), product, &[h, weight])?[0];
        h = model.wire_node(format!("sum_{i}"), math::add(), &[h, bias])?[0];
        if i + 1 < layers.len() {
            h = model.wire_node(format!("relu_{i}"), math::max(), &[h, zero])?[0];
        } else if softmax {
            h = model.wire_node("softmax", Softmax::new(tvec![1], None, SoftmaxKind::Softmax), &[h])?[0];
        }
    }
    model.select_output_outlets(&[h])?;
    model.into_optimized()
}
