//! The forward passes, from the input to the logits: of a prediction, and of training.
use proc_macro2::TokenStream;
use quote::quote;

use super::places::{Names, Wanted};
use super::{activity, constant, constant_name};
use crate::graph::{Node, ValueId};
use crate::layers::{InPlace, Join, Map, Operation, Places, Purpose};
use crate::plan::{Location, Planned};

/// The forward passes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Prediction,
    /// A prediction that also adds up the penalties on activities.
    Evaluation,
    Training,
}

pub fn prediction(planned: &Planned) -> Vec<TokenStream> {
    forward(planned, Pass::Prediction)
}

pub fn evaluation(planned: &Planned) -> Vec<TokenStream> {
    forward(planned, Pass::Evaluation)
}

pub fn training(planned: &Planned) -> Vec<TokenStream> {
    forward(planned, Pass::Training)
}

fn forward(planned: &Planned, pass: Pass) -> Vec<TokenStream> {
    let training = pass == Pass::Training;
    let purpose = if training { Purpose::Training } else { Purpose::Prediction };
    let mut names = Names::of_forward(planned, purpose);
    let mut statements = Vec::new();
    take_inputs(planned, &mut names, &mut statements);
    for node in planned.body() {
        match node.operation() {
            Operation::Alias => {}
            Operation::Map(map) => {
                map_forward(planned, node, map.as_ref(), pass, &mut names, &mut statements);
                if !training && let Some(activation) = put_off(planned, node, map.as_ref(), pass) {
                    let output = names.one(Wanted::Value(node.to), &mut statements);
                    statements.push(activation.forward(&Places { output, ..places(planned, node) }));
                }
            }
            Operation::Join(join) => join_forward(node, join.as_ref(), &mut names, &mut statements),
            Operation::InPlace(operation) => {
                let (from, to) = (Wanted::Value(node.input()), Wanted::Value(node.to));
                if names.location(node.input()) != names.location(node.to) {
                    let [from, to] = names.two([from, to], &mut statements);
                    statements.push(quote!(castnet::copy(#from, #to);));
                }
                let rests = || !operation.acts_in_prediction() || is_put_off(planned, node, operation.as_ref(), pass);
                if !training && rests() {
                    continue;
                }
                let need = names.need(node);
                let [output, need] = names.some([Some(to), need], &mut statements);
                statements.push(operation.forward(&Places { output, need, ..places(planned, node) }));
            }
        }
        if pass == Pass::Evaluation && !node.activity.is_empty() {
            let values = names.one(Wanted::Value(node.to), &mut statements);
            statements.extend(activity::add_penalties(node, &values));
        }
    }
    give_outputs(planned, &mut names, &mut statements);
    statements
}

/// Whether a prediction applies an activation after the max pooling that is its only reader, where there are fewer values. An evaluation
/// does not if it needs the values for a penalty.
fn is_put_off(planned: &Planned, node: &Node, activation: &dyn InPlace, pass: Pass) -> bool {
    let is_penalized = pass == Pass::Evaluation && !node.activity.is_empty();
    if is_penalized || !activation.commutes_with_largest() || planned.is_logits(node.to) {
        return false;
    }
    let mut readers = planned.readers(node.to);
    let (Some(reader), None) = (readers.next(), readers.next()) else { return false };
    matches!(reader.operation(), Operation::Map(map) if map.takes_largest())
}

/// The activation before a pooling that a prediction applies after it.
fn put_off<'a>(planned: &'a Planned, pooling: &Node, map: &dyn Map, pass: Pass) -> Option<&'a dyn InPlace> {
    let activation = planned.graph.writer(pooling.input()).filter(|_| map.takes_largest())?;
    let Operation::InPlace(operation) = activation.operation() else { return None };
    is_put_off(planned, activation, operation.as_ref(), pass).then_some(operation.as_ref())
}

/// Copies the inputs from the samples, if there are several.
fn take_inputs(planned: &Planned, names: &mut Names<'_>, statements: &mut Vec<TokenStream>) {
    if planned.only_input().is_some() {
        return;
    }
    for (index, input) in planned.graph.inputs.iter().enumerate() {
        let to = names.one(Wanted::Value(ValueId(index)), statements);
        let port = &input.name;
        statements.push(quote!(castnet::take(input, |sample| &sample.#port, #to);));
    }
}

/// Copies the outputs to the samples, if there are several.
fn give_outputs(planned: &Planned, names: &mut Names<'_>, statements: &mut Vec<TokenStream>) {
    if let Some(output) = planned.only_output() {
        if names.location(output) == Location::Input {
            statements.push(quote!(castnet::copy(input, output);));
        }
        return;
    }
    for output in &planned.outputs {
        let from = names.one(Wanted::Value(output.logits), statements);
        let port = planned.graph.value_name(output.value);
        statements.push(quote!(castnet::put(#from, output, |sample| &mut sample.#port);));
    }
}

fn map_forward(
    planned: &Planned,
    node: &Node,
    map: &dyn Map,
    pass: Pass,
    names: &mut Names<'_>,
    statements: &mut Vec<TokenStream>,
) {
    let second = node.from.get(1).map(|&value| Wanted::Value(value));
    let wanted = [Some(Wanted::Value(node.input())), Some(Wanted::Value(node.to)), names.need(node), second];
    let [input, output, need, second] = names.some(wanted, statements);
    let places = Places { input, second, output, need, ..places(planned, node) };
    statements.push(match pass {
        Pass::Training => map.forward_training(&places),
        Pass::Prediction => map.forward(&places),
        Pass::Evaluation => {
            map.forward_evaluation(&places).map_or_else(|| map.forward(&places), |penalty| activity::add(&penalty))
        }
    });
}

/// The expressions that the passes of a layer have in common.
pub fn places(planned: &Planned, node: &Node) -> Places {
    let constant = constant(planned, node).and_then(|_| constant_name(planned, node));
    Places {
        name: planned.graph.node_name(node),
        goal: planned.graph.goal,
        constant: quote!(#constant),
        ..Places::default()
    }
}

fn join_forward(node: &Node, join: &dyn Join, names: &mut Names<'_>, statements: &mut Vec<TokenStream>) {
    if let ([a, b], true) = (node.from.as_slice(), join.reads_both()) {
        let wanted = [*a, *b, node.to].map(|value| Some(Wanted::Value(value)));
        let [a, b, output] = names.some(wanted, statements);
        statements.push(join.forward_both(&a, &b, &output));
        return;
    }
    let shared = node.from.iter().position(|&operand| names.location(operand) == names.location(node.to));
    let mut begins = shared.is_none();
    for (index, &operand) in node.from.iter().enumerate() {
        if shared == Some(index) {
            continue;
        }
        let [input, output] = names.two([Wanted::Value(operand), Wanted::Value(node.to)], statements);
        statements.push(join.forward(index, begins, &input, &output));
        begins = false;
    }
    let output = names.one(Wanted::Value(node.to), statements);
    statements.extend(join.finish(&output));
}

/// The method that updates moving statistics after a training step.
pub fn update_state(planned: &Planned) -> TokenStream {
    let mut names = Names::of_tape(planned);
    let mut statements = Vec::new();
    for node in planned.body() {
        let Operation::Map(map) = node.operation() else { continue };
        let Some(need) = names.need(node) else { continue };
        if map.update_state(&places(planned, node)).is_none() {
            continue;
        }
        let need = names.one(need, &mut statements);
        statements.extend(map.update_state(&Places { need, ..places(planned, node) }));
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
