//! Gradients against central differences, in double precision: every parameter and every input of small networks that hold
//! every layer, every activation and every way in which the passes are put together.
use castnet::losses::*;
use castnet::prelude::*;
use castnet::rand::RngExt;
use castnet::{Flat, TrainingRng};

/// The step of the differences, and how far they may be off: the error of second order and that of rounding balance.
const STEP: f64 = 1e-5;
const TOLERANCE: f64 = 1e-7;

fn random<A: Flat<Scalar = f64>>(rng: &mut TrainingRng) -> A {
    let mut value = A::zeroed();
    value.as_flat_mut().iter_mut().for_each(|x| *x = 2.0 * rng.random::<f64>() - 1.0);
    value
}

/// A random target that a loss takes: any numbers, numbers that are not negative, signs, one class, or distributions.
fn random_target<H, A: Flat<Scalar = f64>, L: Loss<H, A>>(loss: &L, rng: &mut TrainingRng) -> L::Target {
    let target: L::Target = random(rng);
    let of = |change: &dyn Fn(&mut [f64])| {
        let mut changed = target.clone();
        change(changed.as_flat_mut());
        changed
    };
    let distributions = |channels: usize| {
        of(&|values| {
            for position in values.chunks_mut(channels) {
                let sum: f64 = position.iter().map(|x| x.abs()).sum();
                position.iter_mut().for_each(|x| *x = x.abs() / sum);
            }
        })
    };
    let mut candidates = vec![
        target.clone(),
        of(&|values| values.iter_mut().for_each(|x| *x = x.abs())),
        of(&|values| values.iter_mut().for_each(|x| *x = x.signum())),
        of(&|values| {
            let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            values.iter_mut().for_each(|x| *x = if *x == highest { 1.0 } else { 0.0 });
        }),
    ];
    candidates.extend((2..=L::Target::LEN).filter(|channels| L::Target::LEN % channels == 0).map(distributions));
    candidates.into_iter().find(|target| loss.objection(target).is_none()).expect("a target that suits the loss")
}

/// Compares all gradients of a batch of three samples. The generator starts anew before each pass: the same dropout.
fn check<N, L>(loss: L)
where
    N: Network<Scalar = f64>,
    L: Loss<N::Head, N::Output>,
{
    let rng = &mut seeded(12);
    let mut trainer = N::init(rng).compile(loss, Sgd::default());
    // Biases and statistics that are not zero.
    for parameter in trainer.network_mut().as_flat_mut() {
        *parameter += 0.3 * (2.0 * rng.random::<f64>() - 1.0);
    }
    let mut inputs: Vec<N::Input> = (0..3).map(|_| random(rng)).collect();
    let targets: Vec<L::Target> = (0..3).map(|_| random_target(&loss, rng)).collect();
    let mut grad_inputs: Vec<N::Input> = (0..3).map(|_| random(rng)).collect();
    trainer.reseed(5);
    trainer.compute_input_gradient(&inputs, &targets, &mut grad_inputs).expect("a sound batch");
    trainer.reseed(5);
    let (_, gradient) = trainer.compute_gradient(&inputs, &targets).expect("a sound batch");
    let gradient = gradient.as_flat().to_vec();
    assert_eq!(gradient.len(), N::TRAINABLE_PARAMS);

    let close = |what: &str, index: usize, got: f64, above: f64, below: f64| {
        let difference = (above - below) / (2.0 * STEP);
        let error = (got - difference).abs() / (1.0 + difference.abs());
        assert!(error < TOLERANCE, "{} {what} {index}: gradient {got}, difference {difference}", N::NAME);
    };
    let loss_of = |trainer: &mut castnet::Trainer<N, L, Sgd>, inputs: &[N::Input]| {
        trainer.reseed(5);
        trainer.compute_gradient(inputs, &targets).expect("a sound batch").0
    };
    for (index, &got) in gradient.iter().enumerate() {
        let mut at = |step: f64| {
            let parameter = &mut trainer.network_mut().as_flat_mut()[index];
            let before = *parameter;
            *parameter += step;
            let loss = loss_of(&mut trainer, &inputs);
            trainer.network_mut().as_flat_mut()[index] = before;
            loss
        };
        close("parameter", index, got, at(STEP), at(-STEP));
    }
    for sample in 0..inputs.len() {
        for index in 0..N::Input::LEN {
            let mut at = |step: f64| {
                let before = inputs[sample].as_flat()[index];
                inputs[sample].as_flat_mut()[index] += step;
                let loss = loss_of(&mut trainer, &inputs);
                inputs[sample].as_flat_mut()[index] = before;
                loss
            };
            close("input", index, grad_inputs[sample].as_flat()[index], at(STEP), at(-STEP));
        }
    }
    trainer.reseed(5);
    let (_, again) = trainer.compute_gradient(&inputs, &targets).expect("a sound batch");
    assert!(again.as_flat() == gradient, "{}: what the gradient was before does not count", N::NAME);
}

