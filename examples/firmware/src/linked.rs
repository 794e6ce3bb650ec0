//! A step of training in programs that are linked and not run: their symbols show that training cannot panic or allocate.
use castnet::losses::Loss;
use castnet::optimizers::Optimizer;
use castnet::{TrainingMemory, prelude::*};
use cortex_m_semihosting::debug;

/// A step of training, with values that the compiler does not see.
pub fn trains<N, L, O>(loss: L, optimizer: O) -> bool
where
    N: Network,
    L: Loss<N::Head, N::Output>,
    O: Optimizer,
{
    let mut net = N::zeroed();
    net.init_in(&mut seeded(1));
    let mut memory = TrainingMemory::<N, O, 4>::new();
    let inputs = core::array::from_fn::<_, 4, _>(|_| N::Input::zeroed());
    let targets = core::array::from_fn::<_, 4, _>(|_| L::Target::zeroed());
    let samples = core::hint::black_box(4);
    let inputs = core::hint::black_box(&inputs).get(..samples).unwrap_or_default();
    let targets = core::hint::black_box(&targets).get(..samples).unwrap_or_default();
    let mut trainer = net.compile_in(&mut memory, loss, optimizer);
    let is_trained = trainer.train_on_batch(inputs, targets).is_ok();
    trainer.finish();
    is_trained
}

/// Ends the program.
pub fn end(is_well: bool) -> ! {
    debug::exit(if is_well { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::wfi();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    end(false)
}
