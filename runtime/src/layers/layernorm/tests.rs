use super::*;
use crate::isa::Portable;
use crate::layers::{NoCenter, NoScale};
use crate::random::seeded;
use nalgebra::SMatrix;
use rand::RngExt;
use std::vec::Vec;

#[test]
fn by_hand() {
    let mut layer = LayerNorm::<2, f64>::zeroed();
    layer.init();
    assert_eq!(layer.as_flat(), [1.0, 1.0, 0.0, 0.0]);
    layer.as_flat_mut().copy_from_slice(&[2.0, 4.0, 1.0, 0.0]);
    // Two positions, each with a mean of its own; variances of 4 and 16.
    let inputs = [SMatrix::<f64, 2, 2>::from([[1.0, 5.0], [2.0, -6.0]])];
    let mut outputs = inputs;
    layer.forward(Portable, 0.0, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[-1.0, 4.0], [3.0, -4.0]])]);
    let mut gradient = LayerNorm::zeroed();
    layer.backward_parameters(Portable, 0.0, &inputs, &[SMatrix::from([[1.0, 2.0], [3.0, 4.0]])], &mut gradient);
    assert_eq!(gradient.as_flat(), [-1.0 + 3.0, 2.0 - 4.0, 4.0, 6.0]);
}

#[test]
fn groups_by_hand() {
    // Two groups of one channel, over two positions.
    let layer = GroupNorm::<2, f64, NoScale, NoCenter>::PLAIN;
    let inputs = [SMatrix::<f64, 2, 2>::from([[1.0, 5.0], [3.0, -3.0]])];
    let mut outputs = inputs;
    layer.forward(Portable, 2, 0.0, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[-1.0, 1.0], [1.0, -1.0]])]);
    layer.backward_parameters(Portable, 2, 0.0, &inputs, &outputs, &mut layer.clone());
}

/// Against the definition, value by value in double precision. The channels of a group, 13, do not fill the partial sums.
fn against_loops<T: Scalar>(tolerance: f64) {
    const C: usize = 26;
    const P: usize = 5;
    let rng = &mut seeded(4);
    let mut random = |mean: f64| T::from_f64(mean + 2.0 * rng.random::<f64>() - 1.0);
    let inputs: Vec<SMatrix<T, C, P>> = (0..4).map(|_| SMatrix::from_fn(|_, _| random(2.0))).collect();
    let grads: Vec<SMatrix<T, C, P>> = (0..4).map(|_| SMatrix::from_fn(|_, _| random(0.0))).collect();
    let mut layer = GroupNorm::<C, T>::zeroed();
    layer.as_flat_mut().iter_mut().for_each(|parameter| *parameter = random(1.0));
    let (mut outputs, mut grad_inputs) = (inputs.clone(), inputs.clone());
    layer.forward(Portable, 2, 1e-3, &inputs, &mut outputs);
    let mut gradient = GroupNorm::<C, T>::zeroed();
    layer.backward_parameters(Portable, 2, 1e-3, &inputs, &grads, &mut gradient);
    layer.backward_input(Portable, 2, 1e-3, &inputs, &grads, &mut grad_inputs);
    let close = |what: &str, got: T, expected: f64| {
        assert!((got.to_f64() - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {got}, not {expected}");
    };
    let mut sums = [[0.0; 2]; C];
    for sample in 0..inputs.len() {
        for group in 0..2 {
            let places: Vec<(usize, usize)> = (0..P)
                .flat_map(|position| (0..C / 2).map(move |channel| (group * C / 2 + channel, position)))
                .collect();
            let average =
                |of: &dyn Fn((usize, usize)) -> f64| places.iter().map(|&at| of(at)).sum::<f64>() / places.len() as f64;
            let x = |at: (usize, usize)| inputs[sample][at].to_f64();
            let mean = average(&x);
            let deviation = (average(&|at| (x(at) - mean) * (x(at) - mean)) + 1e-3).sqrt();
            let normalized = |at: (usize, usize)| (x(at) - mean) / deviation;
            let g = |at: (usize, usize)| grads[sample][at].to_f64();
            let inner = |at: (usize, usize)| g(at) * layer.gamma[at.0].to_f64();
            let (mean_grad, slope) = (average(&inner), average(&|at| inner(at) * normalized(at)));
            for &at in &places {
                let (gamma, beta) = (layer.gamma[at.0].to_f64(), layer.beta[at.0].to_f64());
                close("output", outputs[sample][at], normalized(at) * gamma + beta);
                close("input", grad_inputs[sample][at], (inner(at) - mean_grad - normalized(at) * slope) / deviation);
                sums[at.0][0] += g(at) * normalized(at);
                sums[at.0][1] += g(at);
            }
        }
    }
    for (channel, [gamma, beta]) in sums.into_iter().enumerate() {
        close("gamma", gradient.gamma[channel], gamma);
        close("beta", gradient.beta[channel], beta);
    }
}

#[test]
fn of_f32() {
    against_loops::<f32>(1e-5);
}

#[test]
fn of_f64() {
    against_loops::<f64>(1e-12);
}
