//! Convolutions against their definition: outputs to the bit, gradients in double precision; on every instruction set, and by one
//! thread or two.
use std::vec::Vec;

use rand::RngExt;

use crate::isa::{self, Arithmetic, Isa, Task};
use crate::kernels::window::Window;
use crate::random::{TrainingRng, seeded};
use crate::scalar::Scalar;

/// The three passes, as a layer calls them.
struct Passes<'a, T> {
    window: Window,
    weight: &'a [T],
    bias: &'a [T],
    inputs: &'a [T],
    grad_outputs: &'a [T],
    outputs: &'a mut [T],
    grad_inputs: &'a mut [T],
    grad_weight: &'a mut [T],
}

impl<T: Scalar> Task<T> for Passes<'_, T> {
    type Output = ();

    fn run<I: Isa<T>>(self, isa: I) {
        isa.conv_forward(&self.window, self.weight, Some(self.bias), self.inputs, self.outputs);
        isa.conv_backward_input(&self.window, self.weight, None, self.grad_outputs, self.grad_inputs);
        isa.conv_backward_weight(&self.window, self.inputs, self.grad_outputs, 0, self.grad_weight);
    }
}

/// Calls `visit` for every product: sample, output, place of the weight, input; in the order in which an output adds them.
fn products(window: &Window, samples: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let [height, width, channels] = window.input;
    let [rows, columns, units] = window.output;
    let (depth, per_group) = (channels / window.groups, units / window.groups);
    for sample in 0..samples {
        for (row, column, unit) in
            (0..rows * columns * units).map(|i| (i / units / columns, i / units % columns, i % units))
        {
            let output = ((sample * rows + row) * columns + column) * units + unit;
            for (ky, kx) in (0..window.places()).map(|place| (place / window.kernel[1], place % window.kernel[1])) {
                let y = (row * window.stride[0] + ky * window.dilation[0]).wrapping_sub(window.padding[0]);
                let x = (column * window.stride[1] + kx * window.dilation[1]).wrapping_sub(window.padding[1]);
                if y >= height || x >= width {
                    continue;
                }
                for channel in 0..depth {
                    let weight = ((ky * window.kernel[1] + kx) * depth + channel) * units + unit;
                    let input = ((sample * height + y) * width + x) * channels + unit / per_group * depth + channel;
                    visit(output, weight, input);
                }
            }
        }
    }
}

fn random<T: Scalar>(rng: &mut TrainingRng, len: usize) -> Vec<T> {
    (0..len).map(|_| T::from_f64(rng.random::<f64>() - 0.5)).collect()
}

fn check<T: Scalar>(window: Window, samples: usize, tolerance: f64) {
    assert!(window.is_sound(), "{window:?}");
    let rng = &mut seeded(7);
    let weights = window.places() * (window.input[2] / window.groups) * window.output[2];
    let (ins, outs) = (samples * window.input_len(), samples * window.output_len());
    let (weight, bias) = (random::<T>(rng, weights), random::<T>(rng, window.output[2]));
    let (inputs, grad_outputs) = (random::<T>(rng, ins), random::<T>(rng, outs));
    let before = random::<T>(rng, weights);
    let run = |arithmetic: Arithmetic| {
        let (mut outputs, mut grad_inputs, mut grad_weight) =
            (random::<T>(&mut seeded(1), outs), random::<T>(&mut seeded(2), ins), before.clone());
        let passes = Passes {
            window,
            weight: &weight,
            bias: &bias,
            inputs: &inputs,
            grad_outputs: &grad_outputs,
            outputs: &mut outputs,
            grad_inputs: &mut grad_inputs,
            grad_weight: &mut grad_weight,
        };
        isa::run(arithmetic, passes);
        (outputs, grad_inputs, grad_weight)
    };

    let mut outputs: Vec<T> = (0..outs).map(|output| bias[output % window.output[2]]).collect();
    products(&window, samples, |output, place, input| outputs[output] += weight[place] * inputs[input]);
    let doubles = |values: &[T]| values.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
    let (mut grad_inputs, mut grad_weight) = (std::vec![0.0; ins], doubles(&before));
    products(&window, samples, |output, place, input| {
        grad_inputs[input] += weight[place].to_f64() * grad_outputs[output].to_f64();
        grad_weight[place] += inputs[input].to_f64() * grad_outputs[output].to_f64();
    });
    let close = |what: &str, found: &[T], expected: &[f64]| {
        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
            let error = (found.to_f64() - expected).abs();
            assert!(error <= tolerance * (1.0 + expected.abs()), "{what} {index}: {found}, not {expected}; {window:?}");
        }
    };
    let exact = run(Arithmetic::Portable);
    for (index, (found, expected)) in exact.0.iter().zip(&outputs).enumerate() {
        assert!(found == expected, "output {index}: {found}, not {expected}; {window:?}");
    }
    let fused = run(Arithmetic::Fused);
    for found in [&exact, &fused] {
        close("output", &found.0, &doubles(&outputs));
        close("gradient of input", &found.1, &grad_inputs);
        close("gradient of weight", &found.2, &grad_weight);
    }
}

