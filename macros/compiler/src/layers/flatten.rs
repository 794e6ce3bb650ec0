//! `flatten`: the same values as one vector.
use super::{Layer, Operation, Parsed};
use crate::shape::Shape;
use crate::words::Words;

#[derive(Debug)]
struct Flatten;

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    words.end();
    Some(Parsed { layer: Box::new(Flatten), activation: None })
}

impl Layer for Flatten {
    fn kind(&self) -> &'static str {
        "Flatten"
    }

    fn describe(&self) -> String {
        "flatten".to_string()
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        Shape::new(vec![input.len()]).ok_or_else(|| format!("{input} is too large to flatten"))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Alias
    }
}
