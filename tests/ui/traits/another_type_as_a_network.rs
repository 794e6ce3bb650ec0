use castnet::prelude::*;

pub struct Handwritten;
pub type Numbers = Vec<f64>;

network! { Encoder< input 4 => dense 3 > }
network! { pub OfText< input 4 => use String -> 3 => dense 1 > }
network! { pub Second< input 4 => use Encoder -> 3 => use crate::Handwritten -> 3 => dense 1 > }
network! { pub Double< input 4 f64 => use Numbers -> 3 frozen => dense 2 > }
network! { pub Around< input 4 => dense 4 => use OfText -> 1 => dense 2 > }

fn main() {
    let network = Second::init(&mut seeded(1));
    assert_eq!(network, network.clone());
    let mut trainer = network.compile(MeanSquaredError, Adam::default());
    trainer.train_on_batch(&[[0.0; 4].into()], &[[0.0].into()]).expect("a sound batch");
    println!("{:?} {} {}", trainer.into_network(), Second::PARAMS, Second::SUMMARY);
}
