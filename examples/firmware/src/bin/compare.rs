//! The same network by castnet and in C, on the same board: instructions of a prediction. `compare/run` builds and runs it.
#![no_std]
#![no_main]

#[path = "../board.rs"]
#[allow(dead_code, reason = "no stack is measured here")]
mod board;

use castnet::prelude::*;
use cortex_m::Peripherals;
use cortex_m_semihosting::{debug, hprintln};

network! { House< input 13 => dense 10 relu => dense 10 relu => dense 1 > }

unsafe extern "C" {
    fn c_house_o2(net: *const House, input: *const f32) -> f32;
    fn c_house_os(net: *const House, input: *const f32) -> f32;
}

/// A function of its own, so that its size can be read off its symbol.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn castnet_house(net: &House, input: &<House as Network>::Input) -> f32 {
    net.predict(input)[0]
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let is_done = Peripherals::take().is_some_and(|mut peripherals| {
        board::start(&mut peripherals.SYST);
        compare()
    });
    debug::exit(if is_done { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}

/// Prints the instructions of each; false if the results differ by more than rounding.
fn compare() -> bool {
    let mut net = House::zeroed();
    net.init_in(&mut seeded(1));
    let input = <House as Network>::Input::from_fn(|row, _| row as f32 / 13.0 - 0.5);
    let castnet = || castnet_house(&net, core::hint::black_box(&input));
    // SAFETY: the C functions read a network of this layout, and 13 numbers.
    let c_o2 = || unsafe { c_house_o2(&raw const net, core::hint::black_box(&input).as_ptr()) };
    // SAFETY: as above.
    let c_os = || unsafe { c_house_os(&raw const net, core::hint::black_box(&input).as_ptr()) };
    hprintln!("instructions castnet_house {}", board::instructions(1000, castnet) as u32);
    hprintln!("instructions c_house_o2 {}", board::instructions(1000, c_o2) as u32);
    hprintln!("instructions c_house_os {}", board::instructions(1000, c_os) as u32);
    [c_o2(), c_os()].iter().all(|c| (c - castnet()).abs() < 1e-5)
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::wfi();
    }
}
