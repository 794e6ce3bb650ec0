castnet::network! { House< input 13 => dense 2.5 => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