macro_rules! gradients {
    ($($test:ident: $loss:expr, $name:ident $layers:tt;)*) => {
        $(
            #[test]
            fn $test() {
                gradients!(@network $name $layers);
                check::<$name, _>($loss);
            }
        )*
    };
    (@network $name:ident { $($layers:tt)* }) => {
        network! { $name< $($layers)* > }
    };
}

mod layers {
    use super::*;

    gradients! {
        dense: MeanSquaredError, Net { input 3 f64 => dense 4 => dense 2 };
        nobias: MeanSquaredError, Net { input 3 f64 => dense 4 nobias tanh => dense 2 nobias };
        large: MeanSquaredError, Net { input 40 f64 => dense 33 tanh => dense 2 };
        regularized: MeanSquaredError, Net { input 3 f64 => dense 4 l2 0.1 tanh => dense 4 l1 0.2 => dense 2 l1 l2 };
        regularized_bias: MeanSquaredError, Net { input 3 f64 => dense 4 bias_l2 0.1 tanh => dense 4 l1 bias_l1 0.2 => dense 2 bias_l1 bias_l2 };
        normalize: MeanSquaredError, Net { input 3 f64 => normalize => dense 4 tanh => dense 2 };
        normalize_images: MeanSquaredError, Net { input 2x2x3 f64 => normalize => flatten => dense 4 tanh => dense 2 };
        normalize_flat: MeanSquaredError, Net { input 2x2 f64 => flatten => normalize => dense 4 tanh => dense 2 };
        dropout: MeanSquaredError, Net { input 3 f64 => dense 6 tanh => dropout 0.5 => dense 2 };
        dropout_of_the_input: MeanSquaredError, Net { input 6 f64 => dropout 0.3 => dense 2 };
        dropout_at_the_end: MeanSquaredError, Net { input 3 f64 => dense 6 sigmoid => dropout 0.3 };
        conv: MeanSquaredError, Net { input 5x4x2 f64 => conv 3 3x3 tanh => conv 4 2x2 stride 2 same => flatten => dense 2 };
        conv_of_time: MeanSquaredError, Net { input 7x3 f64 => conv 4 3 causal dilation 2 tanh => conv 2 3 pad 1x0 => flatten };
        conv_padded: MeanSquaredError, Net { input 4x5x4 f64 => conv 6 3x2 groups 2 pad 1x0x1x0 tanh => conv 2 1x1 nobias => flatten => dense 2 };
        conv_regularized: MeanSquaredError, Net { input 4x4x1 f64 => conv 2 3x3 same l2 0.1 tanh => conv 2 3x3 l1 0.2 => flatten => dense 2 };
        conv_regularized_bias: MeanSquaredError, Net {
            input 4x4x2 f64 => conv 2 3x3 same bias_l2 0.1 tanh => depthwise 2x2 same bias_l1 0.2 => separable 2 2x2 bias_l2 0.3
            => conv_transpose 2 2x2 bias_l1 bias_l2 => flatten => dense 2
        };
        conv_frozen: MeanSquaredError, Net { input 4x4x2 f64 => conv 2 3x3 same tanh => conv 2 3x3 same frozen tanh => flatten => dense 2 };
        depthwise: MeanSquaredError, Net { input 5x4x2 f64 => depthwise 3x3 same multiplier 2 tanh => depthwise 2x2 stride 2 => flatten => dense 2 };
        separable: MeanSquaredError, Net { input 5x4x2 f64 => separable 3 3x3 same multiplier 2 tanh => separable 2 2x2 nobias => flatten => dense 2 };
        conv_transpose: MeanSquaredError, Net { input 2x3x2 f64 => conv_transpose 3 3x3 stride 2 same tanh => conv_transpose 2 2x2 => flatten => dense 2 };
        conv_transpose_of_time: MeanSquaredError, Net { input 4x2 f64 => conv_transpose 3 4 stride 3 outpad 1 => flatten => dense 2 };
        maxpool: MeanSquaredError, Net { input 4x4x2 f64 => maxpool 2x2 => flatten => dense 2 };
        maxpool_overlapping: MeanSquaredError, Net { input 5x4x3 f64 => maxpool 3x2 stride 2x1 same => tanh => flatten => dense 2 };
        maxpool_of_time: MeanSquaredError, Net { input 7x3 f64 => maxpool 3 stride 2 => flatten => dense 2 };
        avgpool: MeanSquaredError, Net { input 5x4x3 f64 => avgpool 2x2 same => tanh => flatten => dense 2 };
        avgpool_of_time: MeanSquaredError, Net { input 6x3 f64 => avgpool 2 => flatten => dense 2 };
        globalavgpool: MeanSquaredError, Net { input 2x3x4 f64 => globalavgpool => dense 2 };
        globalmaxpool: MeanSquaredError, Net { input 5x4 f64 => tanh => globalmaxpool => dense 2 };
        keepdims: MeanSquaredError, Net { input 2x3x4 f64 => globalavgpool keepdims => tanh => flatten => dense 2 };
        borders: MeanSquaredError, Net { input 3x4x2 f64 => pad 1x0x2x1 => tanh => crop 1x0 => flatten => dense 2 };
        borders_of_time: MeanSquaredError, Net { input 4x2 f64 => pad 2x1 => crop 1 => flatten => dense 2 };
        upsample: MeanSquaredError, Net { input 2x3x2 f64 => upsample 2x3 => tanh => flatten => dense 2 };
        upsample_time: MeanSquaredError, Net { input 3x2 f64 => upsample 2 => flatten => dense 2 };
        bilinear: MeanSquaredError, Net { input 2x3x2 f64 => upsample 3x2 bilinear => tanh => flatten => dense 2 };
        batchnorm: MeanSquaredError, Net { input 3 f64 => dense 4 => batchnorm => tanh => dense 2 };
        batchnorm_of_images: MeanSquaredError, Net { input 2x3x3 f64 => batchnorm epsilon 0.1 => tanh => flatten => dense 2 };
        batchnorm_noscale: MeanSquaredError, Net { input 3 f64 => dense 4 nobias => batchnorm noscale => tanh => dense 2 };
        batchnorm_nocenter: MeanSquaredError, Net { input 3 f64 => dense 4 => batchnorm nocenter => tanh => dense 2 };
        batchnorm_plain: MeanSquaredError, Net { input 3 f64 => dense 4 => batchnorm noscale nocenter => tanh => dense 2 };
        batchnorm_frozen: MeanSquaredError, Net { input 3 f64 => dense 4 => batchnorm frozen => tanh => dense 2 };
        batchnorm_at_the_end: MeanSquaredError, Net { input 3 f64 => dense 4 => batchnorm };
        unitnorm: MeanSquaredError, Net { input 3 f64 => dense 4 => unitnorm => tanh => dense 2 };
        unitnorm_of_positions: MeanSquaredError, Net { input 2x3x4 f64 => unitnorm => tanh => flatten => dense 2 };
        unitnorm_all: MeanSquaredError, Net { input 2x3x2 f64 => unitnorm all => tanh => flatten => dense 2 };
        permute: MeanSquaredError, Net { input 2x3x4 f64 => tanh => permute 3x1x2 => conv 2 2x2 => flatten => dense 2 };
        permute_of_a_sequence: MeanSquaredError, Net { input 3x2 f64 => permute 2x1 => gru 3 => dense 2 };
        permute_of_nothing: MeanSquaredError, Net { input 3x1x2 f64 => tanh => permute 2x1x3 => permute 1x2x3 => flatten => dense 2 };
        repeat_vector: MeanSquaredError, Net { input 3 f64 => dense 2 tanh => repeat_vector 3 => lstm 2 => repeat_vector 1 => flatten };
        layernorm: MeanSquaredError, Net { input 3 f64 => dense 4 => layernorm => tanh => dense 2 };
        layernorm_of_positions: MeanSquaredError, Net { input 2x3x4 f64 => layernorm nocenter => tanh => flatten => dense 2 };
        layernorm_all: MeanSquaredError, Net { input 2x3x2 f64 => layernorm all noscale => tanh => flatten => dense 2 };
        groupnorm: MeanSquaredError, Net { input 2x3x4 f64 => groupnorm 2 => tanh => flatten => dense 2 };
        layernorm_frozen: MeanSquaredError, Net { input 3 f64 => dense 4 => layernorm frozen => dense 2 };
        groupnorm_plain: MeanSquaredError, Net { input 2x3x4 f64 => groupnorm 2 noscale nocenter => tanh => flatten => dense 2 };
        spatial_dropout: MeanSquaredError, Net { input 2x3x4 f64 => tanh => spatial_dropout 0.4 => flatten => dense 2 };
        gaussian: MeanSquaredError, Net { input 3 f64 => dense 4 => gaussian_noise 0.2 => tanh => gaussian_dropout 0.3 => dense 2 };
        prelu: MeanSquaredError, Net { input 2x3 f64 => prelu => flatten => dense 4 => prelu => dense 2 };
        prelu_shared: MeanSquaredError, Net { input 2x2x3 f64 => prelu shared => flatten => dense 2 };
        prelu_frozen: MeanSquaredError, Net { input 3 f64 => dense 4 => prelu frozen => dense 2 };
        rescale: MeanSquaredError, Net { input 3 f64 => rescale 0.5 offset -1.0 => dense 4 tanh => rescale 2 => dense 2 };
        dense_each: MeanSquaredError, Net { input 2x2x3 f64 => dense 4 each tanh => dense 2 each l2 0.1 => flatten => dense 2 };
        rnn: MeanSquaredError, Net { input 4x3 f64 => rnn 4 => dense 2 };
        rnn_of_any_activation: MeanSquaredError, Net { input 4x3 f64 => rnn 3 gelu sequences => rnn 4 softsign backwards nobias => dense 2 };
        gru: MeanSquaredError, Net { input 4x3 f64 => gru 4 sequences => gru 3 backwards => dense 2 };
        gru_reset_before: MeanSquaredError, Net { input 4x3 f64 => gru 4 reset_before sequences => gru 3 reset_before silu gates sparse_sigmoid => dense 2 };
        gru_of_any_gates: MeanSquaredError, Net { input 4x3 f64 => gru 3 softsign gates gelu nobias => dense 2 };
        lstm: MeanSquaredError, Net { input 4x3 f64 => lstm 4 sequences => lstm 3 backwards => dense 2 };
        lstm_of_any_gates: MeanSquaredError, Net { input 4x3 f64 => lstm 4 silu gates hard_sigmoid sequences => lstm 3 exponential gates tanh nobias => dense 2 };
        recurrent_dropout: MeanSquaredError, Net {
            input 4x3 f64 => rnn 4 dropout 0.3 recurrent_dropout 0.2 sequences => gru 3 dropout 0.2 recurrent_dropout 0.4 sequences
            => gru 4 reset_before recurrent_dropout 0.3 sequences => lstm 3 dropout 0.2 recurrent_dropout 0.4 => dense 2
        };
        recurrent_penalties: MeanSquaredError, Net {
            input 4x3 f64 => lstm 3 l2 0.1 recurrent_l1 0.2 bias_l2 0.3 activity_l2 0.1 sequences => rnn 3 recurrent_l2 0.2 activity_l1 0.1 => dense 2
        };
        recurrent_frozen: MeanSquaredError, Net { input 4x3 f64 => dense 3 each => gru 3 frozen sequences => lstm 2 frozen sequences => rnn 3 frozen => dense 2 };
        bidirectional: MeanSquaredError, Net { input 4x3 f64 => bidirectional gru 3 sequences multiply => bidirectional lstm 2 sequences => bidirectional rnn 3 sum => dense 2 };
        bidirectional_with_branches: MeanSquaredError, Net {
            input 4x3 f64 => dense 4 each => add(identity, bidirectional gru 2 reset_before sequences) => bidirectional lstm 2 frozen average => dense 2
        };
        states: MeanSquaredError, Net {
            x: input 4x3 f64 => thought: lstm 2 state; x => dense 3 each => y: lstm 2 sequences state from thought;
            y => channels 1..4 => gru 4 from thought recurrent_dropout 0.2 => dense 2
        };
        state_of_a_dense_layer: MeanSquaredError, Net {
            x: input 4x3 f64; s: input 3 f64 => first: dense 4 tanh; x => a: gru 4 from first backwards sequences;
            a => b: rnn 4 frozen from first sequences => lstm 2 from first => dense 2
        };
        recurrent_at_the_end: MeanSquaredError, Net { input 4x3 f64 => lstm 3 sequences };
        recurrent_with_losses_of_steps: CategoricalCrossentropy, Net { input 4x3 f64 => gru 5 sequences => dense 3 each softmax };
        shapes: MeanSquaredError, Net { input 2x3x2 f64 => reshape 4x3 => tanh => flatten => dense 6 => reshape 3x2 => softmax };
        frozen_below: MeanSquaredError, Net { input 3 f64 => dense 4 frozen tanh => dense 4 gelu => dense 2 };
        frozen_above: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 4 frozen gelu => dense 2 frozen };
        frozen_between: MeanSquaredError, Net { input 3 f64 => normalize => dense 4 gelu => dense 4 frozen => dense 2 };
        all_frozen: MeanSquaredError, Net { input 3 f64 => dense 4 frozen => tanh => dense 2 frozen };
        nothing_but_shapes: MeanSquaredError, Net { input 2x3 f64 => flatten };
        nothing_but_activations: MeanSquaredError, Net { input 3 f64 => tanh => gelu => softmax };
        activations_in_a_row: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => sigmoid => silu => dropout 0.2 => tanh => mish => dense 2 };
    }
}

