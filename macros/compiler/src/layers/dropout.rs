//! `dropout 0.5`: forgets a part of the values while training.
use proc_macro2::TokenStream;
use quote::quote;

use super::{InPlace, Keeps, Layer, Operation, Parsed};
use crate::activations::real;
use crate::shape::Shape;
use crate::words::Words;

#[derive(Debug)]
struct Dropout {
    rate: f64,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let rate = rate(words);
    words.end();
    Some(Parsed { layer: Box::new(Dropout { rate: rate? }), activation: None })
}

/// Reads the part that a layer drops.
pub fn rate(words: &mut Words<'_>) -> Option<f64> {
    let keyword = words.keyword;
    let number =
        words.required_number(&format!("`{keyword}` wants the part that is dropped\nhelp: such as `{keyword} 0.5`"))?;
    words.read(number, |number| {
        let rate = number.real(&format!("the rate of `{keyword}`"))?;
        let text = number.text();
        match rate {
            0.0..1.0 => Ok(rate),
            1.0..=100.0 if rate > 1.0 => Err(format!(
                "a dropout of `{text}` is outside of 0 to 1\nhelp: the rate is a part, not percent: `{keyword} {}`",
                rate / 100.0
            )),
            _ => Err(format!(
                "a dropout of `{text}` is outside of 0 to 1 (and 1 itself leaves nothing)\nhelp: such as `{keyword} 0.5`"
            )),
        }
    })
}

impl Layer for Dropout {
    fn kind(&self) -> &'static str {
        "Dropout"
    }

    fn describe(&self) -> String {
        format!("dropout {}", self.rate)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        Ok(input.clone())
    }

    fn operation(&self) -> Operation<'_> {
        Operation::InPlace(self)
    }
}

impl InPlace for Dropout {
    fn keeps(&self) -> Keeps {
        Keeps::Mask
    }

    fn acts_in_prediction(&self) -> bool {
        false
    }

    fn forward(&self, values: &TokenStream, mask: &TokenStream) -> TokenStream {
        let rate = real(self.rate);
        quote!(castnet::Dropout { rate: #rate }.apply(isa, rng, #mask, #values);)
    }

    fn backward(&self, mask: &TokenStream, grad: &TokenStream) -> TokenStream {
        let rate = real(self.rate);
        quote!(castnet::Dropout { rate: #rate }.backward(isa, #mask, #grad);)
    }
}
