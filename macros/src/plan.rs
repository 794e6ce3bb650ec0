//! Where every activation and gradient lies, and what the network costs. Cannot fail.
use std::fmt;

use proc_macro2::Ident;

use crate::activations::Activation;
use crate::check::Checked;
use crate::graph::{Node, RowId, ValueId};
use crate::infer::Inferred;
use crate::layers::{Keeps, Operation, Role};

/// Where a value lies: in a caller's slice, or in planned memory, at an offset in scalars per sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Input,
    Output,
    Place(u64),
}

/// The memory of one pass.
#[derive(Debug)]
pub struct Layout {
    /// By value.
    locations: Vec<Location>,
    /// By node: where its mask lies.
    masks: Vec<Option<u64>>,
    /// Scalars per sample.
    pub len: u64,
}

impl Layout {
    pub fn of(&self, value: ValueId) -> Location {
        self.locations.get(value.0).copied().unwrap_or(Location::Output)
    }

    pub fn mask(&self, node: &Node) -> Option<u64> {
        self.masks.get(node.from.0).copied().flatten()
    }
}

/// A network with its memory.
#[derive(Debug)]
pub struct Planned {
    pub inferred: Inferred,
    /// The activation at the very end, which no pass contains.
    pub head: Option<Activation>,
    /// Activations of a prediction.
    pub arena: Layout,
    /// Activations that training keeps.
    pub tape: Layout,
    /// Gradients on their way back.
    pub grads: Layout,
    pub costs: Vec<RowCosts>,
}

/// What a row of the summary costs.
#[derive(Debug)]
pub struct RowCosts {
    pub params: u64,
    pub trainable: u64,
    pub macs: u64,
    /// Values of its output.
    pub values: u64,
}

/// A piece of memory: from the first to the last operation that touches it, and its scalars per sample.
struct Life {
    first: usize,
    last: usize,
    len: u64,
}

pub fn plan(Checked(inferred): Checked) -> Planned {
    let head = inferred.graph.nodes.last().and_then(|node| node.layer.as_activation()).cloned();
    let costs = costs(&inferred);
    let mut planned =
        Planned { inferred, head, arena: Layout::empty(), tape: Layout::empty(), grads: Layout::empty(), costs };
    planned.arena = arena(&planned);
    planned.tape = tape(&planned);
    planned.grads = grads(&planned);
    planned
}

impl Planned {
    /// The operations before the activation at the end.
    pub fn body(&self) -> &[Node] {
        let nodes = &self.inferred.graph.nodes;
        let len = nodes.len() - usize::from(self.head.is_some());
        nodes.get(..len).unwrap_or(nodes)
    }

    /// What the last operation of the body writes: the logits.
    pub fn logits(&self) -> ValueId {
        ValueId(self.body().len())
    }

    /// Whether no operation with parameters stands between the input and this value.
    pub fn is_above_no_map(&self, value: ValueId) -> bool {
        !self.body().iter().take(value.0).any(|node| matches!(node.layer.operation(), Operation::Map(_)))
    }

    pub fn params(&self) -> u64 {
        self.costs.iter().map(|costs| costs.params).sum()
    }

    pub fn trainable_params(&self) -> u64 {
        self.costs.iter().map(|costs| costs.trainable).sum()
    }

    pub fn macs(&self) -> u64 {
        self.costs.iter().map(|costs| costs.macs).sum()
    }

    /// Bytes of the weights.
    pub fn flash_bytes(&self) -> u64 {
        self.params() * self.inferred.graph.scalar.bytes()
    }

    /// Peak bytes of activations in one prediction: the arena and the output.
    pub fn ram_bytes(&self) -> u64 {
        let output = self.inferred.shape(self.inferred.output()).len();
        (self.arena.len + output) * self.inferred.graph.scalar.bytes()
    }

    /// Rows with their costs.
    pub fn rows(&self) -> impl Iterator<Item = (RowId, &Ident, &RowCosts)> {
        let rows = self.inferred.graph.rows.iter().zip(&self.costs).enumerate();
        rows.map(|(index, (row, costs))| (RowId(index), &row.name, costs))
    }
}

