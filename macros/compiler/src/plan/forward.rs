//! The memory of forward passes: the arena of a prediction, and the tape of training.
use super::memory::{Needs, Period, behind, pack};
use super::{Layout, Location, Planned};
use crate::graph::{Node, ValueId};
use crate::layers::{Operation, Purpose, Reads};
use crate::size::Size;

/// The memory of a prediction, in which values that are not read again are overwritten.
pub fn arena(planned: &Planned) -> Layout {
    layout(planned, None)
}

/// The memory of training, in which values that the backward pass reads are kept.
pub fn tape(planned: &Planned) -> Layout {
    let mut kept = vec![false; planned.graph.values()];
    for node in planned.body() {
        let Reads { input, output, .. } = reads(node);
        for (value, is_read) in node.from.iter().map(|value| (value, input)).chain([(&node.to, output)]) {
            if let Some(kept) = kept.get_mut(value.0) {
                *kept |= is_read;
            }
        }
    }
    layout(planned, Some(&kept))
}

/// The values of the tape that the backward passes of an operation read.
fn reads(node: &Node) -> Reads {
    let reads = reads_of_operation(node);
    // The gradient of a penalty on the output is computed from the output.
    Reads { output: reads.output || !node.activity.is_empty(), ..reads }
}

fn reads_of_operation(node: &Node) -> Reads {
    match node.operation() {
        Operation::Map(map) => {
            let reads = map.reads();
            Reads { input: reads.input || node.is_trainable(), ..reads }
        }
        Operation::InPlace(operation) => operation.reads(),
        Operation::Join(join) => join.reads(),
        Operation::Alias => Reads::default(),
    }
}

/// Values that share a piece of memory.
struct Piece {
    values: Vec<ValueId>,
    life: Period,
    /// Whether the backward pass reads one of them.
    kept: bool,
}

/// The memory of a forward pass. `kept` tells for each value whether the backward pass reads it; `None` for a prediction.
fn layout(planned: &Planned, kept: Option<&[bool]>) -> Layout {
    let graph = &planned.graph;
    let is_kept = |value: ValueId| kept.is_some_and(|kept| kept.get(value.0).copied().unwrap_or_default());
    let len = |value| planned.graph.shape(value).len();
    let mut pieces: Vec<Piece> = Vec::new();
    for value in (0..graph.inputs.len()).map(ValueId) {
        pieces.push(Piece {
            values: vec![value],
            life: Period { first: 0, last: 0, len: len(value) },
            kept: is_kept(value),
        });
    }
    let end = graph.values() + 1;
    for node in planned.body() {
        let step = node.to.0;
        let shared = match node.operation() {
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
                .filter(|&&operand| planned.graph.shape(operand) == planned.graph.shape(node.to))
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
                life: Period { first: step, last: step, len: len(node.to) },
                kept: is_kept(node.to),
            }),
        }
    }
    let purpose = if kept.is_some() { Purpose::Training } else { Purpose::Prediction };
    let mut needs = Needs::default();
    for node in planned.body() {
        if let Some(need) = node.operation().need(purpose) {
            needs.add(node.to, need, node.to.0, end);
        }
    }
    locate(planned, pieces, needs, end)
}

fn find(pieces: &[Piece], value: ValueId) -> Option<usize> {
    pieces.iter().position(|piece| piece.values.contains(&value))
}

/// Whether a node may overwrite a piece: no other node reads it later, and it is not the input of the caller.
fn may_overwrite(planned: &Planned, piece: Option<&Piece>, node: &Node, training: bool) -> bool {
    let Some(piece) = piece else { return false };
    let is_callers = planned.only_input().is_some_and(|input| piece.values.contains(&input));
    let is_kept = training && piece.kept;
    let is_read_later = piece.values.iter().any(|&value| {
        planned.is_logits(value)
            || planned.readers(value).any(|reader| {
                // A reader that writes to this piece is an alias, an operation in place or a sum.
                let writes_here = piece.values.contains(&reader.to);
                !writes_here && reader.to != node.to && (training || reader.to > node.to)
            })
    });
    !is_callers && !is_kept && !is_read_later
}

fn locate(planned: &Planned, mut pieces: Vec<Piece>, needs: Needs, end: usize) -> Layout {
    let values = planned.graph.values();
    let callers = |piece: &Piece| match (planned.only_input(), planned.only_output()) {
        (Some(input), _) if piece.values.contains(&input) => Some(Location::Input),
        (_, Some(output)) if piece.values.contains(&output) => Some(Location::Output),
        _ => None,
    };
    for piece in &mut pieces {
        // The logits are copied to the caller at the end.
        if piece.kept || piece.values.iter().any(|&value| planned.is_logits(value)) {
            piece.life.last = end;
        }
    }
    let planned_pieces: Vec<&Piece> = pieces.iter().filter(|piece| callers(piece).is_none()).collect();
    let lives: Vec<Period> =
        planned_pieces.iter().map(|piece| piece.life).chain(needs.known.iter().map(|(_, life)| *life)).collect();
    let (offsets, known) = pack(&lives);
    let (unknown, len) = behind(known, &needs.unknown);
    let mut layout = Layout { locations: vec![Location::Nowhere; values], needs: vec![None; values], len };
    let placed = planned_pieces.iter().zip(&offsets).map(|(piece, &offset)| (*piece, Location::Place(offset)));
    let given = pieces.iter().filter_map(|piece| Some((piece, callers(piece)?)));
    for (piece, location) in placed.chain(given) {
        for value in &piece.values {
            if let Some(place) = layout.locations.get_mut(value.0) {
                *place = location;
            }
        }
    }
    let known = needs.known.iter().zip(offsets.iter().skip(planned_pieces.len()));
    let known = known.map(|((value, _), &offset)| (*value, Size::known(offset)));
    for (value, place) in known.chain(unknown) {
        if let Some(need) = layout.needs.get_mut(value.0) {
            *need = Some(place);
        }
    }
    layout
}