mod losses {
    use super::*;

    gradients! {
        mean_squared_error_of_relu: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 2 softplus };
        absolute: MeanAbsoluteError, Net { input 3 f64 => dense 4 tanh => dense 2 };
        percentage: MeanAbsolutePercentageError, Net { input 3 f64 => dense 4 tanh => dense 2 };
        logarithmic: MeanSquaredLogarithmicError, Net { input 3 f64 => dense 4 tanh => dense 2 softplus };
        huber: Huber { delta: 0.3 }, Net { input 3 f64 => dense 4 tanh => dense 2 };
        log_cosh: LogCosh, Net { input 3 f64 => dense 4 tanh => dense 2 silu };
        poisson: Poisson, Net { input 3 f64 => dense 4 tanh => dense 2 exponential };
        hinge: Hinge, Net { input 3 f64 => dense 4 tanh => dense 2 tanh };
        squared_hinge: SquaredHinge, Net { input 3 f64 => dense 4 tanh => dense 2 };
        categorical_hinge: CategoricalHinge, Net { input 3 f64 => dense 4 tanh => dense 3 };
        divergence: KlDivergence, Net { input 3 f64 => dense 4 tanh => dense 3 softmax };
        cosine: CosineSimilarity, Net { input 3 f64 => dense 4 tanh => dense 3 };
        binary_smoothed: Smoothed { loss: BinaryCrossentropy, amount: 0.1 }, Net { input 3 f64 => dense 4 tanh => dense 2 sigmoid };
        categorical_smoothed: FromLogits(Smoothed { loss: CategoricalCrossentropy, amount: 0.1 }), Net { input 3 f64 => dense 4 tanh => dense 3 };
        binary: BinaryCrossentropy, Net { input 3 f64 => dense 4 tanh => dense 2 sigmoid };
        binary_from_logits: FromLogits(BinaryCrossentropy), Net { input 3 f64 => dense 4 tanh => dense 2 };
        binary_insisted: Insist(BinaryCrossentropy), Net { input 3 f64 => dense 4 tanh => dense 3 softmax };
        categorical: CategoricalCrossentropy, Net { input 3 f64 => dense 4 tanh => dense 3 softmax };
        categorical_of_positions: CategoricalCrossentropy, Net { input 3 f64 => dense 6 => reshape 2x3 => softmax };
        categorical_from_logits: FromLogits(CategoricalCrossentropy), Net { input 3 f64 => dense 4 tanh => dense 3 };
        categorical_insisted: Insist(CategoricalCrossentropy), Net { input 3 f64 => dense 4 tanh => dense 3 sigmoid };
    }
}

