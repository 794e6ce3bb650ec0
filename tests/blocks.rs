//! Small networks with branches, borders and statistics agree with Keras: outputs, all gradients, and moving
//! statistics, in both precisions. See `tests/README.md`.
//!
//! Layers with parameters have Keras's names as labels.
use castnet::Scalar;
use castnet::prelude::*;
use castnet_tests::{Fixture, Product, Tensor, flat};

/// Tensors of several inputs or outputs, `in.x0`, `in.x1`, ..., as samples that hold all of them.
fn samples<A: Flat + Clone>(fixture: &Fixture, prefix: &str) -> Vec<A> {
    let parts: Vec<Tensor> = names(fixture, prefix).map(|name| fixture.tensor(&name)).collect();
    let count = parts[0].shape[0];
    let sample = |index: usize| {
        let values =
            parts.iter().flat_map(|part| part.values.chunks(part.values.len() / count).nth(index).expect("a sample"));
        let mut sample = A::zeroed();
        assert_eq!(A::LEN, parts.iter().map(|part| part.values.len() / count).sum::<usize>());
        sample.as_flat_mut().iter_mut().zip(values).for_each(|(to, &value)| *to = A::Scalar::from_f64(value));
        sample
    };
    (0..count).map(sample).collect()
}

/// The names of the tensors: `in.x0`, `in.x1`, or `in.x` where there is one.
fn names(fixture: &Fixture, prefix: &str) -> impl Iterator<Item = String> {
    let alone = fixture.has(prefix).then(|| prefix.to_string());
    alone.into_iter().chain((0..).map(move |index| format!("{prefix}{index}")).take_while(|name| fixture.has(name)))
}

/// Compares samples with the tensors of several inputs or outputs.
#[track_caller]
fn assert_samples<T: Scalar>(fixture: &Fixture, prefix: &str, got: &[T]) {
    let names: Vec<String> = names(fixture, prefix).collect();
    assert!(!names.is_empty(), "no tensors {prefix}");
    let shapes: Vec<(usize, usize)> = names
        .iter()
        .map(|name| {
            let shape = fixture.tensor(name).shape;
            (shape[0], shape[1..].iter().product())
        })
        .collect();
    let sample: usize = shapes.iter().map(|(_, length)| length).sum();
    let mut offset = 0;
    for (name, (count, length)) in names.iter().zip(shapes) {
        assert_eq!(got.len(), count * sample, "the length of {name}");
        let part: Vec<T> = got.chunks(sample).flat_map(|sample| &sample[offset..offset + length]).copied().collect();
        fixture.assert_close(name, &part);
        offset += length;
    }
}

/// Keras's name of a tensor without that of the layer, and ours.
const TENSORS: &[(&str, &str)] = &[
    ("kernel", ".weight"),
    ("depthwise_kernel", ".depthwise"),
    ("pointwise_kernel", ".pointwise"),
    ("bias", ".bias"),
    ("gamma", ".gamma"),
    ("beta", ".beta"),
    ("moving_mean", "_moving.mean"),
    ("moving_variance", "_moving.variance"),
    ("recurrent_kernel", ".recurrent_weight"),
];

/// The groups in which Keras has the tensors of some layers.
const GROUPS: &[&str] = &["", "simple_rnn_cell/", "gru_cell/", "lstm_cell/"];

/// The name of Keras's tensor: `a_conv/kernel` is `a_conv.weight` here. In the fixture of a single layer it is `kernel`.
fn keras_name(fixture: &Fixture, tensor: &str) -> String {
    let mut names = TENSORS.iter().flat_map(|(theirs, ours)| {
        let layer = tensor.strip_suffix(ours);
        let of_group = move |group| layer.map(|layer| format!("{layer}/{group}{theirs}"));
        GROUPS.iter().filter_map(of_group).chain(layer.map(|_| (*theirs).to_string()))
    });
    names.find(|name| fixture.has(&format!("param.{name}"))).unwrap_or_else(|| panic!("Keras has no {tensor}"))
}

