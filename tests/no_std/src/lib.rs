//! Predicts, and trains nothing: no `std`, no allocator, no unsafe code of its own.
#![no_std]
#![forbid(unsafe_code)]

use castnet::prelude::*;

network! {
    /// Median value of a house, in $1000s.
    pub HousePrice< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 > where flash <= 2 KiB, ram <= 128 B
    /// Larger than the stack allows: its workspace is the caller's.
    pub Digits< input 28x28 => flatten => dense 32 gelu => dropout 0.5 => dense 10 softmax > where flash <= 100 KiB
    /// In double precision.
    pub Xor< input 2 f64 => dense 4 tanh => dense 1 sigmoid >
}

/// On the stack.
pub fn house_price(net: &HousePrice, features: [f32; 13]) -> f32 {
    net.predict(&features.into())[0]
}

/// In memory that the caller owns.
pub fn digit(net: &Digits, image: &<Digits as Network>::Input, workspace: &mut Workspace<Digits>) -> usize {
    net.predict_in(image, workspace).argmax().0
}

/// Fresh weights in place.
pub fn fresh(net: &mut Xor) {
    net.init_in(&mut seeded(1));
}
