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
            Reads { input: reads.input || (node.is_trainable() && !map.keeps_input()), ..reads }
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
    /// Whether the input of the caller is one of them.
    is_callers: bool,
    /// Whether logits are among them.
    has_logits: bool,
    /// The number of reads of them by operations that do not write to this piece: each value counts with each of its readers.
    reads: usize,
    /// The last operation that reads one of them.
    last_reader: Option<ValueId>,
}

/// The pieces so far, and the index of the piece of each value. All questions about a piece are answered from its counts: pieces of long
/// networks have thousands of values.
struct Pieces<'a> {
    planned: &'a Planned,
    /// For each value, whether the backward pass reads it; `None` for a prediction.
    kept: Option<&'a [bool]>,
    list: Vec<Piece>,
    of: Vec<Option<usize>>,
}

impl<'a> Pieces<'a> {
    fn new(planned: &'a Planned, kept: Option<&'a [bool]>) -> Self {
        let mut pieces = Self { planned, kept, list: Vec::new(), of: vec![None; planned.graph.values()] };
        for value in (0..planned.graph.inputs.len()).map(ValueId) {
            pieces.begin(value, 0);
        }
        pieces
    }

    fn find(&self, value: ValueId) -> Option<usize> {
        self.of.get(value.0).copied().flatten()
    }

    fn of_value(&mut self, value: ValueId) -> Option<&mut Piece> {
        self.find(value).and_then(|piece| self.list.get_mut(piece))
    }

    /// Begins a piece with a value that this step writes.
    fn begin(&mut self, value: ValueId, step: usize) {
        let len = self.planned.graph.shape(value).len();
        self.list.push(Piece {
            values: Vec::new(),
            life: Period { first: step, last: step, len },
            kept: false,
            is_callers: false,
            has_logits: false,
            reads: 0,
            last_reader: None,
        });
        self.add(self.list.len() - 1, value, 0);
    }

    /// Adds a value to a piece; `own_reads` is the number of values of the piece that the operation reads that writes the value.
    fn add(&mut self, index: usize, value: ValueId, own_reads: usize) {
        let (planned, kept) = (self.planned, self.kept);
        let Some(piece) = self.list.get_mut(index) else { return };
        piece.values.push(value);
        piece.kept |= kept.is_some_and(|kept| kept.get(value.0).copied().unwrap_or_default());
        piece.is_callers |= planned.only_input() == Some(value);
        piece.has_logits |= planned.is_logits(value);
        piece.reads = (piece.reads + planned.readers(value).count()).saturating_sub(own_reads);
        piece.last_reader = piece.last_reader.max(planned.readers(value).map(|reader| reader.to).max());
        if let Some(of) = self.of.get_mut(value.0) {
            *of = Some(index);
        }
    }

    /// The number of values of a piece that an operation reads.
    fn reads_of(&self, node: &Node, piece: usize) -> usize {
        let mut read: Vec<ValueId> =
            node.from.iter().copied().filter(|&value| self.find(value) == Some(piece)).collect();
        read.sort_unstable();
        read.dedup();
        read.len()
    }

    /// Whether a node may overwrite a piece: no other node reads it later, and it is not the input of the caller. A reader that writes to the
    /// piece is an alias, an operation in place or a sum.
    fn may_overwrite(&self, index: usize, node: &Node) -> bool {
        let Some(piece) = self.list.get(index) else { return false };
        let is_read_later = match self.kept {
            Some(_) => piece.kept || piece.reads > self.reads_of(node, index),
            None => piece.last_reader > Some(node.to),
        };
        !piece.is_callers && !piece.has_logits && !is_read_later
    }

    /// The piece in which an operation writes its output, if that is the memory of an operand.
    fn shared(&self, node: &Node) -> Option<usize> {
        match node.operation() {
            Operation::Alias => self.find(node.input()),
            Operation::InPlace(_) => self.find(node.input()).filter(|&piece| self.may_overwrite(piece, node)),
            Operation::Join(join) if join.is_sum() => node
                .from
                .iter()
                .take(2)
                .filter(|&&operand| {
                    let piece = self.find(operand);
                    node.from.iter().filter(|&&other| self.find(other) == piece).count() == 1
                })
                .filter(|&&operand| self.planned.graph.shape(operand) == self.planned.graph.shape(node.to))
                .filter_map(|&operand| self.find(operand))
                .find(|&piece| self.may_overwrite(piece, node)),
            Operation::Join(_) | Operation::Map(_) => None,
        }
    }
}

/// The memory of a forward pass. `kept` tells for each value whether the backward pass reads it; `None` for a prediction.
fn layout(planned: &Planned, kept: Option<&[bool]>) -> Layout {
    let mut pieces = Pieces::new(planned, kept);
    let end = planned.graph.values() + 1;
    for node in planned.body() {
        let step = node.to.0;
        let shared = pieces.shared(node);
        for &operand in &node.from {
            if let Some(piece) = pieces.of_value(operand) {
                piece.life.last = step;
            }
        }
        match shared {
            Some(piece) => {
                pieces.add(piece, node.to, pieces.reads_of(node, piece));
                if let Some(piece) = pieces.of_value(node.to) {
                    piece.life.last = step;
                }
            }
            None => pieces.begin(node.to, step),
        }
    }
    let purpose = if kept.is_some() { Purpose::Training } else { Purpose::Prediction };
    let mut needs = Needs::default();
    for node in planned.body() {
        if let Some(need) = node.operation().need(purpose) {
            needs.add(node.to, need, node.to.0, end);
        }
    }
    locate(planned, pieces.list, needs, end)
}

fn locate(planned: &Planned, mut pieces: Vec<Piece>, needs: Needs, end: usize) -> Layout {
    let values = planned.graph.values();
    let callers = |piece: &Piece| match (planned.only_input(), planned.only_output()) {
        (Some(_), _) if piece.is_callers => Some(Location::Input),
        (_, Some(output)) if piece.values.contains(&output) => Some(Location::Output),
        _ => None,
    };
    for piece in &mut pieces {
        // The logits are copied to the caller at the end.
        if piece.kept || piece.has_logits {
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
