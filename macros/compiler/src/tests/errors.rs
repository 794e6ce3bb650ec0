//! Every message with its underline, as rustc shows them, and the program that follows its helps. The files in `tests/errors/` hold
//! programs with both.
mod follow;
mod prose;

use std::fmt::Write;

use super::compare;
use crate::Error;

/// The tokens of an invocation, whose second line is the first of the source.
fn tokens(source: &str) -> proc_macro2::TokenStream {
    format!("[::castnet]\n{source}").parse().expect("it lexes")
}

/// The errors of an invocation, each with the line that it points at.
fn render(source: &str, errors: &[Error]) -> String {
    let mut text = String::new();
    errors.iter().for_each(|error| render_error(source, error.as_syn(), &mut text));
    text
}

fn render_error(source: &str, error: &syn::Error, text: &mut String) {
    let span = error.span();
    let (start, end) = (span.start(), span.end());
    writeln!(text, "error: {error}").expect("a string");
    for (number, line) in (2..).zip(source.lines()) {
        if number < start.line || number > end.line {
            continue;
        }
        let from = if number == start.line { start.column } else { 0 };
        let to = if number == end.line { end.column } else { line.chars().count() };
        let marks = "^".repeat(to.saturating_sub(from).max(1));
        writeln!(text, "  | {line}\n  | {}{marks}", " ".repeat(from)).expect("a string");
    }
}

/// Compares programs, their errors and the programs that follow the helps with a golden file.
fn errors(file: &str, programs: &[&str]) {
    let (mut text, mut wrong) = (String::new(), String::new());
    for program in programs {
        let errors = crate::diagnose(tokens(program));
        assert!(!errors.is_empty(), "no error in {program}");
        let (rendered, followed) =
            (render(program, &errors), follow::render(program, &errors, file == "several", &mut wrong));
        let line = "-".repeat(40);
        writeln!(text, "{program}\n\n{rendered}{followed}\n{line}\n").expect("a string");
        wrong.push_str(&prose::check(&errors));
    }
    assert!(wrong.is_empty(), "helps of {file} that lead astray:\n\n{wrong}");
    compare(&format!("errors/{file}.txt"), &text);
}

#[test]
fn sizes() {
    errors(
        "sizes",
        &[
            "Net< input 0 => dense 1 >",
            "Net< input -3 => dense 1 >",
            "Net< input 2.5 => dense 1 >",
            "Net< input 1e3 => dense 1 >",
            "Net< input 0x28x1 => flatten => dense 1 >",
            "Net< input 28x => flatten => dense 1 >",
            "Net< input 28 x 28 => flatten => dense 1 >",
            "Net< input 28,28,1 => flatten => dense 1 >",
            "Net< input (28, 28, 1) => flatten => dense 1 >",
            "Net< input 12 => reshape 3,4 => flatten => dense 1 >",
            "Net< input 1x28x28x3 => flatten => dense 1 >",
            "Net< input 28x28x1x1 => flatten => dense 1 >",
            "Net< input 99999999999999999999 => dense 1 >",
            "Net< input 4000000000x4000000000 => flatten => dense 1 >",
            "Net< input => dense 1 >",
            "Net< input \"13\" => dense 1 >",
            "Net< input 13 => dense 0 >",
            "Net< input 13 => dense -10 >",
            "Net< input 13 => dense 2.5 >",
            "Net< input 13 => dense >",
            "Net< input 13 => dense relu >",
            "Net< input 13 => dense 10u8 >",
            "Net< input 13 => dense 0xff >",
            "Net< input 13 => dense 10x10 >",
            "Net< input 13 => dense 99999999999999999999 >",
            "Net< input 13 => dense 9000000000000000000 >",
            "Net< input 8000000 => dense 2000000 => dense 2000000 >",
            "Net< input 8000000 => dense 2000000 => dense 2000000 => dense 2000000 => dense 2000000 >",
            "Net< input 12 => reshape 0x3 >",
            "Net< input 12 => reshape >",
        ],
    );
}

#[test]
fn chains() {
    errors(
        "chains",
        &[
            "Net< dense 10 relu => dense 1 >",
            "Net< input 13 => dense 10 => input 10 => dense 1 >",
            "Net< input 13 >",
            "Net< input 13 => >",
            "Net< => input 13 => dense 1 >",
            "Net< input 13 => => dense 1 >",
            "Net< input 13 => dense 10 dense 1 >",
            "Net< input 13 dense 10 => dense 1 >",
            "Net< input 13 => dense 10 relu dense 1 >",
            "Net< input 13 => flatten dense 1 >",
            "Net< input 13 => dense 10; dense 1 >",
            "Net< input 13 -> dense 10 -> dense 1 >",
            "Net< input 13 => 10 => dense 1 >",
            "Net< input 13 => (dense 10) => dense 1 >",
            "Net< >",
            "Net< input 13 => dense 10, dense 1 >",
            "Net< input 13, dense 1 >",
            "Net< input 13 => dense 1, relu >",
            "Net< inptu 13 => dense 1 >",
            "Net< conv 8 3x3 => flatten => dense 1 >",
            "Net< input 28x28x1 => >",
            "Net< input 28x28x1 >",
            "Net< linear 10 => relu >",
            "Net< input 13 => linear 10 => relu >",
            "Net< input 6x6x3 => linear 10 => relu >",
            "Net< input 13 => dense = 10 >",
        ],
    );
}

#[test]
fn semicolons() {
    errors(
        "semicolons",
        &[
            "Net<\n    a: input 13 => h1: dense 8 relu\n    b: input 4 => h2: dense 8 relu\n    concat(h1, h2) => dense 1\n>",
            "Net< a: input 13 => h1: dense 8 relu, b: input 4 => h2: dense 8; concat(h1, h2) => dense 1 >",
            "Net< a: input 13 b: input 4; concat(a, b) => dense 1 >",
            "Net< input 13 => x: dense 8 relu x => dense 1; x => dense 2 >",
            "Net< input 13 => x: dense 8 relu, x => dense 1; x => dense 2 >",
            "Net< input 13 => x: dens 8 relu x -> dense 1 softmax >",
            "Net< input 13 => dense 8 input 4 => dense 1 >",
            "Net< input 13 => x: dense 8 => y: dense 8 j: add(x, y) => dense 1 >",
            "Net<\n    input 13 => x: dense 8\n    h: dense 4 => dense 1 softmax\n>",
            "block f() < dense 4; relu; >\nNet< input 4 => f() => dense 1 >",
            "block f() < s: dense 4; s => relu => s => relu >\nNet< input 4 => f() => dense 1 softmax >",
        ],
    );
}

#[test]
fn signs_of_labels() {
    errors(
        "signs_of_labels",
        &[
            "Net< input: input 5 => dense 1 >",
            "Net< input = input 5 => dense 1 softmax >",
            "Net< x: input 3; input: input 5 => h: dense 3; concat(x, h, input) => dense 1; input => dense 2 >",
            "Net< input 13 => x = dense 10 => y = dens 10; add(x, y) => dense 1 >",
            "Net< x = input 8x8x3 => flatten => dense 1 >",
            "Net< x = input 8; y = input 8; z = x + y; z => dense 1 softmax >",
            "Net< a = input 8, b = input 8 => concat => dense 1 >",
            "Net< a: input 8; b: input 8; a + b => dense 1 >",
            "Net< a: input 8; b: input 8; c: input 8; h: a * b * c => dense 1 >",
            "Net< a: input 8; b: input 8; a - b => relu => dense 1 >",
            "Net< a: input 8; b: input 8; concat(a - b, a + b) => dense 1 softmax >",
            "Net< a: input 8; b: input 8; concat(a; b; a) => dense 1 >",
            "Net< input 6x3 => s: lstm 4 state; s[0..4] => h: dense 4; concat(s[4..8], h) => dense 1 >",
            "block f() < s: identity => add(s; dense channels) >\nNet< input 4 => f() => dense 1 >",
        ],
    );
}

#[test]
fn headers() {
    errors(
        "headers",
        &[
            "#[derive(Clone)] Net< input 1000 => dense 1000 => dense 1 >",
            "#[derive(Debug, Clone)] Net< input 1000 f64 => dense 10000 frozen => dense 1 >",
            "#[derive(Clone, Debug)] Net< input 1000 => dense 1000 => dense 1 >",
            "< input 13 => dense 1 >",
            "pub < input 13 => dense 1 >",
            "pub",
            "Net",
            "Net { input 13 => dense 1 }",
            "Net => input 13 => dense 1",
            "Net< input 13 => dense 1",
            "struct Net< input 13 => dense 1 >",
            "Net<T>< input 13 => dense 1 >",
            "fn< input 13 => dense 1 >",
            "Self< input 13 => dense 1 >",
            "castnet< input 13 => dense 1 >",
            "Net< input 13 => dense 1 > garbage",
            "Net< input 13 => dense 1 >;",
            "Net< input 13 => dense 1 > == 14",
            "13< input 13 => dense 1 >",
            "#[optimize(size)] #[optimize(speed)] Net< input 13 => dense 1 >",
            "#[optimize(small)] Net< input 13 => dense 1 >",
            "#[optimize] Net< input 13 => dens 1 >",
        ],
    );
}

