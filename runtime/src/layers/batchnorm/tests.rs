use super::*;
use crate::isa::Portable;
use crate::layers::{NoCenter, NoScale};
use crate::random::seeded;
use rand::RngExt;
use std::vec::Vec;

#[test]
fn by_hand() {
    let mut layer = BatchNorm::<1, f64>::zeroed();
    layer.init();
    assert_eq!(layer.as_flat(), [1.0, 0.0]);
    (layer.gamma[0], layer.beta[0]) = (2.0, 10.0);
    // Mean 3, variance 4, which an epsilon of 5 makes 9.
    let inputs = [SMatrix::from([[1.0], [5.0]]), SMatrix::from([[1.0], [5.0]])];
    let (mut outputs, mut tape) = (inputs, [[0.0; 2], [7.0; 2]]);
    layer.forward_training(Portable, 5.0, &inputs, &mut outputs, &mut tape);
    let (low, high) = (10.0 - 4.0 * (1.0 / 3.0), 10.0 + 4.0 * (1.0 / 3.0));
    assert_eq!(outputs, [SMatrix::from([[low], [high]]), SMatrix::from([[low], [high]])]);
    assert_eq!(tape, [[3.0, 4.0], [7.0; 2]], "of the first sample alone");

    let mut moving = MovingStatistics::<1, f64>::zeroed();
    moving.init();
    assert_eq!(moving.as_flat(), [0.0, 1.0]);
    moving.update(0.75, &tape);
    assert_eq!(moving.as_flat(), [0.75, 1.75]);

    // A gradient that is constant, or proportional to the normalized input, gives the inputs no gradient: it changes
    // only gamma and beta.
    let mut gradient = BatchNorm::<1, f64>::zeroed();
    let grads = [SMatrix::from([[-1.0], [3.0]]), SMatrix::from([[-1.0], [3.0]])];
    layer.backward_parameters(Portable, 5.0, &inputs, &tape, &grads, &mut gradient);
    assert_eq!(gradient.as_flat(), [16.0 * (1.0 / 3.0), 4.0]);
    let mut grad_inputs = inputs;
    layer.backward_input(Portable, 0.0, &inputs, &tape, &grads, &mut grad_inputs);
    assert_eq!(grad_inputs, [SMatrix::from([[0.0], [0.0]]); 2]);
}

#[test]
fn predictions_use_the_moving_statistics() {
    let moving = MovingStatistics { mean: SVector::from([1.0, 2.0]), variance: SVector::from([4.0, 16.0]) };
    let layer = BatchNorm::<2, f64, NoScale, NoCenter>::PLAIN;
    assert!(layer.as_flat().is_empty());
    let inputs = [SMatrix::from([[3.0, 6.0], [1.0, 0.0]])];
    let mut outputs = inputs;
    layer.forward(Portable, &moving, 0.0, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[1.0, 1.0], [0.0, -0.5]])]);
    layer.backward_frozen(Portable, &moving, 0.0, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[1.5, 1.5], [0.5, 0.0]])]);
}

#[test]
fn nothing_from_nothing() {
    let layer = BatchNorm::<3>::zeroed();
    layer.forward_training::<_, [f32; 6], 2>(Portable, 0.1, &[], &mut [], &mut []);
    let mut gradient = layer;
    layer.backward_parameters::<_, [f32; 6], 2>(Portable, 0.1, &[], &[], &[], &mut gradient);
    layer.backward_input::<_, [f32; 6], 2>(Portable, 0.1, &[], &[], &[], &mut []);
    let mut moving = MovingStatistics::<3>::zeroed();
    moving.init();
    moving.update::<[f32; 6]>(0.9, &[]);
    assert_eq!(moving.variance, SVector::from([1.0; 3]));
}

/// Against the definition, channel by channel in double precision; far from zero, where sums in single precision would fail.
fn against_loops<T: Scalar>(tolerance: f64) {
    const C: usize = 29;
    let rng = &mut seeded(4);
    let mut random = |mean: f64| T::from_f64(mean + 2.0 * rng.random::<f64>() - 1.0);
    let inputs: Vec<SMatrix<T, C, 3>> = (0..50).map(|_| SMatrix::from_fn(|_, _| random(100.0))).collect();
    let grads: Vec<SMatrix<T, C, 3>> = (0..50).map(|_| SMatrix::from_fn(|_, _| random(0.0))).collect();
    let mut layer = BatchNorm::<C, T>::zeroed();
    layer.as_flat_mut().iter_mut().for_each(|parameter| *parameter = random(1.0));
    let (mut outputs, mut grad_inputs) = (inputs.clone(), inputs.clone());
    let mut tape = std::vec![[T::ZERO; 2 * C]; 50];
    layer.forward_training(Portable, 1e-3, &inputs, &mut outputs, &mut tape);
    let mut gradient = BatchNorm::<C, T>::zeroed();
    layer.backward_parameters(Portable, 1e-3, &inputs, &tape, &grads, &mut gradient);
    layer.backward_input(Portable, 1e-3, &inputs, &tape, &grads, &mut grad_inputs);
    let close = |what: &str, got: T, expected: f64| {
        assert!((got.to_f64() - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {got}, not {expected}");
    };
    for channel in 0..C {
        let of = |samples: &[SMatrix<T, C, 3>]| -> Vec<f64> {
            samples
                .iter()
                .flat_map(|sample| sample.row(channel).iter().map(|x| x.to_f64()).collect::<Vec<_>>())
                .collect()
        };
        let (x, g) = (of(&inputs), of(&grads));
        let average = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let mean = average(&x);
        let squares: Vec<f64> = x.iter().map(|x| (x - mean) * (x - mean)).collect();
        let deviation = (average(&squares) + 1e-3).sqrt();
        let normalized: Vec<f64> = x.iter().map(|x| (x - mean) / deviation).collect();
        let products: Vec<f64> = g.iter().zip(&normalized).map(|(g, x)| g * x).collect();
        close("mean", tape[0][channel], mean);
        close("variance", tape[0][C + channel], average(&squares));
        close("gamma", gradient.gamma[channel], products.iter().sum());
        close("beta", gradient.beta[channel], g.iter().sum());
        let (gamma, beta) = (layer.gamma[channel].to_f64(), layer.beta[channel].to_f64());
        for sample in 0..50 {
            for position in 0..3 {
                let at = 3 * sample + position;
                close("output", outputs[sample][(channel, position)], normalized[at] * gamma + beta);
                let grad = gamma / deviation * (g[at] - average(&g) - normalized[at] * average(&products));
                close("input", grad_inputs[sample][(channel, position)], grad);
            }
        }
    }
}

#[test]
fn of_f32() {
    against_loops::<f32>(3e-5);
}

#[test]
fn of_f64() {
    against_loops::<f64>(1e-12);
}
