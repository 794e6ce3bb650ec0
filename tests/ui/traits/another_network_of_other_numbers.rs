use castnet::prelude::*;

network! {
    Encoder< input 4 f64 => dense 3 >
    Outer< input 4 => use Encoder -> 3 => dense 1 >
    Fine< input 4 f64 => use Encoder -> 3 => dense 1 >
}

fn main() {}