#[test]
fn layers() {
    errors(
        "layers",
        &[
            "Net< input 13 => dens 10 relu => dense 1 >",
            "Net< input 13 => Dense 10 => dense 1 >",
            "Net< input 28x28x1 => conv 32 3x3 => dense 1 >",
            "Net< input 13 => frobnicate 10 => dense 1 >",
            "Net< input 28x28 => dense 10 >",
            "Net< input 28x28x1 => normalize => dense 10 relu => dense 1 >",
            "Net< input 12 => reshape 3x5 => flatten => dense 1 >",
            "Net< input 4x3 => permute => flatten => dense 1 >",
            "Net< input 4x3 => permute 2x2 => flatten => dense 1 >",
            "Net< input 4x3 => permute 2 => flatten => dense 1 >",
            "Net< input 4x3 => permute 0x1 => flatten => dense 1 >",
            "Net< input 6x4x3 => permute 2x0x1 => flatten => dense 1 >",
            "Net< input 6x4x3 => permute 1x0 => flatten => dense 1 >",
            "Net< input 4x3 => permute -1x2 => flatten => dense 1 >",
            "Net< input 4x3 => permute 1x2x3x4 => flatten => dense 1 >",
            "Net< input 4x3 => permute 2x1x3 => flatten => dense 1 >",
            "Net< input 6x4x3 => permute 2x1 => flatten => dense 1 >",
            "Net< input 12 => permute 2x1 => dense 1 >",
            "Net< input 4x3 => permute 2, 1 => flatten => dense 1 >",
            "Net< input 4x3 => permute 2x1 relu => flatten => dense 1 >",
            "Net< input 12 => repeat_vector => lstm 1 >",
            "Net< input 4x3 => repeat_vector 5 => lstm 1 >",
            "Net< input 12 => repeat_vector 0 => lstm 1 >",
            "Net< input 12 => repeat_vector 5x2 => lstm 1 >",
            "Net< input 12 => repeat_vector 9999999999999 => lstm 1 >",
            "Net< input 12 => repeat_vector 5 sequences => lstm 1 >",
            "Net< input 13 => dense 10 => normalize => dense 1 >",
            "Net< input 13 => normalize => normalize => dense 1 >",
            "Net< input 13 => dropout => dense 1 >",
            "Net< input 13 => dropout 50 => dense 1 >",
            "Net< input 13 => dropout 1.0 => dense 1 >",
            "Net< input 13 => dropout -0.1 => dense 1 >",
            "Net< input 13 => dropout 1000 => dense 1 >",
            "Net< input 13 => dropout 0.5x => dense 1 >",
            "Net< input 13 => dense 1 softmax >",
            "Net< input 13 => dense 1 => softmax >",
            "Net< input 13 => dense 1 log_softmax >",
            "Net< input 13 => flatten relu => dense 1 >",
            "Net< input 13 => normalize frozen => dense 1 >",
        ],
    );
}

#[test]
fn words_of_other_frameworks() {
    errors(
        "foreign",
        &[
            "Net< input 13 => Linear 10 relu => Linear 1 >",
            "Net< input 13 => Linear(13, 10) => ReLU() => Linear(10, 1) >",
            "Net< input 13 => Dense(10) => Dense(1) >",
            "Net< input 13 => Linear 10 rellu => dense 1 >",
            "Net< input 28x28x1 => Conv2d 8 3x3 relu => MaxPool2d 2 => BatchNorm2d => Flatten => dense 1 >",
            "Net< input 28x28x1 => Conv2d(1, 8, 3) => MaxPool2d(2, 2) => Dropout2d 0.1 => Flatten() => dense 1 >",
            "Net< input 28x28x1 => Conv2D(8, (3, 3)) => GlobalAveragePooling2D() => Dense(1) >",
            "Net< input 28x28x1 => Conv2D(8, 3, 2) => flatten => dense 1 >",
            "Net< input 28x28x1 => Conv2D(8, kernel_size=3) => flatten => dense 1 >",
            "Net< input 28x28x1 => Conv2D(8, 3, \"relu\") => flatten => dense 1 >",
            "Net< input 7x7x8 => Conv2DTranspose(64, 3, 2) => flatten => dense 1 >",
            "Net< input 7x7x8 => ConvTranspose2d(8, 64, 3, 2) => flatten => dense 1 >",
            "Net< input 13 => Dense(64, \"relu\") => dense 1 >",
            "Net< input 13 => Dense(13, 10) => dense 1 >",
            "Net< input 13 => dense 10 => Activation() => LeakyReLU() => dense 1 >",
            "Net< input 28x28x4 => BatchNorm2d 4 => InstanceNorm2d => flatten => dense 1 >",
            "Net< input 13 => Dropout 0.5 => dense 10 => Activation relu => dense 1 >",
            "Net< input 13 => dense 10 => ReLU => LeakyReLU 0.01 => dense 1 >",
            "Net< input 13 => Add(identity, dense 13) => dense 1 >",
            "Net< a: input 13; b: input 3; Concatenate(a, b) => dense 1 >",
            "Net< input 13 => ad(identity, dense 13) => dense 1 >",
            "Net< Input 13 => dense 1 >",
            "Net< InputLayer 13 => dense 1 >",
            "Net< input 8x4 => LSTM 32 => dense 1 >",
            "Net< input 8x4 => MultiHeadAttention(2, 4) => flatten => dense 1 >",
            "Net< input 8 => Embedding 100 => dense 1 >",
            "Net< input 8x4 => TimeDistributed 10 => flatten => dense 1 >",
            "Net< input 8x8x4 => Conv3d 8 3x3 => flatten => dense 1 >",
            "Net< input 8x8x4 => RandomFlip => flatten => dense 1 >",
            "Net< input 8 => Sequential(dense 4, relu) => dense 1 >",
            "Net< input 8 => StringLookup => dense 1 >",
            "Net< input 8x8x4 => Resizing 4x4 => flatten => dense 1 >",
        ],
    );
}

#[test]
fn calls() {
    errors(
        "calls",
        &[
            "Net< input 13 => Dropout(0.5) => dense 1 >",
            "Net< input 13 => dropout(0.5) => dense 1 >",
            "Net< input 13 => Dense(10, activation=\"relu\") => dense 1 >",
            "Net< input 13 => dense(10, relu) => dense 1 >",
            "Net< input 13 => linear(13, 10) => dense 1 >",
            "Net< input 28x28x1 => conv(8, (3, 3)) => maxpool(2, 2) => flatten => dense 1 >",
            "Net< input 28x28x1 => Conv2D(32, kernel_size=3, padding=\"same\") => flatten => dense 1 >",
            "Net< input 28x28x1 => Conv2d(1, 32, kernel_size=(3, 3)) => MaxPool2d(kernel_size=2, stride=2) => flatten => dense 1 >",
            "Net< input 28x28x1 => Conv2D(32, (3, 3)) => MaxPooling2D((2, 2)) => Flatten() => Dense(1) >",
            "Net< Input(shape=(28, 28, 1)) => Flatten() => Dense(1) >",
            "Net< Input((13,)) => Dense(1) >",
            "Net< input 13 => layers.Dense(10) => keras.layers.Dense(5, activation=tf.nn.relu) => dense 1 >",
            "Net< input 20 => nn.Linear(20, 10) => F.relu => nn.Linear(10, 5) => nn.ReLU() => nn::Linear(5, 1) >",
            "Net< input 8x4 => TimeDistributed(Dense(3)) => flatten => dense 1 >",
            "Net< input 8x4 => Bidirectional(GRU(8, return_sequences=True)) => Bidirectional(LSTM(3)) => dense 1 >",
            "Net< input 8x4 => LSTM(64, return_sequences=True) => GRU(64, dropout=0.2, go_backwards=True) => dense 1 >",
            "Net< input 8 => dense 10 => LeakyReLU(0.1) => BatchNorm1d(10) => Rescaling(1./255) => dense 1 >",
            "Net< input 13 => Dense(10, name=\"hidden\") => first: Dense(5, name=\"second\") => dense 1 >",
            "Net< input 13 => Dense(10) relu => dense 1 >",
            "Net< input 13 => Dense(10)(x) => dense 1 >",
            "Net< a: input 4; b: input 3; Concatenate()([a, b]) => dense 1 >",
            "Net< a: input 4; b: input 3; torch.cat([a, b], dim=1) => dense 1 >",
            "Net< a: input 4; b: input 4; torch.add(a, b) => dense 1 >",
        ],
    );
}

