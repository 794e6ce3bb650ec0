//! The bits are those of the kernels that do not share.
use super::{apply_compact, dense_forward};
use crate::activations::{Activation, Gelu, Relu, Tanh};
use crate::flat::Flat;
use crate::isa::Portable;
use crate::layers::{Bias, Dense, NoBias};
use crate::random::seeded;
use crate::scalar::Scalar;
use nalgebra::SVector;
use rand::RngExt;

fn random<A: Flat>(seed: u64) -> A {
    let mut rng = seeded(seed);
    let mut value = A::zeroed();
    value.as_flat_mut().iter_mut().for_each(|x| *x = A::Scalar::from_f64(2.0 * rng.random::<f64>() - 1.0));
    value
}

fn compare<const IN: usize, const OUT: usize, T: Scalar, B: Bias<T, OUT>, const BIAS: bool>() {
    let layer: Dense<IN, OUT, T, B> = random(1);
    let input: SVector<T, IN> = random(2);
    let (mut output, mut expected): (SVector<T, OUT>, SVector<T, OUT>) = (random(3), random(4));
    layer.forward(Portable, core::slice::from_ref(&input), core::slice::from_mut(&mut expected));
    let (layer, input, to) = (layer.as_flat().as_ptr(), input.as_ptr(), output.as_mut_ptr());
    // SAFETY: the layer has these sizes, and a bias where it says so.
    unsafe { dense_forward::<T, Portable, BIAS>(Portable, layer, input, to, IN, OUT) };
    assert_eq!(output, expected, "{IN} to {OUT}");
}

#[test]
fn dense() {
    compare::<1, 1, f32, SVector<f32, 1>, true>();
    compare::<13, 10, f32, SVector<f32, 10>, true>();
    compare::<1, 16, f64, SVector<f64, 16>, true>();
    compare::<7, 1, f32, NoBias, false>();
    compare::<3, 5, f64, NoBias, false>();
    compare::<40, 33, f32, SVector<f32, 33>, true>();
}

#[test]
fn activations() {
    fn compare<A: Activation<SVector<f32, 7>> + Activation<[f32; 1]>>(activation: A) {
        let values: [SVector<f32, 7>; 3] = [random(1), random(2), random(3)];
        let (mut shared, mut expected) = (values, values);
        apply_compact(Portable, activation, &mut shared);
        activation.apply(Portable, &mut expected);
        assert_eq!(shared, expected);
        assert_ne!(shared, values);
    }
    compare(Relu);
    compare(Tanh);
    compare(Gelu);
}
