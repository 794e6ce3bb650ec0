#![deny(unused)]

castnet::network! {
    block unused(units) < dense units >
    block also_unused(units) < unused(units) >
    #[allow(dead_code)]
    block quiet(units) < dense units >
    block wide(units, kernel) < dense units >
    pub Net< input 4 => wide(2, 3) >
}

fn main() {}
