//! A file that is not there: the system says so. The static exists all the same.
use castnet::prelude::*;

network! { House< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 > }

castnet::embed! {
    pub static MISSING: House = "no/such/file.safetensors";
}

fn main() {
    MISSING.predict(&[0.0; 13].into());
}
