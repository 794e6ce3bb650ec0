//! The networks: types, weights, and checks: predictions on the workstation. All of them lie in flash.
use castnet::{Check, prelude::*};

network! {
    /// Median value of the houses of a district, in $1000s, from the 13 features of the Boston survey.
    pub HousePrice<
        input 13 => normalize => dense 10 relu => dense 10 relu => dense 1
    > where flash <= 2 KiB, ram <= 160 B

    /// The digit on an image of 28 x 28 pixels.
    pub Digit< input 28x28 => flatten => dense 32 relu => dense 10 softmax > where flash <= 100 KiB, ram <= 512 B

    /// One period of a sine, of which only size and speed matter here.
    pub Sine< input 1 => dense 16 relu => dense 16 relu => dense 1 >
}

castnet::embed! {
    pub static HOUSE: HousePrice = "../weights/house_prices.safetensors";
    pub static HOUSES: &[Check<HousePrice>] = "../weights/house_prices.safetensors";
    pub static DIGIT: Digit = "../weights/small_digits.safetensors";
    pub static IMAGES: &[Check<Digit>] = "../weights/small_digits.safetensors";
}
