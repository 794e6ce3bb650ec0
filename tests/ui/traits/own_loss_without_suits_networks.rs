use castnet::losses::OutputLoss;
use castnet::nalgebra::Vector1;
use castnet::prelude::*;

network! { House< input 13 => dense 10 relu => dense 1 > }

#[derive(Clone, Copy, Debug)]
struct Pinball;

impl OutputLoss<Vector1<f32>> for Pinball {
    type Target = Vector1<f32>;

    fn sum_of_outputs(self, _: &[Vector1<f32>], _: &[Vector1<f32>]) -> f64 {
        0.0
    }

    fn gradient_of_outputs(self, _: &[Vector1<f32>], _: &[Vector1<f32>], _: &mut [Vector1<f32>]) {}
}

fn main() {
    let _ = House::init(&mut seeded(1)).compile(Pinball, Adam::default());
}
