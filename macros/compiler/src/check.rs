//! Rules over the whole network.
use std::collections::BTreeSet;

use crate::errors::{Errors, Help};
use crate::graph::{Graph, ValueId};
use crate::layers::{InputGradient, Operation, ParameterGroup};
use crate::size::Size;

/// A graph that keeps all rules.
#[derive(Debug)]
pub struct Checked(pub Graph);

pub fn check(graph: Graph) -> Result<Checked, Errors> {
    let mut errors = Errors::default();
    check_first(&graph, &mut errors);
    check_read(&graph, &mut errors);
    check_frozen_networks(&graph, &mut errors);
    check_size(&graph, &mut errors);
    errors.or(Checked(graph))
}

/// Adds the errors that are certain in the known part of a network with errors.
pub fn check_known(graph: &Graph, mut errors: Errors) -> Errors {
    check_first(graph, &mut errors);
    check_frozen_networks(graph, &mut errors);
    errors
}

/// A layer that learns from the raw data, such as `normalize`, stands right behind an input.
fn check_first(graph: &Graph, errors: &mut Errors) {
    for node in &graph.nodes {
        if node.layer.only_first() && !is_input(graph, node.input()) {
            let (name, before) = (node.layer.describe(), errors.len());
            let help = match graph.nodes.iter().any(|other| other.layer.only_first() && is_input(graph, other.input()))
            {
                true => Help::leave_out_layer(),
                false => first(graph, &name),
            };
            let help = help.of_layer(&node.tokens.layer, node.tokens.arrow.as_ref());
            let message = format!("`{name}` learns from the raw data, so it must stand right behind the input");
            errors.at(&node.tokens.layer, (message, help));
            errors.in_calls(before, &node.tokens.calls);
        }
    }
}

/// The help that moves a layer behind the input.
fn first(graph: &Graph, layer: &str) -> Help {
    let sentence = format!("`input ... => {layer} => ...`");
    match graph.inputs.as_slice() {
        [input] => {
            let moved = Help::after(format!("=> {layer}")).of(&input.tokens);
            Help::leave_out_layer().with(moved).saying(sentence)
        }
        _ => Help::prose(sentence),
    }
}

/// Every value is read by an operation or is an output of the network. Any other value would have no gradient.
fn check_read(graph: &Graph, errors: &mut Errors) {
    let outputs: BTreeSet<ValueId> = graph.outputs.iter().copied().collect();
    for node in &graph.nodes {
        if graph.readers(node.to).next().is_some() || outputs.contains(&node.to) {
            continue;
        }
        let name = node.layer.describe();
        let mut unread = Errors::default();
        unread.at(
            &node.tokens.layer,
            format!("nothing reads the output of `{name}`\nhelp: leave it out, or read it: as a branch of the join behind it, `identity` is this output"),
        );
        // One message for all repetitions of a layer.
        let before = errors.len();
        errors.extend(unread, true);
        errors.in_calls(before, &node.tokens.calls);
    }
}

/// No gradient goes through a frozen network, so no layer before it can be trained.
fn check_frozen_networks(graph: &Graph, errors: &mut Errors) {
    let trained = trained(graph);
    let is_trained = |value: ValueId| trained.get(value.0).copied().unwrap_or_default();
    for node in &graph.nodes {
        let Operation::Map(map) = node.operation() else { continue };
        if matches!(map.input_gradient(), InputGradient::Never) && is_trained(node.input()) {
            let before = errors.len();
            let help = Help::leave_out_words("frozen").and(", or freeze the layers before it too");
            let message = "a frozen network computes no gradient, but layers before it are trained";
            errors.at(&node.tokens.layer, (message, help));
            errors.in_calls(before, &node.tokens.calls);
        }
    }
}

/// For each value, whether a layer before it is trained. An operation reads only earlier values, so one pass over the nodes is enough: a
/// recursion would go through a chain of joins twice per join, and would overflow the stack in a long chain.
fn trained(graph: &Graph) -> Vec<bool> {
    let mut trained = vec![false; graph.inputs.len()];
    for node in &graph.nodes {
        let before = node.from.iter().any(|value| trained.get(value.0).copied().unwrap_or_default());
        trained.push(before || node.is_trainable());
    }
    trained
}

/// Whether a value is an input, perhaps in another shape.
fn is_input(graph: &Graph, value: ValueId) -> bool {
    graph.input_of(value).is_some()
}

/// The size in bytes of the largest type that rustc accepts on 64-bit machines.
const MOST_BYTES: u64 = 1 << 46;

/// Bounds the size of the network, so that later sums cannot overflow.
fn check_size(graph: &Graph, errors: &mut Errors) {
    let mut bytes = 0_u64;
    for node in &graph.nodes {
        let parameters: Size = node.parameters.iter().map(ParameterGroup::count).sum();
        let values = parameters.known.saturating_add(node.resolved.output.len());
        let here = values.saturating_mul(graph.scalar.bytes());
        bytes = bytes.saturating_add(here);
        if bytes > MOST_BYTES {
            errors.at(
                &node.tokens.layer,
                format!(
                    "with `{}` the network is larger than any machine can hold\nhelp: make this layer smaller",
                    node.layer.describe()
                ),
            );
            return;
        }
    }
}