#[test]
fn parameters_of_other_frameworks() {
    errors(
        "parameters",
        &[
            "Net< input 13 => dense 10 use_bias=False => dense 5 use_bias=True => dense 1 bias=False >",
            "Net< input 13 => Dense 10 use_bias=False => dense 1 >",
            "Net< input 13 => dense 10 trainable=False rellu => dense 1 >",
            "Net< input 13 => dense 10 kernel_initializer=\"he_normal\" => dense 5 kernel_initializer he_normal => dense 1 >",
            "Net< input 13 => dense 10 init xavier_uniform => dense 5 init=kaiming_normal => dense 1 >",
            "Net< input 13 => dense 10 xavier_uniform => dense 5 init \"he_normal\" => dense 1 >",
            "Net< input 13 => dense 10 kernel_regularizer=l2(0.01) => dense 5 kernel_regularizer=\"l2\" => dense 1 >",
            "Net< input 13 => dense 10 bias_regularizer=\"l1\" => dense 5 activity_regularizer=\"l1\" => dense 1 >",
            "Net< input 13 => dense 10 kernel_constraint=\"non_neg\" => dense 1 >",
            "Net< input 13 => dense 10 weight_decay=0.01 => dense 1 >",
            "Net< input 9x9x3 => conv 8 3 dilation_rate=2 => conv 8 3 strides=(2, 2) => flatten => dense 1 >",
            "Net< input 9x3 => conv 8 3 stride=(2,) => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8 3 stride=(2, 2) => maxpool 2 strides=2 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv filters = 8 kernel_size=(3, 3) padding=\"same\" stride = 1 activation=\"relu\" => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8 3 padding=\"valid\" => conv 8 3 padding=same => conv 8 3 padding=1 => flatten => dense 1 >",
            "Net< input 13 => dense 10 name=\"hidden\" => first: dense 5 name=second => dense 1 >",
            "Net< input 13 => dense 10 input_shape=(13,) => dense 5 input_dim=10 => dense 1 >",
            "Net< input shape=(13,) => dense 1 >",
            "Net< input 8x4 => lstm 8 return_sequences=True => lstm 8 return_sequences=False go_backwards=True => dense 1 >",
            "Net< input 8x4 => lstm 8 recurrent_activation=\"hard_sigmoid\" => dense 1 >",
            "Net< input 13 => batchnorm center=False eps=1e-5 => dropout 0.5 seed=3 => dense 1 >",
            "Net< input 13 => dense 10 activation=tf.nn.relu => dense 1 >",
            "Net< input 9x9x3 => conv 8 3x3 padding=\"same\", activation=\"relu\" => flatten => dense 1 >",
            "Net< input 13 => dense 10 kernel_initializer=HeNormal(), bias_initializer=\"zeros\" => dense 1 >",
        ],
    );
}

#[test]
fn images() {
    errors(
        "images",
        &[
            "Net< input 10 => maxpool 2 => dense 1 >",
            "Net< input 2x2x8 => maxpool 3x3 => flatten => dense 1 >",
            "Net< input 6x3 => maxpool 2x2 => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 2 2 => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 2x2x2 => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 0 => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 2x2 sane => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 2x2 stride => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 2x2 stride 1 stride 2 => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpool 2x2 same valid => flatten => dense 1 >",
            "Net< input 6x6x3 => avgpool 2x2 relu => flatten => dense 1 >",
            "Net< input 6x6x3 => maxpol 2x2 => flatten => dense 1 >",
            "Net< input 10 => globalavgpool => dense 1 >",
            "Net< input 6x6x3 => globalmaxpool 2 => dense 1 >",
            "Net< input 10 => pad 1 => dense 1 >",
            "Net< input 6x6x3 => pad 1x2x3 => flatten => dense 1 >",
            "Net< input 6x3 => pad 1x0x1x0 => flatten => dense 1 >",
            "Net< input 6x6x3 => pad -1 => flatten => dense 1 >",
            "Net< input 6x6x3 => pad => flatten => dense 1 >",
            "Net< input 6x6x3 => crop 3 => flatten => dense 1 >",
            "Net< input 8 => channels => dense 1 >",
            "Net< input 8 => channels 3 => dense 1 >",
            "Net< input 8 => channels 2..=3 => dense 1 >",
            "Net< input 8 => channels 4.. => dense 1 >",
            "Net< input 8 => channels ..4 => dense 1 >",
            "Net< input 8 => channels 4:6 => dense 1 >",
            "Net< input 8 => channels 2,4 => dense 1 >",
            "Net< input 8 => channels 2 4 => dense 1 >",
            "Net< input 8 => channels 2-4 => dense 1 >",
            "Net< input 8 => channels 4..9 => dense 1 >",
            "Net< input 8 => channels 4..4 => dense 1 >",
            "Net< input 8 => channels 9..12 => dense 1 >",
            "Net< input 8 => channels 0..4 relu => dense 1 >",
            "Net< input 8 => channels 0..2x3 => dense 1 >",
            "Net< input 8 => channels channels/2..channels => dense 0 >",
            "Net< input 6x6x3 => pad 9000000000000000000 => flatten => dense 1 >",
            "Net< input 10 => upsample 2 => dense 1 >",
            "Net< input 6x3 => upsample 2x2 => flatten => dense 1 >",
            "Net< input 6x3 => upsample 2 bilinear => flatten => dense 1 >",
            "Net< input 6x6x3 => upsample 2 cubic => flatten => dense 1 >",
            "Net< input 6x6x3 => upsample 100000000 => flatten => dense 1 >",
            "Net< input 6x6x3 => upsample => flatten => dense 1 >",
            "Net< input 6x6x3 => dense 10 => flatten => dense 1 >",
            "Net< input 10 => dense 10 each => dense 1 >",
            "Net< input 6x6x3 => dense 10 each each => flatten => dense 1 >",
            "Net< input 10 => spatial_dropout 0.2 => dense 1 >",
        ],
    );
}

#[test]
fn normalizations() {
    errors(
        "normalizations",
        &[
            "Net< input 6x6x8 => groupnorm 3 => flatten => dense 1 >",
            "Net< input 6x6x8 => groupnorm => flatten => dense 1 >",
            "Net< input 6x6x8 => groupnorm 16 => flatten => dense 1 >",
            "Net< input 6x6x1 => layernorm => flatten => dense 1 >",
            "Net< input 8 => layernorm epsilon 0 => dense 1 >",
            "Net< input 8 => layernorm shared => dense 1 >",
            "Net< input 6x6x1 => unitnorm => flatten => dense 1 >",
            "Net< input 1 => unitnorm => dense 1 >",
            "Net< input 8 => unitnorm 2 => dense 1 >",
            "Net< input 8 => unitnorm all all => dense 1 >",
            "Net< input 8 => batchnorm relu => dense 1 >",
            "Net< input 8 => batchnorm 0.9 => dense 1 >",
            "Net< input 8 => batchnorm momentum 1.5 => dense 1 >",
            "Net< input 8 => batchnorm momentum => dense 1 >",
            "Net< input 8 => batchnorm noscal => dense 1 >",
            "Net< input 8 => batchnorm noscale noscale => dense 1 >",
            "Net< input 8 => rescale => dense 1 >",
            "Net< input 8 => rescale 1/255 => dense 1 >",
            "Net< input 8 => rescale 0.5 offset => dense 1 >",
            "Net< input 8 => prelu 0.2 => dense 1 >",
            "Net< input 8 => gaussian_noise -1 => dense 1 >",
            "Net< input 8 => gaussian_noise => dense 1 >",
            "Net< input 8 => gaussian_dropout 20 => dense 1 >",
        ],
    );
}

