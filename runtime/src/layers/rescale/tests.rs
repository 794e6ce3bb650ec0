use super::*;
use crate::isa::Portable;

#[test]
fn by_hand() {
    let (layer, mut values) = (Rescale { scale: 0.5, offset: -1.0 }, [[4.0_f32, 0.0], [1.0, -2.0]]);
    layer.apply(Portable, &mut values);
    assert_eq!(values, [[1.0, -1.0], [-0.5, -2.0]]);
    layer.backward(Portable, &mut values);
    assert_eq!(values, [[0.5, -0.5], [-0.25, -1.0]]);
}
