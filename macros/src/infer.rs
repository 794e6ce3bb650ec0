//! Every value gets its shape, every layer its parameters.
use std::fmt;

use crate::errors::Errors;
use crate::graph::{Graph, Node, ValueId};
use crate::layers::{Operation, Parameters};
use crate::shape::Shape;

/// A graph with shapes.
#[derive(Debug)]
pub struct Inferred {
    pub graph: Graph,
    /// By value.
    shapes: Vec<Shape>,
    /// By node.
    parameters: Vec<Option<Parameters>>,
}

pub fn infer(graph: Graph) -> Result<Inferred, Errors> {
    let mut errors = Errors::default();
    let mut shapes = vec![graph.input.clone()];
    let mut parameters = Vec::new();
    for node in &graph.nodes {
        let Some(input) = shapes.get(node.from.0) else { break };
        match node.layer.infer(input) {
            Ok(output) => {
                parameters.push(match node.layer.operation() {
                    Operation::Map(map) => Some(map.parameters(input, &output)),
                    Operation::InPlace(_) | Operation::Alias => None,
                });
                shapes.push(output);
            }
            Err(message) => {
                errors.at(&node.tokens, message);
                // What follows would be judged by a shape that is not known.
                break;
            }
        }
    }
    errors.or(Inferred { graph, shapes, parameters })
}

impl Inferred {
    pub fn shape(&self, value: ValueId) -> &Shape {
        self.shapes.get(value.0).unwrap_or(&self.graph.input)
    }

    /// The operations, each with its parameters.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (&Node, Option<&Parameters>)> + ExactSizeIterator {
        self.graph.nodes.iter().zip(self.parameters.iter().map(Option::as_ref))
    }

    /// What the last operation writes.
    pub fn output(&self) -> ValueId {
        ValueId(self.graph.nodes.len())
    }
}

/// One line per operation, with the shape of its output and its parameters.
impl fmt::Display for Inferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.graph.to_string();
        lines.truncate(lines.trim_end().len());
        for (index, line) in lines.lines().enumerate() {
            write!(f, "{line}")?;
            let node = index.checked_sub(2).and_then(|index| self.nodes().nth(index));
            if let Some((node, parameters)) = node {
                write!(f, " -> {}", self.shape(node.to))?;
                if let Some(parameters) = parameters {
                    write!(f, ", {} {:?} parameters", parameters.count(), parameters.role)?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
