//! `dropout 0.5`: sets a fraction of the values to zero in training.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{InPlace, Keyword, Layer, Life, Misfit, Need, Parsed, Places, Purpose, Reads, Resolved, Room};
use crate::activations::real;
use crate::errors::Help;
use crate::shape::Shape;
use crate::words::{Words, such_as};

pub const KEYWORDS: &[Keyword] = &[Keyword::new("dropout", &[], parse).keeping_shape().resting()];

#[derive(Clone, Copy, Debug)]
struct Written {
    rate: f64,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let rate = rate(words);
    words.end();
    Some(Parsed::alone(Written { rate: rate? }))
}

/// Reads the fraction that a layer drops.
pub fn rate(words: &mut Words<'_>) -> Option<f64> {
    let keyword = words.keyword;
    let number = words.required_number(&format!("`{keyword}` wants the fraction of the values to drop"), "0.5")?;
    words.read(number, |number| {
        let rate = number.real(&format!("the rate of `{keyword}`"))?;
        let text = number.text();
        match rate {
            0.0..1.0 => Ok(rate),
            rate => {
                let message = format!("the rate of `{keyword}` is `{text}`, but must be at least 0 and below 1");
                let fraction = rate / 100.0;
                let help = match rate > 1.0 && fraction < 1.0 {
                    true => Help::write(fraction.to_string())
                        .saying(format!("the rate is a fraction, not a percentage: `{keyword} {fraction}`")),
                    false => such_as(&format!("{keyword} 0.5")),
                };
                Err((message, help).into())
            }
        }
    })
}

/// The mask of a layer that drops or multiplies values of this shape: a factor for each value.
pub fn mask(shape: &Shape, purpose: Purpose) -> Option<Need> {
    let room = Room::Shape(shape.clone());
    (purpose == Purpose::Training).then_some(Need { room, life: Life::ForwardToBackward })
}

impl Layer for Written {
    fn describe(&self) -> String {
        format!("dropout {}", self.rate)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, Self { rate }) = (only(inputs)?, *self);
        let identity = Identity::new("dropout").real(rate);
        Ok(Resolved::in_place(input.clone(), "Dropout", identity, Dropout { rate, shape: input.clone() }))
    }
}

#[derive(Debug)]
struct Dropout {
    rate: f64,
    shape: Shape,
}

impl InPlace for Dropout {
    fn reads(&self) -> Reads {
        Reads { need: true, ..Reads::default() }
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        mask(&self.shape, purpose)
    }

    fn acts_in_prediction(&self) -> bool {
        false
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (rate, Places { need: mask, output, .. }) = (real(self.rate), at);
        quote!(castnet::Dropout { rate: #rate }.apply(isa, rng, #mask, #output);)
    }

    fn backward(&self, at: &Places) -> TokenStream {
        let (rate, Places { need: mask, grad_output, .. }) = (real(self.rate), at);
        quote!(castnet::Dropout { rate: #rate }.backward(isa, #mask, #grad_output);)
    }
}
