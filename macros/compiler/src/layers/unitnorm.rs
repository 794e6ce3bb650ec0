//! `unitnorm`: divides the channels of each position by their norm; with `all`, all values of a sample.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Keyword, Layer, Map, Misfit, Parsed, Places, Reads, Resolved};
use crate::errors::Help;
use crate::shape::{Shape, literal};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("unitnorm", &["all"], parse).keeping_shape()];

#[derive(Debug)]
struct Written {
    /// Whether all values of a sample are one vector.
    all: bool,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let mut all = false;
    words.options(|_, _| all = true);
    Some(Parsed::alone(Written { all }))
}

impl Layer for Written {
    fn describe(&self) -> String {
        if self.all { "unitnorm all" } else { "unitnorm" }.to_string()
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let width = if self.all { input.len() } else { input.channels() };
        if width == 1 {
            let message = format!("`{}` of one value gives only its sign, and what comes in has the shape {input}", self.describe());
            let help = match input.len() {
                1 => Help::leave_out_layer(),
                _ => Help::write_for("unitnorm", "unitnorm all").and(" for all values of a sample together"),
            };
            return Err((message, help).into());
        }
        let identity = Identity::new("unitnorm").word_if(self.all, "all");
        Ok(Resolved::map(input.clone(), "UnitNormalization", identity, UnitNorm { width }))
    }
}

#[derive(Debug)]
struct UnitNorm {
    /// The number of values of a vector.
    width: u64,
}

impl UnitNorm {
    fn value(&self) -> TokenStream {
        let width = literal(self.width);
        quote!(castnet::UnitNorm::<#width>)
    }
}

impl Map for UnitNorm {
    fn reads(&self) -> Reads {
        Reads { input: true, ..Reads::default() }
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (value, Places { input, output, .. }) = (self.value(), at);
        quote!(#value.forward(isa, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let (value, Places { input, grad_output, grad_input, .. }) = (self.value(), at);
        Backward::of_input(quote!(#value.backward_input(isa, #input, #grad_output, #grad_input);))
    }
}