#[test]
fn options() {
    errors(
        "options",
        &[
            "Net< input 13 => dense 10 rellu => dense 1 >",
            "Net< input 13 => dense 10 ReLU => dense 1 >",
            "Net< input 13 => dense 10 wobble => dense 1 >",
            "Net< input 13 => dense 10 relu tanh => dense 1 >",
            "Net< input 13 => dense 10 relu relu => dense 1 >",
            "Net< input 13 => dense 10 nobias nobias => dense 1 >",
            "Net< input 13 => dense 10 bias => dense 1 >",
            "Net< input 13 => dense 10 use_bias => dense 1 >",
            "Net< input 13 => dense 10 trainable => dense 1 >",
            "Net< input 13 => dense 10 kernel_initializer => dense 1 >",
            "Net< input 13 => dense 10 init => dense 1 >",
            "Net< input 13 => dense 10 init he => dense 1 >",
            "Net< input 13 => dense 10 init xavier => dense 1 >",
            "Net< input 13 => dense 10 he_normal => dense 1 >",
            "Net< input 13 => dense 10 init zeros init zeros => dense 1 >",
            "Net< input 13 => dense 10 l2 -1 => dense 1 >",
            "Net< input 13 => dense 10 l2 1e400 => dense 1 >",
            "Net< input 13 => dense 10 l2 0.1 l2 0.2 => dense 1 >",
            "Net< input 13 => dense 10 l2 0.1 frozen => dense 1 >",
            "Net< input 13 => dense 10 bias_l2 -1 => dense 1 >",
            "Net< input 13 => dense 10 bias_l1 0.1 bias_l2 bias_l1 => dense 1 >",
            "Net< input 13 => dense 10 bias_l1 0.1 frozen => dense 1 >",
            "Net< input 13 => dense 10 nobias bias_l2 0.1 => dense 1 >",
            "Net< input 13 => dense 10 bias_12 => dense 1 >",
            "Net< input 13 => dense 10 activity_l1 -0.5 => dense 1 >",
            "Net< input 13 => dense 10 activity_l2 relu activity_l2 0.1 => dense 1 >",
            "Net< input 13 => dense 10 activity => dense 1 >",
            "Net< input 13 => dense 10 relu => relu activity_l1 => dense 1 >",
            "Net< input 13 => dense 10 max_norm 0 => dense 1 >",
            "Net< input 13 => dense 10 max_norm 2 frozen => dense 1 >",
            "Net< input 13 => dense 10 20 => dense 1 >",
            "Net< input 13 => dense 10 leaky_relu 0.1 0.2 => dense 1 >",
            "Net< input 13 => dense 10 leaky_relu 0.1f32x => dense 1 >",
            "Net< input 13 => relu 3 => dense 1 >",
            "Net< input 13 f16 => dense 1 >",
            "Net< input 13 f64 f64 => dense 1 >",
        ],
    );
}

#[test]
fn labels() {
    errors(
        "labels",
        &[
            "Net< x: input 13 => x: dense 3; x => dense 1 >",
            "Net< h: input 13 => r#h: dense 3 => dense 1 >",
            "Net< input 13 => a: dense 10 => a: dense 1 >",
            "Net< input 13 => dense_1: dense 10 => dense 1 >",
            "Net< input 13 => dense 10 => dense_1: dense 1 >",
            "Net< input 13 => output: dense 10 => dense 1 >",
            "Net< input 13 => output: dense 10; output => dense 1; output => dense 2 >",
            "Net< input 13 => grad_x: dense 10 => dense 1 >",
            "Net< input 13 => dense 10 gelu => dense_1_linear: dense 10 => dense 1 >",
            "Net< input 13 => relu: dense 10 => dense 1 >",
            "Net< input 13 => self: dense 10 => dense 1 >",
            "Net< input 13 => type: dense 10 => dense 1 >",
            "Net< input 13 => a: => dense 1 >",
            "Net< input 13 => a: b: dense 10 => dense 1 >",
            "Net< input 13 => hidden => dense 1 >",
            "Net< input 13 => dense: dense 8 => dense 1 >",
            "Net< input 13 => dense: dense 8 => add(dense, dense 8) => dense 1 >",
            "Net< input 13 => concat: concat(identity, dense 3) => dense 1 >",
            "Net< input a 4, b 3 => concat(a, b) => dense 1 >",
            "Net< input a: 4, b: 3 => dense 1 >",
            "Net< input a 4, input b 4 => add => dense 1 >",
            "Net< input a 4; input b 3; concat(a, b) => dense 1 >",
            "Net< a: input 4, b: input 3 => concat(a, b) => dense 1 >",
            "Net< a: input 4 => b: input 3 => concat(a, b) => dense 1 >",
            "Net< input a 4 f64 => dense 1 >",
            "block f() < s: identity => s: dense 3; s => dense 2 >\nNet< input 4 => f() => dense 1 >",
            "block f() < s: identity => s: dense 3 => s_2: dense 3 >\nNet< input 4 => f() => f() => dense 1 >",
            "Net< input 13; dense 10 relu; dense 1 >",
            "Net< input 13 => output: dense 10 => rng: dense 10 => dense 1 >",
        ],
    );
}

#[test]
fn graphs() {
    errors(
        "graphs",
        &[
            "Net< input 13 => add(dense 10, dense 3 relu) => dense 1 >",
            "Net< input 8 => add(identity, dense 10) => dense 1 >",
            "Net< input 8 => add(dense 10 => dropout 0.5, identity) => dense 1 >",
            "Net< input 8 => add(identity, dense 10 relu, dense 12) => dense 1 >",
            "Net< input 6x6x8 => add(identity, conv 4 3x3 same) => flatten => dense 1 >",
            "Net< input 6x6x8 => add(identity, conv 8 3x3 relu => conv 4 3x3) => flatten => dense 1 >",
            "Net< input 6x6x8 => add(identity, maxpool 2) => flatten => dense 1 >",
            "Net< input 6x6x8 => add(identity, flatten => dense 8) => flatten => dense 1 >",
            "Net< input 4x4x3 => concat(identity, reshape 2x8x3) => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) relu => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x5x3; b: input 4x7x3; concat(a, b) => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) along 2 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 4x2; concat(a, b) along 1 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x2; concat(a, b) along 1 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) along 3 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) along 0 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x2; concat(a, b) along 3 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4; b: input 5; concat(a, b) along 2 => dense 1 >",
            "Net< a: input 4; b: input 5; concat(a, b) along -1 => dense 1 >",
            "Net< a: input 4; b: input 5; concat(a, b) along 1.5 => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) along => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) along 1 along 1 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 4x3; add(a, b) along 1 => conv 2 3 => flatten => dense 1 >",
            "Net< a: input 4x3; b: input 5x3; concat(a, b) relu along 1 => conv 2 3 => flatten => dense 1 >",
            "Net< input 4x3 => concat(conv 4 1) along 1 => flatten => dense 1 >",
            "Net< input 4x3 => concat(identity) along 1 => flatten => dense 1 >",
            "Net< input 6x6x8 => concat(conv 4 1x1, conv 4 3x3) => flatten => dense 1 >",
            "Net< input 6x6x8 => concat(maxpool 2, identity) => flatten => dense 1 >",
            "Net< input 6x6x8 => concat(identity, globalavgpool) => dense 1 >",
            "Net< input 6x6x8 => concat(identity, conv 4 2x2 valid) => flatten => dense 1 >",
            "Net< input 4x4x3 => add(identity, reshape 4x2x6) => flatten => dense 1 >",
            "Net< input 8 => subtract(identity, dense 10) => dense 1 >",
            "Net< input 8 => subtract(identity, dense 8, dense 8 relu) => dense 1 >",
            "Net< input 8 => subtract(dense 8) => dense 1 >",
            "Net< input 8 => subtract => dense 1 >",
            "Net< a: input 8; b: input 8; substract(a, b) => dense 1 >",
            "Net< input 8 => dot(identity, dense 10) => dense 1 >",
            "Net< input 8 => dot(identity, dense 8, dense 8) => dense 1 >",
            "Net< input 4x3 => dot(identity, conv 3 1) => dense 1 >",
            "Net< input 8 => dot(identity, dense 8) normalised => dense 1 >",
            "Net< input 8 => dot(identity, dense 8) normalized normalized => dense 1 >",
            "Net< input 8 => dot(dense 8) normalized => dense 1 >",
            "Net< input 4x3 => dot(conv 3 1) => dense 1 >",
            "Net< input 4x3 => dot => dense 1 >",
            "Net< input 13 => add(dense 10) => dense 1 >",
            "Net< input 8 => add(dense 8) => dense 1 >",
            "Net< input 8 => concat(dense 8) => dense 1 >",
            "Net< input 8 => add(identity) => dense 1 >",
            "Net< input 8 => a: dense 8; add(a) => dense 1 >",
            "Net< input 8 => add(identity dense 8) => dense 1 >",
            "Net< input 8 => add(dense 8 identity) => dense 1 >",
            "Net< a: input 8; b: input 8; add(a b) => dense 1 >",
            "Net< input 8 => identity 3 => dense 1 >",
            "Net< a: input 8; b: input 8; add => dense 1 >",
            "Net< input 13 => add() => dense 1 >",
            "Net< input 13 => add => dense 1 >",
            "Net< input 13 => add(dense 10, dense 10) dense 1 >",
            "Net< input 13 => add(dense 10, dense 10) rellu => dense 1 >",
            "Net< input 13 => add(dense 10, dense 10) 3 => dense 1 >",
            "Net< input 13 => add(dense 10, dens 10) => dense 1 >",
            "Net< input 13 => add(dense 13 =>, identity) => dense 1 >",
            "Net< a: input 13 => dense 10; b: input 3 >",
            "Net< a: input 3 => dense 2 relu => add(a, a) => dense 1 >",
            "block twice(n) < x: dense n => repeat 2 { dense n => add(x, x) } > Net< input 3 => twice(4) => dense 1 >",
            "Net< a: input 13 => dense 10; b: input 3 => dense 2; a: dense 1 >",
            "Net< a: input 13 f32 => dense 10 => x: dense 1; b: input 3 f64 => dense 2 => y: dense 1; add(x, y) >",
            "Net< input 13 => trunk: dense 10; trunk; trunk => dense 3 >",
            "Net< input 13 => out: dense 10; out; out => dense 3 >",
            "Net< input 13 => trunk: dense 10; other: trunk => dense 3 >",
            "Net< input 13 => trunk: dense 10; trunc => dense 3 >",
            "Net< input 13 => dense 10 => trunk => dense 3 >",
            "Net< input 13 => trunk: dense 10 => trunk => dense 3 >",
            "Net< input 13 => trunk: dense 10 => dense 10 => trunk => dense 3 >",
            "Net< later => dense 3; input 13 => later: dense 10 >",
            "Net< input 13 => a: add(dense 13, a) => dense 3 >",
            "Net< input 13 => dense 13; loop_1 => loop_1: dense 13 >",
            "Net< input 13 => again: dense 13; again => again: dense 3 >",
            "Net< input 13 => dense 10; identity => dense 3 >",
            "Net< input 13 => dense 10;; dense 3 >",
            "Net< input 13 => a: identity => a: identity => dense 3 >",
            "Net< input 13 => add: dense 3 >",
            "Net< input 13 => repeat { dense 3 } >",
            "Net< input 13 => repeat 3 >",
            "Net< input 13 => repeat 3 { } >",
            "Net< input 13 => repeat 0 { dense 3 } >",
            "Net< input 13 => repeat 3 { dense 3 rellu } >",
            "Net< input 13 => repeat 3 { dense 3 => add(identity, dense 4) } >",
            "Net< input 13 => repeat 9999 { repeat 9999 { dense 3 } } >",
            "Net< input 13 => dense 3*units >",
            "Net< input 13 => dense (channels - 14) >",
            "Net< input 13 => dense channels/(channels - 13) >",
            "Net< input 13 => dense 3* >",
            "Net< input 13 => dense 3*2.5 >",
            "Net< input 13 => dense 9000000000*9000000000*9000000000*9000000000*9000000000 >",
        ],
    );
}

