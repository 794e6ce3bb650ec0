castnet::network! { House< input 13 => dense relu => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
