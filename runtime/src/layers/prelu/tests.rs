use super::*;
use crate::isa::Portable;
use nalgebra::SMatrix;

#[test]
fn a_slope_for_each_channel() {
    let layer = PRelu::<2, f64> { alpha: SVector::from([0.5, 0.1]) };
    let inputs = [SMatrix::<f64, 2, 2>::from([[-4.0, -10.0], [3.0, 0.0]])];
    let mut outputs = inputs;
    layer.forward(Portable, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[-2.0, -1.0], [3.0, 0.0]])]);
    let grads = [SMatrix::from([[1.0, 2.0], [3.0, 4.0]])];
    let mut gradient = PRelu { alpha: SVector::from([0.0, 100.0]) };
    layer.backward_parameters(Portable, &inputs, &grads, &mut gradient);
    assert_eq!(gradient.alpha, SVector::from([-4.0, -20.0]), "the former gradient does not count");
    layer.backward_input(Portable, &inputs, &grads, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[0.5, 0.2], [3.0, 0.0]])]);
}

#[test]
fn a_slope_for_each_value() {
    let layer = PRelu::<4> { alpha: SVector::from([1.0, 2.0, 3.0, 4.0]) };
    let inputs = [SMatrix::<f32, 2, 2>::from([[-1.0, -1.0], [-1.0, -1.0]]); 2];
    let mut outputs = inputs;
    layer.forward(Portable, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[-1.0, -2.0], [-3.0, -4.0]]); 2]);
}
