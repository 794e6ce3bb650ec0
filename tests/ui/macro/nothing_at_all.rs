castnet::network! { House< > }

fn main() {
    println!("{}", House::NAME);
}
