//! Plain nalgebra, as it is written by hand: `w * x + b`. One sample has matrices of static sizes; many samples have matrices of dynamic sizes,
//! which nalgebra multiplies faster.
use std::hint::black_box;

use ::nalgebra::{DMatrix, DVector, SVector};

use crate::work::{Case, Data, Digit, House};
use crate::{Dense, Found, Task, check, digit};

pub fn case(task: Task, data: &Data) -> Found<'_> {
    let case: Case<'_> = match task {
        Task::House => {
            let answers: Vec<f32> = data.house_inputs.iter().map(|x| predict_house(&data.house, x)).collect();
            check(task, data, &answers)?;
            Box::new(|times| {
                for i in 0..times {
                    black_box(predict_house(&data.house, black_box(&data.house_inputs[i % 16])));
                }
            })
        }
        Task::Digit => {
            let answers = data.digit_inputs.iter().flat_map(|x| predict_digit(&data.digit, x).data.0[0]);
            check(task, data, &answers.collect::<Vec<_>>())?;
            Box::new(|times| {
                for i in 0..times {
                    black_box(predict_digit(&data.digit, black_box(&data.digit_inputs[i % 16])));
                }
            })
        }
        Task::Digits => {
            let layers: Vec<_> = digit(data).iter().map(matrices).collect();
            let x = DMatrix::from_column_slice(784, data.digits.len(), data.digits.as_flattened());
            check(task, data, predict_digits(&layers, &x).as_slice())?;
            Box::new(move |times| {
                for _ in 0..times {
                    black_box(predict_digits(&layers, black_box(&x)));
                }
            })
        }
        Task::TrainHouse | Task::TrainDigit { .. } => return Ok(None),
    };
    Ok(Some(case))
}

fn predict_house(net: &House, x: &SVector<f32, 13>) -> f32 {
    let h = (&net.dense_1.weight * x + net.dense_1.bias).map(|h| h.max(0.0));
    let h = (&net.dense_2.weight * h + net.dense_2.bias).map(|h| h.max(0.0));
    (&net.dense_3.weight * h + net.dense_3.bias)[0]
}

fn predict_digit(net: &Digit, x: &SVector<f32, 784>) -> SVector<f32, 10> {
    let h = (&net.dense_1.weight * x + net.dense_1.bias).map(|h| h.max(0.0));
    let h = (&net.dense_2.weight * h + net.dense_2.bias).map(|h| h.max(0.0));
    let z = &net.dense_3.weight * h + net.dense_3.bias;
    let most = z.max();
    let e = z.map(|z| (z - most).exp());
    e / e.sum()
}

fn matrices(layer: &Dense<'_>) -> (DMatrix<f32>, DVector<f32>) {
    let weight = DMatrix::from_column_slice(layer.units, layer.inputs, layer.weight);
    (weight, DVector::from_column_slice(layer.bias))
}

/// A sample in each column.
fn predict_digits(layers: &[(DMatrix<f32>, DVector<f32>)], x: &DMatrix<f32>) -> DMatrix<f32> {
    let dense = |(weight, bias): &(DMatrix<f32>, DVector<f32>), x: &DMatrix<f32>| {
        let mut z = weight * x;
        z.column_iter_mut().for_each(|mut z| z += bias);
        z
    };
    let relu = |mut h: DMatrix<f32>| {
        h.apply(|h| *h = h.max(0.0));
        h
    };
    let h = relu(dense(&layers[0], x));
    let h = relu(dense(&layers[1], &h));
    let mut z = dense(&layers[2], &h);
    for mut z in z.column_iter_mut() {
        let most = z.max();
        z.apply(|z| *z = (*z - most).exp());
        z /= z.sum();
    }
    z
}
