castnet::network! { House< input 13 => a: dense 10 => a: dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
