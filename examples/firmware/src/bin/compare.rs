//! The same networks by castnet and in C, on the same board: instructions and stack of a prediction. `compare/run` builds and runs
//! it, and adds the size of the code.
#![no_std]
#![no_main]

#[path = "../board.rs"]
mod board;

use board::{instructions, stack};
use castnet::{PredictsOnStack, prelude::*};
use core::hint::black_box;
use cortex_m::Peripherals;
use cortex_m_semihosting::{debug, hprintln};

network! {
    House< input 13 => dense 10 relu => dense 10 relu => dense 1 >
    #[optimize(size)]
    SmallHouse< input 13 => dense 10 relu => dense 10 relu => dense 1 >

    Sine< input 1 => dense 16 relu => dense 16 relu => dense 1 >
    #[optimize(size)]
    SmallSine< input 1 => dense 16 relu => dense 16 relu => dense 1 >
}

/// Declares functions whose sizes can be read off their symbols: of castnet, and of C.
macro_rules! functions {
    ({ $($name:ident $network:ident;)* } { $($c:ident $c_network:ident;)* }) => {
        $(
            #[unsafe(no_mangle)]
            #[inline(never)]
            extern "C" fn $name(net: &$network, input: &<$network as Network>::Input) -> f32 {
                net.predict(input)[0]
            }
        )*
        unsafe extern "C" {
            $(safe fn $c(net: &$c_network, input: &<$c_network as Network>::Input) -> f32;)*
        }
    };
}
functions! {
    {
        castnet_house House;
        castnet_house_size SmallHouse;
        castnet_sine Sine;
        castnet_sine_size SmallSine;
    } {
        c_house_o2 House;
        c_house_os House;
        c_sine_o2 Sine;
        c_sine_os Sine;
    }
}

/// A network of int8, trained to the sine by its authors: 1-16-16-1 relu.
mod int8 {
    use microflow::buffer::Buffer2D;

    #[microflow::model("target/sine.tflite")]
    struct Sine;

    #[unsafe(no_mangle)]
    #[inline(never)]
    extern "C" fn microflow_sine(input: f32) -> f32 {
        let input: Buffer2D<f32, 1, 1> = Buffer2D::from_element(input);
        Sine::predict(input)[0]
    }

    /// Its prediction at `x`.
    pub fn predict(x: f32) -> f32 {
        microflow_sine(x)
    }
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let is_done = Peripherals::take().is_some_and(|mut peripherals| {
        board::start(&mut peripherals.SYST);
        let house = compare::<House, SmallHouse>(
            ["castnet_house", "castnet_house_size", "c_house_o2", "c_house_os"],
            castnet_house,
            castnet_house_size,
            [c_house_o2, c_house_os],
        );
        let sine = compare::<Sine, SmallSine>(
            ["castnet_sine", "castnet_sine_size", "c_sine_o2", "c_sine_os"],
            castnet_sine,
            castnet_sine_size,
            [c_sine_o2, c_sine_os],
        );
        measure("microflow_sine", || int8::predict(black_box(0.5)));
        house && sine
    });
    debug::exit(if is_done { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}

/// Prints the cost of each. False if castnet's two results differ, or C's by more than rounding.
fn compare<N, S>(
    [fast_name, small_name, c_o2_name, c_os_name]: [&str; 4],
    fast: extern "C" fn(&N, &N::Input) -> f32,
    small: extern "C" fn(&S, &N::Input) -> f32,
    [c_o2, c_os]: [extern "C" fn(&N, &N::Input) -> f32; 2],
) -> bool
where
    N: Network<Scalar = f32> + PredictsOnStack,
    S: Network<Scalar = f32, Input = N::Input> + PredictsOnStack,
{
    let (mut net, mut small_net) = (N::zeroed(), S::zeroed());
    net.init_in(&mut seeded(1));
    small_net.as_flat_mut().copy_from_slice(net.as_flat());
    let mut input = N::Input::zeroed();
    input.as_flat_mut().iter_mut().zip(1_u8..).for_each(|(x, number)| *x = f32::from(number) / 13.0 - 0.5);
    let expected = measure(fast_name, || fast(&net, black_box(&input)));
    let is_same = measure(small_name, || small(&small_net, black_box(&input))).to_bits() == expected.to_bits();
    let of_c =
        [measure(c_o2_name, || c_o2(&net, black_box(&input))), measure(c_os_name, || c_os(&net, black_box(&input)))];
    is_same && of_c.iter().all(|c| (c - expected).abs() < 1e-5)
}

/// Prints instructions and stack of a call, and gives its result.
fn measure(name: &str, call: impl Fn() -> f32) -> f32 {
    hprintln!("instructions {} {}", name, instructions(1000, &call) as u32);
    hprintln!("stack {} {}", name, stack(&call));
    call()
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    debug::exit(debug::EXIT_FAILURE);
    loop {
        cortex_m::asm::wfi();
    }
}
