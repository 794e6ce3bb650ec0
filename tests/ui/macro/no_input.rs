castnet::network! { House< dense 10 relu => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
