castnet::network! {
    House< input 13 => dense 10 relu => dense 10 relu => dense 1 > where flash <= 1 KiB, ram <= 64
}

fn main() {}
