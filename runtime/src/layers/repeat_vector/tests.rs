use super::*;
use crate::isa::Portable;

#[test]
fn by_hand() {
    let inputs = [[1.0_f32, 2.0], [3.0, 4.0]];
    let mut outputs = [SMatrix::<f32, 2, 3>::zeros(); 2];
    RepeatVector.forward(Portable, &inputs, &mut outputs);
    assert_eq!(outputs, [SMatrix::from([[1.0, 2.0]; 3]), SMatrix::from([[3.0, 4.0]; 3])]);
    let mut grad_inputs = [[9.0; 2]; 2];
    let grads = [SMatrix::from([[1.0, 0.0], [2.0, 1.0], [4.0, -3.0]]), SMatrix::from([[1.0, 1.0]; 3])];
    RepeatVector.backward_input(Portable, &grads, &mut grad_inputs);
    assert_eq!(grad_inputs, [[7.0, -2.0], [3.0, 3.0]]);
}