fn costs(inferred: &Inferred) -> Vec<RowCosts> {
    let mut rows: Vec<RowCosts> = Vec::new();
    for (node, parameters) in inferred.nodes() {
        if node.row.0 == rows.len() {
            rows.push(RowCosts { params: 0, trainable: 0, macs: 0, values: 0 });
        }
        let Some(row) = rows.last_mut() else { continue };
        let (input, output) = (inferred.shape(node.from), inferred.shape(node.to));
        row.values = output.len();
        if let (Some(parameters), Operation::Map(map)) = (parameters, node.layer.operation()) {
            row.params += parameters.count();
            row.macs += map.macs(input, output);
            if parameters.role == Role::Trainable {
                row.trainable += parameters.count();
            }
        }
    }
    rows
}

impl Layout {
    fn empty() -> Self {
        Self { locations: Vec::new(), masks: Vec::new(), len: 0 }
    }
}

/// Which values share a piece of memory: by value, the number of its piece. Piece 0 is the input.
///
/// Another shape of a value lies where the value does; a change in place too, unless the value must stay.
fn pieces(planned: &Planned, must_stay: impl Fn(&Planned, &Node) -> bool) -> Vec<usize> {
    let mut pieces = vec![0];
    for node in planned.body() {
        let from = pieces.last().copied().unwrap_or_default();
        let stays = match node.layer.operation() {
            Operation::Alias => true,
            Operation::InPlace(_) => from != 0 && !must_stay(planned, node),
            Operation::Map(_) => false,
        };
        pieces.push(if stays { from } else { from + 1 });
    }
    pieces
}

/// In a prediction nothing is read twice: whatever may be overwritten is, and memory is used again.
fn arena(planned: &Planned) -> Layout {
    let pieces = pieces(planned, |_, _| false);
    let lives = lives(planned, &pieces);
    let (offsets, len) = pack(&lives);
    Layout { locations: locate(&pieces, &offsets), masks: Vec::new(), len }
}

/// In training the values that the backward pass reads stay, so every piece has memory of its own.
fn tape(planned: &Planned) -> Layout {
    let pieces = pieces(planned, |planned, node| {
        let keeps = |node: &Node| match node.layer.operation() {
            Operation::InPlace(operation) => Some(operation.keeps()),
            _ => None,
        };
        keeps(node) == Some(Keeps::Inputs) || producer(planned, node).and_then(keeps) == Some(Keeps::Outputs)
    });
    let mut len = 0;
    let mut place = |values: u64| {
        len += values;
        len - values
    };
    let offsets: Vec<u64> = lives(planned, &pieces).into_iter().map(|life| place(life.len)).collect();
    let masks = planned.body().iter().map(|node| match node.layer.operation() {
        Operation::InPlace(operation) if operation.keeps() == Keeps::Mask => {
            Some(place(planned.inferred.shape(node.to).len()))
        }
        _ => None,
    });
    let masks = masks.collect();
    Layout { locations: locate(&pieces, &offsets), masks, len }
}

/// The operation that wrote what a node reads, other shapes aside.
fn producer<'a>(planned: &'a Planned, node: &Node) -> Option<&'a Node> {
    let before = planned.body().iter().take(node.from.0).rev();
    before.into_iter().find(|node| !matches!(node.layer.operation(), Operation::Alias))
}

/// The pieces between input and output: all but the first and the last.
fn lives(planned: &Planned, pieces: &[usize]) -> Vec<Life> {
    let last = pieces.last().copied().unwrap_or_default();
    let life = |piece: usize| {
        let first = pieces.iter().position(|&of| of == piece).unwrap_or_default();
        let end = pieces.iter().rposition(|&of| of == piece).unwrap_or_default();
        // The first value is written by the operation before it, the last read by the one behind it.
        Life { first: first.saturating_sub(1), last: end, len: planned.inferred.shape(ValueId(first)).len() }
    };
    (1..last).map(life).collect()
}