/// Tensors of a network, or the first of them, as slices of its scalars.
fn tensors<N: Network>(fixture: &Fixture) -> impl Iterator<Item = (String, std::ops::Range<usize>)> {
    let mut offset = 0;
    N::TENSORS.iter().map(move |tensor| {
        let begin = offset;
        offset += tensor.shape.iter().product::<usize>();
        let name = keras_name(fixture, tensor.name);
        assert_eq!(fixture.tensor(&format!("param.{name}")).shape, tensor.shape, "{name}");
        (name, begin..offset)
    })
}

fn check<N: Network>(name: &str) {
    let fixture = Fixture::load(&format!("blocks/{name}"));
    assert_eq!(fixture.json()["param_counts"]["total"], N::PARAMS);
    assert_eq!(fixture.json()["param_counts"]["trainable"], N::TRAINABLE_PARAMS);
    check_with::<N>(&fixture);
}

fn check_with<N: Network>(fixture: &Fixture) {
    let mut net = N::init(&mut seeded(0));
    for (name, range) in tensors::<N>(fixture) {
        let values = fixture.tensor(&format!("param.{name}")).values;
        net.as_flat_mut()[range].iter_mut().zip(values).for_each(|(to, value)| *to = N::Scalar::from_f64(value));
    }

    let inputs: Vec<N::Input> = samples(fixture, "in.x");
    let mut workspace = Workspace::boxed();
    let outputs: Vec<N::Output> = inputs.iter().map(|input| net.predict_in(input, &mut workspace).clone()).collect();
    assert_samples(fixture, "out.y", &flat(&outputs));
    let mut batch = vec![N::Output::zeroed(); inputs.len()];
    net.predict_batch(&inputs, &mut batch).expect("as many outputs as inputs");
    assert_samples(fixture, "out.y", &flat(&batch));

    // Where there are moving statistics, training goes by those of the batch.
    let mode = if N::TRAINABLE_PARAMS < N::PARAMS { "train." } else { "" };
    let targets: Vec<N::Output> = samples(fixture, "cot.y");
    let mut trainer = net.compile(Product, Sgd { learning_rate: 0.0 });
    let mut grad_inputs = vec![N::Input::zeroed(); inputs.len()];
    trainer.compute_input_gradient(&inputs, &targets, &mut grad_inputs).expect("a sound batch");
    assert_samples(fixture, &format!("{mode}grad.x"), &flat(&grad_inputs));
    let assert_gradient = |gradient: &N::Gradient| {
        for (name, range) in tensors::<N>(fixture).filter(|(_, range)| range.end <= N::TRAINABLE_PARAMS) {
            fixture.assert_close(&format!("{mode}grad.{name}"), &gradient.as_flat()[range]);
        }
    };
    assert_gradient(trainer.compute_gradient(&inputs, &targets).expect("a sound batch").1);

    // A step that moves nothing but the statistics; the judge sees the outputs.
    let step = trainer.train_on_judgement(&inputs, |outputs, grad| {
        assert_samples(fixture, &format!("{mode}out.y"), &flat(outputs));
        grad.clone_from_slice(&targets);
        Ok(0.0)
    });
    step.expect("a sound batch");
    assert_gradient(trainer.gradient());
    let net = trainer.into_network();
    for (name, range) in tensors::<N>(fixture) {
        let after = format!("train.after.{name}");
        assert_eq!(fixture.has(&after), range.start >= N::TRAINABLE_PARAMS, "{after}");
        if fixture.has(&after) {
            fixture.assert_close(&after, &net.as_flat()[range]);
        }
    }
}

/// The networks, each for both precisions: `input 8x8x3` stands apart from the layers.
macro_rules! blocks {
    ($($test:ident: $input:ident $shape:tt $layers:tt)*) => {
        $(
            #[test]
            fn $test() {
                blocks!(@network Single, f32, $input $shape $layers);
                blocks!(@network Double, f64, $input $shape $layers);
                check::<Single>(stringify!($test));
                check::<Double>(stringify!($test));
            }
        )*
    };
    (@network $name:ident, $scalar:ident, $input:ident $shape:tt { $($layers:tt)* }) => {
        network! { $name< $input $shape $scalar => $($layers)* > }
    };
}

