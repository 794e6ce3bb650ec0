//! Trains networks of all kinds of layers of sequences, each with several sizes, so that the compiler cannot see them: the symbols of this program show
//! that training cannot panic or allocate either. It is linked, and not run, because it wants more memory than the boards have.
#![no_std]
#![no_main]

#[path = "../linked.rs"]
mod linked;

use castnet::prelude::*;

use linked::{end, trains};

network! {
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
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let clipped = ClipGlobalNorm { optimizer: RmsPropMomentum::default(), norm: 1.0 };
    let all = [
        trains::<Series, _, _>(KlDivergence, clipped),
        trains::<Series, _, _>(Smoothed { loss: CategoricalCrossentropy, amount: 0.1 }, Ftrl::default()),
        trains::<Recurrent, _, _>(MeanSquaredError, Adam::default()),
        trains::<Vectors, _, _>(MeanSquaredError, Adam::default()),
    ];
    end(all == [true; 4])
}
