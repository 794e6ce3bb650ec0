//! Damaged programs: cut short, with a token missing or doubled, or with two tokens swapped. The compiler reports every error and never
//! panics.
use proc_macro2::{TokenStream, TokenTree};

const PROGRAMS: &[&str] = &[
    "/// Docs.\n#[derive(Clone)] pub(crate) Net< input 28x28x1 f64 => flatten => first: dense 10 relu init he_normal l2 1e-4 => dropout 0.5 => leaky_relu 0.1 => dense 3 softmax > where params == 7883, flash <= 64 KiB, ram <= 100 KiB",
    "A< input 13 => normalize => dense 10 relu frozen => dense 1 > B< input 3x4 => reshape 2x6 => tanh > where params < 5 pub C< input 2 => threshold 1.0 -0.5 => dense 1 nobias l1 >",
    "I< input 9x8x6 => pad 1x0x1x0 => maxpool 2x3 stride 1 same => batchnorm momentum 0.9 epsilon 1e-5 noscale => avgpool 2 => crop 1x0 => upsample 2 bilinear => layernorm all nocenter => prelu shared => groupnorm 3 frozen => spatial_dropout 0.2 => rescale 0.5 offset -1 => dense 4 each relu => globalavgpool keepdims => gaussian_noise 0.1 => globalmaxpool => clipped_relu 1 0.1 0.2 >",
    "block unit(n, what) < x: dense 2*n what => add(x, identity) > N< a: input 3 => y: unit(3, relu); b: input 2x2 => flatten => unit(channels/2, tanh) => z: dense 3; concat(y => dense 3, z) relu => repeat 2 { dense channels } >",
];

/// Expands a program, and returns whether it has errors. The expansion must be valid Rust, and empty only for a block alone.
fn expand(tokens: Vec<TokenTree>) -> bool {
    let source: TokenStream = tokens.into_iter().collect();
    let text = source.to_string();
    let expanded = crate::network(source);
    let file: syn::File =
        syn::parse2(expanded.clone()).unwrap_or_else(|error| panic!("{error} in the expansion of {text}"));
    let complains = expanded.to_string().contains("compile_error");
    // The expansion of a block alone is empty.
    let is_block = text.contains("block");
    assert!(
        complains || is_block || !file.items.is_empty() || text.split_whitespace().count() <= 3,
        "nothing came of {text}"
    );
    complains
}

fn tokens(program: &str) -> Vec<TokenTree> {
    format!("[::castnet] {program}").parse::<TokenStream>().expect("it lexes").into_iter().collect()
}

#[test]
fn whole_programs() {
    for program in PROGRAMS {
        assert!(!expand(tokens(program)), "{program}");
    }
}

/// The tokens whose deletion leaves a valid program, in the order of [`PROGRAMS`]. Without any other token a program has an error.
const OPTIONAL: &[&[&str]] = &[
    &["(crate)", "f64", "relu", "1e-4", "0.1", "softmax", "=", "="],
    &["relu", "frozen", "pub", "1.0", "-", "nobias", "l1"],
    &["same", "noscale", "bilinear", "all", "nocenter", "shared", "frozen", "-", "relu", "1", "0.1", "0.2"],
    &["what", "relu"],
];

/// The tokens, except for the last, behind which a program may end.
const ENDS: &[&[&str]] = &[&[">", "7883", ",", "KiB", ","], &[">", ">", "5"], &[], &[">"]];

/// The tokens that may stand twice.
const DOUBLED: &[&[&str]] = &[&[], &[], &[], &[]];

/// The tokens that may be swapped with the next.
const SWAPPED: &[&[&str]] = &[&[], &["relu", "1.0", "nobias"], &["all", "each", "1", "0.1"], &[]];

/// Changes every program at every token. `accepted` lists the tokens whose change leaves a valid program, in their order.
fn changes(
    accepted: &[&[&str]],
    places: impl Fn(usize) -> std::ops::Range<usize>,
    change: impl Fn(&mut Vec<TokenTree>, usize),
) {
    let got: Vec<Vec<String>> = PROGRAMS
        .iter()
        .map(|program| {
            let all = tokens(program);
            let is_accepted = |at: &usize| {
                let mut changed = all.clone();
                change(&mut changed, *at);
                !expand(changed)
            };
            places(all.len()).filter(is_accepted).map(|at| all[at].to_string()).collect()
        })
        .collect();
    assert_eq!(got, accepted);
}

#[test]
fn every_prefix() {
    changes(ENDS, |len| 1..len - 1, |tokens, at| tokens.truncate(at + 1));
}

#[test]
fn every_deletion() {
    changes(
        OPTIONAL,
        |len| 1..len,
        |tokens, at| {
            tokens.remove(at);
        },
    );
}

#[test]
fn every_doubling() {
    changes(DOUBLED, |len| 1..len, |tokens, at| tokens.insert(at, tokens[at].clone()));
}

#[test]
fn every_swap() {
    changes(SWAPPED, |len| 1..len - 1, |tokens, at| tokens.swap(at, at + 1));
}

