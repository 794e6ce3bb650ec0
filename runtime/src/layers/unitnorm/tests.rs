use super::*;
use crate::isa::Portable;
use crate::random::seeded;
use crate::scalar::Scalar;
use nalgebra::SMatrix;
use rand::RngExt;

#[test]
fn by_hand() {
    // Two positions, with the norms 5 and 10.
    let inputs = [SMatrix::<f64, 2, 2>::from([[3.0, 4.0], [-8.0, 6.0]])];
    let (mut outputs, mut grad_inputs) = (inputs, inputs);
    UnitNorm::<2>.forward(Portable, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[3.0 * 0.2, 4.0 * 0.2], [-8.0 * 0.1, 6.0 * 0.1]])]);
    // A gradient along the vector changes its length only.
    UnitNorm::<2>.backward_input(Portable, &inputs, &[SMatrix::from([[3.0, 4.0], [6.0, 8.0]])], &mut grad_inputs);
    let expected = SMatrix::<f64, 2, 2>::from([[0.0, 0.0], [0.6, 0.8]]);
    assert!((grad_inputs[0] - expected).abs().max() < 1e-15, "{}", grad_inputs[0]);
}

#[test]
fn zeros_stay_zeros() {
    let inputs = [[0.0_f32; 3]];
    let (mut outputs, mut grad_inputs) = ([[1.0; 3]], [[1.0; 3]]);
    UnitNorm::<3>.forward(Portable, &inputs, &mut outputs);
    UnitNorm::<3>.backward_input(Portable, &inputs, &[[0.0, 1.0, -2.0]], &mut grad_inputs);
    assert_eq!((outputs, grad_inputs), ([[0.0; 3]], [[0.0, 1e12, -2e12]]));
}

/// Against the definition in double precision. 13 values do not fill the partial sums.
fn against_loops<T: Scalar>(tolerance: f64) {
    let rng = &mut seeded(4);
    let mut random = || [(); 3].map(|()| [(); 13].map(|()| T::from_f64(2.0 * rng.random::<f64>() - 1.0)));
    let (inputs, grads) = (random(), random());
    let (mut outputs, mut grad_inputs) = (inputs, inputs);
    UnitNorm::<13>.forward(Portable, &inputs, &mut outputs);
    UnitNorm::<13>.backward_input(Portable, &inputs, &grads, &mut grad_inputs);
    for sample in 0..3 {
        let (x, g) = (inputs[sample].map(T::to_f64), grads[sample].map(T::to_f64));
        let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        let slope = x.iter().zip(g).map(|(x, g)| x / norm * g).sum::<f64>();
        for at in 0..13 {
            let expected = (x[at] / norm, (g[at] - x[at] / norm * slope) / norm);
            let got = (outputs[sample][at].to_f64(), grad_inputs[sample][at].to_f64());
            assert!(
                (got.0 - expected.0).abs() < tolerance && (got.1 - expected.1).abs() < tolerance,
                "{got:?}, not {expected:?}"
            );
        }
    }
}

#[test]
fn of_f32() {
    against_loops::<f32>(1e-6);
}

#[test]
fn of_f64() {
    against_loops::<f64>(1e-14);
}
