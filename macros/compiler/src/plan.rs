//! Plans the memory of all activations and gradients, and counts the costs of the network. Cannot fail.
mod forward;
mod gradients;
mod memory;

use std::fmt;

use proc_macro2::Ident;

use crate::activations::Activation;
use crate::check::Checked;
use crate::graph::{Graph, Node, RowId, ValueId};
use crate::layers::{Need, Operation, ParameterGroup, Purpose};
use crate::size::Size;

pub use gradients::{Apart, BackwardStep, Contribution, Gradients};

/// The location of a value: a slice of the caller, or an offset in planned memory, in scalars per sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Input,
    Output,
    Place(u64),
    /// None: no pass contains the value.
    Nowhere,
}

/// The memory of a forward pass.
#[derive(Debug, Default)]
pub struct Layout {
    /// The location of each value.
    locations: Vec<Location>,
    /// The offset of the need of each node, indexed by the value that the node writes.
    needs: Vec<Option<Size>>,
    /// Scalars per sample.
    pub len: Size,
}

impl Layout {
    pub fn of(&self, value: ValueId) -> Location {
        self.locations.get(value.0).copied().unwrap_or(Location::Nowhere)
    }

    /// The offset of the need of a node.
    pub fn need(&self, node: &Node) -> Option<&Size> {
        self.needs.get(node.to.0).and_then(Option::as_ref)
    }
}

/// A network with its memory and its costs.
#[derive(Debug)]
pub struct Planned {
    pub graph: Graph,
    pub outputs: Vec<Output>,
    /// For each value, whether it is the logits of an output, and whether a head writes it.
    ends: Vec<End>,
    /// Activations of a prediction.
    pub arena: Layout,
    /// Activations that training keeps.
    pub tape: Layout,
    /// The backward pass, and its gradients of activations.
    pub grads: Gradients,
    pub costs: Vec<RowCosts>,
}

/// An output of the network.
#[derive(Debug)]
pub struct Output {
    /// The value of the output, after the head.
    pub value: ValueId,
    /// The logits, which the passes write: the value before the head.
    pub logits: ValueId,
    /// The head: the activation at the very end, which no pass contains.
    pub head: Option<Activation>,
}

/// A value at the end of the passes.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    is_logits: bool,
    is_head: bool,
}

/// The costs of a row of the summary.
#[derive(Debug, Default)]
pub struct RowCosts {
    pub params: Size,
    pub trainable: Size,
    pub macs: Size,
    /// The number of values of its output.
    pub values: u64,
}

