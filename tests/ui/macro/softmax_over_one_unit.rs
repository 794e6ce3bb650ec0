castnet::network! { House< input 13 => dense 1 softmax > }

fn main() {
    println!("{}", House::NAME);
}
