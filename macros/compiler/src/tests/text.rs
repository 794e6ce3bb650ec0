//! The canonical text of a network has the same tree as the original text, and is its own canonical text.
use std::collections::BTreeSet;
use std::fmt::Write;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::repository;
use crate::parse::{Chain, Invocation, Stage, What};
use crate::print::documentation;
use crate::{Program, format};

/// The tree as a list that does not depend on the layout of the text: numbers by value, documentation by its text.
fn parts(invocation: &Invocation) -> String {
    let mut parts = String::new();
    for block in &invocation.blocks {
        let parameters = block.parameters.iter().map(ToString::to_string).collect::<Vec<_>>();
        writeln!(parts, "block {} {parameters:?}", block.name).expect("a string");
        chain(&block.chain, &mut parts);
    }
    for network in &invocation.networks {
        let (header, body) = (&network.header, &network.body);
        let (documents, others): (Vec<_>, Vec<_>) =
            header.attributes.iter().partition(|attribute| documentation(attribute).is_some());
        let documents: Vec<String> = documents.into_iter().filter_map(documentation).collect();
        writeln!(parts, "network {} {:?} {:?}", header.name, documents.join("\n"), body.goal).expect("a string");
        others.into_iter().for_each(|attribute| tokens(attribute.to_token_stream(), &mut parts));
        tokens(header.visibility.to_token_stream(), &mut parts);
        body.chains.iter().for_each(|of| chain(of, &mut parts));
        for bound in &body.bounds {
            let (digits, suffix) = bound.number.with_suffix();
            let unit = bound.unit.as_ref().map_or(suffix, ToString::to_string);
            writeln!(parts, "bound {} {:?} {digits} {unit}", bound.quantity, bound.comparison).expect("a string");
        }
    }
    parts
}

fn chain(chain: &Chain, parts: &mut String) {
    parts.push_str("chain\n");
    for Stage { label, keyword, what, words, .. } in &chain.stages {
        writeln!(parts, "stage {:?} {keyword}", label.as_ref().map(ToString::to_string)).expect("a string");
        match what {
            What::Plain | What::Lost => {}
            What::Join(group, _) | What::Call(group, _) => tokens(TokenTree::from(group.clone()).into(), parts),
            What::Repeat(inner) => self::chain(inner, parts),
            What::Nested(path) => tokens(path.clone(), parts),
        }
        parts.push_str("words\n");
        words.iter().for_each(|word| tokens(word.to_token_stream(), parts));
    }
    parts.push_str("end\n");
}

fn tokens(stream: TokenStream, parts: &mut String) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                // `macro_rules` inserts groups without delimiters, and a comma may end a list.
                let mut inside = String::new();
                tokens(group.stream(), &mut inside);
                writeln!(parts, "{:?} {}", group.delimiter(), inside.strip_suffix(",\n").unwrap_or(&inside))
                    .expect("a string");
            }
            TokenTree::Literal(literal) if literal.to_string().starts_with(|c: char| c.is_ascii_digit()) => {
                writeln!(parts, "{}", literal.to_string().replace('_', "").replace('E', "e")).expect("a string");
            }
            token => writeln!(parts, "{token}").expect("a string"),
        }
    }
}

/// Asserts that the canonical text of a source has the same tree, and is its own canonical text.
pub fn assert_is_canonical(source: &Program, what: &str) {
    let text = source.to_string();
    let again = Program::parse(&text).unwrap_or_else(|errors| panic!("{errors:?} in\n{text}\nof {what}"));
    assert_eq!(parts(&source.0), parts(&again.0), "{text}\nof {what}");
    assert_eq!(again.to_string(), text, "{what}");
    for line in text.lines().filter(|line| !line.starts_with("///") && !line.starts_with('#')) {
        assert!(line.chars().count() <= 120, "a line is too long: {line}\nof {what}");
        assert_eq!(line.trim_end(), line, "{what}");
    }
}

