//! The network as a graph: operations between values.
use std::fmt;

use proc_macro2::{Ident, TokenStream};

use crate::layers::Layer;
use crate::parse::Bound;
use crate::shape::{Scalar, Shape};

/// A value: what flows between operations. The first is the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ValueId(pub usize);

/// A row of the summary: a layer as it was written, with the activation behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowId(pub usize);

/// An operation: a layer between two values.
#[derive(Debug)]
pub struct Node {
    pub row: RowId,
    pub layer: Box<dyn Layer>,
    pub from: ValueId,
    pub to: ValueId,
    /// What was written, to point at.
    pub tokens: TokenStream,
}

/// A layer as it was written.
#[derive(Debug)]
pub struct Row {
    /// The label, or the kind with a number.
    pub name: Ident,
    pub is_labelled: bool,
}

/// A network whose names are resolved.
#[derive(Debug)]
pub struct Graph {
    pub name: Ident,
    pub scalar: Scalar,
    pub input: Shape,
    pub rows: Vec<Row>,
    pub nodes: Vec<Node>,
    pub bounds: Vec<Bound>,
}

impl Graph {
    /// The name of a node's row.
    pub fn row_name(&self, node: &Node) -> Option<&Ident> {
        self.rows.get(node.row.0).map(|row| &row.name)
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// One line per operation: `%1 = dense_1: dense 10 (%0)`.
impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}", self.name, self.scalar.name())?;
        writeln!(f, "%0 = input {}", self.input)?;
        for node in &self.nodes {
            let name = self.row_name(node).map(Ident::to_string).unwrap_or_default();
            writeln!(f, "{} = {name}: {} ({})", node.to, node.layer.describe(), node.from)?;
        }
        Ok(())
    }
}
