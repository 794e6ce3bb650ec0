//! The network as a graph: operations between values.
use std::fmt;

use proc_macro2::{Ident, TokenStream};

use crate::layers::{Context, Layer, NestedType, Operation, ParameterGroup, Resolved, Role, group_name};
use crate::optimize::Goal;
use crate::parse::Bound;
use crate::regularizers::Regularizers;
use crate::shape::{Scalar, Shape};

/// A value between operations. The inputs come first, then the output of each operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueId(pub usize);

/// The index of a row of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowId(pub usize);

/// An operation: a layer between values.
#[derive(Debug)]
pub struct Node {
    pub row: RowId,
    /// The end of the names of the operation, behind that of its row, where a row has several operations with parameters: `_forward`.
    pub part: &'static str,
    pub layer: Box<dyn Layer>,
    /// The layer, resolved on the shapes of its inputs.
    pub resolved: Resolved,
    /// Its parameter groups.
    pub parameters: Vec<ParameterGroup>,
    /// The penalties on its output.
    pub activity: Regularizers,
    /// The values that it reads: several where branches are joined.
    pub from: Vec<ValueId>,
    pub to: ValueId,
    /// Its tokens, for errors.
    pub tokens: Tokens,
}

impl Node {
    /// The value that it reads; the first if there are several.
    pub fn input(&self) -> ValueId {
        self.from.first().copied().unwrap_or(ValueId(0))
    }

    pub fn operation(&self) -> &Operation {
        &self.resolved.operation
    }

    /// Whether the optimizer updates parameters of the layer.
    pub fn is_trainable(&self) -> bool {
        self.parameters.iter().any(|group| group.role == Role::Trainable)
    }
}

/// The tokens of a layer.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// The layer.
    pub layer: TokenStream,
    /// The branches of a join, one for each value that it reads.
    pub branches: Vec<Branch>,
    /// The arrow before the layer.
    pub arrow: Option<TokenStream>,
    /// Whether the layers behind it want a vector.
    pub vector_is_next: bool,
    /// The calls of the blocks around it, the innermost first.
    pub calls: Vec<TokenStream>,
}

/// The tokens of a branch.
#[derive(Clone, Debug)]
pub struct Branch {
    pub tokens: TokenStream,
    /// The keyword and the number of the layer at its end, if the number is that of the channels of its output.
    pub number: Option<(Ident, TokenStream)>,
    /// Its convolutions without a padding, with the sizes of their windows; none if they are not all known.
    pub windows: Vec<(TokenStream, [u64; 2])>,
    /// Whether it is one layer, so that `channels` in it are those of what comes in.
    pub is_one: bool,
}

/// A row of the summary: a layer with the activation written after it.
#[derive(Debug)]
pub struct Row {
    /// The label, or the kind with a number.
    pub name: Ident,
    pub is_labelled: bool,
}

/// An input of the network.
#[derive(Debug)]
pub struct Input {
    /// Its tokens, for errors.
    pub tokens: TokenStream,
    /// The label, or `input`.
    pub name: Ident,
    pub shape: Shape,
}

/// A network whose names and layers are resolved.
#[derive(Debug)]
pub struct Graph {
    pub name: Ident,
    /// The path of castnet's types.
    pub castnet: TokenStream,
    pub scalar: Scalar,
    pub goal: Goal,
    pub inputs: Vec<Input>,
    pub rows: Vec<Row>,
    pub nodes: Vec<Node>,
    /// For each value, the indices of the nodes that read it.
    pub readers: Readers,
    /// Values that no operation reads, in the order of their chains.
    pub outputs: Vec<ValueId>,
    pub bounds: Vec<Bound>,
}

/// For each value, the indices of the nodes that read it, in order. A search among all nodes would make the time of every stage grow with the
/// square of the number of layers.
#[derive(Debug, Default)]
pub struct Readers(Vec<Vec<usize>>);

impl Readers {
    /// Adds what a node reads. A value that it reads twice has this reader once.
    fn add(&mut self, node: usize, from: &[ValueId]) {
        for value in from {
            if self.0.len() <= value.0 {
                self.0.resize_with(value.0 + 1, Vec::new);
            }
            if let Some(readers) = self.0.get_mut(value.0).filter(|readers| readers.last() != Some(&node)) {
                readers.push(node);
            }
        }
    }

    fn of(&self, value: ValueId) -> &[usize] {
        self.0.get(value.0).map_or(&[], Vec::as_slice)
    }
}

