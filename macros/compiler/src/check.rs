//! Rules over the whole network.
use crate::errors::Errors;
use crate::graph::ValueId;
use crate::infer::Inferred;
use crate::layers::{Operation, Role};

/// A network that keeps all rules.
#[derive(Debug)]
pub struct Checked(pub Inferred);

pub fn check(inferred: Inferred) -> Result<Checked, Errors> {
    let mut errors = Errors::default();
    check_first(&inferred, &mut errors);
    check_frozen_networks(&inferred, &mut errors);
    check_size(&inferred, &mut errors);
    errors.or(Checked(inferred))
}

/// Layers that learn from the raw data stand right behind an input.
fn check_first(inferred: &Inferred, errors: &mut Errors) {
    for (node, _) in inferred.nodes() {
        if node.layer.only_first() && !is_input(inferred, node.input()) {
            let name = node.layer.describe();
            errors.at(
                &node.tokens.layer,
                format!("`{name}` learns from the data as it is, so it stands right behind the input\nhelp: `input ... => {name} => ...`"),
            );
            errors.in_calls(&node.tokens.calls);
        }
    }
}

/// A frozen network is no more than computed: no gradient goes through it.
fn check_frozen_networks(inferred: &Inferred, errors: &mut Errors) {
    for (node, _) in inferred.nodes() {
        let Operation::Map(map) = node.layer.operation() else { continue };
        if map.inner().is_some_and(|inner| inner.frozen) && is_trained(inferred, node.input()) {
            errors.at(
                &node.tokens.layer,
                "a frozen network computes no gradient, but layers before it are trained\nhelp: leave `frozen` out, or freeze them too",
            );
            errors.in_calls(&node.tokens.calls);
        }
    }
}

/// Whether a layer before a value is trained.
fn is_trained(inferred: &Inferred, value: ValueId) -> bool {
    let Some(writer) = inferred.graph.writer(value) else { return false };
    let here = inferred.parts(writer).iter().any(|part| part.role == Role::Trainable);
    here || writer.from.iter().any(|&value| is_trained(inferred, value))
}

/// Whether a value is an input, perhaps in another shape.
fn is_input(inferred: &Inferred, value: ValueId) -> bool {
    match inferred.graph.writer(value) {
        None => true,
        Some(writer) => matches!(writer.layer.operation(), Operation::Alias) && is_input(inferred, writer.input()),
    }
}

/// Bytes of a type that rustc still accepts, on 64-bit machines.
const MOST_BYTES: u64 = 1 << 46;

/// Sums cannot overflow after this.
fn check_size(inferred: &Inferred, errors: &mut Errors) {
    let mut bytes = 0_u64;
    for (node, parts) in inferred.nodes() {
        let values = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.count()));
        let here = values.saturating_add(inferred.shape(node.to).len()).saturating_mul(inferred.graph.scalar.bytes());
        bytes = bytes.saturating_add(here);
        if bytes > MOST_BYTES {
            errors.at(
                &node.tokens.layer,
                format!("with `{}` the network is larger than any machine can hold", node.layer.describe()),
            );
            return;
        }
    }
}
