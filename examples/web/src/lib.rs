//! Reads digits in a web page: three functions for JavaScript, and a network whose weights are part of the module.
#![no_std]

use core::cell::UnsafeCell;

use castnet::prelude::*;

network! {
    /// The digit on an image of 28 x 28 pixels, 0 for background and 1 for ink.
    Digit< input 28x28 => flatten => dense 32 relu => dense 10 softmax >
}

castnet::embed! {
    static DIGIT: Digit = "../weights/small_digits.safetensors";
}

/// Memory that the page and the module share.
struct Shared<T>(UnsafeCell<T>);
// SAFETY: a module without threads has one.
unsafe impl<T> Sync for Shared<T> {}

static IMAGE: Shared<[f32; 28 * 28]> = Shared(UnsafeCell::new([0.0; 28 * 28]));
static PROBABILITIES: Shared<[f32; 10]> = Shared(UnsafeCell::new([0.0; 10]));

/// Where the page writes an image, row by row.
#[unsafe(no_mangle)]
extern "C" fn image() -> *mut f32 {
    IMAGE.0.get().cast()
}

/// Where the page reads the probability of each digit.
#[unsafe(no_mangle)]
extern "C" fn probabilities() -> *const f32 {
    PROBABILITIES.0.get().cast()
}

/// Reads the image.
#[unsafe(no_mangle)]
extern "C" fn predict() {
    // SAFETY: the page does not write while this function runs, and nothing else refers to the two.
    let (image, probabilities) = unsafe { (&*IMAGE.0.get(), &mut *PROBABILITIES.0.get()) };
    let mut input = <Digit as Network>::Input::zeroed();
    input.as_flat_mut().copy_from_slice(image);
    probabilities.copy_from_slice(DIGIT.predict(&input).as_flat());
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
