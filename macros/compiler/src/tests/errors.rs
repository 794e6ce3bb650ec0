//! Every message with its underline, as rustc shows them. The files in `tests/errors/` hold programs with their errors.
use std::fmt::Write;

use super::compare;

/// The errors of an invocation, each with the line that it points at.
fn render(source: &str) -> String {
    let tokens = format!("[::castnet]\n{source}").parse().expect("it lexes");
    let compiled = crate::compile_all(tokens);
    let mut text = String::new();
    for network in compiled.networks {
        if let Err(errors) = network.planned {
            errors.iter().for_each(|error| render_all(source, error, &mut text));
        }
    }
    compiled.errors.iter().for_each(|error| render_all(source, error, &mut text));
    text
}

fn render_all(source: &str, error: &syn::Error, text: &mut String) {
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

/// Compares programs and their errors with a golden file.
fn errors(file: &str, programs: &[&str]) {
    let mut text = String::new();
    for program in programs {
        let errors = render(program);
        assert!(!errors.is_empty(), "no error in {program}");
        writeln!(text, "{program}\n\n{errors}\n----------------------------------------\n").expect("a string");
    }
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
            "Net< input 13 => dense = 10 >",
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
            "< input 13 => dense 1 >",
            "pub < input 13 => dense 1 >",
            "pub",
            "Net",
            "Net { input 13 => dense 1 }",
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
            "Net< input 13 => dense 10 init => dense 1 >",
            "Net< input 13 => dense 10 init he => dense 1 >",
            "Net< input 13 => dense 10 init xavier => dense 1 >",
            "Net< input 13 => dense 10 he_normal => dense 1 >",
            "Net< input 13 => dense 10 init zeros init zeros => dense 1 >",
            "Net< input 13 => dense 10 l2 -1 => dense 1 >",
            "Net< input 13 => dense 10 l2 1e400 => dense 1 >",
            "Net< input 13 => dense 10 l2 0.1 l2 0.2 => dense 1 >",
            "Net< input 13 => dense 10 l2 0.1 frozen => dense 1 >",
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
            "Net< input 13 => a: dense 10 => a: dense 1 >",
            "Net< input 13 => dense_1: dense 10 => dense 1 >",
            "Net< input 13 => dense 10 => dense_1: dense 1 >",
            "Net< input 13 => output: dense 10 => dense 1 >",
            "Net< input 13 => grad_x: dense 10 => dense 1 >",
            "Net< input 13 => dense 10 gelu => dense_1_linear: dense 10 => dense 1 >",
            "Net< input 13 => relu: dense 10 => dense 1 >",
            "Net< input 13 => self: dense 10 => dense 1 >",
            "Net< input 13 => type: dense 10 => dense 1 >",
            "Net< input 13 => a: => dense 1 >",
            "Net< input 13 => a: b: dense 10 => dense 1 >",
            "Net< input 13 => hidden => dense 1 >",
        ],
    );
}

#[test]
fn graphs() {
    errors(
        "graphs",
        &[
            "Net< input 13 => add(dense 10, dense 3 relu) => dense 1 >",
            "Net< input 4x4x3 => concat(identity, reshape 2x8x3) => flatten => dense 1 >",
            "Net< input 4x4x3 => add(identity, reshape 4x2x6) => flatten => dense 1 >",
            "Net< input 13 => add(dense 10) => dense 1 >",
            "Net< input 13 => add() => dense 1 >",
            "Net< input 13 => add => dense 1 >",
            "Net< input 13 => add(dense 10, dense 10) dense 1 >",
            "Net< input 13 => add(dense 10, dense 10) 3 => dense 1 >",
            "Net< input 13 => add(dense 10, dens 10) => dense 1 >",
            "Net< input 13 => add(dense 10 =>, identity) => dense 1 >",
            "Net< a: input 13 => dense 10; b: input 3 >",
            "Net< a: input 3 => dense 2 relu => add(a, a) => dense 1 >",
            "block twice(n) < x: dense n => repeat 2 { dense n => add(x, x) } > Net< input 3 => twice(4) => dense 1 >",
            "Net< a: input 13 => dense 10; b: input 3 => dense 2; a: dense 1 >",
            "Net< a: input 13 f32 => dense 10 => x: dense 1; b: input 3 f64 => dense 2 => y: dense 1; add(x, y) >",
            "Net< input 13 => trunk: dense 10; trunk; trunk => dense 3 >",
            "Net< input 13 => trunk: dense 10; trunc => dense 3 >",
            "Net< input 13 => dense 10 => trunk => dense 3 >",
            "Net< input 13 => trunk: dense 10 => trunk => dense 3 >",
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
