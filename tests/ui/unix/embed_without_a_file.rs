//! A file that is not there: the system says so, once. The statics exist all the same.
use castnet::prelude::*;

network! { House< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 > }

castnet::embed! {
    pub static MISSING: House = "no/such/file.safetensors";
    static CHECKS: &[castnet::Check<House>] = "no/such/file.safetensors";
    static AGAIN: House = "no/such/file.safetensors";
}

fn main() {
    MISSING.predict(&[0.0; 13].into());
    let _ = castnet::self_test(&AGAIN, CHECKS);
}
