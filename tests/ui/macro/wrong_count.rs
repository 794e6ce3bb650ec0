castnet::network! { House< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params == 262 }

fn main() {}
