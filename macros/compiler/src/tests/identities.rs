//! Identities and fingerprints, on which files of weights depend: they never change for a layer that exists.
use proc_macro2::TokenStream;

use super::compare_frozen;
use crate::layers::{all, join, keywords};
use crate::plan::Planned;
use crate::{activations, compile_all, options, unhashed};

fn planned(network: &str) -> Planned {
    let tokens = format!("[::castnet] {network}").parse().expect("it lexes");
    let compiled = compile_all(tokens).networks.into_iter().next().expect("a network");
    compiled.planned.unwrap_or_else(|errors| panic!("{network}: {errors:?}"))
}

/// The identities of the operations of a network.
fn identities(planned: &Planned) -> Vec<String> {
    planned.graph.nodes.iter().map(|node| node.resolved.identity.to_string()).collect()
}

/// An input and a layer: every layer with every word that changes its identity, and with some words that do not.
const LAYERS: &[&str] = &[
    "13: dense 10",
    "13: dense 10 nobias relu init he_normal l1 l2 0.1 max_norm 3",
    "13: dense 10 bias_l1 bias_l2 0.1",
    "13: dense 10 relu activity_l1 activity_l2 0.1",
    "13: dense 10 frozen",
    "4x3: dense 10 each nobias leaky_relu 0.3",
    "9x9x4: conv 8 3x3",
    "9x9x4: conv 8 3 stride 2 same groups 2 nobias frozen",
    "9x9x4: conv 8 2x3 stride 1x2 pad 1x0x1x0 relu",
    "9x9x4: conv 8 3x3 dilation 2x1 valid groups 1",
    "9x4: conv 8 3 causal dilation 2",
    "9x4: conv 8 3 pad 1x2 stride 1",
    "9x9x4: depthwise 3x3",
    "9x9x4: depthwise 3 multiplier 2 stride 2 same nobias",
    "9x4: depthwise 3 multiplier 1 dilation 2 pad 1",
    "9x9x4: separable 8 3x3",
    "9x9x4: separable 8 3 multiplier 2 stride 2 same nobias silu",
    "9x4: separable 8 3 causal dilation 2",
    "9x9x4: conv_transpose 8 3x3",
    "9x9x4: conv_transpose 8 3x2 stride 2 same outpad 1 nobias",
    "9x4: conv_transpose 8 3 dilation 2 outpad 0",
    "9x4: rnn 8",
    "9x4: rnn 8 relu backwards nobias frozen",
    "9x4: gru 8",
    "9x4: gru 8 sequences tanh gates sigmoid dropout 0.2 recurrent_dropout 0.1",
    "9x4: gru 8 reset_before gates hard_sigmoid leaky_relu 0.1 l2 recurrent_l1 recurrent_l2 0.1",
    "9x4: lstm 8",
    "9x4: lstm 8 sequences backwards nobias recurrent_init glorot_uniform max_norm 2",
    "9x4: lstm 8 sequences state",
    "9x4: gru 8 state",
    "9x4: x: rescale 1 => a: lstm 8 state; x => lstm 8 from a",
    "9x4: bidirectional gru 8",
    "9x4: bidirectional gru 8 concat sequences reset_before",
    "9x4: bidirectional lstm 8 sum gates hard_sigmoid dropout 0.1 recurrent_dropout 0.2 recurrent_init zeros",
    "9x4: bidirectional rnn 8 multiply sequences relu recurrent_l1 recurrent_l2",
    "9x4: bidirectional lstm 8 average nobias",
    "9x9x4: channels 1..3",
    "9x4: channels 0..4",
    "9x9x4: maxpool 2x2",
    "9x9x4: maxpool 2 stride 1 same",
    "9x4: maxpool 3 stride 3 valid",
    "9x9x4: avgpool 2x3",
    "9x9x4: avgpool 2 stride 2x1 same",
    "9x9x4: globalmaxpool",
    "9x9x4: globalmaxpool keepdims",
    "9x9x4: globalavgpool",
    "9x4: globalavgpool keepdims",
    "9x9x4: pad 1",
    "9x9x4: pad 1x0x2x0",
    "9x4: pad 2x0",
    "9x9x4: crop 1",
    "9x9x4: crop 1x2",
    "9x9x4: upsample 2",
    "9x9x4: upsample 2x3 bilinear",
    "9x4: upsample 3 nearest",
    "9x9x4: batchnorm",
    "9x9x4: batchnorm momentum 0.9 epsilon 1e-5 noscale",
    "9x9x4: batchnorm nocenter frozen",
    "9x9x4: batchnorm nocenter noscale epsilon 0.1",
    "9x9x4: layernorm",
    "9x9x4: layernorm all epsilon 1e-6 noscale",
    "9x9x4: layernorm nocenter frozen",
    "9x9x4: groupnorm 2",
    "9x9x4: groupnorm 4 epsilon 0.01 noscale nocenter",
    "13: unitnorm",
    "9x4: unitnorm all",
    "13: dropout 0.5",
    "13: dropout 0",
    "9x9x4: spatial_dropout 0.25",
    "13: gaussian_dropout 0.2",
    "13: gaussian_noise 0.1",
    "9x9x4: prelu",
    "9x9x4: prelu shared frozen",
    "9x9x4: flatten",
    "13: normalize",
    "13: rescale 0.00392156862745098",
    "13: rescale 2 offset -1.5",
    "13: rescale 1e-20 offset 1e300",
    "12: reshape 3x4",
    "12: reshape 2x3x2",
    "9x4: permute 2x1",
    "9x9x4: permute 3x1x2",
    "9x4: permute 1x2",
    "13: repeat_vector 5",
    "13: add(identity, identity)",
    "13: concat(dense 3, dense 4) relu",
    "9x4: concat(identity, identity) along 1 relu",
    "9x4: concat(identity, identity) along 2",
    "9x9x4: concat(identity, identity) along 2",
    "13: subtract(identity, dense 13)",
    "13: dot(identity, dense 13)",
    "13: dot(identity, dense 13) normalized tanh",
    "13: multiply(identity, dense 13 sigmoid)",
    "13: average(identity, identity, identity)",
    "13: maximum(identity, dense 13)",
    "13: minimum(identity, dense 13)",
    "13: use path::Encoder -> 7x7x64",
    "13: use Encoder -> 4 frozen",
    "13: swish",
    "13: hard_swish",
    "13: celu 0.5",
    "13: clipped_relu 1 0.1 0.2",
    "13: clipped_relu 2",
    "13: elu 2",
    "13: hard_shrink 0.25",
    "13: leaky_relu -0.25",
    "13: soft_shrink 1e-3",
    "13: squareplus 1",
    "13: threshold 0.5 -0.5",
];

