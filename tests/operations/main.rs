//! One network for each kind of operation, in both precisions: nothing allocates, the gradient in single precision is that in double
//! precision, and a prediction has the bits of the forward pass of training (in which dropout and noise change the values).
mod allocations;
mod arena;
mod single_precision;

use castnet::prelude::*;

/// Declares a network in both precisions, `[its input]` `[the rest]`, and tests it. Training computes what a prediction does in
/// networks that are `steady`, draws numbers in those that are `random`, and takes the statistics of the batch in those that are
/// `moving`. The loss of those that are `penalized` is never zero.
macro_rules! operations {
    ($($kind:ident $test:ident: [$($input:tt)*] [$($rest:tt)*];)*) => {
        $(
            mod $test {
                use super::*;

                network! {
                    Single< $($input)* $($rest)* >
                    Double< $($input)* f64 $($rest)* >
                }

                operations!(@tests $kind);
            }
        )*
    };
    (@tests moving) => {
        #[test]
        fn nothing_allocates() {
            allocations::none::<Single>();
        }

        #[test]
        fn gradients() {
            single_precision::check::<Single, Double>();
        }
    };
    (@tests penalized) => {
        operations!(@tests moving);
    };
    (@tests steady) => {
        operations!(@tests moving);

        #[test]
        fn predictions_are_forward_passes() {
            arena::alike::<Single>();
            arena::alike::<Double>();
        }
    };
    (@tests random) => {
        operations!(@tests moving);

        #[test]
        fn training_changes_values() {
            arena::different::<Single>();
            arena::different::<Double>();
        }
    };
}

