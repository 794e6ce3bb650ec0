//! The kernels against the definition, over many sizes of small and of large layers.
use super::Dense;
use crate::flat::Flat;
use crate::isa::Portable;
use crate::layers::NoBias;
use crate::random::seeded;
use nalgebra::{SMatrix, SVector};
use rand::RngExt;
use std::boxed::Box;
use std::vec::Vec;

/// `count` samples (or one layer) of random values between -1 and 1.
fn random<A: Flat<Scalar = f64>>(count: usize, seed: u64) -> Vec<Box<A>> {
    let mut rng = seeded(seed);
    let fill = |mut value: Box<A>| {
        value.as_flat_mut().iter_mut().for_each(|x| *x = 2.0 * rng.random::<f64>() - 1.0);
        value
    };
    (0..count).map(|_| A::zeroed_boxed()).map(fill).collect()
}

fn unboxed<A: Clone>(samples: Vec<Box<A>>) -> Vec<A> {
    samples.into_iter().map(|sample| (*sample).clone()).collect()
}

#[expect(clippy::needless_range_loop, reason = "the definition is about indexes")]
/// Compares all three kernels with sums over indexes, for a batch of three and a gradient that holds other values
/// before.
fn agrees_with_the_definition<const IN: usize, const OUT: usize>() {
    let layer = random::<Dense<IN, OUT, f64>>(1, 1).remove(0);
    let inputs: Vec<SVector<f64, IN>> = unboxed(random(3, 2));
    let grad_outputs: Vec<SVector<f64, OUT>> = unboxed(random(3, 3));

    let mut outputs = unboxed(random::<SVector<f64, OUT>>(3, 4));
    layer.forward(Portable, &inputs, &mut outputs);
    let mut grad_inputs = unboxed(random::<SVector<f64, IN>>(3, 5));
    layer.backward_input(Portable, &grad_outputs, &mut grad_inputs);
    let mut gradient = random::<Dense<IN, OUT, f64>>(1, 6).remove(0);
    layer.backward_parameters(Portable, &inputs, &grad_outputs, &mut gradient);

    let close =
        |got: f64, expected: f64| assert!((got - expected).abs() < 1e-11, "{IN} to {OUT}: {got}, not {expected}");
    for s in 0..3 {
        for o in 0..OUT {
            let products = (0..IN).map(|i| layer.weight[(o, i)] * inputs[s][i]);
            close(outputs[s][o], layer.bias[o] + products.sum::<f64>());
        }
        for i in 0..IN {
            close(grad_inputs[s][i], (0..OUT).map(|o| layer.weight[(o, i)] * grad_outputs[s][o]).sum());
        }
    }
    for o in 0..OUT {
        close(gradient.bias[o], (0..3).map(|s| grad_outputs[s][o]).sum::<f64>());
        for i in 0..IN {
            let products = (0..3).map(|s| grad_outputs[s][o] * inputs[s][i]);
            close(gradient.weight[(o, i)], products.sum::<f64>());
        }
    }
}

#[test]
fn kernels_of_small_layers() {
    agrees_with_the_definition::<1, 1>();
    agrees_with_the_definition::<13, 10>();
    agrees_with_the_definition::<1, 33>();
    agrees_with_the_definition::<32, 32>();
}

#[test]
fn kernels_of_large_layers() {
    agrees_with_the_definition::<1025, 1>();
    agrees_with_the_definition::<1, 1025>();
    agrees_with_the_definition::<33, 32>();
    agrees_with_the_definition::<50, 63>();
    agrees_with_the_definition::<784, 100>();
}

/// Worked out by hand: (1 2; 3 4) (5 6) + (7 8) = (24 47).
#[test]
fn a_product_by_hand() {
    let layer = Dense { weight: SMatrix::from([[1.0, 3.0], [2.0, 4.0]]), bias: SVector::from([7.0, 8.0]) };
    let mut outputs = [SVector::zeros()];
    layer.forward(Portable, &[SVector::from([5.0_f32, 6.0])], &mut outputs);
    assert_eq!(outputs, [SVector::from([24.0, 47.0])]);

    let without = Dense::<2, 2, f32, NoBias> { weight: layer.weight, bias: NoBias };
    without.forward(Portable, &[SVector::from([5.0, 6.0])], &mut outputs);
    assert_eq!(outputs, [SVector::from([17.0, 39.0])]);
    assert_eq!(without.as_flat(), [1.0, 3.0, 2.0, 4.0], "column by column, and no bias");
}

/// The order of additions is part of the result: bias first, then the inputs in order, in small layers as in large ones.
#[test]
fn the_order_of_additions() {
    fn check<const OUT: usize>() {
        let layer = random::<Dense<40, OUT, f64>>(1, 1).remove(0);
        let inputs: Vec<SVector<f64, 40>> = unboxed(random(1, 2));
        let mut outputs = unboxed(random::<SVector<f64, OUT>>(1, 3));
        layer.forward(Portable, &inputs, &mut outputs);
        for (o, output) in outputs[0].iter().enumerate() {
            let expected = (0..40).fold(layer.bias[o], |sum, i| sum + layer.weight[(o, i)] * inputs[0][i]);
            assert_eq!(output.to_bits(), expected.to_bits());
        }
    }
    check::<7>();
    check::<77>();
}
