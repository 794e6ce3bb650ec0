//! The clock of the board, and the largest depth of the stack.
use core::arch::asm;
use core::ptr::{read_volatile, write_volatile};

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;

/// Nanoseconds, which are instructions in the emulator, for each tick of the processor's clock: 25 MHz on `mps2-an386`,
/// 16 MHz on `microbit`.
#[cfg(target_abi = "eabihf")]
const TICK: f32 = 40.0;
#[cfg(not(target_abi = "eabihf"))]
const TICK: f32 = 62.5;

/// Starts the clock.
pub fn start(clock: &mut SYST) {
    clock.set_clock_source(SystClkSource::Core);
    clock.set_reload(0x00ff_ffff);
    clock.clear_current();
    clock.enable_counter();
}

/// Instructions of a call: the mean of a number of equal calls.
pub fn instructions<T>(calls: u32, mut call: impl FnMut() -> T) -> f32 {
    let before = SYST::get_current();
    for _ in 0..calls {
        core::hint::black_box(call());
    }
    // The clock counts down, in 24 bits.
    let ticks = before.wrapping_sub(SYST::get_current()) & 0x00ff_ffff;
    ticks as f32 * TICK / calls as f32
}

const PAINT: u32 = 0xa5a5_5a5a;
/// Words below the stack that are painted and read.
const WORDS: usize = 1500;

/// Bytes of stack that a call uses, below the stack of its caller.
#[inline(never)]
pub fn stack<T>(call: impl FnOnce() -> T) -> usize {
    let top: *mut u32;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) top) };
    // A little room for the rest of this function.
    let top = top.wrapping_sub(8);
    for word in 0..WORDS {
        // SAFETY: free memory below the stack; nothing else runs.
        unsafe { write_volatile(top.wrapping_sub(word), PAINT) };
    }
    core::hint::black_box(call());
    let mut deepest = WORDS;
    while deepest > 0 {
        // SAFETY: as above.
        if unsafe { read_volatile(top.wrapping_sub(deepest - 1)) } != PAINT {
            break;
        }
        deepest -= 1;
    }
    (deepest + 8) * size_of::<u32>()
}