operations! {
    steady dense: [input 7] [=> normalize => dense 9 relu => dense 5 gelu => dense 3 softmax];
    steady large: [input 40] [=> dense 33 tanh => dense 40 => relu => sigmoid => dense 2];
    steady conv: [input 6x5x2] [=> conv 3 3x3 same relu => conv 4 2x2 stride 2 => flatten => dense 2];
    steady conv_of_time: [input 9x3] [=> conv 4 3 causal dilation 2 tanh => conv 2 3 groups 2 => flatten => dense 2];
    steady depthwise: [input 5x4x2] [=> depthwise 3x3 same multiplier 2 relu => flatten => dense 2];
    steady separable: [input 5x4x2] [=> separable 3 3x3 same relu => flatten => dense 2];
    steady conv_transpose: [input 3x3x2] [=> conv_transpose 3 3x3 stride 2 same tanh => flatten => dense 2];
    steady maxpool: [input 6x6x2] [=> conv 3 3x3 same => maxpool 2x2 => relu => flatten => dense 2];
    steady maxpool_behind_relu: [input 6x6x2] [=> conv 3 3x3 relu => maxpool 2x2 => relu6 => globalmaxpool => dense 2];
    steady avgpool: [input 6x5x3] [=> avgpool 2x2 same => tanh => globalavgpool => dense 2];
    steady border: [input 3x4x2] [=> pad 1x2 => tanh => crop 1x0 => flatten => dense 2];
    steady upsample: [input 2x3x2] [=> upsample 2 => tanh => upsample 2x1 bilinear => flatten => dense 2];
    moving batchnorm: [input 3x2x3] [=> conv 4 2x2 => batchnorm => relu => flatten => dense 2];
    steady batchnorm_frozen: [input 3x2x3] [=> conv 4 2x2 => batchnorm frozen => relu => flatten => dense 2];
    steady layernorm: [input 2x3x4] [=> layernorm => tanh => groupnorm 2 => flatten => layernorm => dense 2];
    steady rnn: [input 5x3] [=> rnn 6 sequences => rnn 4 relu backwards nobias => dense 2];
    steady gru: [input 5x3] [=> gru 6 sequences => gru 4 reset_before gates hard_sigmoid => dense 2];
    steady lstm: [input 5x3] [=> lstm 17 sequences => lstm 4 backwards softsign => dense 2];
    steady states: [input 5x3] [=> x: rescale 2 => a: lstm 6 state; x => lstm 6 from a sequences => channels 1..4 => gru 12 from a => dense 2];
    steady bidirectional: [input 5x3] [=> bidirectional gru 3 sequences => add(identity, bidirectional lstm 6 sum sequences) => bidirectional rnn 3 multiply => dense 2];
    random recurrent_dropout: [input 5x3] [=> gru 6 dropout 0.3 sequences => lstm 4 recurrent_dropout 0.3 => dense 2];
    random dropout: [input 6] [=> dense 8 tanh => dropout 0.5 => dense 2];
    random dropout_of_the_input: [input 6] [=> dropout 0.3 => dense 2];
    random dropout_at_the_end: [input 6] [=> dense 6 sigmoid => dropout 0.3];
    random spatial_dropout: [input 2x3x8] [=> tanh => spatial_dropout 0.4 => flatten => dense 2];
    random gaussian_noise: [input 3] [=> dense 4 tanh => gaussian_noise 0.2 => dense 2];
    random gaussian_dropout: [input 3] [=> dense 4 tanh => gaussian_dropout 0.3 => dense 2];
    steady prelu: [input 2x2x3] [=> prelu shared => flatten => dense 4 => prelu => dense 2];
    steady reshape: [input 2x3x2] [=> reshape 4x3 => dense 2 each => tanh => flatten => rescale 2 offset 1 => dense 6 => reshape 3x2 => softmax];
    steady permute: [input 2x3x4] [=> permute 3x1x2 => tanh => reshape 8x3 => permute 2x1 => permute 1x2 => flatten => dense 3 => repeat_vector 2 => rnn 2];
    steady unitnorm: [input 2x3x4] [=> unitnorm => dense 3 each => unitnorm all => flatten => dense 2];
    penalized activities: [input 4x4x1] [
        => conv 2 3x3 same relu activity_l1 1e-3 => maxpool 2x2 => flatten => dense 4 activity_l2 0.1 => tanh => dense 3 softmax activity_l2 0.5
    ];
    steady joins: [input 4] [
        => dense 4 tanh => add(identity, dense 4 gelu) relu => concat(dense 3 tanh, identity, multiply(sigmoid, dense 4))
        => maximum(dense 5, dense 5) => average(identity, minimum(tanh, dense 5)) => dense 2
    ];
    steady products: [input 4] [
        => dense 9 tanh => concat(dot(identity, dense 9) tanh, dot(dense 9, identity) normalized, dot(identity, identity), subtract(identity, dense 9))
        => reshape 3x4 => concat(identity, conv 4 1) along 1 => flatten => dense 2
    ];
    steady several: [left: input 3] [
        => dense 3 tanh => seen: dense 2; right: input 2x2 => flatten => felt: dense 2 gelu;
        concat(seen, felt) => trunk: dense 4 relu; trunk => a: dense 3 softmax; trunk => tanh => b: dense 2
    ];
    steady blocks: [input 4] [=> repeat 3 { add(identity, dense 4 tanh => dense 4) => relu } => dense 2];
    steady long: [input 4] [=> repeat 16 { add(identity, dense 5 tanh => dense 4) => tanh } => dense 2];
}

/// A nested network.
mod nested {
    use super::*;

    network! {
        Inner< input 4 => dense 6 tanh => relu => dense 3 gelu >
        InnerDouble< input 4 f64 => dense 6 tanh => relu => dense 3 gelu >
        Single< input 2x2 => flatten => dense 4 tanh => add(identity, use Inner -> 3 => dense 4) => relu => dense 2 >
        Double< input 2x2 f64 => flatten => dense 4 tanh => add(identity, use InnerDouble -> 3 => dense 4) => relu => dense 2 >
    }

    operations!(@tests steady);
}

/// Layers that share their code.
mod compact {
    use super::*;

    network! {
        #[optimize(size)]
        Single< input 6x6x1 => conv 3 3x3 same => maxpool 2x2 => relu => flatten => dense 9 tanh => add(identity, dense 9) => dense 2 >
        #[optimize(size)]
        Double< input 6x6x1 f64 => conv 3 3x3 same => maxpool 2x2 => relu => flatten => dense 9 tanh => add(identity, dense 9) => dense 2 >
    }

    operations!(@tests steady);
}
