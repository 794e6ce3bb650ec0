use castnet::prelude::*;

network! {
    Encoder< input 4 => dense 3 >
    TooNarrow< input 2 => use Encoder -> 3 => dense 1 >
    TooWide< input 4 => use Encoder -> 5 => dense 1 >
    Fine< input 4 => use Encoder -> 3 => dense 1 >
}

fn main() {}
