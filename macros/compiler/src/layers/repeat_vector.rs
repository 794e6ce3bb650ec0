//! `repeat_vector 5`: a vector at every step of a sequence.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Keyword, Layer, Map, Misfit, Parsed, Places, Resolved};
use crate::errors::Help;
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("repeat_vector", &[], parse).vectors()];

#[derive(Debug)]
struct Written {
    steps: u64,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`repeat_vector` wants the number of steps", "5");
    let steps = number.and_then(|number| words.read(number, |number| number.size("the number of steps")));
    words.end();
    Some(Parsed::alone(Written { steps: steps? }))
}

impl Layer for Written {
    fn describe(&self) -> String {
        format!("repeat_vector {}", self.steps)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, Self { steps }) = (only(inputs)?, self);
        if input.rank() > 1 {
            let message = format!("`repeat_vector` takes a vector, but what comes in has the shape {input}");
            return Err((message, Help::before("flatten =>")).into());
        }
        let too_large = || format!("`repeat_vector {steps}` of {input} values gives more than any machine can hold");
        let output = Shape::new(vec![*steps, input.len()]).ok_or_else(too_large)?;
        Ok(Resolved::map(output, "RepeatVector", Identity::new("repeat_vector").whole(*steps), RepeatVector))
    }
}

#[derive(Debug)]
struct RepeatVector;

impl Map for RepeatVector {
    fn forward(&self, at: &Places) -> TokenStream {
        let Places { input, output, .. } = at;
        quote!(castnet::RepeatVector.forward(isa, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let Places { grad_output, grad_input, .. } = at;
        Backward::of_input(quote!(castnet::RepeatVector.backward_input(isa, #grad_output, #grad_input);))
    }
}
