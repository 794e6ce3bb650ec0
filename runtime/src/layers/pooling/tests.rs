use super::*;
use crate::isa::Portable;
use crate::random::{TrainingRng, seeded};
use rand::RngExt;
use std::vec::Vec;

fn window(
    input: [usize; 3],
    output: [usize; 2],
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
) -> Window {
    Window { stride, padding, ..Window::new(input, [output[0], output[1], input[2]], kernel) }
}

/// A sample of one channel.
fn row<T: Scalar, const P: usize>(values: [T; P]) -> SMatrix<T, 1, P> {
    SMatrix::<T, 1, P>::from_row_slice(&values)
}

#[test]
fn by_hand() {
    // 2x4 of one channel, windows of 2x2.
    let pool = window([2, 4, 1], [1, 2], [2, 2], [2, 2], [0, 0]);
    let input = [row::<f32, 8>([1.0, 5.0, 2.0, 2.0, 3.0, 4.0, 2.0, -1.0])];
    let mut output = [SMatrix::<f32, 1, 2>::zeros()];
    MaxPool(pool).forward(Portable, &input, &mut output);
    assert_eq!(output, [row([5.0, 2.0])]);
    let grad = [row([10.0, 20.0])];
    let mut grad_input = input;
    MaxPool(pool).backward_input(Portable, &input, &grad, &mut grad_input);
    // The first of the three twos.
    assert_eq!(grad_input, [row([0.0, 10.0, 20.0, 0.0, 0.0, 0.0, 0.0, 0.0])]);

    AvgPool(pool).forward(Portable, &input, &mut output);
    assert_eq!(output, [row([3.25, 1.25])]);
    AvgPool(pool).backward_input(Portable, &grad, &mut grad_input);
    assert_eq!(grad_input, [row([2.5, 2.5, 5.0, 5.0, 2.5, 2.5, 5.0, 5.0])]);
}

#[test]
fn the_border_does_not_count() {
    // A sequence of three steps, windows of three that begin one before: two, three and two values.
    let pool = window([1, 3, 1], [1, 3], [1, 3], [1, 1], [0, 1]);
    let input = [row::<f64, 3>([-1.0, -2.0, -6.0])];
    let mut output = input;
    AvgPool(pool).forward(Portable, &input, &mut output);
    assert_eq!(output, [row([-1.5, -3.0, -4.0])]);
    MaxPool(pool).forward(Portable, &input, &mut output);
    assert_eq!(output, [row([-1.0, -1.0, -2.0])]);
    let mut grad_input = input;
    MaxPool(pool).backward_input(Portable, &input, &[row([1.0, 10.0, 100.0])], &mut grad_input);
    assert_eq!(grad_input, [row([11.0, 100.0, 0.0])]);
}

fn random<T: Scalar, const C: usize, const P: usize>(rng: &mut TrainingRng) -> SMatrix<T, C, P> {
    // Few values, so that several are the largest.
    SMatrix::from_fn(|_, _| T::from_f64(f64::from(rng.random_range(-4_i8..4))))
}

/// Compares the passes with loops over one channel at a time.
fn against_loops<T: Scalar, const C: usize, const P: usize, const Q: usize>(window: Window) {
    let rng = &mut seeded(3);
    let inputs: Vec<SMatrix<T, C, P>> = (0..3).map(|_| random(rng)).collect();
    let grads: Vec<SMatrix<T, C, Q>> = (0..3).map(|_| random(rng)).collect();
    let (mut max, mut mean) = (grads.clone(), grads.clone());
    let (mut grad_max, mut grad_mean) = (inputs.clone(), inputs.clone());
    MaxPool(window).forward(Portable, &inputs, &mut max);
    AvgPool(window).forward(Portable, &inputs, &mut mean);
    MaxPool(window).backward_input(Portable, &inputs, &grads, &mut grad_max);
    AvgPool(window).backward_input(Portable, &grads, &mut grad_mean);
    for sample in 0..inputs.len() {
        for channel in 0..C {
            let (mut slow_max, mut slow_mean) = ([T::ZERO; P], [T::ZERO; P]);
            for place in 0..Q {
                let (row, column) = (place / window.output[1], place % window.output[1]);
                let mut seen = Vec::new();
                for y in 0..window.kernel[0] {
                    for x in 0..window.kernel[1] {
                        let y = (row * window.stride[0] + y).wrapping_sub(window.padding[0]);
                        let x = (column * window.stride[1] + x).wrapping_sub(window.padding[1]);
                        if y < window.input[0] && x < window.input[1] {
                            seen.push(y * window.input[1] + x);
                        }
                    }
                }
                let values = || seen.iter().map(|&position| inputs[sample][(channel, position)]);
                let best = values().reduce(|best, x| if x > best { x } else { best }).expect("a window of something");
                let count = T::from_f64(seen.len() as f64);
                let average = values().fold(T::ZERO, |sum, x| sum + x) / count;
                assert_eq!(max[sample][(channel, place)], best);
                assert_eq!(mean[sample][(channel, place)], average);
                let grad = grads[sample][(channel, place)];
                slow_max[seen[values().position(|x| x == best).expect("it is there")]] += grad;
                seen.iter().for_each(|&position| slow_mean[position] += grad / count);
            }
            for position in 0..P {
                assert_eq!(grad_max[sample][(channel, position)], slow_max[position]);
                assert_eq!(grad_mean[sample][(channel, position)], slow_mean[position]);
            }
        }
    }
}

fn all<T: Scalar>() {
    against_loops::<T, 8, { 6 * 6 }, 9>(window([6, 6, 8], [3, 3], [2, 2], [2, 2], [0, 0]));
    against_loops::<T, 29, { 5 * 7 }, 6>(window([5, 7, 29], [2, 3], [2, 2], [2, 2], [0, 0]));
    against_loops::<T, 3, { 5 * 7 }, 12>(window([5, 7, 3], [3, 4], [2, 2], [2, 2], [0, 0]));
    against_loops::<T, 21, { 5 * 6 }, { 5 * 6 }>(window([5, 6, 21], [5, 6], [3, 3], [1, 1], [1, 1]));
    against_loops::<T, 1, { 6 * 5 }, 9>(window([6, 5, 1], [3, 3], [3, 3], [2, 2], [0, 1]));
    against_loops::<T, 4, 9, 4>(window([1, 9, 4], [1, 4], [1, 3], [1, 2], [0, 0]));
}

#[test]
fn of_f32() {
    all::<f32>();
}

#[test]
fn of_f64() {
    all::<f64>();
}

#[test]
fn global() {
    let input = [SMatrix::<f64, 2, 3>::from([[1.0, -4.0], [5.0, -6.0], [3.0, -5.0]])];
    let (mut output, mut grad_input) = ([SVector::zeros()], [SMatrix::zeros()]);
    GlobalAvgPool.forward(Portable, &input, &mut output);
    assert_eq!(output, [SVector::from([3.0, -5.0])]);
    GlobalAvgPool.backward_input(Portable, &[SVector::from([3.0, 6.0])], &mut grad_input);
    assert_eq!(grad_input, [SMatrix::from([[1.0, 2.0]; 3])]);
    GlobalMaxPool.forward(Portable, &input, &mut output);
    assert_eq!(output, [SVector::from([5.0, -4.0])]);
    GlobalMaxPool.backward_input(Portable, &input, &[SVector::from([3.0, 6.0])], &mut grad_input);
    assert_eq!(grad_input, [SMatrix::from([[0.0, 6.0], [3.0, 0.0], [0.0, 0.0]])]);
}
