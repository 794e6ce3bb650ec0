//! `reshape 7x7x64`: the same values in another shape.
use super::{Layer, Operation, Parsed};
use crate::shape::Shape;
use crate::words::Words;

#[derive(Debug)]
struct Reshape(Shape);

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`reshape` wants a shape\nhelp: such as `reshape 28x28x1`");
    let shape = number.and_then(|number| words.read(number, |number| crate::parse::shape(number, "the shape")));
    words.end();
    Some(Parsed { layer: Box::new(Reshape(shape?)), activation: None })
}

impl Layer for Reshape {
    fn kind(&self) -> &'static str {
        "Reshape"
    }

    fn describe(&self) -> String {
        format!("reshape {}", self.0)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let Self(shape) = self;
        if shape.len() == input.len() {
            return Ok(shape.clone());
        }
        Err(format!(
            "`reshape {shape}` holds {} values, but what comes in has the shape {input}, which is {}\nhelp: the products of both shapes must be the same",
            shape.len(),
            input.len()
        ))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Alias
    }
}