blocks! {
    mlp_house_price: input 13 { d1: dense 10 relu => d2: dense 10 relu => d3: dense 1 }
    autoencoder: input 12 { e1: dense 6 elu => code: dense 3 => d1: dense 6 elu => d2: dense 12 sigmoid }
    lenet: input 12x12x1 {
        c1: conv 4 5x5 same tanh => avgpool 2x2 => c2: conv 6 3x3 tanh => avgpool 2x2 =>
        flatten => d1: dense 12 tanh => d2: dense 10 softmax
    }
    unet_tiny: input 8x8x2 {
        e1: conv 3 3x3 same relu =>
        concat(identity, maxpool 2x2 => e2: conv 5 3x3 same relu => upsample 2) =>
        d1: conv 3 3x3 same relu => out: conv 1 1x1 sigmoid
    }
    inception_block: input 6x6x5 {
        concat(
            b1: conv 2 1x1 relu,
            b2a: conv 2 1x1 relu => b2b: conv 3 3x3 same relu,
            b3a: conv 2 1x1 relu => b3b: conv 2 5x5 same relu,
            maxpool 3x3 stride 1 same => b4c: conv 2 1x1 relu
        )
    }
    squeezenet_fire: input 6x6x6 {
        squeeze: conv 2 1x1 relu => concat(expand1: conv 4 1x1 relu, expand3: conv 4 3x3 same relu)
    }
    squeeze_excite: input 5x5x6 {
        multiply(identity, globalavgpool keepdims => fc1: conv 2 1x1 relu => fc2: conv 6 1x1 hard_sigmoid)
    }
    resnet_identity: input 6x6x4 {
        add(
            a_conv: conv 4 3x3 same nobias => a_bn: batchnorm => relu => b_conv: conv 4 3x3 same nobias => b_bn: batchnorm,
            identity
        ) relu
    }
    resnet_bottleneck_proj: input 8x8x4 {
        add(
            proj_conv: conv 8 1x1 stride 2 same nobias => proj_bn: batchnorm,
            a_conv: conv 3 1x1 stride 2 same nobias => a_bn: batchnorm => relu =>
                b_conv: conv 3 3x3 same nobias => b_bn: batchnorm => relu =>
                c_conv: conv 8 1x1 nobias => c_bn: batchnorm
        ) relu
    }
    resnext_grouped: input 6x6x8 {
        add(
            a_conv: conv 8 1x1 nobias => a_bn: batchnorm => relu =>
                b_conv: conv 8 3x3 same groups 4 nobias => b_bn: batchnorm => relu =>
                c_conv: conv 8 1x1 nobias => c_bn: batchnorm,
            identity
        ) => relu
    }
    densenet_block: input 6x6x4 {
        concat(
            identity,
            a_bn1: batchnorm epsilon 1.001e-5 => relu => a_conv1: conv 6 1x1 nobias =>
                a_bn2: batchnorm epsilon 1.001e-5 => relu => a_conv2: conv 3 3x3 same nobias
        ) =>
        concat(
            identity,
            b_bn1: batchnorm epsilon 1.001e-5 => relu => b_conv1: conv 6 1x1 nobias =>
                b_bn2: batchnorm epsilon 1.001e-5 => relu => b_conv2: conv 3 3x3 same nobias
        ) =>
        t_conv: conv channels/2 1x1 nobias => avgpool 2x2
    }
    mobilenet_v1_block: input 8x8x3 {
        pad 0x1x0x1 => dw: depthwise 3x3 stride 2 nobias => dw_bn: batchnorm => relu6 =>
        pw_conv: conv 5 1x1 nobias => pw_bn: batchnorm => relu6
    }
    mobilenet_v2_inverted_residual: input 6x6x3 {
        add(
            identity,
            expand_conv: conv 3*channels 1x1 nobias => expand_bn: batchnorm => relu6 =>
                dw: depthwise 3x3 same nobias => dw_bn: batchnorm => relu6 =>
                project_conv: conv 3 1x1 nobias => project_bn: batchnorm
        )
    }
    xception_block: input 7x7x4 {
        add(
            relu => sep1: separable 6 3x3 same nobias => bn1: batchnorm =>
                relu => sep2: separable 6 3x3 same nobias => bn2: batchnorm => maxpool 3x3 stride 2 same,
            res_conv: conv 6 1x1 stride 2 same nobias => res_bn: batchnorm
        )
    }
    dcgan_discriminator: input 8x8x1 {
        c1: conv 4 5x5 stride 2 same leaky_relu 0.2 => c2: conv 6 5x5 stride 2 same leaky_relu 0.2 => flatten => d: dense 1
    }
    dcgan_generator: input 6 {
        d: dense 80 nobias => bn0: batchnorm => leaky_relu 0.2 => reshape 4x4x5 =>
        t1: conv_transpose 4 5x5 same nobias => bn1: batchnorm => leaky_relu 0.2 =>
        t2: conv_transpose 1 4x4 stride 2 same tanh
    }
}

