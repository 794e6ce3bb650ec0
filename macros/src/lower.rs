//! From what was written to the graph: layers are found, names are given.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::activations;
use crate::errors::Errors;
use crate::graph::{Graph, Input, Node, Row, RowId, Tokens, ValueId};
use crate::layers::{self, Parsed};
use crate::optimize::Goal;
use crate::parse::{self, Body, Stage};
use crate::shape::{Scalar, Shape};
use crate::suggest;
use crate::words::{Word, Words};

pub fn lower(written: Body) -> Result<Graph, Errors> {
    let Body { name, castnet, goal, stages, bounds, mut errors } = written;
    let complete = errors.is_empty();
    let mut stages = stages.iter();
    let Some(first) = stages.next() else {
        // Why there is none has been said, unless all that was written fell away.
        if complete {
            errors.at(&name, format!("`{name}` has no layers"));
        }
        return errors.or(Graph {
            name,
            castnet,
            scalar: Scalar::F32,
            inputs: Vec::new(),
            rows: Vec::new(),
            nodes: Vec::new(),
            outputs: Vec::new(),
            bounds,
        });
    };
    let (input, scalar) = input(first, &mut errors);
    let inputs = vec![Input { name: format_ident!("input"), shape: input }];
    let mut graph =
        Graph { name, castnet, scalar, inputs, rows: Vec::new(), nodes: Vec::new(), outputs: Vec::new(), bounds };
    // An input that stands elsewhere has its error; then its successor is no second mistake.
    let mut rest: Vec<&Stage> = stages.collect();
    if first.keyword != "input" {
        rest.insert(0, first);
    } else if rest.is_empty() && complete {
        let keyword = &first.keyword;
        let name = &graph.name;
        errors.at(keyword, format!("`{name}` has an input and no layer\nhelp: add one: `=> dense 1`"));
    }
    let mut unlabelled = Vec::new();
    for stage in rest {
        let name = row_name(stage, &mut unlabelled, &mut errors);
        if let Some(parsed) = layer(stage, &mut errors) {
            add(&mut graph, name, parsed, stage, goal);
        }
    }
    graph.outputs.push(ValueId(graph.nodes.len()));
    names_are_unique(&graph, &mut errors);
    errors.or(graph)
}

/// Reads the first stage, which must be the input.
fn input(first: &Stage, errors: &mut Errors) -> (Shape, Scalar) {
    let nothing = (Shape::default(), Scalar::F32);
    if first.keyword != "input" {
        let keyword = &first.keyword;
        errors.at(keyword, format!("a network begins with its input, not with `{keyword}`\nhelp: put the shape of one sample in front: `input 13 =>`"));
        return nothing;
    }
    let mut words = Words::new(&first.keyword, &first.words, errors);
    let number = words.required_number(
        "`input` wants the shape of one sample\nhelp: such as `input 13`, `input 24x3` or `input 28x28x1`",
    );
    let shape = number.and_then(|number| words.read(number, |number| parse::shape(number, "the shape of the input")));
    let mut scalar = Scalar::F32;
    if let Some(name) = words.name() {
        let known = Scalar::ALL.into_iter().find(|scalar| name == scalar.name());
        let is_cross = name.to_string().strip_prefix('x').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
        if let Some(known) = known {
            scalar = known;
        } else if is_cross {
            words.errors.at(name, "a shape is one word, without spaces\nhelp: such as `28x28`");
            while words.next().is_some() {}
        } else if !words.is_next_layer(name) {
            let message =
                format!("`{name}` is no type that a network computes with\nhelp: `f32`, which needs no word, or `f64`");
            words.errors.at(name, message);
        }
    }
    words.end();
    (shape.unwrap_or_default(), scalar)
}

fn layer(stage: &Stage, errors: &mut Errors) -> Option<Parsed> {
    let keyword = &stage.keyword;
    if keyword == "input" {
        errors.at(tokens(stage), "a second `input`: a network has one, at its beginning\nhelp: leave it out; `reshape` changes a shape on the way");
        return None;
    }
    let Some(parse) = layers::find(keyword) else {
        let written = keyword.to_string();
        let near = match suggest::nearest(&written, layers::keywords().chain(activations::words())) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        let (layers, activations) = (join(layers::keywords()), join(activations::words()));
        errors.at(
            keyword,
            format!("unknown layer `{written}`\nhelp: {near}layers: {layers}; activations: {activations}"),
        );
        return None;
    };
    parse(&mut Words::new(keyword, &stage.words, errors))
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// Adds a layer, and the activation behind it as an operation of its own in the same row.
fn add(graph: &mut Graph, name: Ident, parsed: Parsed, stage: &Stage, goal: Goal) {
    let row = RowId(graph.rows.len());
    graph.rows.push(Row { name, is_labelled: stage.label.is_some() });
    for mut layer in [Some(parsed.layer), parsed.activation].into_iter().flatten() {
        layer.optimize(goal);
        let from = ValueId(graph.nodes.len());
        let tokens = layer.as_activation().map_or_else(|| tokens(stage), ToTokens::to_token_stream);
        let tokens = Tokens { layer: tokens, ..Tokens::default() };
        graph.nodes.push(Node { row, layer, from: vec![from], to: ValueId(from.0 + 1), tokens });
    }
}

fn tokens(stage: &Stage) -> TokenStream {
    let (keyword, words) = (&stage.keyword, &stage.words);
    let words = words.iter().map(Word::to_token_stream);
    quote!(#keyword #(#words)*)
}

/// Local variables of the generated code; so are those that begin with `grad_`, or end in `_linear` or `_mask`.
const RESERVED: &[&str] = &[
    "arena",
    "castnet",
    "grad_input",
    "grad_output",
    "gradient",
    "grads",
    "input",
    "isa",
    "output",
    "rng",
    "samples",
    "tape",
];

/// The label, or the keyword with the number of its kind among the layers without a label, as Keras counts.
fn row_name(stage: &Stage, unlabelled: &mut Vec<String>, errors: &mut Errors) -> Ident {
    let Some(label) = &stage.label else {
        let keyword = stage.keyword.to_string();
        let number = 1 + unlabelled.iter().filter(|earlier| **earlier == keyword).count();
        let name = format_ident!("{keyword}_{number}", span = Span::call_site());
        unlabelled.push(keyword);
        return name;
    };
    let text = label.to_string();
    let wrong = if syn::parse2::<Ident>(label.to_token_stream()).is_err() {
        "is a word of Rust"
    } else if RESERVED.contains(&text.as_str())
        || text.starts_with("grad_")
        || text.starts_with('_')
        || text.ends_with("_linear")
        || text.ends_with("_mask")
    {
        "is a name that the generated code needs"
    } else if layers::find(label).is_some() || label == "input" {
        "is the name of a kind of layer"
    } else {
        return label.clone();
    };
    errors.at(label, format!("`{text}` {wrong} and cannot be a label\nhelp: take another, such as `hidden`"));
    label.clone()
}

/// No two layers have the same name, given or counted.
fn names_are_unique(graph: &Graph, errors: &mut Errors) {
    for (index, row) in graph.rows.iter().enumerate() {
        let Some(earlier) = graph.rows.iter().take(index).find(|earlier| earlier.name == row.name) else { continue };
        let name = &row.name;
        let help = "help: take another label; layers without one are named `dense_1`, `dense_2`, ...";
        if row.is_labelled {
            errors.at(name, format!("a layer named `{name}` exists already\n{help}"));
        } else {
            errors.at(&earlier.name, format!("`{name}` is also the name of a later layer that has no label\n{help}"));
        }
    }
}
