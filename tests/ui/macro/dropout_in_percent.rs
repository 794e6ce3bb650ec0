castnet::network! { House< input 13 => dropout 50 => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
