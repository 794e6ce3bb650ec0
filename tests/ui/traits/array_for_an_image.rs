use castnet::prelude::*;

network! { Digits< input 8x8x1 => flatten => dense 10 softmax > }

fn main() {
    let digits = Digits::init(&mut seeded(1));
    println!("{}", digits.predict_array(&[0.5; 64])[0]);
}
