//! Prints the hashes, a line each: on a workstation, and on a microcontroller in the emulator.
#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(not(target_os = "none"))]
fn main() {
    bits::hashes(|name, hash| println!("{name} {hash:016x}"));
}

#[cfg(target_os = "none")]
mod firmware {
    use cortex_m_semihosting::{debug, hprintln};

    #[cortex_m_rt::entry]
    fn main() -> ! {
        bits::hashes(|name, hash| hprintln!("{} {:016x}", name, hash));
        debug::exit(debug::EXIT_SUCCESS);
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
}
