castnet::network! { Huge< input 4000000000x4000000000 => flatten => dense 1 > }

fn main() {}
