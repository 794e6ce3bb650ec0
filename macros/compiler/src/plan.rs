//! Where every activation and gradient lies, and what the network costs. Cannot fail.
mod forward;
mod gradients;
mod memory;

use std::fmt;

use proc_macro2::Ident;

use crate::activations::Activation;
use crate::check::Checked;
use crate::graph::{Node, RowId, ValueId};
use crate::infer::Inferred;
use crate::layers::{Inner, Operation, Role};

pub use gradients::{Apart, BackwardStep, Contribution, Gradients};

/// Where a value lies: in a caller's slice, or in planned memory, at an offset in scalars per sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Input,
    Output,
    Place(u64),
    /// Nowhere: no pass has it.
    Nowhere,
}

/// The memory of a forward pass.
#[derive(Debug, Default)]
pub struct Layout {
    /// By value.
    locations: Vec<Location>,
    /// By value that a node writes: where its mask or record lies.
    extras: Vec<Option<u64>>,
    /// Scalars per sample.
    pub len: u64,
}

impl Layout {
    pub fn of(&self, value: ValueId) -> Location {
        self.locations.get(value.0).copied().unwrap_or(Location::Nowhere)
    }

    /// Where a node's mask or record lies.
    pub fn extra(&self, node: &Node) -> Option<u64> {
        self.extras.get(node.to.0).copied().flatten()
    }
}

/// A network with its memory.
#[derive(Debug)]
pub struct Planned {
    pub inferred: Inferred,
    pub outputs: Vec<Output>,
    /// Activations of a prediction.
    pub arena: Layout,
    /// Activations that training keeps.
    pub tape: Layout,
    /// Gradients on their way back.
    pub grads: Gradients,
    pub costs: Vec<RowCosts>,
}

/// An output of the network.
#[derive(Debug)]
pub struct Output {
    /// What the last activation makes of the logits.
    pub value: ValueId,
    /// What the passes write.
    pub logits: ValueId,
    /// The activation at the very end, which no pass contains.
    pub head: Option<Activation>,
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

pub fn plan(Checked(inferred): Checked) -> Planned {
    let costs = costs(&inferred);
    let outputs = inferred.graph.outputs.iter().map(|&value| output(&inferred, value)).collect();
    let mut planned = Planned {
        inferred,
        outputs,
        arena: Layout::default(),
        tape: Layout::default(),
        grads: Gradients::default(),
        costs,
    };
    planned.arena = forward::arena(&planned);
    planned.tape = forward::tape(&planned);
    planned.grads = gradients::plan(&planned);
    planned
}

/// An activation at the end is the head: losses are computed from what it reads.
fn output(inferred: &Inferred, value: ValueId) -> Output {
    let writer = inferred.graph.writer(value);
    match writer.and_then(|writer| writer.layer.as_activation().map(|activation| (writer, activation))) {
        Some((writer, activation)) => Output { value, logits: writer.input(), head: Some(activation.clone()) },
        None => Output { value, logits: value, head: None },
    }
}

impl Planned {
    /// The operations that the passes contain: all but the activations at the ends.
    pub fn body(&self) -> impl DoubleEndedIterator<Item = &Node> {
        let is_head = |node: &&Node| self.outputs.iter().any(|output| output.head.is_some() && output.value == node.to);
        self.inferred.graph.nodes.iter().filter(move |node| !is_head(node))
    }

    /// The operations of the passes that read a value.
    pub fn readers(&self, value: ValueId) -> impl Iterator<Item = &Node> {
        self.body().filter(move |node| node.from.contains(&value))
    }

    /// Whether a value is what the passes end with.
    pub fn is_logits(&self, value: ValueId) -> bool {
        self.outputs.iter().any(|output| output.logits == value)
    }

    /// The input, if there is only one: it is read where the caller has it.
    pub fn only_input(&self) -> Option<ValueId> {
        (self.inferred.graph.inputs.len() == 1).then_some(ValueId(0))
    }

    /// The logits of the output, if there is only one: they are written where the caller wants them.
    pub fn only_output(&self) -> Option<ValueId> {
        match self.outputs.as_slice() {
            [output] => Some(output.logits),
            _ => None,
        }
    }

    /// The networks that are layers of this one, in order.
    pub fn inner(&self) -> impl Iterator<Item = Inner<'_>> {
        self.inferred.graph.nodes.iter().filter_map(inner)
    }

    /// Whether training changes parameters of a layer.
    pub fn is_trainable(&self, node: &Node) -> bool {
        self.inferred.parts(node).iter().any(|part| part.role == Role::Trainable)
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
        let output: u64 = self.outputs.iter().map(|output| self.inferred.shape(output.value).len()).sum();
        (self.arena.len + output) * self.inferred.graph.scalar.bytes()
    }

    /// Rows with their costs.
    pub fn rows(&self) -> impl Iterator<Item = (RowId, &Ident, &RowCosts)> {
        let rows = self.inferred.graph.rows.iter().zip(&self.costs).enumerate();
        rows.map(|(index, (row, costs))| (RowId(index), &row.name, costs))
    }
}

/// The network that an operation is.
pub fn inner(node: &Node) -> Option<Inner<'_>> {
    match node.layer.operation() {
        Operation::Map(map) => map.inner(),
        _ => None,
    }
}

fn costs(inferred: &Inferred) -> Vec<RowCosts> {
    let mut rows: Vec<RowCosts> = Vec::new();
    for (node, parts) in inferred.nodes() {
        if node.row.0 == rows.len() {
            rows.push(RowCosts { params: 0, trainable: 0, macs: 0, values: 0 });
        }
        let Some(row) = rows.last_mut() else { continue };
        let (input, output) = (inferred.shape(node.input()), inferred.shape(node.to));
        row.values = output.len();
        if let Operation::Map(map) = node.layer.operation() {
            row.macs += map.macs(input, output);
        }
        for part in parts {
            row.params += part.count();
            if part.role == Role::Trainable {
                row.trainable += part.count();
            }
        }
    }
    rows
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => f.write_str("input"),
            Self::Output => f.write_str("output"),
            Self::Place(offset) => write!(f, "@{offset}"),
            Self::Nowhere => f.write_str("-"),
        }
    }
}

/// The graph with shapes, then one line per value: where it lies in each pass; then the costs.
impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.inferred)?;
        writeln!(f, "value: arena, tape, gradient")?;
        for value in (0..self.inferred.graph.values()).map(ValueId) {
            let places = [self.arena.of(value), self.tape.of(value), self.grads.of(value)];
            if places == [Location::Nowhere; 3] {
                continue;
            }
            let [arena, tape, grad] = places;
            write!(f, "{value}: {arena}, {tape}, {grad}")?;
            if let Some(extra) = self.inferred.graph.writer(value).and_then(|node| self.tape.extra(node)) {
                write!(f, ", beside it @{extra}")?;
            }
            writeln!(f)?;
        }
        let head = |output: &Output| output.head.as_ref().map_or("linear".to_string(), Activation::describe);
        writeln!(f, "head {}", self.outputs.iter().map(head).collect::<Vec<_>>().join(", "))?;
        writeln!(f, "arena {}, tape {}, gradients {}", self.arena.len, self.tape.len, self.grads.len)?;
        writeln!(f, "params {}, trainable {}, macs {}", self.params(), self.trainable_params(), self.macs())?;
        writeln!(f, "flash {} B, ram {} B", self.flash_bytes(), self.ram_bytes())
    }
}
