//! Trains networks of all kinds of layers of vectors and images, each with several sizes, so that the compiler cannot see them: the symbols of this program show
//! that training cannot panic or allocate either. It is linked, and not run, because it wants more memory than the boards have.
#![no_std]
#![no_main]

#[path = "../linked.rs"]
mod linked;

use castnet::prelude::*;

use linked::{end, trains};

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
    Depthwise<
        input 10x10x2
        => depthwise 3x3 multiplier 2 relu => depthwise 3x3 same stride 2 tanh => separable 5 3x3 same => depthwise 2x2 dilation 2 nobias
        => separable 4 2x2 stride 2 multiplier 2 elu => globalavgpool => dense 2
    >
    Heads< input 4 => normalize => trunk: dense 40 gelu; trunk => size: dense 1; trunk => kind: dense 3 softmax >
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let scheduled = Scheduled { optimizer: Lamb::default(), schedule: CosineDecay::default() };
    let both = Both(MeanSquaredError, CategoricalCrossentropy);
    let all = [
        trains::<Image, _, _>(CategoricalCrossentropy, Adam::default()),
        trains::<Image, _, _>(SparseCategoricalCrossentropy, scheduled),
        trains::<Enlarged, _, _>(BinaryCrossentropy, ClipNorm { optimizer: Nadam::default(), norm: 1.0 }),
        trains::<Enlarged, _, _>(Huber::default(), Accumulate { optimizer: AmsGrad::default(), gradients: 2 }),
        trains::<Depthwise, _, _>(MeanSquaredError, Adam::default()),
        trains::<Heads, _, _>(both, Momentum::default()),
    ];
    end(all == [true; 6])
}