#[test]
fn networks_in_networks() {
    errors(
        "nested",
        &[
            "Net< input 13 => use => dense 1 >",
            "Net< input 13 => use Encoder => dense 1 >",
            "Net< input 13 => use Encoder -> => dense 1 >",
            "Net< input 13 => use Encoder -> 0x3 => dense 1 >",
            "Net< input 13 => use Encoder -> 3 fast => dense 1 >",
            "Net< input 13 => use 3 -> 3 => dense 1 >",
            "Net< input 13 => dense 3 => use Encoder -> 3 frozen => dense 1 >",
            "Net< input 13 => use Encoder -> 3 => dense 1 > where params <= 1000",
            "Net< use Encoder -> 3 => dense 1 >",
        ],
    );
}

#[test]
fn huge_windows() {
    errors(
        "huge_windows",
        &[
            "Net< input 4x4x1 => conv 2 2x2 dilation 18446744073709551615 => flatten => dense 1 >",
            "Net< input 4x4x1 => conv 2 2x2 stride 18446744073709551615 => flatten => dense 1 >",
            "Net< input 4x4x1 => maxpool 18446744073709551615x1 same => flatten => dense 1 >",
            "Net< input 4x4x1 => conv 2 2x2 pad 18446744073709551615 => flatten => dense 1 >",
            "Net< input 4x4x1 => separable 2 3x3 dilation 9223372036854775807 same => flatten => dense 1 >",
            "Net< input 4 => dense (-((0-9223372036854775808)*9223372036854775808*2)) >",
            "Net< input 4x4x1 => a: conv 2 2x2 => A: conv 2 2x2 => flatten => dense 1 >",
            "Net< input 4 => a: use Encoder -> 3 => a_memory: dense 3 >",
        ],
    );
}

#[test]
fn blocks() {
    errors(
        "blocks",
        &[
            "block wide(units) < dense units rellu >\nNet< input 13 => wide(3) => wide(4) >",
            "block wide(units) < dense units relu => add(identity, dense 4) >\nNet< input 13 => wide(3) => wide(4) >",
            "block inner(units) < dense units => reshape 2x2 > block outer(units) < inner(units) >\nNet< input 13 => outer(3) >",
            "block wide(units) < Linear units => Linear units >\nNet< input 13 => wide(3) => wide(4) >",
            "block wide(units, what) < dense units what >\nNet< input 13 => wide(3) >",
            "block wide(units) < dense units >\nNet< input 13 => wide(3, relu) >",
            "block wide(units) < dense units >\nNet< input 13 => wide >",
            "block wide(units) < dense units >\nNet< input 13 => wide 3 >",
            "block wide(units) < dense units >\nNet< input 13 => wide(relu) >",
            "block wide(units) < dense 2*units >\nNet< input 13 => wide(relu) >",
            "block wide(units) < dense 2*units >\nNet< input 13 => wide(3x3) >",
            "block wide(units) < dense units >\nNet< input 13 => wide(3) relu >",
            "block wide(units) < dense units >\nNet< input 13 => wide(count) >",
            "block a(n) < b(n) > block b(n) < dense n => a(n) >\nNet< input 13 => a(3) >",
            "block a(n) < dense n => a(n) >\nNet< input 13 => a(3) >",
            "block a < dense 3 >\nNet< input 13 => a(3) >",
            "block a(n, n) < dense n >\nNet< input 13 => a(3, 3) >",
            "block a(channels) < dense channels >\nNet< input 13 => a(3) >",
            "block a(3) < dense 3 >\nNet< input 13 => a(3) >",
            "block a(n, n) < dense n >\nNet< input 13 => a(3) => a(4) >",
            "block a(n, m, n) < dense n >\nNet< input 13 => repeat 2 { a(3, 4) } >",
            "block a(channels) < dense channels >\nNet< input 13 => a() => a() >",
            "block a(channels, n) < dense n >\nNet< input 13 => a(3) >",
            "block a(3) < dense 3 >\nNet< input 13 => a() >",
            "block a(n m) < dense n => dense m >\nNet< input 13 => a(3, 4) => a(5, 6) >",
            "block a(n: usize) < dense n >\nNet< input 13 => a(3) >",
            "block a() < >\nNet< input 13 => a() >",
            "block a() < dense outside >\nNet< input 13 => outside: dense 3 => a() >",
            "block a() < add(identity, outside) >\nNet< input 13 => outside: dense 3 => a() >",
            "block a(stride) < dense 3 >\nNet< input 13 => a(3) >",
            "block dense(units) < relu >\nNet< input 13 => dense(3) >",
        ],
    );
}

#[test]
fn budgets() {
    errors(
        "budgets",
        &[
            "Net< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params == 262",
            "Net< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params < 261",
            "Net< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params > 261",
            "Net< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params >= 300, flash <= 1 KiB",
            "Net< input 13 => dense 10 relu => dense 10 relu => dense 1 > where flash <= 1KiB",
            "Net< input 13 => dense 10 relu => dense 10 relu => dense 1 > where ram <= 64 B",
            "Net< input 13 => dense 1 > where flash <= 100",
            "Net< input 13 => dense 1 > where flash <= 2 KB",
            "Net< input 13 => dense 1 > where flash <= 2kb",
            "Net< input 13 => dense 1 > where params <= 2 KiB",
            "Net< input 13 => dense 1 > where flash <= 2 potatoes",
            "Net< input 13 => dense 1 > where parms <= 20",
            "Net< input 13 => dense 1 > where params = 14",
            "Net< input 13 => dense 1 > where params",
            "Net< input 13 => dense 1 > where params ==",
            "Net< input 13 => dense 1 > where params == many",
            "Net< input 13 => dense 1 > where params == -3",
            "Net< input 13 => dense 1 > where params == 1.5",
            "Net< input 13 => dense 1 > where",
            "Net< input 13 => dense 1 > where params == 14 flash <= 1 KiB",
            "Net< input 13 => dense 1 > where flash <= 99999999999999 MiB",
        ],
    );
}

