castnet::network! { pub < input 13 => dense 1 > }

fn main() {}
