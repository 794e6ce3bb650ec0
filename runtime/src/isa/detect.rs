//! The instruction set of the machine, detected once. Needs `std`.
use core::sync::atomic::{AtomicU8, Ordering};

use super::Level;

/// The level, or 0 before the first detection.
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// The instruction set on which computations run.
#[inline(always)]
pub fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Portable,
        2 => Level::Avx2,
        3 => Level::Avx512,
        _ => ask(),
    }
}

#[cold]
#[inline(never)]
fn ask() -> Level {
    let level = available();
    #[cfg(test)]
    let level = wanted(level);
    LEVEL.store(level as u8, Ordering::Relaxed);
    level
}

/// For the tests of this crate: the level that they run on, from the environment.
#[cfg(test)]
fn wanted(best: Level) -> Level {
    let level = match std::env::var("CASTNET_LEVEL").as_deref() {
        Ok("portable") => Level::Portable,
        Ok("avx2") => Level::Avx2,
        Ok("avx512") => Level::Avx512,
        Ok(other) => panic!("CASTNET_LEVEL is portable, avx2 or avx512, not {other}"),
        Err(_) => best,
    };
    assert!(level <= best, "this machine has no {level:?}");
    level
}

fn available() -> Level {
    use std::is_x86_feature_detected as has;
    if !(has!("avx2") && has!("fma")) {
        Level::Portable
    } else if has!("avx512f") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw") {
        Level::Avx512
    } else {
        Level::Avx2
    }
}

/// Sets the instruction set of all threads, for comparisons. A level that the machine does not have counts as its
/// highest one. Returns the level that was set.
pub fn set_level(level: Level) -> Level {
    let level = level.min(available());
    LEVEL.store(level as u8, Ordering::Relaxed);
    level
}