/// The canonical text of every network has the same tree. Networks without errors also give the same code when they are compiled by
/// themselves, with the blocks that they use.
#[test]
fn every_network_of_the_repository() {
    let (mut count, mut compiled) = (0, BTreeSet::new());
    for repository::Invocation { file, tokens } in repository::invocations() {
        // Programs with syntax errors belong to other tests.
        let Ok(source) = Program::of_tokens(tokens.clone()) else { continue };
        assert_is_canonical(&source, &file.display().to_string());
        count += source.networks().count();
        // Of networks with one name, a condition chooses one: none is found by its name.
        let names: BTreeSet<String> = source.networks().collect();
        if names.len() < source.networks().count() {
            continue;
        }
        let texts: Vec<String> = source.networks().filter_map(|name| source.text_of(&name)).collect();
        if !compiled.insert(texts.clone()) {
            continue;
        }
        // The code of large networks takes long, so only their graphs are compared.
        let meaning = if file.components().any(|part| part.as_os_str() == "zoo") { graphs } else { code };
        let alone = texts.iter().map(|text| meaning(text.parse().expect("it lexes")));
        let (alone, whole) = (alone.collect::<Vec<_>>().join(" "), meaning(tokens));
        assert!(alone == whole || whole.contains("compile_error"), "{source}\nof {}\n{alone}\n{whole}", file.display());
    }
    assert!(count >= 550, "only {count} networks were found");
    assert!(compiled.len() >= 300, "only {} invocations were compiled", compiled.len());
}

/// The graphs of the networks.
fn graphs(tokens: TokenStream) -> String {
    let Invocation { networks, blocks, .. } = Program::of_tokens(tokens).expect("it was read before").0;
    let graphs = networks.into_iter().map(|network| match crate::lower::lower(network.body, &blocks) {
        Ok(graph) => graph.to_string(),
        Err(errors) => format!("compile_error {errors:?}"),
    });
    graphs.collect::<Vec<_>>().join(" ")
}

fn code(tokens: TokenStream) -> String {
    let code = crate::network([quote!([::castnet]), tokens].into_iter().collect()).to_string();
    // At the end stand the functions for unused blocks, which the text of one network does not have.
    code.split("const _ : () = { # [allow").next().unwrap_or_default().trim_end().to_string()
}

