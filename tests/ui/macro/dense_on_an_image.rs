castnet::network! { Digits< input 28x28x1 => dense 10 softmax > }

fn main() {}
