castnet::network! {
    block wide(units) < dense units rellu >
    pub Inside< input 4 => wide(2) >
    pub Outside< input 4 => wide(2, 3) >
}

castnet::network! {
    block empty() < >
    pub Net< input 4 => empty() => dense 1 >
}

fn main() {}