/// Each activation inside a network and at its end; seeds keep away from the bends.
mod activations {
    use super::*;

    macro_rules! both {
        ($($word:ident $($number:literal)*;)*) => {
            $(
                #[test]
                fn $word() {
                    network! {
                        Inside< input 3 f64 => dense 4 $word $($number)* => dense 2 >
                        AtTheEnd< input 3 f64 => dense 4 $word $($number)* >
                        Alone< input 2x3 f64 => $word $($number)* => flatten >
                    }
                    check::<Inside, _>(MeanSquaredError);
                    check::<AtTheEnd, _>(MeanSquaredError);
                    check::<Alone, _>(MeanSquaredError);
                }
            )*
        };
    }

    both! {
        celu 0.7; clipped_relu 0.4 0.1 0.2; elu 0.7; exponential; gelu; gelu_tanh; hard_shrink 0.05; hard_sigmoid; hard_silu; hard_tanh; leaky_relu 0.3;
        linear; log_sigmoid; log_softmax; mish; relu; relu6; selu; sigmoid; silu; soft_shrink 0.05; softmax; softplus; softsign;
        sparse_plus; sparse_sigmoid; squareplus 0.5; tanh; tanh_shrink; threshold 0.1 0.2;
    }
}

/// Penalties on activities: wherever the output of a layer lies, and whatever reads it.
mod activities {
    use super::*;
    use castnet::Both;

