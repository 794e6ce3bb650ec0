//! `reshape 7x7x64`: the same values in another shape.
use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Operation, Parsed, Resolved};
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword { word: "reshape", words: &[], parse }];

#[derive(Debug)]
struct Reshape(Shape);

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`reshape` wants a shape\nhelp: such as `reshape 28x28x1`");
    let shape = number.and_then(|number| words.read(number, |number| crate::parse::shape(number, "the shape")));
    words.end();
    Some(Parsed::alone(Reshape(shape?)))
}

impl Layer for Reshape {
    fn describe(&self) -> String {
        format!("reshape {}", self.0)
    }

    fn output(&self) -> Option<Shape> {
        Some(self.0.clone())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, Self(shape)) = (only(inputs)?, self);
        if shape.len() == input.len() {
            let identity = Identity::new("reshape").sizes(shape.sizes());
            return Ok(Resolved { output: shape.clone(), kind: "Reshape", identity, operation: Operation::Alias });
        }
        Err(Misfit::Layer(format!(
            "`reshape {shape}` holds {} values, but what comes in has the shape {input}, which holds {}\nhelp: the products of both shapes must be the same",
            shape.len(),
            input.len()
        )))
    }
}
