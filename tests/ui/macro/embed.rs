//! Weights that cannot be part of the program. The paths are those of a package that the test makes.
use castnet::prelude::*;

network! {
    House< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
    Smaller< input 13 => normalize => dense 8 relu => dense 1 >
    Line< input 2 => dense 1 >
}

castnet::embed! {
    pub static NUMBER: House = 7;
}

castnet::embed! {
    pub const HOUSE: House = "house_prices.safetensors";
}

castnet::embed! {
    pub static CHECKS: &[castnet::Check<House>] = "../../../../tests/fixtures/line_in_another_order.safetensors";
}

castnet::embed! {
    pub static LIST: &House = "../../../../tests/fixtures/line_in_another_order.safetensors";
}

castnet::embed! {
    pub static FLIPPED: Line = "../../../../tests/fixtures/line_with_a_flipped_bit.safetensors";
}

fn main() {}