/// Windows of all kinds.
fn windows() -> Vec<(Window, usize)> {
    let mut windows = std::vec![
        // As in small networks.
        (Window::new([28, 28, 1], [26, 26, 8], [3, 3]), 2),
        (Window::new([13, 13, 8], [11, 11, 16], [3, 3]), 9),
        (Window::new([14, 14, 3], [14, 14, 32], [3, 3]).padding(1, 1), 2),
        (Window::new([9, 9, 1], [9, 9, 10], [5, 5]).padding(2, 2), 3),
        // As in large networks.
        (Window::new([7, 7, 96], [7, 7, 80], [3, 3]).padding(1, 1), 2),
        (Window::new([30, 30, 3], [15, 15, 40], [7, 7]).stride(2, 2).padding(2, 2), 1),
        (Window::new([1, 40, 5], [1, 40, 7], [1, 3]).padding(0, 4).dilation(1, 2), 2),
        (Window::new([40, 33, 2], [38, 31, 3], [3, 3]), 1),
        // Images of one channel, of which two positions may share a vector: rows of all lengths, forwards and backwards.
        (Window::new([28, 29, 1], [28, 29, 8], [3, 3]).padding(1, 1), 2),
        (Window::new([5, 33, 1], [3, 31, 5], [3, 3]), 3),
        (Window::new([6, 64, 1], [6, 64, 1], [1, 2]).padding(0, 1), 1),
        (Window::new([10, 40, 1], [4, 38, 3], [3, 3]).stride(2, 1), 2),
        (Window::new([9, 20, 1], [9, 16, 8], [1, 3]).dilation(1, 2), 2),
        (Window::new([8, 9, 1], [8, 9, 7], [7, 7]).padding(3, 3), 2),
        (Window::new([1, 90, 1], [1, 82, 4], [1, 9]), 2),
        (Window::new([14, 17, 6], [12, 15, 1], [3, 3]), 2),
    ];
    let mut rng = seeded(3);
    let mut up_to = |most: usize| 1 + rng.random_range(0..most);
    while windows.len() < 150 {
        let groups = [1, 1, 1, 2, 3][up_to(5) - 1];
        let (channels, units) = (groups * up_to(9), groups * [up_to(5), up_to(20), 8, 16, 40][up_to(5) - 1]);
        let (kernel, stride, dilation) = ([up_to(4), up_to(4)], [up_to(3), up_to(3)], [up_to(3), up_to(3)]);
        let input = [up_to(9), up_to(9)];
        let mut padding = [0; 2];
        let mut output = [0; 2];
        for axis in 0..2 {
            let covered = (kernel[axis] - 1) * dilation[axis];
            padding[axis] = (up_to(3) - 1).min(covered);
            let padded = input[axis] + padding[axis] + (up_to(3) - 1).min(covered);
            output[axis] = if padded > covered { (padded - covered - 1) / stride[axis] + 1 } else { 0 };
        }
        if output[0] * output[1] > 0 {
            let window = Window {
                input: [input[0], input[1], channels],
                output: [output[0], output[1], units],
                kernel,
                stride,
                padding,
                dilation,
                groups,
            };
            windows.push((window, up_to(3)));
        }
    }
    windows
}

#[test]
fn convolutions_in_single_precision() {
    windows().into_iter().for_each(|(window, samples)| check::<f32>(window, samples, 2e-4));
}

#[test]
fn convolutions_in_double_precision() {
    windows().into_iter().for_each(|(window, samples)| check::<f64>(window, samples, 1e-12));
}

/// Threads share samples and rows of the weight, never a sum.
#[cfg(feature = "std")]
#[test]
fn threads_change_no_bit() {
    use crate::kernels::threads::{Pool, with};

    let window = Window::new([12, 11, 6], [12, 11, 20], [3, 3]).padding(1, 1);
    let rng = &mut seeded(9);
    let (weight, bias) = (random::<f32>(rng, 9 * 6 * 20), random::<f32>(rng, 20));
    let (ins, outs) = (20 * window.input_len(), 20 * window.output_len());
    let (inputs, grad_outputs) = (random::<f32>(rng, ins), random::<f32>(rng, outs));
    let run = |threads: usize| {
        let (mut outputs, mut grad_inputs, mut grad_weight) =
            (std::vec![0.0; outs], std::vec![0.0; ins], std::vec![0.0; weight.len()]);
        let passes = Passes {
            window,
            weight: &weight,
            bias: &bias,
            inputs: &inputs,
            grad_outputs: &grad_outputs,
            outputs: &mut outputs,
            grad_inputs: &mut grad_inputs,
            grad_weight: &mut grad_weight,
        };
        with(Pool::new(threads).as_ref(), || isa::run(Arithmetic::Fused, passes));
        (outputs, grad_inputs, grad_weight)
    };
    let one = run(1);
    assert!(one == run(2) && one == run(3));
}

#[test]
fn sums_of_positions() {
    struct Sum<'a, T>(&'a [T], &'a mut [T]);
    impl<T: Scalar> Task<T> for Sum<'_, T> {
        type Output = ();
        fn run<I: Isa<T>>(self, isa: I) {
            isa.sum_positions(self.0, self.1);
        }
    }
    let rng = &mut seeded(1);
    for (channels, positions) in [(1, 1), (3, 7), (8, 9), (19, 16), (32, 100), (40, 3)] {
        let (values, before) = (random::<f64>(rng, channels * positions), random::<f64>(rng, channels));
        let mut sums = before.clone();
        isa::run(Arithmetic::Fused, Sum(&values, &mut sums));
        for channel in 0..channels {
            let expected: f64 = before[channel] + values.iter().skip(channel).step_by(channels).sum::<f64>();
            assert!((sums[channel] - expected).abs() < 1e-13);
        }
        let mut exact = before.clone();
        isa::run(Arithmetic::Portable, Sum(&values, &mut exact));
        assert_eq!(sums, exact, "a sum has nothing to fuse");
    }
}
