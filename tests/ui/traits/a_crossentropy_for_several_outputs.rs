use castnet::prelude::*;

network! {
    Heads< input 3 => trunk: dense 4 relu; trunk => age: dense 1; trunk => kind: dense 2 softmax >
}

fn main() {
    let _ = Heads::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default());
    let _ = Heads::init(&mut seeded(1)).compile((MeanSquaredError, CategoricalCrossentropy), Adam::default());
}
