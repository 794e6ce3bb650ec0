use super::*;
use crate::isa::Portable;

#[test]
fn differences_by_hand() {
    let (mut output, mut grad) = ([[5.0_f32, 1.0]], [[9.0; 2]]);
    Subtract.forward(Portable, &[[2.0, 4.0]], &mut output);
    assert_eq!(output, [[3.0, -3.0]]);
    Subtract.backward_second(Portable, &output, &mut grad);
    assert_eq!(grad, [[-3.0, 3.0]]);
}

#[test]
fn products_by_hand() {
    let (a, b) = ([[1.0_f64, 2.0], [3.0, 4.0]], [[5.0, -1.0], [4.0, 3.0]]);
    let (mut outputs, mut grad) = ([[9.0]; 2], [[9.0; 2]; 2]);
    Dot.forward_both(Portable, &a, &b, &mut outputs);
    assert_eq!(outputs, [[3.0], [24.0]]);
    Dot.backward_branch(Portable, &b, &[[2.0], [-1.0]], &mut grad);
    assert_eq!(grad, [[10.0, -2.0], [-4.0, -3.0]]);
}

#[test]
fn cosines_by_hand() {
    // The cosine of the angle of two vectors of the length 5; a vector of zeros has no angle.
    let (a, b) = ([[3.0_f64, 4.0], [0.0, 0.0]], [[4.0, 3.0], [3.0, 4.0]]);
    let (mut outputs, mut grad) = ([[9.0]; 2], [[9.0; 2]; 2]);
    NormalizedDot.forward_both(Portable, &a, &b, &mut outputs);
    assert!((outputs[0][0] - 0.96).abs() < 1e-15 && outputs[1][0] == 0.0, "{outputs:?}");
    // From (4/5, 3/5) the part along (3/5, 4/5) is left out, and the rest divided by 5. At zero it is multiplied by 1e7.
    NormalizedDot.backward_branch(Portable, &a, &b, &[[1.0], [1.0]], &mut grad);
    let expected = [[0.0448, -0.0336], [3.0 * 0.2 * 1e7, 4.0 * 0.2 * 1e7]];
    for (got, expected) in grad.concat().into_iter().zip(expected.concat()) {
        assert!((got - expected).abs() < 1e-15 * (1.0 + expected.abs()), "{got}, not {expected}");
    }
}

#[test]
fn concatenations_by_hand() {
    // Along the first axis: three values behind two. Along the second of two rows: one value behind two of each row.
    let mut output = [[0.0_f32; 5]];
    Concatenate::<0>.forward_along::<_, _, 1>(&[[1.0, 2.0]], &mut output);
    Concatenate::<2>.forward_along::<_, _, 1>(&[[3.0, 4.0, 5.0]], &mut output);
    assert_eq!(output, [[1.0, 2.0, 3.0, 4.0, 5.0]]);
    let mut output = [[0.0_f32; 6]];
    Concatenate::<0>.forward_along::<_, _, 2>(&[[1.0, 2.0, 4.0, 5.0]], &mut output);
    Concatenate::<2>.forward_along::<_, _, 2>(&[[3.0, 6.0]], &mut output);
    assert_eq!(output, [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]);
    let mut grad = [[0.0; 2]];
    Concatenate::<2>.backward_along::<_, _, 2>(&output, &mut grad);
    assert_eq!(grad, [[3.0, 6.0]]);
}
