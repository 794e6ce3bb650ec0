use castnet::prelude::*;

network! {
    Encoder< input 4 => dense 3 >
    Outer< input 4 => use Encoder -> 3 => use Decoder -> 4 => dense 1 >
}

fn main() {
    let network = Outer::init(&mut seeded(1));
    println!("{network:?} {}", Outer::PARAMS);
}
