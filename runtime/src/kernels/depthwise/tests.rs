//! Depthwise and separable convolutions against their definition: outputs to the bit, gradients in double precision.
use std::vec::Vec;

use rand::RngExt;

use crate::isa::{self, Arithmetic, Isa, Task};
use crate::kernels::window::Window;
use crate::random::{TrainingRng, seeded};
use crate::scalar::Scalar;

struct Passes<'a, T> {
    window: Window,
    weight: &'a [T],
    pointwise: &'a [T],
    bias: &'a [T],
    inputs: &'a [T],
    /// The gradients of the outputs of the depthwise and of the separable convolution.
    grad_outputs: [&'a [T]; 2],
    outputs: [&'a mut [T]; 2],
    grad_inputs: [&'a mut [T]; 2],
    grad_weights: [&'a mut [T]; 2],
}

impl<T: Scalar> Task<T> for Passes<'_, T> {
    type Output = ();

    fn run<I: Isa<T>>(self, isa: I) {
        let Self { window, weight, pointwise, bias, inputs, .. } = self;
        let ([outputs, separable], [grad_inputs, separable_inputs]) = (self.outputs, self.grad_inputs);
        let [grads, separable_grads] = self.grad_outputs;
        let [grad_weight, grad_depthwise] = self.grad_weights;
        isa.depthwise_forward(&window, weight, None, inputs, outputs);
        isa.depthwise_backward_input(&window, weight, grads, grad_inputs);
        isa.depthwise_backward_weight(&window, inputs, grads, 0, grad_weight);
        isa.separable_forward(&window, weight, pointwise, Some(bias), inputs, separable);
        isa.separable_backward_input(&window, weight, pointwise, separable_grads, separable_inputs);
        isa.separable_backward_depthwise(&window, pointwise, inputs, separable_grads, grad_depthwise);
    }
}

/// Calls `visit` for every product: output, place of the weight, input; in the order in which an output adds them.
fn products(window: &Window, samples: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let [height, width, channels] = window.input;
    let [rows, columns, units] = window.output;
    for output in 0..samples * rows * columns * units {
        let (position, unit) = (output / units, output % units);
        let (sample, row, column) = (position / columns / rows, position / columns % rows, position % columns);
        for place in 0..window.places() {
            let (ky, kx) = (place / window.kernel[1], place % window.kernel[1]);
            let y = (row * window.stride[0] + ky * window.dilation[0]).wrapping_sub(window.padding[0]);
            let x = (column * window.stride[1] + kx * window.dilation[1]).wrapping_sub(window.padding[1]);
            if y < height && x < width {
                let input = ((sample * height + y) * width + x) * channels + unit * channels / units;
                visit(output, place * units + unit, input);
            }
        }
    }
}

fn random<T: Scalar>(rng: &mut TrainingRng, len: usize) -> Vec<T> {
    (0..len).map(|_| T::from_f64(rng.random::<f64>() - 0.5)).collect()
}

fn check<T: Scalar>(window: Window, units: usize, samples: usize, tolerance: f64) {
    assert!(window.is_sound(), "{window:?}");
    let rng = &mut seeded(7);
    let middle = window.output[2];
    let (ins, outs) = (samples * window.input_len(), samples * window.output_len());
    let positions = outs / middle;
    let (weight, pointwise) = (random::<T>(rng, window.places() * middle), random::<T>(rng, middle * units));
    let (bias, inputs) = (random::<T>(rng, units), random::<T>(rng, ins));
    let (grads, separable_grads) = (random::<T>(rng, outs), random::<T>(rng, positions * units));
    let run = |arithmetic: Arithmetic| {
        let (mut a, mut b) = (random::<T>(&mut seeded(1), outs), random::<T>(&mut seeded(2), positions * units));
        let (mut c, mut d) = (random::<T>(&mut seeded(3), ins), random::<T>(&mut seeded(4), ins));
        let (mut e, mut f) = (std::vec![T::ZERO; weight.len()], std::vec![T::ZERO; weight.len()]);
        let passes = Passes {
            window,
            weight: &weight,
            pointwise: &pointwise,
            bias: &bias,
            inputs: &inputs,
            grad_outputs: [&grads, &separable_grads],
            outputs: [&mut a, &mut b],
            grad_inputs: [&mut c, &mut d],
            grad_weights: [&mut e, &mut f],
        };
        isa::run(arithmetic, passes);
        [a, b, c, d, e, f]
    };
    // By definition.
    let mut depthwise_outputs = std::vec![T::ZERO; outs];
    products(&window, samples, |output, place, input| depthwise_outputs[output] += weight[place] * inputs[input]);
    let mut outputs = Vec::new();
    for position in 0..positions {
        for unit in 0..units {
            let products = (0..middle).map(|m| pointwise[m * units + unit] * depthwise_outputs[position * middle + m]);
            outputs.push(products.fold(bias[unit], |sum, product| sum + product));
        }
    }
    let double = |values: &[T]| values.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
    let between: Vec<f64> = (0..outs)
        .map(|i| {
            (0..units)
                .map(|u| pointwise[i % middle * units + u].to_f64() * separable_grads[i / middle * units + u].to_f64())
                .sum()
        })
        .collect();
    let gradients = |grads: &[f64]| {
        let (mut grad_inputs, mut grad_weight) = (std::vec![0.0; ins], std::vec![0.0; weight.len()]);
        products(&window, samples, |output, place, input| {
            grad_inputs[input] += weight[place].to_f64() * grads[output];
            grad_weight[place] += inputs[input].to_f64() * grads[output];
        });
        (grad_inputs, grad_weight)
    };
    let ((c, e), (d, f)) = (gradients(&double(&grads)), gradients(&between));
    let expected = [double(&depthwise_outputs), double(&outputs), c, d, e, f];
    let (exact, fused) = (run(Arithmetic::Portable), run(Arithmetic::Fused));
    assert!(exact[0] == depthwise_outputs, "{window:?}");
    assert!(exact[1] == outputs, "{window:?}");
    for found in [&exact, &fused] {
        for (what, (found, expected)) in found.iter().zip(&expected).enumerate() {
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                let error = (found.to_f64() - expected).abs();
                assert!(
                    error <= tolerance * (1.0 + expected.abs()),
                    "{what}, {index}: {found}, not {expected}; {window:?}"
                );
            }
        }
    }
}

#[test]
fn windows_of_channels() {
    let windows = [
        (Window::new([5, 6, 7], [5, 6, 7], [3, 3]).padding(1, 1), 5, 2),
        (Window::new([9, 8, 40], [4, 4, 40], [3, 3]).stride(2, 2).padding(0, 1), 33, 3),
        (Window::new([7, 7, 70], [3, 3, 70], [3, 3]).dilation(2, 2), 16, 1),
        (Window::new([6, 6, 3], [2, 2, 6], [3, 3]).stride(2, 2), 4, 2),
        (Window::new([12, 12, 130], [12, 12, 130], [5, 5]).padding(2, 2), 20, 1),
        (Window::new([1, 9, 4], [1, 9, 12], [1, 3]).padding(0, 2), 3, 2),
    ];
    for (window, units, samples) in windows {
        check::<f32>(window, units, samples, 1e-4);
        check::<f64>(window, units, samples, 1e-12);
    }
}
