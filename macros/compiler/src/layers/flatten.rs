//! `flatten`: the same values as one vector.
use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Operation, Parsed, Resolved};
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("flatten", &[], parse).images()];

#[derive(Debug)]
struct Flatten;

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    words.end();
    Some(Parsed::alone(Flatten))
}

impl Layer for Flatten {
    fn describe(&self) -> String {
        "flatten".to_string()
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let output = Shape::new(vec![input.len()]).ok_or_else(|| format!("{input} is too large to flatten"))?;
        Ok(Resolved { output, kind: "Flatten", identity: Identity::new("flatten"), operation: Operation::Alias })
    }
}