#[test]
fn layers_keep_their_identities() {
    let activations = activations::words().map(|word| format!("13: {word}"));
    let written: Vec<String> = LAYERS.iter().map(ToString::to_string).chain(activations).collect();
    for keyword in keywords().chain(join::keywords()).chain(["use"]) {
        let has = |written: &String| {
            let (_, layer) = written.split_once(": ").expect("an input");
            layer.split([' ', '(']).next() == Some(keyword)
        };
        assert!(written.iter().any(has), "a layer `{keyword}` is missing");
    }
    let mut text = String::new();
    for written in written {
        let (input, layer) = written.split_once(": ").expect("an input");
        // Another layer stands behind it, so that an activation is not the head.
        let network = planned(&format!("Net< input {input} => {layer} => rescale 1 >"));
        let mut identities = identities(&network);
        identities.pop();
        text.push_str(&format!("{written}\n    {}\n", identities.join("; ")));
    }
    compare_frozen("identities.txt", &text);
}

/// Every option is in some identity, or the messages on other architectures leave it out.
#[test]
fn options_are_in_identities_or_left_out() {
    let left_out: Vec<&str> = unhashed::all().collect();
    let in_identities = |option: &str| {
        LAYERS.iter().any(|written| {
            let (input, layer) = written.split_once(": ").expect("an input");
            let of_layer = identities(&planned(&format!("Net< input {input} => {layer} => rescale 1 >")));
            of_layer.iter().any(|identity| identity.split(' ').skip(1).any(|word| word == option))
        })
    };
    for option in all().flat_map(|keyword| keyword.words).copied().chain(options::all()) {
        assert!(in_identities(option) != left_out.contains(&option), "{option}");
    }
}

/// Words that are left out change no fingerprint.
#[test]
fn left_out_words_change_no_fingerprint() {
    let fingerprint_of = |layers: &str| fingerprint(&format!("Net< input 9x9x4 => {layers} => rescale 1 >"));
    for word in unhashed::all() {
        let candidates = ["dense 4", "conv 4 3x3", "batchnorm", "upsample 2", "reshape 81x4 => lstm 4"];
        let with = |layer: &str| match word {
            options::INIT | options::RECURRENT_INIT => format!("{layer} {word} he_normal"),
            "recurrent_dropout" => format!("{layer} {word} 0.5"),
            "momentum" => format!("{layer} {word} 0.5"),
            word if keywords().any(|keyword| keyword == word) => format!("{layer} => {word} 0.5"),
            word => format!("{layer} {word}"),
        };
        let compiles = |layer: &&str| {
            let network = format!("[::castnet] Net< input 9x9x4 => {} => rescale 1 >", with(layer));
            crate::diagnose(network.parse().expect("it lexes")).is_empty()
        };
        let layer =
            candidates.iter().find(|layer| compiles(layer)).unwrap_or_else(|| panic!("no layer takes `{word}`"));
        assert_eq!(fingerprint_of(layer), fingerprint_of(&with(layer)), "{word}");
    }
}

