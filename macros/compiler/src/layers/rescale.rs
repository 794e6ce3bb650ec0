//! `rescale 0.00392156862745098 offset -1.0`: multiplies by a factor and adds an offset.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{InPlace, Keyword, Layer, Misfit, Parsed, Places, Reads, Resolved};
use crate::activations::real;
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("rescale", &["offset"], parse).keeping_shape()];

#[derive(Clone, Copy, Debug)]
struct Rescale {
    scale: f64,
    offset: f64,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`rescale` wants a factor", "0.00392156862745098");
    let scale = number.and_then(|number| words.read(number, |number| number.real("the factor of `rescale`")));
    let mut offset = 0.0;
    words.options(|name, words| {
        offset = words.real_of(name, "offset -1.0", "", |_| true).unwrap_or_default();
    });
    Some(Parsed::alone(Rescale { scale: scale?, offset }))
}

impl Rescale {
    fn value(&self) -> TokenStream {
        let (scale, offset) = (real(self.scale), real(self.offset));
        quote!(castnet::Rescale { scale: #scale, offset: #offset })
    }
}

impl Layer for Rescale {
    fn describe(&self) -> String {
        format!("rescale {} offset {}", self.scale, self.offset)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let identity = Identity::new("rescale").real(self.scale).word("offset").real(self.offset);
        Ok(Resolved::in_place(input.clone(), "Rescaling", identity, *self))
    }
}

impl InPlace for Rescale {
    fn reads(&self) -> Reads {
        Reads::default()
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (value, Places { output, .. }) = (self.value(), at);
        quote!(#value.apply(isa, #output);)
    }

    fn backward(&self, at: &Places) -> TokenStream {
        let (value, Places { grad_output, .. }) = (self.value(), at);
        quote!(#value.backward(isa, #grad_output);)
    }
}
