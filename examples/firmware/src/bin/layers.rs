//! Trains networks of all kinds of layers, each with several sizes, so that the compiler cannot see them: the symbols of this program show
//! that training cannot panic or allocate either. It is linked, and not run, because it wants more memory than the boards have.
#![no_std]
#![no_main]

use castnet::losses::Loss;
use castnet::optimizers::Optimizer;
use castnet::{TrainingMemory, prelude::*};
use cortex_m_semihosting::debug;

network! {
    Image<
        input 16x16x2
        => conv 4 3x3 relu => batchnorm => maxpool 2 => dropout 0.2
        => conv 6 3x3 same stride 2 groups 2 tanh => batchnorm => maxpool 3x3 stride 1 same => spatial_dropout 0.1
        => conv 5 2x2 dilation 2 => prelu shared => avgpool 2 stride 1
        => flatten => dense 3 softmax
    >
    Enlarged<
        input 12x12x2
        => conv 4 3x3 => upsample 2 => avgpool 2 => conv_transpose 6 2x2 stride 2 => groupnorm 2
        => conv 5 2x2 dilation 2 => upsample 2x3 bilinear
        => conv_transpose 3 3x3 stride 2 same => pad 1x2 => crop 2x1 => groupnorm 3
        => concat(conv 2 3x3 same, conv 4 1x1) => globalmaxpool keepdims => upsample 3 bilinear => pad 1 => crop 1
        => globalavgpool => layernorm => dense 1 sigmoid
    >
    Series<
        input 8x3
        => conv 4 3 same silu nobias => conv 6 5 causal => layernorm => prelu => dense 5 each => layernorm all
        => gaussian_noise 0.1 => globalavgpool => dense 40 l2 0.1 max_norm 2 => gaussian_dropout 0.1
        => add(dense 3, dense 3) => multiply(identity, dense 3) => softmax
    >
    Recurrent<
        input 6x3
        => bidirectional gru 4 sequences => x: lstm 5 sequences dropout 0.1 recurrent_dropout 0.1 => gru 3 reset_before sequences backwards gelu
        => rnn 4 nobias l2 0.1 => state: dense 4; x => channels 1..3 => gru 4 from state => dense 2
    >
    Vectors<
        input 6x3
        => unitnorm => permute 2x1 => concat(identity, conv 6 1) along 1 => flatten => dense 8
        => concat(dot(identity, dense 8), dot(dense 8, identity) normalized, subtract(identity, dense 8)) => repeat_vector 3 => unitnorm all
        => permute 2x1 => globalavgpool
    >
    Depthwise<
        input 10x10x2
        => depthwise 3x3 multiplier 2 relu => depthwise 3x3 same stride 2 tanh => separable 5 3x3 same => depthwise 2x2 dilation 2 nobias
        => separable 4 2x2 stride 2 multiplier 2 elu => globalavgpool => dense 2
    >
    Heads< input 4 => normalize => trunk: dense 40 gelu; trunk => size: dense 1; trunk => kind: dense 3 softmax >
}

/// A step of training, with values that the compiler does not see.
fn trains<N, L, O>(loss: L, optimizer: O) -> bool
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

#[cortex_m_rt::entry]
fn main() -> ! {
    let scheduled = Scheduled { optimizer: Lamb::default(), schedule: CosineDecay::default() };
    let clipped = ClipGlobalNorm { optimizer: RmsPropMomentum::default(), norm: 1.0 };
    let both = Both(MeanSquaredError, CategoricalCrossentropy);
    let all = [
        trains::<Image, _, _>(CategoricalCrossentropy, Adam::default()),
        trains::<Image, _, _>(SparseCategoricalCrossentropy, scheduled),
        trains::<Enlarged, _, _>(BinaryCrossentropy, ClipNorm { optimizer: Nadam::default(), norm: 1.0 }),
        trains::<Enlarged, _, _>(Huber::default(), Accumulate { optimizer: AmsGrad::default(), gradients: 2 }),
        trains::<Series, _, _>(KlDivergence, clipped),
        trains::<Series, _, _>(Smoothed { loss: CategoricalCrossentropy, amount: 0.1 }, Ftrl::default()),
        trains::<Heads, _, _>(both, Momentum::default()),
        trains::<Recurrent, _, _>(MeanSquaredError, Adam::default()),
        trains::<Vectors, _, _>(MeanSquaredError, Adam::default()),
        trains::<Depthwise, _, _>(MeanSquaredError, Adam::default()),
    ];
    debug::exit(if all == [true; 10] { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
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
