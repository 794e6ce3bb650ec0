//! Only predictions and a self-test: the symbols of this program show that it cannot panic or allocate.
#![no_std]
#![no_main]

#[path = "../networks.rs"]
mod networks;

use castnet::{prelude::*, self_test};
use cortex_m_semihosting::debug;
use networks::{DIGIT, HOUSE, HOUSES, IMAGES, Sine};

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut sine = Sine::zeroed();
    sine.init_in(&mut seeded(1));
    let is_finite = sine.predict(&[0.5].into())[0].is_finite();
    let holds = self_test(&HOUSE, HOUSES).is_ok() && self_test(&DIGIT, IMAGES).is_ok();
    debug::exit(if holds && is_finite { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::wfi();
    }
}