    gradients! {
        linear: MeanSquaredError, Net { input 3 f64 => dense 4 activity_l2 0.1 => dense 2 };
        behind_an_activation: MeanSquaredError, Net { input 3 f64 => dense 4 tanh activity_l1 0.3 => dense 4 activity_l2 gelu => dense 2 };
        of_both_kinds: MeanSquaredError, Net { input 3 f64 => dense 4 tanh activity_l1 0.2 activity_l2 0.1 => dense 2 };
        before_an_activation_in_place: MeanSquaredError, Net { input 3 f64 => dense 4 activity_l2 0.2 => tanh => dense 4 activity_l1 0.2 => dropout 0.4 => dense 2 };
        in_other_shapes: MeanSquaredError, Net {
            input 2x3 f64 => dense 4 each activity_l2 0.1 => flatten => dense 6 tanh activity_l1 0.1 => reshape 2x3 => sigmoid => flatten => dense 2
        };
        of_convolutions: MeanSquaredError, Net {
            input 4x4x2 f64 => conv 2 3x3 same tanh activity_l1 0.1 => depthwise 2x2 same activity_l2 0.2 => separable 2 2x2 silu activity_l2 0.3
            => conv_transpose 2 2x2 activity_l1 activity_l2 => flatten => dense 2
        };
        before_a_pooling: MeanSquaredError, Net { input 4x4x1 f64 => conv 3 3x3 same relu activity_l2 0.3 => maxpool 2x2 => flatten => dense 2 };
        of_frozen_layers: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 4 frozen gelu activity_l2 0.3 => dense 2 frozen activity_l1 0.2 };
        with_nothing_to_train: MeanSquaredError, Net { input 3 f64 => dense 4 frozen tanh activity_l2 0.3 => dense 2 frozen softmax activity_l1 0.2 };
        with_a_frozen_beginning: MeanSquaredError, Net { input 3 f64 => dense 4 frozen activity_l2 0.3 tanh => dense 2 };
        of_the_logits: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 3 activity_l2 0.2 => softmax };
        of_the_output: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 3 activity_l1 0.3 };
        behind_the_head: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 3 softmax activity_l2 0.4 };
        behind_a_head_that_keeps_inputs: MeanSquaredError, Net { input 3 f64 => dense 4 tanh => dense 3 gelu activity_l1 0.2 activity_l2 0.1 };
        behind_a_head_of_logits: BinaryCrossentropy, Net { input 3 f64 => dense 2 sigmoid activity_l2 0.4 };
        behind_a_linear_head: MeanSquaredError, Net { input 3 f64 => dense 2 linear activity_l2 0.4 };
        of_branches: MeanSquaredError, Net {
            input 4 f64 => a: dense 4 tanh activity_l2 0.1 => add(identity, dense 4 activity_l1 0.1) => multiply(identity, dense 4 sigmoid activity_l2) => b: dense 3;
            add(a => dense 3 activity_l2 0.2, b) => dense 2
        };
        of_several_outputs: Both(MeanSquaredError, Both(MeanSquaredError, MeanSquaredError)), Net {
            input 3 f64 => trunk: dense 4 activity_l1 0.1; trunk => tanh => dense 3 tanh activity_l2 0.3; trunk => dense 2 softmax activity_l1 0.2;
            trunk => dense 2 activity_l2 0.1
        };
        of_an_output_and_a_head_on_one_value: Both(MeanSquaredError, MeanSquaredError), Net {
            input 3 f64 => trunk: dense 2 activity_l2 0.2; trunk => tanh; trunk => sigmoid
        };
        of_blocks: MeanSquaredError, Net { input 4 f64 => repeat 2 { add(identity, dense 4 tanh activity_l2 0.1) => sigmoid } => dense 2 };
        of_shared_code: MeanSquaredError, Net { input 4 f64 => repeat 33 { dense 4 tanh activity_l2 0.01 } => dense 2 activity_l1 0.1 };
    }

    network! {
        Inner< input 3 f64 => dense 4 tanh activity_l2 0.2 => dense 3 gelu activity_l1 0.1 >
        Middle< input 3 f64 => dense 3 activity_l1 0.1 => use Inner -> 3 >
        Outer< input 4 f64 => dense 3 tanh => add(identity, use Middle -> 3, dense 3 activity_l2 0.1 => use Inner -> 3) => dense 2 >
        Last< input 3 f64 => use Inner -> 3 >
    }

    #[test]
    fn of_networks_in_networks() {
        check::<Outer, _>(MeanSquaredError);
        check::<Last, _>(MeanSquaredError);
    }
}

