//! Plain nalgebra, as one would write it by hand: `w * x + b`.
use std::hint::black_box;

use castnet::nalgebra::SVector;
use castnet::prelude::*;

use crate::same;
use crate::work::{Case, Data, Digit, House};

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

pub fn house(data: &Data) -> Case<'_> {
    for x in &data.house_inputs {
        same(&[predict_house(&data.house, x)], data.house.predict(x).as_slice(), 1e-5);
    }
    Box::new(|times| {
        for i in 0..times {
            black_box(predict_house(&data.house, black_box(&data.house_inputs[i % 16])));
        }
    })
}

pub fn digit(data: &Data) -> Case<'_> {
    for x in &data.digit_inputs[..100] {
        same(predict_digit(&data.digit, x).as_slice(), data.digit.predict(x).as_slice(), 1e-5);
    }
    Box::new(|times| {
        for i in 0..times {
            black_box(predict_digit(&data.digit, black_box(&data.digit_inputs[i % 16])));
        }
    })
}
