//! `rescale 0.00392156862745098 offset -1.0`: a factor and an offset.
use proc_macro2::TokenStream;
use quote::quote;

use super::{InPlace, Keeps, Layer, Operation, Parsed};
use crate::activations::real;
use crate::shape::Shape;
use crate::words::Words;

#[derive(Debug)]
struct Rescale {
    scale: f64,
    offset: f64,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`rescale` wants a factor\nhelp: such as `rescale 0.00392156862745098` for 1/255");
    let scale = number.and_then(|number| words.read(number, |number| number.real("the factor of `rescale`")));
    let mut offset = 0.0;
    words.options(&["offset"], |name, words| {
        offset = words.real_of(name, "offset -1.0", "", |_| true).unwrap_or_default();
    });
    Some(Parsed { layer: Box::new(Rescale { scale: scale?, offset }), activation: None })
}

impl Rescale {
    fn value(&self) -> TokenStream {
        let (scale, offset) = (real(self.scale), real(self.offset));
        quote!(castnet::Rescale { scale: #scale, offset: #offset })
    }
}

impl Layer for Rescale {
    fn kind(&self) -> &'static str {
        "Rescaling"
    }

    fn describe(&self) -> String {
        format!("rescale {} offset {}", self.scale, self.offset)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        Ok(input.clone())
    }

    fn operation(&self) -> Operation<'_> {
        Operation::InPlace(self)
    }
}

impl InPlace for Rescale {
    fn keeps(&self) -> Keeps {
        Keeps::Nothing
    }

    fn forward(&self, values: &TokenStream, _mask: &TokenStream) -> TokenStream {
        let value = self.value();
        quote!(#value.apply(isa, #values);)
    }

    fn backward(&self, _kept: &TokenStream, grad: &TokenStream) -> TokenStream {
        let value = self.value();
        quote!(#value.backward(isa, #grad);)
    }
}
