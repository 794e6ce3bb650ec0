castnet::network! { House< input 13 => dense 10 nobias nobias => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