/// Values with several readers, joins of every kind, several inputs and outputs, blocks.
mod graphs {
    use super::*;
    use castnet::Both;

    gradients! {
        residual: MeanSquaredError, Net { input 4 f64 => dense 4 tanh => add(identity, dense 4 gelu) => dense 2 };
        residual_of_the_input: MeanSquaredError, Net { input 4 f64 => add(identity, dense 4 tanh) => dense 2 };
        add_of_activations: MeanSquaredError, Net { input 4 f64 => dense 4 => add(tanh, gelu, identity, sigmoid) relu => dense 2 };
        add_twice_the_same: MeanSquaredError, Net { input 4 f64 => dense 4 => add(identity, identity) tanh => dense 2 };
        add_at_the_end: MeanSquaredError, Net { input 4 f64 => add(dense 3, dense 3 tanh) };
        add_of_inputs_only: MeanSquaredError, Net { input 4 f64 => add(tanh, identity) };
        concat: MeanSquaredError, Net { input 4 f64 => concat(dense 3 tanh, dense 2, identity) => dense 2 };
        concat_of_images: MeanSquaredError, Net { input 2x2x3 f64 => concat(tanh, identity, gelu) => flatten => dense 2 };
        concat_of_shapes: MeanSquaredError, Net { input 6 f64 => dense 6 => concat(reshape 2x3 => tanh, reshape 2x3) => flatten => dense 2 };
        concat_along_time: MeanSquaredError, Net { a: input 3x2 f64; b: input 2x2; concat(a => tanh, b, a) along 1 gelu => conv 2 3 => flatten => dense 2 };
        concat_along_columns: MeanSquaredError, Net { a: input 2x3x2 f64; b: input 2x1x2; concat(a, b => tanh) along 2 => conv 2 2x3 => flatten => dense 2 };
        subtract: MeanSquaredError, Net { input 4 f64 => dense 4 => subtract(dense 4 tanh, identity) gelu => dense 2 };
        subtract_at_the_end: MeanSquaredError, Net { input 4 f64 => subtract(tanh, identity) };
        subtract_from_itself: MeanSquaredError, Net { input 4 f64 => dense 4 tanh => subtract(identity, identity) => dense 2 };
        dot: MeanSquaredError, Net { input 4 f64 => dense 4 => dot(dense 4 tanh, identity) tanh => dense 2 };
        dot_of_itself: MeanSquaredError, Net { input 4 f64 => dense 4 => dot(identity, identity) => dense 2 };
        dot_of_inputs: MeanSquaredError, Net { a: input 4 f64; b: input 4; dot(a, b) };
        dot_normalized: MeanSquaredError, Net { input 4 f64 => dense 4 => dot(dense 4 tanh, identity) normalized => dense 2 };
        dot_normalized_of_itself: MeanSquaredError, Net { input 4 f64 => dense 4 => dot(identity, reshape 1x4 => flatten) normalized => dense 2 };
        dot_normalized_of_inputs: MeanSquaredError, Net { a: input 4 f64; b: input 4; dot(a, b) normalized };
        multiply: MeanSquaredError, Net { input 4 f64 => dense 4 => multiply(dense 4 sigmoid, identity, tanh) => dense 2 };
        multiply_by_itself: MeanSquaredError, Net { input 4 f64 => dense 4 => multiply(identity, identity) => dense 2 };
        multiply_channels: MeanSquaredError, Net {
            image: input 2x2x3 f64; factors: input 3; multiply(image, factors => dense 3 sigmoid) => flatten => dense 2
        };
        multiply_by_channels: MeanSquaredError, Net {
            image: input 2x2x3 f64; factors: input 1x1x3; multiply(factors, image => tanh) => flatten => dense 2
        };
        average: MeanSquaredError, Net { input 4 f64 => average(dense 3 tanh, dense 3, dense 3 gelu) => dense 2 };
        maximum: MeanSquaredError, Net { input 4 f64 => maximum(dense 5, dense 5 tanh, dense 5) => dense 2 };
        minimum: MeanSquaredError, Net { input 4 f64 => minimum(dense 5, dense 5 tanh) => dense 2 };
        branches_in_branches: MeanSquaredError, Net {
            input 4 f64 => dense 4 tanh => concat(add(identity, dense 4 => gelu), dropout 0.5 => maximum(dense 3, dense 3)) => dense 2
        };
        labels: MeanSquaredError, Net {
            input 4 f64 => first: dense 4 tanh => second: dense 4 gelu => dense 3 => third: tanh;
            concat(second => dense 2, first, second) => dense 2 => wide: dense 3;
            add(wide, third) => dense 2
        };
        several_inputs: MeanSquaredError, Net {
            left: input 3 f64 => dense 3 tanh => seen: dense 2; right: input 2x2 => flatten => felt: dense 2 gelu; concat(seen, felt, right => flatten) => dense 2
        };
        several_outputs: Both(MeanSquaredError, MeanSquaredError), Net {
            input 3 f64 => trunk: dense 4 tanh; trunk => a: dense 3 tanh; trunk => b: dense 2
        };
        outputs_of_outputs: Both(Weighted(MeanSquaredError, 0.3), Both(MeanSquaredError, Weighted(LogCosh, 2.0))), Net {
            input 3 f64 => trunk: dense 4 tanh => a: dense 3 gelu; trunk => b: dense 2 softmax; trunk => tanh => c: dense 2
        };
        heads_on_one_value: Both(MeanSquaredError, MeanSquaredError), Net {
            input 3 f64 => trunk: dense 2; trunk => tanh; trunk => sigmoid
        };
        heads_on_one_value_in_other_shapes: Both(MeanSquaredError, Both(MeanSquaredError, MeanSquaredError)), Net {
            input 3 f64 => trunk: dense 6; trunk => reshape 2x3 => tanh; trunk => sigmoid; trunk => dense 2
        };
        an_input_as_an_output: Both(MeanSquaredError, MeanSquaredError), Net { x: input 3 f64 => dense 2; x => softmax };
        one_value_by_two_names: MeanSquaredError, Net {
            input 2x2x1 f64 => conv 1 1x1 => add(flatten, flatten) => maximum(reshape 4, reshape 4) => dense 2
        };
        frozen_branch: MeanSquaredError, Net {
            input 3 f64 => concat(dense 3 frozen tanh => dense 3, dense 4 tanh => dense 2 frozen, dense 2 frozen) => dense 2 frozen
        };
        repeat: MeanSquaredError, Net { input 4 f64 => repeat 3 { add(identity, dense 4 tanh) => sigmoid } => dense 2 };
    }