fn canonical(text: &str) -> String {
    let source = Program::parse(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_is_canonical(&source, text);
    source.to_string()
}

#[test]
fn documentation_is_kept() {
    let lines = [
        "",
        " A \"quote\", a \\backslash\\ and \\n.",
        "  indented `code` {braces} # $x",
        "\ttab \u{e9}\u{4e16}",
        "* star */ /* no comment",
        "",
        " end ",
    ];
    let text: String = lines.iter().map(|line| format!("///{line}\n")).collect();
    let text = text + "Net< input 1 => dense 1 >";
    assert_eq!(canonical(&text), text);
    // `#[doc]` is the same documentation, and its lines become lines.
    assert_eq!(
        canonical("#[doc = \"one\\n two\"] Net< input 1 => dense 1 >"),
        "///one\n/// two\nNet< input 1 => dense 1 >"
    );
    assert_eq!(canonical("/** one */ Net< input 1 => dense 1 >"), "/// one \nNet< input 1 => dense 1 >");
    // With `///` before it, it would be a comment.
    let slash = "#[doc = \"/ one\"]\nNet< input 1 => dense 1 >";
    assert_eq!(canonical(slash), slash);
}

#[test]
fn attributes_and_visibility() {
    let text = "\
/// One.
#[optimize(size)]
#[derive(Clone, PartialEq)]
#[cfg(all(feature = \"std\", not(target_os = \"none\")))]
#[allow(clippy::large_stack_frames, dead_code)]
#[doc(hidden)]
#[doc = include_str!(\"net.md\")]
/// Two.
pub(in crate::models) r#Net< input 1 => r#type: dense 1 >

pub(crate) Other< input 2 f64 => use r#mod::Net -> 7x7x64 frozen >";
    assert_eq!(canonical(text), text);
    let apart = "#[ derive ( Clone ,PartialEq ) ] # [optimize(speed)] pub ( crate ) Net < input 1=>dense 1 , >";
    assert_eq!(
        canonical(&apart.replace(" , >", ">")),
        "#[optimize(speed)]\n#[derive(Clone, PartialEq)]\npub(crate) Net< input 1 => dense 1 >"
    );
}

#[test]
fn numbers_have_one_form() {
    let text = "Net< input 10000x3 => dense 1_0 => dense 1234 => dense 12345 => dense 1_2345_67 relu l2 1E-4 => leaky_relu - 0.1_0 => dense 1 > where params <= 1000000, flash < 2KiB, ram>=100_00 B";
    let formed = "\
Net<
    input 10000x3
        => dense 10
        => dense 1234
        => dense 12_345
        => dense 1_234_567 relu l2 1e-4
        => leaky_relu -0.10
        => dense 1
> where params <= 1_000_000, flash < 2 KiB, ram >= 10_000 B";
    assert_eq!(canonical(text), formed);
    let computed = "block b(n) < dense 2 * n relu => dense (n+20000)/ 2 => dense n + 2 => dense (channels-(-n)) % 7 => repeat ( n -1 ) { dense 1 } > N< input 1 => b( 2 *channels ) >";
    let formed = "\
block b(n) <
    dense 2*n relu
        => dense (n + 20_000)/2
        => dense n+2
        => dense (channels - (-n))%7
        => repeat (n - 1) { dense 1 }
>

N< input 1 => b(2*channels) >";
    assert_eq!(canonical(computed), formed);
}

#[test]
fn long_lines_are_broken() {
    let text = "Net< a: input 24x24x3 => concat(conv 8 3x3 same nobias => batchnorm => relu, conv 8 1x1 => add(identity, repeat 3 { conv 8 3x3 same relu init he_normal l2 1e-4 => conv 8 3x3 same relu } => conv 8 1x1 relu init he_normal l2 1e-4) relu, identity) relu => seen: globalavgpool; seen => dense 2; a => flatten => dense 1 >";
    let broken = "\
Net<
    a: input 24x24x3
        => concat(
            conv 8 3x3 same nobias => batchnorm => relu,
            conv 8 1x1
                => add(
                    identity,
                    repeat 3 {
                        conv 8 3x3 same relu init he_normal l2 1e-4 => conv 8 3x3 same relu
                    }
                        => conv 8 1x1 relu init he_normal l2 1e-4
                ) relu,
            identity
        ) relu
        => seen: globalavgpool;
    seen => dense 2;
    a => flatten => dense 1
>";
    assert_eq!(canonical(text), broken);
    // A line may have a hundred columns.
    let name = "N".repeat(100 - "< input 1 => dense 1 >".len());
    assert_eq!(canonical(&format!("{name}< input 1=>dense 1>")), format!("{name}< input 1 => dense 1 >"));
    assert_eq!(canonical(&format!("{name}N< input 1=>dense 1>")), format!("{name}N<\n    input 1 => dense 1\n>"));
}

#[test]
fn a_network_alone_has_the_blocks_that_it_uses() {
    let source = Program::parse(
        "A< input 4 => outer(2) => dense 1 > block inner(n) < dense n > block other() < relu > B< input 4 => add(other(), identity) >
        block outer(n) < repeat 2 { concat(inner(n), identity) } > C< input 4 => dense 1 >",
    );
    let source = source.expect("it is written well");
    let text = |name: &str| source.text_of(name).expect("it is there");
    assert_eq!(
        text("A"),
        "block inner(n) < dense n >\nblock outer(n) < repeat 2 { concat(inner(n), identity) } >\n\nA< input 4 => outer(2) => dense 1 >"
    );
    assert_eq!(text("B"), "block other() < relu >\n\nB< input 4 => add(other(), identity) >");
    assert_eq!(text("C"), "C< input 4 => dense 1 >");
    assert_eq!(source.text_of("D"), None);
}

#[test]
fn mistakes_are_all_reported() {
    let count = |text: &str| format(text).map_err(|errors| errors.len());
    assert_eq!(count("Net< input 1 => => dense 1 => > A< input 2 >"), Err(2));
    assert_eq!(count("Net< input 1 => add(identity => , repeat 2 { concat(dense 1 => , => dense 1) }) >"), Err(3));
    assert_eq!(count("Net< input ( >"), Err(1));
    assert_eq!(count(""), Ok(String::new()));
}
