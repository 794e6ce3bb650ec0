use castnet::prelude::*;

network! {
    First<
        input 0x28x1 =>
        dense 10 rellu =>
        dropout 50 =>
        dense -1
    >
    Second< input 13 => dense 1 softmax >
    Right< input 13 => dense 1 >
}

fn main() {
    println!("{} {} {}", First::PARAMS, Second::PARAMS, Right::PARAMS);
}