pub fn plan(Checked(graph): Checked) -> Planned {
    let costs = costs(&graph);
    let outputs: Vec<Output> = graph.outputs.iter().map(|&value| output(&graph, value)).collect();
    let ends = ends(&graph, &outputs);
    let mut planned = Planned {
        graph,
        outputs,
        ends,
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

/// The output with this value. If an activation writes the value, it is the head, and its input the logits.
fn output(graph: &Graph, value: ValueId) -> Output {
    let writer = graph.writer(value);
    match writer.and_then(|writer| writer.layer.as_activation().map(|activation| (writer, activation))) {
        Some((writer, activation)) => Output { value, logits: writer.input(), head: Some(activation.clone()) },
        None => Output { value, logits: value, head: None },
    }
}

fn ends(graph: &Graph, outputs: &[Output]) -> Vec<End> {
    let mut ends = vec![End::default(); graph.values()];
    for output in outputs {
        if let Some(end) = ends.get_mut(output.logits.0) {
            end.is_logits = true;
        }
        if let Some(end) = ends.get_mut(output.value.0) {
            end.is_head |= output.head.is_some();
        }
    }
    ends
}

impl Planned {
    fn end(&self, value: ValueId) -> End {
        self.ends.get(value.0).copied().unwrap_or_default()
    }

    /// Whether an operation is a head, which no pass contains.
    pub fn is_head(&self, node: &Node) -> bool {
        self.end(node.to).is_head
    }

    /// The operations that the passes contain: all but the heads.
    pub fn body(&self) -> impl DoubleEndedIterator<Item = &Node> {
        self.graph.nodes.iter().filter(|node| !self.is_head(node))
    }

    /// The operations of the passes that read a value.
    pub fn readers(&self, value: ValueId) -> impl Iterator<Item = &Node> {
        self.graph.readers(value).filter(|node| !self.is_head(node))
    }

    /// Whether a value is the logits of an output.
    pub fn is_logits(&self, value: ValueId) -> bool {
        self.end(value).is_logits
    }

    /// The input, if there is only one: then the passes read the slice of the caller.
    pub fn only_input(&self) -> Option<ValueId> {
        (self.graph.inputs.len() == 1).then_some(ValueId(0))
    }

    /// The logits, if there is only one output: then the passes write the slice of the caller.
    pub fn only_output(&self) -> Option<ValueId> {
        match self.outputs.as_slice() {
            [output] => Some(output.logits),
            _ => None,
        }
    }

    /// The memory that an operation needs in a pass beside its values.
    pub fn need(&self, node: &Node, purpose: Purpose) -> Option<Need> {
        let of_head = || gradients::need_of_head(self, node).filter(|_| purpose == Purpose::Backward);
        node.operation().need(purpose).or_else(of_head)
    }

    pub fn params(&self) -> Size {
        self.costs.iter().map(|costs| costs.params.clone()).sum()
    }

    pub fn trainable_params(&self) -> Size {
        self.costs.iter().map(|costs| costs.trainable.clone()).sum()
    }

    pub fn macs(&self) -> Size {
        self.costs.iter().map(|costs| costs.macs.clone()).sum()
    }

    /// The bytes of the weights; `None` with a nested network.
    pub fn flash_bytes(&self) -> Option<u64> {
        Some(self.params().exact()? * self.graph.scalar.bytes())
    }

    /// The bytes of activations in one prediction, the arena and the output; `None` with a nested network.
    pub fn ram_bytes(&self) -> Option<u64> {
        let output: u64 = self.outputs.iter().map(|output| self.graph.shape(output.value).len()).sum();
        Some((self.arena.len.exact()? + output) * self.graph.scalar.bytes())
    }

    /// The rows with their names and costs.
    pub fn rows(&self) -> impl Iterator<Item = (RowId, &Ident, &RowCosts)> {
        let rows = self.graph.rows.iter().zip(&self.costs).enumerate();
        rows.map(|(index, (row, costs))| (RowId(index), &row.name, costs))
    }
}

fn costs(graph: &Graph) -> Vec<RowCosts> {
    let mut rows: Vec<RowCosts> = Vec::new();
    for node in &graph.nodes {
        if node.row.0 == rows.len() {
            rows.push(RowCosts::default());
        }
        let Some(row) = rows.last_mut() else { continue };
        row.values = node.resolved.output.len();
        row.macs += match node.operation() {
            Operation::Map(map) => map.macs(),
            Operation::Join(join) => join.macs(),
            Operation::InPlace(_) | Operation::Alias => Size::default(),
        };
        row.params += node.parameters.iter().map(ParameterGroup::count).sum();
        row.trainable += node.parameters.iter().map(ParameterGroup::trainable).sum();
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

/// The graph with shapes, then a line for each value with its location in each pass, then the costs.
impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.graph)?;
        writeln!(f, "value: arena, tape, gradient")?;
        for value in (0..self.graph.values()).map(ValueId) {
            let places = [self.arena.of(value), self.tape.of(value), self.grads.of(value)];
            if places == [Location::Nowhere; 3] {
                continue;
            }
            let [arena, tape, grad] = places;
            write!(f, "{value}: {arena}, {tape}, {grad}")?;
            if let Some(need) = self.graph.writer(value).and_then(|node| self.tape.need(node)) {
                write!(f, ", beside it @{need}")?;
            }
            writeln!(f)?;
        }
        let head = |output: &Output| output.head.as_ref().map_or("linear".to_string(), Activation::describe);
        writeln!(f, "head {}", self.outputs.iter().map(head).collect::<Vec<_>>().join(", "))?;
        writeln!(f, "arena {}, tape {}, gradients {}", self.arena.len, self.tape.len, self.grads.len)?;
        writeln!(f, "params {}, trainable {}, macs {}", self.params(), self.trainable_params(), self.macs())?;
        let bytes = |bytes: Option<u64>| bytes.map_or("unknown".to_string(), |bytes| format!("{bytes} B"));
        writeln!(f, "flash {}, ram {}", bytes(self.flash_bytes()), bytes(self.ram_bytes()))
    }
}
