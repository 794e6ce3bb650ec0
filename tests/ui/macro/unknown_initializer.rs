castnet::network! { House< input 13 => dense 10 init he => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
