castnet::network! { House< input 13 => dense 1 > where parms == 14 }

fn main() {
    println!("{}", House::NAME);
}