impl Graph {
    /// Adds an operation, whose output is the next value.
    pub fn push(&mut self, node: Node) {
        // Behind an error a node may read a value that does not exist.
        let known: Vec<ValueId> = node.from.iter().copied().filter(|value| value.0 < self.values()).collect();
        self.readers.add(self.nodes.len(), &known);
        self.nodes.push(node);
    }

    /// The facts about the network that its layers know.
    pub fn context(&self) -> Context<'_> {
        Context { scalar: self.scalar, castnet: &self.castnet }
    }

    /// The shape of a value, if there is such a value.
    pub fn find_shape(&self, value: ValueId) -> Option<&Shape> {
        match self.writer(value) {
            Some(writer) => Some(&writer.resolved.output),
            None => self.inputs.get(value.0).map(|input| &input.shape),
        }
    }

    /// The shape of a value.
    pub fn shape(&self, value: ValueId) -> &Shape {
        static NONE: std::sync::LazyLock<Shape> = std::sync::LazyLock::new(Shape::default);
        self.find_shape(value).unwrap_or(&NONE)
    }

    /// The name of a row.
    pub fn row_name(&self, row: RowId) -> Option<&Ident> {
        self.rows.get(row.0).map(|row| &row.name)
    }

    /// The operation that writes a value; none writes an input.
    pub fn writer(&self, value: ValueId) -> Option<&Node> {
        self.nodes.get(value.0.checked_sub(self.inputs.len())?)
    }

    /// The name of an operation: that of its row and its part.
    pub fn node_name(&self, node: &Node) -> Option<Ident> {
        self.row_name(node.row).map(|row| group_name(row, node.part))
    }

    /// The name of a value: that of its row, or of the input.
    pub fn value_name(&self, value: ValueId) -> Option<&Ident> {
        match self.writer(value) {
            Some(writer) => self.row_name(writer.row),
            None => self.inputs.get(value.0).map(|input| &input.name),
        }
    }

    /// The nested networks, in order.
    pub fn networks(&self) -> impl Iterator<Item = &NestedType> {
        self.nodes.iter().flat_map(|node| &node.parameters).filter_map(ParameterGroup::network)
    }

    /// The operations that read a value.
    pub fn readers(&self, value: ValueId) -> impl Iterator<Item = &Node> {
        self.readers.of(value).iter().filter_map(|&node| self.nodes.get(node))
    }

    /// The input of the network that a value is, perhaps in another shape.
    pub fn input_of(&self, value: ValueId) -> Option<ValueId> {
        let mut value = value;
        while let Some(writer) = self.writer(value) {
            if !matches!(writer.operation(), Operation::Alias) {
                return None;
            }
            value = writer.input();
        }
        Some(value)
    }

    /// The number of values.
    pub fn values(&self) -> usize {
        self.inputs.len() + self.nodes.len()
    }

    /// The operations of each row. They follow one another.
    pub fn nodes_of(&self, row: RowId) -> &[Node] {
        let first = self.nodes.partition_point(|node| node.row < row);
        let last = self.nodes.partition_point(|node| node.row <= row);
        self.nodes.get(first..last).unwrap_or_default()
    }

    /// Whether every row reads only the output of the row before it. The parts of a row may read what it reads.
    pub fn rows_are_a_chain(&self) -> bool {
        // With one input, the value that comes into a row has the number of its first operation.
        let comes_in = |node: &Node| ValueId(self.nodes.partition_point(|other| other.row < node.row));
        self.inputs.len() == 1 && self.nodes.iter().all(|node| node.from.iter().all(|&value| value >= comes_in(node)))
    }

    /// Whether every operation reads only the output of the one before it.
    pub fn is_chain(&self) -> bool {
        self.inputs.len() == 1 && self.nodes.iter().enumerate().all(|(index, node)| node.from == [ValueId(index)])
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// One line per value, with its shape and the parameters of the operation that writes it: `%1 = dense_1: dense 10 (%0) -> 10`.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}", self.name, self.scalar.name())?;
        for (index, Input { name, shape, .. }) in self.inputs.iter().enumerate() {
            let label = if name == "input" { String::new() } else { format!("{name}: ") };
            writeln!(f, "{} = {label}input {shape}", ValueId(index))?;
        }
        for node in &self.nodes {
            let name = self.row_name(node.row).map(Ident::to_string).unwrap_or_default();
            let from = node.from.iter().map(ValueId::to_string).collect::<Vec<_>>().join(", ");
            write!(f, "{} = {name}: {} ({from}) -> {}", node.to, node.layer.describe(), node.resolved.output)?;
            for group in &node.parameters {
                write!(f, ", {} {:?} parameters", group.count(), group.role)?;
            }
            if !node.activity.is_empty() {
                write!(f, ", {}", node.activity)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
