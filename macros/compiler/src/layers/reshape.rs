//! `reshape 7x7x64`: the same values in another shape.
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Operation, Parsed, Resolved};
use crate::errors::Help;
use crate::number::Number;
use crate::shape::Shape;
use crate::window::example;
use crate::words::{Word, Words};

pub const KEYWORDS: &[Keyword] = &[Keyword::new("reshape", &[], parse)];

#[derive(Debug)]
struct Reshape(Shape);

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    if size_is_left_open(words) {
        return None;
    }
    let example = words.input.as_ref().map_or("28x28x1".to_string(), |input| example(input.len()).to_string());
    let number = words.required_number("`reshape` wants a shape", &example);
    let shape = number.and_then(|number| words.read(number, |number| crate::parse::shape(number, "the shape")));
    words.end();
    Some(Parsed::alone(Reshape(shape?)))
}

/// Reports a shape with a size of -1, by which other languages mean the size that is left: `-1x4`, or `4x-1`, which are two numbers.
fn size_is_left_open(words: &mut Words<'_>) -> bool {
    let is_first = |index: usize| {
        index == 0 || matches!(words.left().get(index - 1), Some(Word::Number(before)) if before.text().ends_with('x'))
    };
    let numbers: Vec<&Number> = (0..)
        .map_while(|index| match words.left().get(index)? {
            Word::Number(number) if is_first(index) => Some(number),
            _ => None,
        })
        .collect();
    let text: String = numbers.iter().map(|number| number.text()).collect();
    let (open, given): (Vec<&str>, Vec<&str>) = text.split('x').partition(|size| *size == "-1");
    let given: Option<Vec<u64>> = given.iter().map(|size| size.parse().ok().filter(|&size| size > 0)).collect();
    let (Some(given), [open]) = (given, open.as_slice()) else { return false };
    let left = words.input.as_ref().and_then(|input| {
        let product = Shape::new(given.clone())?.len();
        input.len().is_multiple_of(product).then(|| (input.len() / product).to_string())
    });
    let (keyword, message) = (words.keyword, format!("`reshape` wants every size, but one is `{open}`"));
    match left {
        Some(_) if given.is_empty() => words.errors.at(quote!(#keyword #(#numbers)*), (message, Help::write("flatten"))),
        Some(left) => words.errors.at(quote!(#(#numbers)*), (message, Help::write(text.replace(open, &left)))),
        None => words.errors.at(quote!(#(#numbers)*), message),
    }
    true
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
        let message = format!(
            "`reshape {shape}` holds {} values, but what comes in has the shape {input}, which holds {}",
            shape.len(),
            input.len()
        );
        let help = Help::write_for(shape.to_string(), resized(shape, input.len()));
        Err((message, help.and(": the products of both shapes must be the same")).into())
    }
}

/// The shape with its last size changed, so that it holds this many values; if that cannot be, a shape of as many dimensions that does.
fn resized(shape: &Shape, values: u64) -> String {
    let kept: Vec<u64> = shape.sizes().iter().take(shape.rank() - 1).copied().collect();
    let product: u64 = kept.iter().product();
    let sizes = match values.is_multiple_of(product) {
        true => kept.into_iter().chain([values / product]).collect(),
        false => [vec![values], vec![1; kept.len()]].concat(),
    };
    sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}
