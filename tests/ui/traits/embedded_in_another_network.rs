//! The file is that of a network with another architecture: found relative to the package that the test makes.
use castnet::prelude::*;

network! { Smaller< input 13 => normalize => dense 8 relu => dense 1 > }

// One mistake: the static behind it with the same file and network is silent.
castnet::embed! {
    static SMALLER: Smaller = "../../../../examples/weights/house_prices.safetensors";
    static WITH_CHECKS: &[castnet::Check<Smaller>] = "../../../../examples/weights/house_prices.safetensors";
    static TWICE: Smaller = "../../../../examples/weights/house_prices.safetensors";
}

// Its checks have as many values as those of this network.
castnet::embed! {
    static CHECKS: &[castnet::Check<Smaller>] = "../../../../examples/weights/house_prices.safetensors";
}

// The text of the file says what its table does not.
mod later {
    castnet::network! { pub Line< input 1 f64 => dense 1 > }
}

castnet::embed! {
    static LATER: later::Line = "../../../../tests/fixtures/line_with_checks.safetensors";
}

// Without a fingerprint the tensors are compared.
network! { Line< input 2 => dense 1 > }

castnet::embed! {
    static LINE: Line = "../../../../tests/fixtures/line_in_another_order.safetensors";
}

network! { Deeper< input 1 => dense 1 => relu => dense 1 > }

castnet::embed! {
    static DEEPER: Deeper = "../../../../tests/fixtures/line_in_another_order.safetensors";
}

fn main() {
    let _ = (CHECKS, WITH_CHECKS, &TWICE);
    let _ = (SMALLER.predict(&[0.0; 13].into()), LINE.predict(&[0.0; 2].into()), DEEPER.predict(&[0.0].into()));
    let _ = LATER.predict(&[0.0].into());
}
