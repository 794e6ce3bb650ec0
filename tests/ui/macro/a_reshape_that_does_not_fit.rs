castnet::network! { House< input 12 => reshape 3x5 => flatten => dense 1 > }

fn main() {
    println!("{}", House::NAME);
}
