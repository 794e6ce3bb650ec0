//! Results have the same bits as those of the activations that are inlined.
use super::apply_compact;
use crate::activations::{Activation, Gelu, Relu, Tanh};
use crate::isa::Portable;
use crate::random::seeded;
use nalgebra::SVector;
use rand::RngExt;

fn random(seed: u64) -> SVector<f32, 7> {
    let mut rng = seeded(seed);
    let mut value = SVector::<f32, 7>::zeros();
    value.iter_mut().for_each(|x| *x = (2.0 * rng.random::<f64>() - 1.0) as f32);
    value
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
