//! The memory of the passes that go forward: the arena of a prediction, and the tape of a training.
use super::memory::{Life, pack};
use super::{Layout, Location, Planned};
use crate::graph::{Node, ValueId};
use crate::layers::{Keeps, Operation, Reads};
use crate::shape::Shape;

/// In a prediction whatever is not read again may be overwritten, and memory is used again.
pub fn arena(planned: &Planned) -> Layout {
    layout(planned, None)
}

/// In training the values that a backward pass reads stay where they are.
pub fn tape(planned: &Planned) -> Layout {
    let mut kept = vec![false; planned.inferred.graph.values()];
    for node in planned.body() {
        let Reads { input, output, .. } = reads(planned, node);
        for (value, is_read) in node.from.iter().map(|value| (value, input)).chain([(&node.to, output)]) {
            if let Some(kept) = kept.get_mut(value.0) {
                *kept |= is_read;
            }
        }
    }
    layout(planned, Some(&kept))
}

/// What the backward passes of an operation read of the tape.
fn reads(planned: &Planned, node: &Node) -> Reads {
    match node.layer.operation() {
        Operation::Map(map) => {
            let reads = map.reads();
            Reads { input: reads.input || planned.is_trainable(node), ..reads }
        }
        Operation::InPlace(operation) => Reads {
            input: operation.keeps() == Keeps::Inputs,
            output: operation.keeps() == Keeps::Outputs,
            record: operation.keeps() == Keeps::Mask,
        },
        Operation::Join(join) => join.reads(),
        Operation::Alias => Reads::default(),
    }
}

/// The mask or record that a node keeps on the tape.
fn record(planned: &Planned, node: &Node) -> Option<Shape> {
    let output = planned.inferred.shape(node.to);
    match node.layer.operation() {
        Operation::InPlace(operation) if operation.keeps() == Keeps::Mask => Some(output.clone()),
        Operation::Map(map) => map.record(planned.inferred.shape(node.input()), output),
        _ => None,
    }
}

/// Values that share a piece of memory.
struct Piece {
    values: Vec<ValueId>,
    life: Life,
    /// Whether a backward pass reads it.
    kept: bool,
}

/// `kept` says for every value whether it must stay; without it, none must.
fn layout(planned: &Planned, kept: Option<&[bool]>) -> Layout {
    let graph = &planned.inferred.graph;
    let is_kept = |value: ValueId| kept.is_some_and(|kept| kept.get(value.0).copied().unwrap_or_default());
    let len = |value| planned.inferred.shape(value).len();
    let mut pieces: Vec<Piece> = Vec::new();
    for value in (0..graph.inputs.len()).map(ValueId) {
        pieces.push(Piece {
            values: vec![value],
            life: Life { first: 0, last: 0, len: len(value) },
            kept: is_kept(value),
        });
    }
    let mut extras: Vec<(ValueId, Life)> = Vec::new();
    let end = graph.values() + 1;
    for node in planned.body() {
        let step = node.to.0;
        let shared = match node.layer.operation() {
            Operation::Alias => find(&pieces, node.input()),
            Operation::InPlace(_) => find(&pieces, node.input())
                .filter(|&piece| may_overwrite(planned, pieces.get(piece), node, kept.is_some())),
            Operation::Join(join) if join.is_sum() => node
                .from
                .iter()
                .take(2)
                .filter(|&&operand| {
                    let piece = find(&pieces, operand);
                    node.from.iter().filter(|&&other| find(&pieces, other) == piece).count() == 1
                })
                .filter(|&&operand| planned.inferred.shape(operand) == planned.inferred.shape(node.to))
                .filter_map(|&operand| find(&pieces, operand))
                .find(|&piece| may_overwrite(planned, pieces.get(piece), node, kept.is_some())),
            Operation::Join(_) | Operation::Map(_) => None,
        };
        for operand in &node.from {
            if let Some(piece) = find(&pieces, *operand).and_then(|piece| pieces.get_mut(piece)) {
                piece.life.last = step;
            }
        }
        match shared.and_then(|piece| pieces.get_mut(piece)) {
            Some(piece) => {
                piece.values.push(node.to);
                piece.life.last = step;
                piece.kept |= is_kept(node.to);
            }
            None => pieces.push(Piece {
                values: vec![node.to],
                life: Life { first: step, last: step, len: len(node.to) },
                kept: is_kept(node.to),
            }),
        }
        if kept.is_some()
            && let Some(shape) = record(planned, node)
        {
            extras.push((node.to, Life { first: step, last: end, len: shape.len() }));
        }
    }
    locate(planned, pieces, extras, end)
}

fn find(pieces: &[Piece], value: ValueId) -> Option<usize> {
    pieces.iter().position(|piece| piece.values.contains(&value))
}

/// Whether a node may write over a piece: nothing else reads it afterwards, and it is not the caller's input.
fn may_overwrite(planned: &Planned, piece: Option<&Piece>, node: &Node, training: bool) -> bool {
    let Some(piece) = piece else { return false };
    let is_callers = planned.only_input().is_some_and(|input| piece.values.contains(&input));
    let is_kept = training && piece.kept;
    let is_read_later = piece.values.iter().any(|&value| {
        planned.is_logits(value)
            || planned.readers(value).any(|reader| {
                // Other shapes of the same memory that this node or those before it have read.
                let writes_here = piece.values.contains(&reader.to);
                !writes_here && reader.to != node.to && (training || reader.to > node.to)
            })
    });
    !is_callers && !is_kept && !is_read_later
}

fn locate(planned: &Planned, mut pieces: Vec<Piece>, extras: Vec<(ValueId, Life)>, end: usize) -> Layout {
    let values = planned.inferred.graph.values();
    let callers = |piece: &Piece| match (planned.only_input(), planned.only_output()) {
        (Some(input), _) if piece.values.contains(&input) => Some(Location::Input),
        (_, Some(output)) if piece.values.contains(&output) => Some(Location::Output),
        _ => None,
    };
    for piece in &mut pieces {
        // What is handed out at the end must be there then.
        if piece.kept || piece.values.iter().any(|&value| planned.is_logits(value)) {
            piece.life.last = end;
        }
    }
    let planned_pieces: Vec<&Piece> = pieces.iter().filter(|piece| callers(piece).is_none()).collect();
    let lives: Vec<Life> =
        planned_pieces.iter().map(|piece| piece.life).chain(extras.iter().map(|(_, life)| *life)).collect();
    let (offsets, len) = pack(&lives);
    let mut layout = Layout { locations: vec![Location::Nowhere; values], extras: vec![None; values], len };
    let placed = planned_pieces.iter().zip(&offsets).map(|(piece, &offset)| (*piece, Location::Place(offset)));
    let given = pieces.iter().filter_map(|piece| Some((piece, callers(piece)?)));
    for (piece, location) in placed.chain(given) {
        for value in &piece.values {
            if let Some(place) = layout.locations.get_mut(value.0) {
                *place = location;
            }
        }
    }
    for ((value, _), &offset) in extras.iter().zip(offsets.iter().skip(planned_pieces.len())) {
        if let Some(extra) = layout.extras.get_mut(value.0) {
            *extra = Some(offset);
        }
    }
    layout
}