/// The expression of the constant `FINGERPRINT` of a network, with the paths of nested networks in place of their aliases.
fn fingerprint(network: &str) -> String {
    let tokens: TokenStream = format!("[::castnet] {network}").parse().expect("it lexes");
    let expanded = crate::network(tokens).to_string();
    let (_, behind) = expanded.split_once("const FINGERPRINT : u64 = ").unwrap_or_else(|| panic!("{expanded}"));
    let fingerprint = behind.split(" ;").next().expect("a piece").to_string();
    // `type __network_1 = < [Encoder ; ..`
    let aliases = expanded.split("type __network_").skip(1).filter_map(|alias| alias.split_once(" = < ["));
    aliases.fold(fingerprint, |fingerprint, (name, network)| {
        let path = network.split(" ;").next().expect("a piece");
        fingerprint.replace(&format!("< __layer_{name} as"), &format!("< {path} as"))
    })
}

#[test]
fn networks_keep_their_fingerprints() {
    let networks = [
        "House< input 13 => dense 10 relu => dense 10 relu => dense 1 >",
        "House< input 13 f64 => dense 10 relu => dense 10 relu => dense 1 >",
        "House< input 13 => normalize => dense 10 relu => dense 1 >",
        "Digits< input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 10 softmax >",
        "Image< input 28x28x1 => conv 8 3x3 relu => maxpool 2x2 => conv 16 3x3 same stride 2 nobias => batchnorm => relu => flatten => dense 10 softmax >",
        "Mobile< input 32x32x3 => separable 8 3x3 same => depthwise 3 stride 2 => layernorm => globalavgpool => dense 2 >",
        "Sequence< input 24x3 => conv 4 3 causal dilation 2 => prelu => conv_transpose 2 3 stride 2 same outpad 1 => flatten => dense 1 >",
        "Residual< input 8 => dense 8 relu => repeat 2 { add(identity, dense 4 relu => dense 8) relu } => dense 2 softmax >",
        "block unit(n) < add(identity, dense 2*n tanh => dense (channels-n)*8/n) > Blocks< input 8 => unit(3) => first: unit(4) => dense 1 >",
        "Driver< camera: input 8x8x1 => flatten => seen: dense 6 relu; state: input 7 => felt: dense 5 relu; concat(seen, felt) => trunk: dense 4; trunk => steer: dense 1 tanh; trunk => brake: dense 2 >",
        "Twice< input 4 => dense 4 => relu => twice: dense 4; twice => dense 1; twice => sigmoid >",
        "Aliases< input 12 => reshape 3x4 => flatten => dropout 0.1 => rescale 2 offset 1 => gaussian_noise 0.1 => tanh >",
        "Squeeze< input 6x6x4 => multiply(identity, globalavgpool => dense 4 sigmoid) => upsample 2 bilinear => pad 1 => crop 1x0 => groupnorm 2 => globalmaxpool keepdims >",
        "Nested< input 13 => use encoder::Encoder -> 4 => dense 1 >",
        "NestedTwice< input 13 => use Encoder -> 4 frozen => dense 3 => use Decoder -> 7 => dense 1 >",
        "Activations< input 5 => celu => clipped_relu => elu 2 => leaky_relu 0.3 => threshold => softmax => gelu >",
    ];
    let lines: Vec<String> =
        networks.iter().map(|network| format!("{network}\n    {}\n", fingerprint(network))).collect();
    compare_frozen("fingerprints.txt", &lines.concat());
}

/// No parameter of a block may have the name of a word of a layer.
#[test]
fn words_of_layers_name_no_parameter() {
    let words: Vec<&str> = all().flat_map(|keyword| keyword.words).copied().collect();
    assert!(words.contains(&"nearest") && words.contains(&"stride"));
    for word in words {
        let network = format!("[::castnet] block a({word}) < dense 3 > Net< input 3 => a(2) >");
        let expanded = crate::network(network.parse().expect("it lexes")).to_string();
        assert!(expanded.contains("is a word of the language"), "{word} may be a parameter");
    }
}
