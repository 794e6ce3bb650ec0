//! Results have the same bits as those of the kernels that are compiled per shape.
use super::dense_forward;
use crate::isa::Portable;
use crate::kernels::dense;
use crate::random::seeded;
use crate::scalar::Scalar;
use rand::RngExt;
use std::vec::Vec;

fn random<T: Scalar>(count: usize, seed: u64) -> Vec<T> {
    let mut rng = seeded(seed);
    (0..count).map(|_| T::from_f64(2.0 * rng.random::<f64>() - 1.0)).collect()
}

fn compare<T: Scalar, const BIAS: bool>(width: usize, units: usize) {
    let layer: Vec<T> = random(width * units + if BIAS { units } else { 0 }, 1);
    let input: Vec<T> = random(width, 2);
    let (mut output, mut expected): (Vec<T>, Vec<T>) = (random(units, 3), random(units, 4));
    let (weight, bias) = layer.split_at(width * units);
    dense::forward(Portable, weight, BIAS.then_some(bias), &input, &mut expected, units);
    // SAFETY: the layer has these sizes, and a bias where it says so.
    unsafe {
        dense_forward::<T, Portable, BIAS>(Portable, layer.as_ptr(), input.as_ptr(), output.as_mut_ptr(), width, units);
    }
    assert_eq!(output, expected, "{width} to {units}");
}

#[test]
fn dense_layers() {
    compare::<f32, true>(1, 1);
    compare::<f32, true>(13, 10);
    compare::<f64, true>(1, 16);
    compare::<f32, false>(7, 1);
    compare::<f64, false>(3, 5);
    compare::<f32, true>(40, 33);
}
