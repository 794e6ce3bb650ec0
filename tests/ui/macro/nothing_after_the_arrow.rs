castnet::network! { House< input 13 => dense 10 => > }

fn main() {
    println!("{}", House::NAME);
}
