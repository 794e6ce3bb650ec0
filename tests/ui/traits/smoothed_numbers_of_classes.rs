use castnet::prelude::*;

network! { Ages< input 4 => dense 10 relu => dense 5 softmax > }

fn main() {
    let loss = Smoothed { loss: SparseCategoricalCrossentropy, amount: 0.1 };
    let _ = Ages::init(&mut seeded(1)).compile(loss, Adam::default());
}
