//! From the input to the logits: in a prediction, and in training.
use proc_macro2::TokenStream;
use quote::quote;

use super::names::{Names, Wanted};
use super::{constant, constant_name};
use crate::graph::Node;
use crate::layers::{InPlace, Join, Keeps, Map, Operand, Operation, Places};
use crate::plan::{Location, Planned};

pub fn prediction(planned: &Planned) -> Vec<TokenStream> {
    forward(planned, Names::of_forward(planned, &planned.arena, "arena"), false)
}

pub fn training(planned: &Planned) -> Vec<TokenStream> {
    forward(planned, Names::of_forward(planned, &planned.tape, "tape"), true)
}

fn forward(planned: &Planned, mut names: Names<'_>, training: bool) -> Vec<TokenStream> {
    let mut statements = Vec::new();
    take_inputs(planned, &mut names, &mut statements);
    for node in planned.body() {
        match node.layer.operation() {
            Operation::Alias => {}
            Operation::Map(map) => {
                map_forward(planned, node, map, training, &mut names, &mut statements);
                if !training && let Some(activation) = put_off(planned, node, map) {
                    let [values] = names.get([Wanted::Value(node.to)], &mut statements);
                    statements.push(activation.forward(&values, &TokenStream::new()));
                }
            }
            Operation::Join(join) => join_forward(planned, node, join, &mut names, &mut statements),
            Operation::InPlace(operation) => {
                let (from, to) = (Wanted::Value(node.input()), Wanted::Value(node.to));
                if names.location(node.input()) != names.location(node.to) {
                    let [from, to] = names.get([from, to], &mut statements);
                    statements.push(quote!(castnet::copy(#from, #to);));
                }
                if !training && (!operation.acts_in_prediction() || is_put_off(planned, node, operation)) {
                    continue;
                }
                let mask = (operation.keeps() == Keeps::Mask).then_some(Wanted::Extra(node));
                let [values, mask] = names.get_some([Some(to), mask], &mut statements);
                statements.push(operation.forward(&values, &mask));
            }
        }
    }
    give_outputs(planned, &mut names, &mut statements);
    statements
}

/// Whether a prediction computes an activation behind the pooling that alone reads it: then fewer values are activated.
fn is_put_off(planned: &Planned, node: &Node, activation: &dyn InPlace) -> bool {
    if !activation.commutes_with_largest() || planned.is_logits(node.to) {
        return false;
    }
    let mut readers = planned.readers(node.to);
    let (Some(reader), None) = (readers.next(), readers.next()) else { return false };
    matches!(reader.layer.operation(), Operation::Map(map) if map.takes_largest())
}

/// The activation before a pooling that a prediction computes behind it.
fn put_off<'a>(planned: &'a Planned, pooling: &Node, map: &dyn Map) -> Option<&'a dyn InPlace> {
    let activation = planned.inferred.graph.writer(pooling.input()).filter(|_| map.takes_largest())?;
    let Operation::InPlace(operation) = activation.layer.operation() else { return None };
    is_put_off(planned, activation, operation).then_some(operation)
}

/// Several inputs are taken out of the samples that they are parts of.
fn take_inputs(planned: &Planned, names: &mut Names<'_>, statements: &mut Vec<TokenStream>) {
    if planned.only_input().is_some() {
        return;
    }
    for (index, input) in planned.inferred.graph.inputs.iter().enumerate() {
        let [to] = names.get([Wanted::Value(crate::graph::ValueId(index))], statements);
        let part = &input.name;
        statements.push(quote!(castnet::take(input, |sample| &sample.#part, #to);));
    }
}

/// Several outputs are put into the samples that they are parts of.
fn give_outputs(planned: &Planned, names: &mut Names<'_>, statements: &mut Vec<TokenStream>) {
    if let Some(output) = planned.only_output() {
        if names.location(output) == Location::Input {
            statements.push(quote!(castnet::copy(input, output);));
        }
        return;
    }
    for output in &planned.outputs {
        let [from] = names.get([Wanted::Value(output.logits)], statements);
        let part = planned.inferred.graph.value_name(output.value);
        statements.push(quote!(castnet::put(#from, output, |sample| &mut sample.#part);));
    }
}

fn map_forward(
    planned: &Planned,
    node: &Node,
    map: &dyn Map,
    training: bool,
    names: &mut Names<'_>,
    statements: &mut Vec<TokenStream>,
) {
    let record = (training && planned.tape.extra(node).is_some()).then_some(Wanted::Extra(node));
    let record = record.or(map.inner().map(|_| Wanted::Inner(node)));
    let wanted = [Some(Wanted::Value(node.input())), Some(Wanted::Value(node.to)), record];
    let [input, output, record] = names.get_some(wanted, statements);
    let places = Places { input, output, inner: record.clone(), record, ..places(planned, node) };
    statements.push(if training { map.forward_training(&places) } else { map.forward(&places) });
}

/// What a layer's passes have in common.
pub fn places(planned: &Planned, node: &Node) -> Places {
    let name = constant(planned, node).and_then(|_| constant_name(planned, node));
    Places { name: planned.inferred.graph.row_name(node.row).cloned(), constant: quote!(#name), ..Places::default() }
}

fn join_forward(
    planned: &Planned,
    node: &Node,
    join: &dyn Join,
    names: &mut Names<'_>,
    statements: &mut Vec<TokenStream>,
) {
    let shared = node.from.iter().position(|&operand| names.location(operand) == names.location(node.to));
    let mut begins = shared.is_none();
    for (index, &operand) in node.from.iter().enumerate() {
        if shared == Some(index) {
            continue;
        }
        let [input, output] = names.get([Wanted::Value(operand), Wanted::Value(node.to)], statements);
        statements.push(join.forward(&self::operand(planned, node, index), begins, &input, &output));
        begins = false;
    }
    let [output] = names.get([Wanted::Value(node.to)], statements);
    statements.extend(join.finish(node.from.len(), &output));
}

/// An operand of a join, with the shapes of all.
pub fn operand<'a>(planned: &'a Planned, node: &Node, index: usize) -> Operand<'a> {
    let shapes = node.from.iter().map(|&value| planned.inferred.shape(value)).collect();
    Operand { index, shapes, output: planned.inferred.shape(node.to) }
}

/// After a training step: moving statistics.
pub fn update_state(planned: &Planned) -> TokenStream {
    let mut names = Names::of_tape(planned);
    let mut statements = Vec::new();
    for node in planned.body() {
        let Operation::Map(map) = node.layer.operation() else { continue };
        let record = planned.tape.extra(node).map(|_| Wanted::Extra(node));
        let Some(record) = record.or(map.inner().map(|_| Wanted::Inner(node))) else { continue };
        if map.update_state(&places(planned, node)).is_none() {
            continue;
        }
        let [record] = names.get([record], &mut statements);
        statements.extend(map.update_state(&Places { inner: record.clone(), record, ..places(planned, node) }));
    }
    if statements.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn update_state(&mut self, tape: &mut castnet::Tape<'_, Self>) {
            #(#statements)*
        }
    }
}