network! {
    Single<
        a: input 5 => da: dense 4 relu; b: input 3 => db: dense 4 tanh;
        both: concat(da, db); both => cls: dense 2 softmax; both => reg: dense 1
    >
    Double<
        a: input 5 f64 => da: dense 4 relu; b: input 3 f64 => db: dense 4 tanh;
        both: concat(da, db); both => cls: dense 2 softmax; both => reg: dense 1
    >
}

#[test]
fn two_inputs_two_outputs() {
    check::<Single>("two_inputs_two_outputs");
    check::<Double>("two_inputs_two_outputs");
}

/// A test of networks that are written in both precisions, `Single` and `Double`.
macro_rules! states {
    ($($folder:ident $test:ident { $($network:tt)* })*) => {
        $(
            #[test]
            fn $test() {
                states!(@network Single f32 [] $($network)*);
                states!(@network Double f64 [] $($network)*);
                for check in [check_with::<Single>, check_with::<Double>] {
                    check(&Fixture::load(concat!(stringify!($folder), "/", stringify!($test))));
                }
            }
        )*
    };
    (@network $name:ident $scalar:ident [$($done:tt)*]) => { network! { $name< $($done)* > } };
    (@network $name:ident $scalar:ident [$($done:tt)*] input $shape:tt $($rest:tt)*) => {
        states!(@network $name $scalar [$($done)* input $shape $scalar] $($rest)*);
    };
    (@network $name:ident $scalar:ident [$($done:tt)*] $next:tt $($rest:tt)*) => {
        states!(@network $name $scalar [$($done)* $next] $($rest)*);
    };
}

// Initial states, and the states at the end.
states! {
    blocks rnn_with_state {
        x: input 5x3; h: input 4; x => r: rnn 4 sequences from h; r => y0: linear; r => crop 4x0 => y1: flatten
    }
    blocks gru_with_state {
        x: input 5x3; h: input 4; x => r: gru 4 sequences from h; r => y0: linear; r => crop 4x0 => y1: flatten
    }
    blocks lstm_with_state {
        x: input 5x3; h: input 4; c: input 4; first: concat(h, c);
        x => r: lstm 4 sequences state from first; r => y0: channels 0..4;
        r => crop 4x0 => last: flatten; last => y1: channels 0..4; last => y2: channels 4..8
    }
    blocks seq2seq_gru {
        e: input 5x3 => enc: gru 4; d: input 4x3 => dec: gru 4 sequences from enc => each: dense 3 each
    }
    blocks seq2seq_lstm {
        e: input 5x3 => enc: lstm 4 state; d: input 4x3 => dec: lstm 4 sequences from enc => each: dense 3 each
    }
    blocks lstm_stack { input 6x2 => l1: lstm 4 sequences => l2: lstm 3 => d: dense 1 }
    layers simple_rnn_relu_state { input 4x2 => r: rnn 3 relu; r => y0: linear; r => y1: linear }
    layers gru_state { input 4x2 => r: gru 3 sequences; r => y0: linear; r => crop 3x0 => y1: flatten }
    layers lstm_seq_state {
        input 4x2 => r: lstm 3 sequences state; r => y0: channels 0..3;
        r => crop 3x0 => last: flatten; last => y1: channels 0..3; last => y2: channels 3..6
    }
}
