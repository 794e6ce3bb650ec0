castnet::network! { House< input 13 => output: dense 10 => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