/// Blocks that call another twice, thirty levels deep, end with an error and not after hours.
#[test]
fn blocks_that_double() {
    let levels: String =
        (1..30).map(|level| format!("block b{level}() < b{}() => b{}() > ", level - 1, level - 1)).collect();
    let text = format!("[::castnet] block b0() < dense 4 > {levels} Net< input 4 => b29() >");
    let compiled = crate::compile_all(text.parse().expect("it lexes"));
    let errors = compiled.networks.into_iter().find_map(|network| network.planned.err()).expect("errors");
    assert!(errors.iter().any(|error| error.to_string().starts_with("the network has more than 1000 layers here")));
}

/// Texts that are nested so deep, or so long, that recursion over them would overflow the stack.
#[test]
fn deep_texts() {
    const DEPTH: usize = 20_000;
    let nested =
        |open: &str, inside: &str, close: &str| format!("{}{inside}{}", open.repeat(DEPTH), close.repeat(DEPTH));
    let chain_of_blocks: String = (1..1000).map(|at| format!("block b{at}() < b{}() > ", at - 1)).collect();
    let texts = [
        (format!("Net< input 4 => dense {} >", nested("(", "3", ")")), "brackets stand here more than 64 deep"),
        (
            format!("Net< input 4 => {} >", nested("add(identity, ", "dense 4", ")")),
            "brackets stand here more than 64 deep",
        ),
        (
            format!("Net< input 4 => {} >", nested("repeat 1 { ", "dense 4", "}")),
            "brackets stand here more than 64 deep",
        ),
        (format!("#[a{}] Net< input 4 => dense 4 >", nested("(", "", ")")), "brackets stand here more than 64 deep"),
        (
            format!("Net< input 4 => dense ({}3) >", "-".repeat(DEPTH)),
            "this expression has 20001 tokens, but at most 256 are allowed",
        ),
        (
            format!("Net< input 4 => dense 3{} >", "+1".repeat(DEPTH)),
            "this expression has 40001 tokens, but at most 256 are allowed",
        ),
        (
            format!("block b0() < dense 4 > {chain_of_blocks} Net< input 4 => b999() >"),
            "blocks call one another more than 100 deep here",
        ),
    ];
    for (text, message) in texts {
        let errors = crate::diagnose(format!("[::castnet] {text}").parse().expect("it lexes"));
        let errors: Vec<String> = errors.iter().map(crate::Error::to_string).collect();
        assert!(errors.iter().any(|error| error.starts_with(message)), "{message}: {errors:?}");
        _ = crate::format(&text);
    }
}

/// Joins whose paths double at each, and long chains, are gone through once: a search through all paths would take years here.
#[test]
fn long_chains() {
    let texts = [
        "Net< input 4 => repeat 60 { add(identity, tanh) } => use Other -> 4 frozen => dense 1 >",
        "Net< input 4 => repeat 900 { tanh } => use Other -> 4 frozen => dense 1 >",
        "Net< input 4 => repeat 450 { reshape 2x2 => flatten } => normalize => dense 1 >",
    ];
    for text in texts {
        let compiled = crate::compile_all(format!("[::castnet] {text}").parse().expect("it lexes"));
        assert_eq!(compiled.errors().map(crate::Error::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    }
}

/// The largest network compiles. One layer more is one error, at the layer or at the repetition.
#[test]
fn most_layers() {
    let errors = |text: String| crate::diagnose(format!("[::castnet] {text}").parse().expect("it lexes"));
    let written = |layers: usize| format!("Net< input 4 {}>", "=> dense 4 ".repeat(layers));
    let branches = |layers: usize| format!("Net< input 4 => add({}) >", vec!["dense 4"; layers - 1].join(", "));
    for text in [written(1000), branches(1000), "Net< input 4 => repeat 1000 { dense 4 } >".to_string()] {
        assert!(errors(text).is_empty());
    }
    let more = "Net< input 4 => repeat 1001 { dense 4 } >".to_string();
    for (text, tokens) in
        [(written(1001), "dense 4"), (branches(1001), "add"), (written(3000), "dense 4"), (more, "repeat 1001")]
    {
        let found = errors(text);
        let [error] = found.as_slice() else { panic!("{} errors", found.len()) };
        assert!(error.to_string().starts_with("the network has more than 1000 layers here"), "{error}");
        let place = error.as_syn().span().source_text().unwrap_or_default();
        assert!(place.starts_with(tokens), "{place}");
    }
}

/// Labels and blocks may be raw identifiers, wherever their names go into others.
#[test]
fn raw_identifiers() {
    for layer in [
        "rnn 3",
        "bidirectional gru 3",
        "dense 3 each softmax",
        "batchnorm",
        "use Other -> 5x3",
        "dropout 0.2",
        "prelu",
    ] {
        for text in [
            format!("r#Net< r#in: input 5x2 => dense 3 each => r#type: {layer} => flatten => dense 1 >"),
            format!(
                "block r#fn(n) < r#type: {layer} => dropout 0.1 > Net< input 5x3 => r#fn(3) => flatten => dense 1 >"
            ),
            format!("Net< input 5x2 => dense 3 each => repeat 1 {{ r#type: {layer} }} => flatten => dense 1 >"),
            format!("block b(n) < r#type: {layer} > Net< input 5x3 => r#as: b(3) => flatten => dense 1 >"),
        ] {
            assert!(!expand(tokens(&text)), "{text}");
        }
    }
}
