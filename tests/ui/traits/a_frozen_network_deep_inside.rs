use castnet::prelude::*;

network! {
    Encoder< input 4 => dense 3 >
    Middle< input 4 => use Encoder -> 3 frozen => dense 2 >
    Outer< input 5 => dense 4 => use Middle -> 2 >
    Fine< input 4 => use Middle -> 2 >
}

fn main() {}