    network! {
        block residual(units, what) <
            start: identity => inner: dense 2*units tanh => dense channels/2 => add(identity, start) what
        >
        block twice(units) < residual(units, tanh) => narrow: dense (units - 1) => dense channels+1 => residual(units/1, gelu) >
        Blocks< input 4 f64 => residual(4, relu) => first: twice(4) => repeat 2 { twice(4) } => dense 2 >
    }

    #[test]
    fn blocks() {
        check::<Blocks, _>(MeanSquaredError);
        let names: Vec<&str> = Blocks::LAYERS.iter().map(|layer| layer.name).collect();
        assert_eq!(
            names[..8],
            [
                "residual_1_inner",
                "dense_1",
                "add_1",
                "first_residual_2_inner",
                "dense_2",
                "add_2",
                "first_narrow",
                "dense_3"
            ]
        );
    }

    network! {
        Inner< input 3 f64 => dense 4 tanh => dense 3 gelu >
        Judge< input 3 f64 => dense 4 l2 0.1 => dense 2 softmax >
        Outer< input 4 f64 => dense 3 tanh => add(identity, use Inner -> 3, dense 3 => use Inner -> 3) => use Judge -> 2 >
        AtTheInput< input 3 f64 => use Inner -> 3 => dense 2 >
    }

    #[test]
    fn networks_in_networks() {
        check::<Outer, _>(MeanSquaredError);
        check::<AtTheInput, _>(MeanSquaredError);
    }
}
