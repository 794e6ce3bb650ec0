castnet::network! { House< input 13 => dense 10 => input 10 => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
