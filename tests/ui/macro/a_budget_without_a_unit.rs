castnet::network! { House< input 13 => dense 1 > where flash <= 100 }

fn main() {
    println!("{}", House::NAME);
}
