use super::*;
use crate::isa::Portable;

#[test]
fn by_hand() {
    // Three steps of two features, and the other way round, for two samples.
    let layer = Permute(Permutation { sizes: [1, 2, 3], strides: [6, 1, 2] });
    let inputs = [[[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]], [[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]]
        .map(|sample| sample.concat());
    let inputs: [[f32; 6]; 2] = inputs.map(|sample| sample.try_into().expect("six values"));
    let mut outputs = [[0.0; 6]; 2];
    layer.forward(Portable, &inputs, &mut outputs);
    assert_eq!(outputs, [[1.0, 3.0, 5.0, 2.0, 4.0, 6.0], [7.0, 9.0, 11.0, 8.0, 10.0, 12.0]]);
    let mut grad_inputs = [[0.0; 6]; 2];
    layer.backward_input(Portable, &outputs, &mut grad_inputs);
    assert_eq!(grad_inputs, inputs);
}

/// All orders of three axes of the sizes 2, 3 and 5.
#[test]
fn all_orders() {
    let sizes = [2, 3, 5];
    let strides = [15, 5, 1];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let of = Permutation { sizes: order.map(|axis| sizes[axis]), strides: order.map(|axis| strides[axis]) };
        let inputs = [core::array::from_fn::<f64, 30, _>(|at| at as f64)];
        let (mut outputs, mut back) = ([[0.0; 30]], [[0.0; 30]]);
        Permute(of).forward(Portable, &inputs, &mut outputs);
        for (at, input) in inputs[0].iter().enumerate() {
            let place = [at / 15, at / 5 % 3, at % 5];
            let [i, j, k] = order.map(|axis| place[axis]);
            let to = (i * of.sizes[1] + j) * of.sizes[2] + k;
            assert_eq!(outputs[0][to], *input, "{order:?}");
        }
        Permute(of).backward_input(Portable, &outputs, &mut back);
        assert_eq!(back, inputs, "{order:?}");
    }
}
