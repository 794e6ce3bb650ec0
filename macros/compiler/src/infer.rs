//! Every value gets its shape, every layer its parameters.
use std::fmt;

use crate::errors::Errors;
use crate::graph::{Graph, Node, ValueId};
use crate::layers::{Context, Misfit, Operation, Part};
use crate::shape::Shape;

/// A graph with shapes.
#[derive(Debug)]
pub struct Inferred {
    pub graph: Graph,
    /// By value.
    shapes: Vec<Shape>,
    /// By node.
    parts: Vec<Vec<Part>>,
}

pub fn infer(graph: Graph) -> Result<Inferred, Errors> {
    let mut errors = Errors::default();
    let mut shapes: Vec<Option<Shape>> = graph.inputs.iter().map(|input| Some(input.shape.clone())).collect();
    let mut parts = Vec::new();
    for node in &graph.nodes {
        // What follows a mistake would be judged by a shape that is not known.
        let inputs: Option<Vec<&Shape>> =
            node.from.iter().map(|value| shapes.get(value.0).and_then(Option::as_ref)).collect();
        let Some(inputs) = inputs else {
            shapes.push(None);
            parts.push(Vec::new());
            continue;
        };
        let output = match node.layer.infer_all(&inputs) {
            Ok(output) => output,
            Err(misfit) => {
                report(node, misfit, &mut errors);
                shapes.push(None);
                parts.push(Vec::new());
                continue;
            }
        };
        parts.push(match (node.layer.operation(), inputs.first()) {
            (Operation::Map(map), Some(input)) => {
                let (output, castnet) = (&output, &graph.castnet);
                map.parts(&Context { input, output, scalar: graph.scalar, castnet })
            }
            _ => Vec::new(),
        });
        shapes.push(Some(output));
    }
    // Without errors no shape is missing.
    let shapes = shapes.into_iter().map(Option::unwrap_or_default).collect();
    errors.or(Inferred { graph, shapes, parts })
}

/// Reports what does not fit: under the layer, or under the branches that do not fit together.
fn report(node: &Node, misfit: Misfit, errors: &mut Errors) {
    match misfit {
        Misfit::Layer(message) => errors.at(&node.tokens.layer, message),
        Misfit::Branches(branches) => {
            for (branch, message) in branches {
                let tokens = node.tokens.branches.get(branch).unwrap_or(&node.tokens.layer);
                errors.at(tokens, message);
            }
        }
    }
    errors.in_calls(&node.tokens.calls);
}

impl Inferred {
    pub fn shape(&self, value: ValueId) -> &Shape {
        static NONE: std::sync::LazyLock<Shape> = std::sync::LazyLock::new(Shape::default);
        self.shapes.get(value.0).unwrap_or(&NONE)
    }

    /// The operations, each with its parameters.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = (&Node, &[Part])> + ExactSizeIterator {
        self.graph.nodes.iter().zip(self.parts.iter().map(Vec::as_slice))
    }

    /// The parameters of an operation.
    pub fn parts(&self, node: &Node) -> &[Part] {
        let index = node.to.0.checked_sub(self.graph.inputs.len());
        index.and_then(|index| self.parts.get(index)).map_or(&[], Vec::as_slice)
    }

    /// What a layer is told of its values.
    pub fn context<'a>(&'a self, node: &Node) -> Context<'a> {
        let Graph { scalar, castnet, .. } = &self.graph;
        Context { input: self.shape(node.input()), output: self.shape(node.to), scalar: *scalar, castnet }
    }
}

/// One line per value, with its shape and the parameters of the operation that writes it.
impl fmt::Display for Inferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.graph.to_string();
        let first = 1 + self.graph.inputs.len();
        for (index, line) in lines.trim_end().lines().enumerate() {
            write!(f, "{line}")?;
            let node = index.checked_sub(first).and_then(|index| self.nodes().nth(index));
            if let Some((node, parts)) = node {
                write!(f, " -> {}", self.shape(node.to))?;
                for part in parts {
                    write!(f, ", {} {:?} parameters", part.count(), part.role)?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
