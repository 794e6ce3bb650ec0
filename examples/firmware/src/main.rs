//! Predicts house prices and reads digits on a microcontroller, with weights that were trained on a workstation, and fails if
//! one bit of a prediction differs from the prediction on the workstation. See README.md.
#![no_std]
#![no_main]

mod board;
mod networks;
mod training;

use castnet::{CheckError, PredictsOnStack, prelude::*, self_test};
use cortex_m::Peripherals;
use cortex_m_semihosting::{debug, hprintln};
use networks::{DIGIT, HOUSE, HOUSES, IMAGES, Sine};

/// Bytes of stack that a prediction may use beyond its activations: the frames of its functions, and the output.
const STACK_BEYOND_ACTIVATIONS: usize = 512;

#[cortex_m_rt::entry]
fn main() -> ! {
    let status = if run().is_ok() { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE };
    debug::exit(status);
    loop {
        cortex_m::asm::wfi();
    }
}

/// It has been printed.
struct Failure;

fn run() -> Result<(), Failure> {
    let failed = |check: CheckError| {
        hprintln!("{}", check);
        Failure
    };
    self_test(&HOUSE, HOUSES).map_err(failed)?;
    for check in HOUSES {
        hprintln!("a district's houses: ${}", (HOUSE.predict(&check.input)[0] * 1000.0) as u32);
    }
    self_test(&DIGIT, IMAGES).map_err(failed)?;
    for check in IMAGES {
        let output = DIGIT.predict(&check.input);
        let ((digit, _), probability) = (output.argmax(), output.max());
        hprintln!("an image: {}, {} %", digit, (probability * 100.0) as u32);
    }
    hprintln!("all predictions have the bits that the workstation saw\n");

    let mut house = HOUSE.clone();
    let (loss, hash) = training::train(&mut house).map_err(|_| Failure)?;
    hprintln!("{} steps of training in {} B of RAM: loss {}", training::STEPS, training::BYTES, loss as u32);
    if hash != training::HASH {
        hprintln!("the weights are not those of the workstation: {:016x}", hash);
        return Err(Failure);
    }
    hprintln!("the weights have the bits that the workstation comes to\n");

    let mut peripherals = Peripherals::take().ok_or(Failure)?;
    board::start(&mut peripherals.SYST);
    hprintln!("network      flash B   activations B   stack B   instructions");
    measure("HousePrice", &HOUSE, &HOUSES[0].input)?;
    measure("Digit", &DIGIT, &IMAGES[0].input)?;
    let mut sine = Sine::zeroed();
    sine.init_in(&mut seeded(1));
    measure("Sine", &sine, &[0.5].into())
}

/// Prints the cost of a prediction.
fn measure<N: PredictsOnStack>(name: &str, net: &N, input: &N::In) -> Result<(), Failure> {
    let stack = board::stack(|| net.predict(input));
    let calls = if N::MACS > 10_000 { 4 } else { 100 };
    let instructions = board::instructions(calls, || net.predict(core::hint::black_box(input)));
    hprintln!("{:10} {:9} {:15} {:9} {:14}", name, N::FLASH_BYTES, N::RAM_BYTES, stack, instructions as u32);
    if stack > N::RAM_BYTES + STACK_BEYOND_ACTIVATIONS {
        hprintln!("more stack than {} B beyond the activations", STACK_BEYOND_ACTIVATIONS);
        return Err(Failure);
    }
    Ok(())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::wfi();
    }
}
