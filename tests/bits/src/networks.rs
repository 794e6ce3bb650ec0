//! One network for each activation, with random weights: a hash of the bits of its predictions for a thousand random inputs.
//!
//! Everything follows from seeds, so that every target must come to the same hashes: those in `hashes.txt`.
use castnet::prelude::*;
use castnet::rand::RngExt;
use castnet::{PredictsOnStack, Scalar};

/// Inputs of each network.
const INPUTS: usize = 1000;

/// FNV-1a over the bits of all outputs, which `bits` hands out as numbers.
fn hash_of_predictions<N: PredictsOnStack>(
    net: &N,
    inputs: impl Iterator<Item = N::In>,
    bits: impl Fn(&N::Out, &mut dyn FnMut(u64)),
) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for input in inputs {
        bits(&net.predict(&input), &mut |number| {
            for byte in number.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        });
    }
    hash
}

/// The hash of a network. Weights and inputs are those of a seed; every tenth input is far from zero.
fn hash<N: Network + PredictsOnStack>() -> u64 {
    let mut net = N::zeroed();
    let mut rng = seeded(N::FINGERPRINT);
    net.init_in(&mut rng);
    let inputs = (0..INPUTS).map(|number| {
        let size = if number % 10 == 0 { 50.0 } else { 4.0 };
        let mut input = N::Input::zeroed();
        for value in input.as_flat_mut() {
            *value = N::Scalar::from_f64((f64::from(rng.random::<f32>()) - 0.5) * size);
        }
        input
    });
    // In double precision, which holds every number of single precision.
    hash_of_predictions(&net, inputs, |output, hash| {
        output.as_flat().iter().for_each(|output| hash(output.to_f64().to_bits()));
    })
}

/// Declares networks whose hidden layer and output have an activation, and the list of their hashes.
macro_rules! networks {
    ($($name:ident $word:ident $($number:literal)*;)*) => {
        network! {
            $($name< input 6 => dense 9 $word $($number)* init normal 0.7 => dense 4 $word $($number)* >)*
            /// In double precision.
            Double< input 6 f64 => dense 9 tanh => dense 4 gelu => dense 3 softmax >
            /// Large enough for the kernels of large layers.
            Large< input 40 => dense 32 relu => dense 20 sigmoid => dense 10 softmax >
            /// The layers of images, and of sequences.
            Images<
                input 6x5x13 => pad 1x0 => maxpool 2x2 same => batchnorm => upsample 2 bilinear => layernorm => prelu shared
                => dense 12 each => groupnorm 3 => avgpool 3x2 => rescale 0.3 offset 0.1 => globalavgpool => dense 2
            >
            Sequence< input 9x5 f64 => maxpool 3 stride 2 => layernorm all => upsample 2 => crop 1x2 => globalmaxpool >
            /// Recurrent layers, forwards and backwards.
            Recurrent< input 9x5 => bidirectional gru 6 sequences => lstm 11 sequences => gru 7 reset_before gates hard_sigmoid => dense 3 softmax >
            RecurrentDouble< input 4x3 f64 => rnn 5 softsign sequences => lstm 5 backwards nobias >
            /// A state that two layers begin with, and a part of the channels.
            States< x: input 6x3 => a: lstm 5 state; x => lstm 5 sequences from a => channels 1..4 => gru 10 from a => dense 2 softmax >
            /// Products, differences, and values that are moved.
            Vectors<
                input 3x5x4 => unitnorm => permute 3x1x2 => reshape 12x5 => concat(identity, dense 5 each) along 1 => globalavgpool => dense 9
                => concat(dot(identity, dense 9), dot(dense 9, identity) normalized, subtract(dense 3, dense 3)) => repeat_vector 3 => gru 4
            >
            VectorsDouble< input 13 f64 => unitnorm => repeat_vector 3 => permute 2x1 => flatten => concat(dot(identity, tanh) normalized, dot(identity, tanh)) >
            #[optimize(size)]
            Compact< input 40 => dense 32 relu => dense 20 sigmoid => dense 10 softmax >
            #[optimize(size)]
            CompactTanh< input 6 f64 => dense 9 tanh nobias => dense 9 gelu => leaky_relu 0.1 => dense 1 tanh >
        }

        /// Calls a function with the name and the hash of every network.
        pub fn hashes(mut each: impl FnMut(&'static str, u64)) {
            $(each(stringify!($name), hash::<$name>());)*
            each("Double", hash::<Double>());
            each("Large", hash::<Large>());
            each("Images", hash::<Images>());
            each("Sequence", hash::<Sequence>());
            each("Recurrent", hash::<Recurrent>());
            each("RecurrentDouble", hash::<RecurrentDouble>());
            each("States", hash::<States>());
            each("Vectors", hash::<Vectors>());
            each("VectorsDouble", hash::<VectorsDouble>());
            each("Compact", hash::<Compact>());
            each("CompactTanh", hash::<CompactTanh>());
        }
    };
}

networks! {
    Linear linear;
    Celu celu;
    ClippedRelu clipped_relu 3 0.1 0.5;
    Elu elu;
    Exponential exponential;
    Gelu gelu;
    GeluTanh gelu_tanh;
    HardShrink hard_shrink;
    HardSigmoid hard_sigmoid;
    HardSilu hard_silu;
    HardTanh hard_tanh;
    LeakyRelu leaky_relu 0.1;
    LogSigmoid log_sigmoid;
    LogSoftmax log_softmax;
    Mish mish;
    Relu relu;
    Relu6 relu6;
    Selu selu;
    Sigmoid sigmoid;
    Silu silu;
    SoftShrink soft_shrink;
    Softmax softmax;
    Softplus softplus;
    Softsign softsign;
    SparsePlus sparse_plus;
    SparseSigmoid sparse_sigmoid;
    Squareplus squareplus;
    Tanh tanh;
    TanhShrink tanh_shrink;
    Threshold threshold 0.5;
}