fn locate(pieces: &[usize], offsets: &[u64]) -> Vec<Location> {
    let last = pieces.last().copied().unwrap_or_default();
    let locate = |&piece: &usize| match piece {
        0 => Location::Input,
        piece if piece == last => Location::Output,
        piece => Location::Place(offsets.get(piece - 1).copied().unwrap_or_default()),
    };
    pieces.iter().map(locate).collect()
}

/// Offsets such that pieces that live at the same time do not overlap: each goes to the lowest gap that it fits.
fn pack(lives: &[Life]) -> (Vec<u64>, u64) {
    let mut offsets: Vec<u64> = Vec::new();
    for life in lives {
        let placed = lives.iter().zip(&offsets);
        let mut taken: Vec<(u64, u64)> = placed
            .filter(|(other, _)| other.first <= life.last && life.first <= other.last)
            .map(|(other, &offset)| (offset, offset + other.len))
            .collect();
        taken.sort_unstable();
        let offset = taken.iter().fold(
            0,
            |offset, &(start, end)| {
                if offset + life.len <= start { offset } else { offset.max(end) }
            },
        );
        offsets.push(offset);
    }
    let len = lives.iter().zip(&offsets).map(|(life, offset)| offset + life.len).max().unwrap_or_default();
    (offsets, len)
}

/// The gradient of a value lies where that of the value behind it does, unless a map is between them.
fn grads(planned: &Planned) -> Layout {
    let body = planned.body();
    let mut lives: Vec<Life> = Vec::new();
    // From the end: by value, the piece of memory or a caller's slice.
    let mut reversed: Vec<Result<usize, Location>> = Vec::new();
    for value in (0..=body.len()).map(ValueId).rev() {
        let behind = reversed.last().copied();
        let place = match (body.get(value.0).map(|node| node.layer.operation()), behind) {
            _ if planned.is_above_no_map(value) => Err(Location::Input),
            (None, _) | (_, None) => Err(Location::Output),
            (Some(Operation::Map(_)), _) => {
                lives.push(Life { first: body.len() - value.0, last: 0, len: planned.inferred.shape(value).len() });
                Ok(lives.len() - 1)
            }
            (Some(_), Some(behind)) => behind,
        };
        if let Ok(Some(life)) = place.map(|piece| lives.get_mut(piece)) {
            // The operation before the value is the last that reads its gradient.
            life.last = body.len() - value.0 + 1;
        }
        reversed.push(place);
    }
    let (offsets, len) = pack(&lives);
    let locate = |place: Result<usize, Location>| match place {
        Ok(piece) => Location::Place(offsets.get(piece).copied().unwrap_or_default()),
        Err(slice) => slice,
    };
    Layout { locations: reversed.into_iter().rev().map(locate).collect(), masks: Vec::new(), len }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => f.write_str("input"),
            Self::Output => f.write_str("output"),
            Self::Place(offset) => write!(f, "@{offset}"),
        }
    }
}

/// The graph with shapes, then one line per value: where it lies in each pass; then the costs.
impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.inferred)?;
        writeln!(f, "value: arena, tape, gradient")?;
        for value in (0..=self.body().len()).map(ValueId) {
            write!(f, "{value}: {}, {}, {}", self.arena.of(value), self.tape.of(value), self.grads.of(value))?;
            let mask = self.body().get(value.0).and_then(|node| self.tape.mask(node));
            match mask {
                Some(mask) => writeln!(f, ", mask @{mask}")?,
                None => writeln!(f)?,
            }
        }
        let head = self.head.as_ref().map_or("linear".to_string(), Activation::describe);
        writeln!(f, "head {head}")?;
        writeln!(f, "arena {}, tape {}, gradients {}", self.arena.len, self.tape.len, self.grads.len)?;
        writeln!(f, "params {}, trainable {}, macs {}", self.params(), self.trainable_params(), self.macs())?;
        writeln!(f, "flash {} B, ram {} B", self.flash_bytes(), self.ram_bytes())
    }
}