#[test]
fn several() {
    errors(
        "several",
        &[
            "Net<\n    input 0 =>\n    dens 10 rellu =>\n    dense 10 relu relu =>\n    dropout 2 =>\n    dense -1\n> where parms == 3",
            "First< input 13 => dens 1 >\nSecond< input 13 => dense 1 >\nThird< input 13 => dense 1 softmax >",
            "First< input 13 => dense 1 > where params =\npub Second< input 13 => dense 0 >",
            "Net< input 4 => dense 0 => dropout 2 => dense 1 softmax >",
            "Net< input 4 => dens 3 => reshape 2x2 => dense 3 => use Inner -> 5 => reshape 2x3 >",
            "Net< input 4 => dense 3 => normalize => dens 2 => dense 1 softmax >",
            "Net< input 4 => dense 3 => dens 2 => use Inner -> 2 => dense 3 rellu => use Other -> 2 frozen >",
            "Net< input 4x => conv 8 3x3 => dense channels-9 => repeat channels/2 { dense 3 } => add(dense 2, dense 3) >",
            "Net< input 8x8x3 => 5 => dense 10 eahc => flatten => dense 1 softmax >",
            "Net< input 8x8x3 => dense 10 eahc => flatten => dense 1 softmax >",
            "Net< input 4 => lost: dens 3; lost => dense 3; concat(lost, lost) => dense 1 softmax >",
            "block a(n) < => dense n => dense 1 softmax >\nNet< input 4 => a(0) => dense 1 softmax >",
        ],
    );
}

#[test]
fn convolutions() {
    errors(
        "convolutions",
        &[
            "Net< input 3x3x1 => conv 8 5x5 => flatten => dense 1 >",
            "Net< input 7x7x1 => conv 8 3x3 dilation 4 => flatten => dense 1 >",
            "Net< input 784 => conv 8 3x3 => flatten => dense 1 >",
            "Net< input 13 => conv 4 3x3 => flatten => dense 1 >",
            "Net< input 48 => conv 4 3x3 => maxpool 2 => flatten => dense 1 >",
            "Net< input 14 => conv 4 3x3 stride 2x2 => dense 1 >",
            "Net< input 9x3 => conv 8 3x3 stride 2x2 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8, 3x3 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8, 3, 3 => flatten => dense 1 >",
            "Net< input 2x2x3 => conv => flatten => dense 1 >",
            "Net< input 10 => depthwise 3 => flatten => dense 1 >",
            "Net< input 9x3 => conv 8 3x3 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 3x3 8 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8 3x3x3 => flatten => dense 1 >",
            "Net< input 9x9x3 => conv 8 3x3 2 => flatten => dense 1 >",
            "Net< input 9x9x6 => conv 8 3x3 groups 4 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 6 3x3 groups 4 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 6 3x3 groups groups 2 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 stride 2 dilation 2 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 causal => flatten => dense 1 >",
            "Net< input 9x8 => conv 8 3 pad 1x2x3 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 pad 1x2x3 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 pad 3 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 pad same => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 padding 1 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 padding same => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 activation relu => flatten => dense 1 >",
            "Net< input 9x9x8 => conv 8 3x3 multiplier 2 => flatten => dense 1 >",
            "Net< input 9x9x8 => depthwise => flatten => dense 1 >",
            "Net< input 9x9x8 => depthwise 3x3 multiplier 0 => flatten => dense 1 >",
            "Net< input 9x9x8 => separable 3 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv_transpose 4 3x3 stride 2 outpad 2 => flatten => dense 1 >",
            "Net< input 9x9x8 => conv_transpose 4 3x3 pad 1 => flatten => dense 1 >",
            "Net< input 1000000x1000000x8 => conv 4000000 3x3 => flatten => dense 1 >",
        ],
    );
}

/// Names of networks and of the structs beside them, and networks that are layers of themselves.
#[test]
fn networks() {
    errors(
        "networks",
        &[
            "Net< input 4 => dense 3 >\nNet< input 4 => dense 2 >",
            "Net< input 4 => dense 2 frozen => dense 3 >\nNetGradient< input 4 => dense 3 >",
            "NetInput< input 4 => dense 3 >\nNet< a: input 4; b: input 4; add(a, b) => dense 3 >",
            "NetOutput< input 4 => dense 3 >\nNet< input 4 => a: dense 3; a => b: dense 1; a => c: dense 1 >",
            "Net< input 4 => dense 3 => use Net -> 3 >",
            "Net< input 4 => dense 3 => add(identity, use Self -> 3) >",
            "block inner() < use Net -> 3 >\nNet< input 4 => dense 3 => inner() >",
            "First< input 4 => use Second -> 3 >\nSecond< input 4 => use self::First -> 3 >\nThird< input 4 => use First -> 3 >",
        ],
    );
}

