use castnet::prelude::*;

network! {
    House< input 13 => dense 10 relu => dense 1 >
    Fraud< input 13 => dense 10 relu => dense 1 sigmoid >
    Ages< input 4 => dense 10 relu => dense 5 softmax >
    Rectified< input 13 => dense 2 relu >
}

fn main() {
    let _ = House::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default());
}
