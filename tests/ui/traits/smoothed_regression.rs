use castnet::prelude::*;

network! { House< input 13 => dense 10 relu => dense 1 > }

fn main() {
    let loss = Smoothed { loss: MeanSquaredError, amount: 0.1 };
    let _ = House::init(&mut seeded(1)).compile(loss, Adam::default());
}