/// A condition reaches every item, so nothing is left of a network whose condition is false, not even its errors.
#[test]
fn conditions_reach_every_item() {
    let networks = "
        #[cfg(windows)] Net< a: input 4; b: input 3; a => dense 2 frozen => x: dense 1; concat(a, b) => dense 3 softmax >
        #[cfg(not(windows))] Net< input 4 => dense 2 >
        #[cfg_attr(unix, cfg(windows), allow(dead_code))] Other< input 4 => dense 2 frozen => dense 1 >
        #[cfg(windows)] Wrong< input 4 => dens 3 => dense 0 >";
    let code = crate::network(format!("[::castnet] {networks}").parse().expect("it lexes"));
    let file: syn::File = syn::parse2(code).expect("it is a list of items");
    assert_eq!(file.items.len(), 20);
    for item in file.items {
        let attributes = match &item {
            syn::Item::Struct(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Const(item) => &item.attrs,
            syn::Item::Type(item) => &item.attrs,
            _ => panic!("an item of another kind"),
        };
        let is_condition = |path: &syn::Path| path.is_ident("cfg") || path.is_ident("cfg_attr");
        assert!(attributes.iter().any(|attribute| is_condition(attribute.path())), "{}", quote::quote!(#item));
    }
}

#[test]
fn misplaced() {
    errors(
        "misplaced",
        &[
            "Net< input N => dense 1 >",
            "Net< input 13 => dense N >",
            "Net< input 13 => dense {N} >",
            "Net< input 13 => dense [10] >",
            "Net< input 13 => dense = N >",
            "Net< input 13 => dense \"ten\" >",
            "Net< input 13 => dense config::HIDDEN relu => dense 1 >",
            "Net< input 13 => dense HIDDEN reluu => dense 1 >",
            "Net< input 13 => dropout P => dense 1 >",
            "Net< input 12 => reshape N >",
            "Net< input 8x8x3 => maxpool N >",
            "Net< input 8x8x3 => conv N 3x3 >",
            "Net< input 8x8x3 => conv n 3x3 >",
            "Net< input 8x8x3 => conv 4 K >",
            "Net< input 8x8x3 => conv N K relu >",
            "Net< input 8x8x3 => conv N >",
            "Net< input 8x8x3 => depthwise K >",
            "Net< input 8x8x3 => conv 4 3x3 stride N >",
            "Net< input 8x8x3 => conv 4 3x3 pad N >",
            "Net< input 13 => batchnorm momentum N => dense 1 >",
            "block wide(n) < dense m >\nNet< input 13 => wide(3) >",
            "Net< input shape 13 => dense 1 >",
            "Net< input 13 => dense units 10 >",
            "Net< input 13 => dense units=10 relu >",
            "Net< input 13 => dense units=N >",
            "Net< input 8x8x3 => conv 4 kernel 3x3 >",
            "Net< input 8x8x3 => conv filters=4 kernel_size=3x3 >",
            "Net< input 8x8x3 => conv 4 = 3x3 >",
            "Net< input 8x8x3 => depthwise kernel 3x3 >",
            "Net< input 8x8x3 => maxpool pool_size=2x2 >",
            "Net< input 8x8x3 => upsample scale 2 >",
            "Net< input 13 => dropout rate 0.5 => dense 1 >",
            "Net< input 13 => dropout p: 0.5 => dense 1 >",
            "Net< input 13 => dense 10 bias_12 0.1 >",
            "Net< input 13 => dense 10 bias_12 = 0.1 >",
            "Net< input 13 => dense 10 seed 0.1 relu >",
            "Net< input 13 => dense 10 bias 0.1 >",
            "Net< input 13 => dense 10 bias=true >",
            "Net< input 13 => dense 10 use_bias=false >",
            "Net< input 13 => dense 10 activation=relu >",
            "Net< input 13 => dense 10 activation=\"relu\" >",
            "Net< input 13 => dense 10 activation=\"swoosh\" >",
            "Net< input 13 => dense 10 init foo 0.5 >",
            "Net< input 13 => dense 10 l2 = 0.1 >",
            "Net< input 13 => batchnorm momentum = 0.9 => dense 1 >",
            "Net< input 13 => batchnorm axis 1 => dense 1 >",
            "Net< input 13 => batchnorm axis=1 => dense 1 >",
            "Net< input 13 => dropout 0.5 seed 3 => dense 1 >",
        ],
    );
}

/// Options as other languages write them: signs between words, quotes, `true` and `false`.
#[test]
fn signs() {
    errors(
        "signs",
        &[
            "Net< input=13 => dense 1 >",
            "Net< input:13 => dense:4 => dense 1 >",
            "Net< input 13 => dense=4 => dropout=0.5 => dense 1 >",
            "Net< input 13 => dense 4 max_norm=2 => dense 1 >",
            "Net< input 13 => dense 4 init normal=0.05 => dense 1 >",
            "Net< input 13 => dense 4 init=he_normal => dense 1 >",
            "Net< input 13 => dense 4 init=\"he_normal\" => dense 1 >",
            "Net< input 13 => dense 4 leaky_relu=0.1 => dense 1 >",
            "Net< input 13 => dense 4,nobias => dense 1 >",
            "Net< input 8x8x3 => conv 4 3x3 strides=2 => flatten => dense 1 >",
            "Net< input 8x8x3 => conv 4 3x3 stride:2 padding=1 => flatten => dense 1 >",
            "Net< input 8x8x3 => conv 4 3x3 padding=\"same\" => flatten => dense 1 >",
            "Net< input 8x8x3 => conv 4 3x3 padding=same => flatten => dense 1 >",
            "Net< input 8x8x3 => conv 4 3x3 \"same\" => flatten => dense 1 >",
            "Net< input 8x8x3 => maxpool 2x2 stride=2 padding=\"same\" => flatten => dense 1 >",
            "Net< input 13 => batchnorm epsilon=0.001 momentum=0.9 => dense 1 >",
            "Net< input 13 => rescale 0.5 offset=-1 => dense 1 >",
            "Net< input 8x4 => lstm 8 return_sequences=True => lstm 8 return_sequences=False => dense 1 >",
            "Net< input 13 => dense 4 bias=false => dense 4 bias false => dense 1 use_bias=True >",
            "Net< input 13 => dense 4 nobias=true => dense 4 relu=true => dense 1 frozen=false >",
            "Net< input 13 => batchnorm trainable=false => dense 4 trainable=False => dense 1 >",
            "Net< input 13 => batchnorm center=False scale=True => dense 1 >",
            "Net< input 8x4 => gru 8 reset_after=False => dense 1 >",
            "Net< input 8x8x3 => maxpool 2x2 ceil_mode=True => flatten => dense 1 >",
            "Net< input 13 => dense 4 reluu 0.1 => dense 1 >",
            "Net< input 13 => dense 4 leakyrelu=0.1 => dense 1 >",
        ],
    );
}

/// Helps whose network is the one that is meant.
#[test]
fn meant() {
    errors(
        "meant",
        &[
            "Net< input 13 => dense 10relu => dense 1 >",
            "Net< input 8x8x3 => conv 4 3x3same => flatten => dense 1 >",
            "Net< input 28X28X1 => flatten => dense 1 >",
            "Net< input 13 => dense 13 4 relu => dense 1 >",
            "Net< input 13 => dense 4 10 => dense 1 >",
            "Net< input 8x4 => lstm 4 8 => dense 1 >",
            "Net< input 1x28x28 => conv 4 3x3 => flatten => dense 1 >",
            "Net< input 1x28x28 f64 => normalize => relu => conv 4 3x3 => flatten => dense 1 >",
            "Net< input 28x28 => conv 4 3x3 => flatten => dense 1 >",
            "Net< input None => dense 1 >",
            "Net< input ? => dense 1 >",
            "Net< input None x 10 => dense 1 >",
            "Net< input ?x10 f64 => dense 1 >",
            "Net< input (None, 28, 28, 1) => flatten => dense 1 >",
            "Net< input -1x10 => dense 1 >",
            "Net< input f64 4 => dense 1 >",
            "Net< input: f64 4 => dense 1 >",
            "Net< input 4: f64 => dense 1 >",
            "Net< input 4f64 => dense 1 >",
            "Net< input 4 float64 => dense 1 >",
            "Net: f64 < input 13 => dense 1 >",
            "Net f64 < a: input 13; b: input 3; concat(a, b) => dense 1 >",
            "Net<f64>< input 13 => dense 1 >\nOther< input 13 => dense 1 >",
            "Net(f32) < input 13 => dense 1 >",
            "Net = < input 13 => dense 1 >",
            "Net< input 13 => repeat 3 { dense 4 relu } dense 1 >",
            "Net< input 13 => repeat 3 { dense 4 } relu => dense 1 >",
            "Net< input 13 => repeat 3 (dense 4 relu => relu) => dense 1 >",
            "Net< input 13 => repeat 3 dense 4 relu => dense 1 >",
            "Net< input 13 => repeat 3x { dense 4 relu } => dense 1 >",
            "Net< input 13 => dropout 0,5 => dense 4 leaky_relu 0,01 l2 .5 => dense 1 >",
            "Net< input 13 => dropout .5 => dense 1 >",
            "Net< input 8x8x3 => pad 0,1 => flatten => dense 1 >",
            "Net< input 13 => dense 1 > where params == 14 and flash <= 1 KiB",
            "Net< input 13 => dense 1 > where params == 14 && flash <= 1 KiB and ram <= 1 KiB; ram >= 1 B",
            "Net< input 13 => dense 1 > where params < 15 & params > 13",
            "Net< input 13 => dense 1 > where params == 14 or flash <= 1 KiB",
            "Net< input 13 => reluu 0.1 => dense 1 >",
            "Net< input 4x3 => reshape -1 => dense 1 >",
            "Net< input 12 => reshape -1x3 => flatten => dense 1 >",
            "Net< input 12 => reshape 2x-1x3 => flatten => dense 1 >",
            "Net< input 12 => reshape 5x-1 => flatten => dense 1 >",
            "Net< input 13 => Rescaling(1/255) => rescale(1/255) => dense 1 >",
        ],
    );
}

#[test]
fn arrows() {
    errors(
        "arrows",
        &[
            "Net< input 13 = > dense 4 relu = > dense 1 >",
            "Net< input 13 -> dense 4 relu => relu -> dense 1 >",
            "Net< input 13 | dense 4 | relu | dense 1 >",
            "Net< input 13 |> dense 4 relu |> dense 1 >",
            "Net< input 13 >= dense 4 relu >= dense 1 >",
            "Net< input 13 >> dense 4 relu >> dense 1 >",
            "Net< input 13 > dense 4 relu > dense 1 >",
            "Net< input 13 --> dense 4 relu --> dense 1 >",
            "Net< input 13 ==> dense 4 relu ==> dense 1 >",
            "Net< input 13 ~> dense 4 relu ~> dense 1 >",
            "Net< input 13 = dense 4 relu = dense 1 >",
            "Net< input 13 <- dense 4 relu <- dense 1 >",
            "Net< input 13.dense 4.dense 1 >",
            "Net< input 13, dense 4, relu, dense 1 >",
            "Net< input 13, dense 4, relu nobias, dense 1 >",
            "Net< input 13 | Linear 4 | hidden: dense 1 >",
            "Net< input 13 => dense 4 >= dense 1 > where params >= 1, params < 99",
            "First< input 13 > dense 4 > Second< input 13 |> dense 1 >",
            "Net< input 13 -> add(dense 13 -> relu, identity) => repeat 2 { dense 4 -> relu } => dense 1 >",
            "Net< input 13 -> use Encoder -> 3 -> x: use Other -> 2 -> dense 1 >",
            "block two(n) < dense n > dense n >\nNet< input 13 > two(4) >",
        ],
    );
}

#[test]
fn recurrent() {
    errors(
        "recurrent",
        &[
            "Net< input 13 => lstm 8 => dense 1 >",
            "Net< input 28x28x1 => gru 8 => dense 1 >",
            "Net< lstm 8 => dense 1 >",
            "Net< thought: input 8; input 4x3 => lstm 8 from thought => dense 1 >",
            "Net< a: input 8x3 => thought: lstm 8; b: input 4x3 => lstm 8 sequences from thought => dense 1 each >",
            "Net< a: input 8x3 => thought: gru 4 sequences; b: input 4x3 => gru 8 from thought => dense 1 >",
            "Net< a: input 8x3 => thought: gru 4; b: input 4x3 => gru 4 from tought => dense 1 >",
            "Net< a: input 8x3 => gru 4 from later => dense 1; later: input 4; later => dense 1 >",
            "Net< a: input 8x3 => gru 4 from => dense 1 >",
            "Net< a: input 8x3 => gru 4 from 3 => dense 1 >",
            "Net< a: input 8x3; b: input 4; a => bidirectional gru 4 from b => dense 1 >",
            "Net< input 8x3 => gru 4 from nothing => dense 1 >",
            "Net< a: input 8x3; b: input 4; a => gru 4 from=b => dense 1 >",
            "Net< input 8x3 => gru 4 gates=hard_sigmoid sequences => gru 4 gates \"sigmoid\" => dense 1 >",
            "Net< input 8x3 => bidirectional lstm 8 reset_before relu => dense 1 >",
            "Net< a: input 8x3; b: input 4; a => gru 4 from memory => dense 1; b => dense 1 >",
            "Net< input 8x3 => bidirectional lstm 4 state => dense 1 >",
            "Net< a: input 8x3; b: input 4; a => gru 4 from b from b => dense 1 >",
            "Net< input 8x4 => lstm 8 => lstm 4 => dense 1 >",
            "Net< input 8x4 => lstm 8 => permute 2x1 => flatten => dense 1 >",
            "Net< input 8x4 => bidirectional gru 8 nobias => rnn 4 => dense 1 >",
            "Net< input 8x4 => lstm 8 => bidirectional lstm 4 => dense 1 >",
            "Net< input 8x4 => gru 8 => dense 2 each >",
            "Net< input 8x4 => gru 8 sequences => dense 2 >",
            "Net< input 8x4 => lstm => dense 1 >",
            "Net< input 8x4 => lstm 0 => dense 1 >",
            "Net< input 8x4 => lstm relu => dense 1 >",
            "Net< input 8x4 => lstm units=8 => dense 1 >",
            "Net< input 8x4 => gru 8 gates => dense 1 >",
            "Net< input 8x4 => gru 8 gates softmax => dense 1 >",
            "Net< input 8x4 => gru 8 gates hardsigmoid => dense 1 >",
            "Net< input 8x4 => gru 8 gates 3 => dense 1 >",
            "Net< input 8x4 => gru 8 softmax => dense 1 >",
            "Net< input 8x4 => rnn 8 gates sigmoid => dense 1 >",
            "Net< input 8x4 => lstm 8 reset_before => dense 1 >",
            "Net< input 8x4 => lstm 8 return_sequences => flatten => dense 1 >",
            "Net< input 8x4 => lstm 8 sequences sequences => flatten => dense 1 >",
            "Net< input 8x4 => lstm 8 dropout 2 => dense 1 >",
            "Net< input 8x4 => lstm 8 recurrent_dropout => dense 1 >",
            "Net< input 8x4 => lstm 8 dropout 0.1 dropout 0.2 => dense 1 >",
            "Net< input 8x4 => lstm 8 recurrent_init => dense 1 >",
            "Net< input 8x4 => lstm 8 recurrent_init orthogonl => dense 1 >",
            "Net< input 8x4 => lstm 8 recurrent_l2 -1 => dense 1 >",
            "Net< input 8x4 => lstm 8 frozen recurrent_l2 0.1 => dense 1 >",
            "Net< input 8x4 => lstm 8 nobias bias_l2 0.1 => dense 1 >",
            "Net< input 8x4 => bidirectional => dense 1 >",
            "Net< input 8x4 => bidirectional 8 => dense 1 >",
            "Net< input 8x4 => bidirectional dense 8 => dense 1 >",
            "Net< input 8x4 => bidirectional gruu 8 => dense 1 >",
            "Net< input 8x4 => bidirectional gru => dense 1 >",
            "Net< input 8x4 => bidirectional gru 8 backwards => dense 1 >",
            "Net< input 8x4 => bidirectional gru 8 sum average => dense 1 >",
            "Net< input 8x4 => bidirectional gru 8 sum sum => dense 1 >",
            "Net< input 8x4 => bidirectional rnn 8 reset_before => dense 1 >",
            "Net< input 8x4 => a: bidirectional gru 8 sequences => a_forward: gru 8 => dense 1 >",
            "Net< input 9000000x9000000 => lstm 900000 => dense 1 >",
        ],
    );
}

/// Words of other frameworks, with edits that make the network which was meant, not another one.
#[test]
fn intended() {
    errors(
        "intended",
        &[
            "Net< input 6x3 => SimpleRNN(8, activation=None) => dense 1 >",
            "Net< input 6x3 => GRU(8, recurrent_activation=None) => dense 1 >",
            "Net< input 6x3 => LSTM(8, None) => dense 1 >",
            "Net< input 6x3 => Bidirectional(GRU(8, activation=None)) => dense 1 >",
            "Net< input 6x3 => rnn 8 activation=None => dense 1 >",
            "Net< input 6x3 => gru 8 recurrent_activation=None => dense 1 >",
            "Net< input 6x3 => dense 8 each activation=None => flatten => dense 1 >",
            "Net< input 20 => dense(20, 10) => dense 1 >",
            "Net< input 6x3 => gru(3, 8) => dense 1 >",
            "Net< input 6x3 => lstm(3, 8) sequences => gru 4 => dense 1 >",
            "Net< input 6x3 => gru 8 reset_after => dense 1 >",
            "Net< input 6x3 => gru 8 recurrent dropout 0.2 => dense 1 >",
            "Net< input 13 => dense 10 max norm 2 bias l2 0.1 leaky relu => dense 1 >",
            "Net< input 6x3 => BiLSTM(8, return_sequences=True) => bilstm 8 => dense 1 >",
            "Net< input 13 => dense 10 kernel_constraint=MaxNorm(2) => dense 1 >",
            "Net< input 13 => Dense(10, kernel_constraint=keras.constraints.MaxNorm(max_value=3)) => dense 1 >",
            "Net< a: input 6x3; b: input 6x3; torch.cat([a, b], dim=1) => lstm 4 => dense 1 >",
            "Net< a: input 6x3; b: input 4x3; torch.cat((a, b), 1) => lstm 4 => dense 1 >",
            "Net< input 6x3 => a: gru 4 sequences => b: relu; torch.cat([a, b], dim=1) => lstm 4 => dense 1 >",
            "Net< a: input 6x3; b: input 6x3; torch.cat([a, b], dim=-1) => lstm 4 => dense 1 >",
            "Net< a: input 6x6x3; b: input 6x6x3; torch.cat([a, b], dim=1) => flatten => dense 1 >",
            "Net< input 6x3 => a: conv 4 3 same => b: relu; torch.cat([a, b], dim=1) => lstm 4 => dense 1 >",
            "Net< a: input 6x3; b: input 6x3; Concatenate(axis=1)([a, b]) => lstm 4 => dense 1 >",
            "Net< a: input 6x3; b: input 6x3; concat(a, b) axis=1 => lstm 4 => dense 1 >",
            "Net< a: input 6x3; b: input 6x3; concat(a, b) axis=-1 => lstm 4 => dense 1 >",
            "Net< a: input 6; b: input 6; Dot(axes=1)([a, b]) >",
            "Net< a: input 6; b: input 6; Dot(axes=1, normalize=True)([a, b]) >",
            "Net< a: input 6; b: input 6; dot(a, b) normalize >",
            "Net< a: input 6; b: input 6; dot(a, b) normalize=True >",
            "Net< a: input 6; b: input 6; dot(a, b) axes=1 >",
            "Net< input 6x3 => s: gru 4 sequences; x: input 6x3 => gru 4 from s => dense 1 >",
            "Net< input 6x3 => s: lstm 4 sequences; x: input 6x3 => lstm 4 from s => dense 1 >",
            "Net< input 6x3 => s: lstm 8 sequences; x: input 6x3 => lstm 4 from s => dense 1 >",
            "Net< input 6x3 => s: gru 4 sequences; x: input 6x3 => gru 4 from s => dense 1; s => flatten => dense 1 >",
            "Net< input 6x3 => s: gru 4 sequences => flatten => dense 1; x: input 6x3 => gru 4 from s => dense 1 >",
            "block b() < lstm 4 from t > Net< input 6x3 => t: lstm 4 state; x: input 6x3 => b() => dense 1 >",
            "Net< input 6x3 => x: lstm 4 from x => dense 1 >",
            "Net< input 6x3 => lstm 4 from x => x: dense 1 >",
            "Net< input 6x3 => bidirectional gru 32 merge_mode=sum => dense 1 >",
            "Net< input 6x3 => lstm(8, gates hard_sigmoid) => dense 1 >",
            "Net< input 6x3 => bidirectional gru(32, sequences) sum => lstm 4 => dense 1 >",
            "Net< input 6x3 => bidirectional GRU(32) => dense 1 >",
            "Net< input 6x6x3 => conv(4, (3, 3), relu) => flatten => dense 1 >",
            "Net< thought: input 8; x: input 4x3 => gru 4 from thought => dense 1 >",
        ],
    );
}
