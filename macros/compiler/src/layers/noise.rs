//! `spatial_dropout 0.2`, `gaussian_dropout 0.2`, `gaussian_noise 0.1`: noise in training.
use proc_macro2::TokenStream;
use quote::quote;

use super::dropout::{mask, rate};
use super::identity::Identity;
use super::interface::only;
use super::{InPlace, Keyword, Layer, Misfit, Need, Parsed, Places, Purpose, Reads, Resolved};
use crate::activations::real;
use crate::errors::Help;
use crate::shape::Shape;
use crate::words::{Words, such_as};

pub const KEYWORDS: &[Keyword] = &[
    Keyword::new("spatial_dropout", &[], parse).images().keeping_shape().resting(),
    Keyword::new("gaussian_dropout", &[], parse).keeping_shape().resting(),
    Keyword::new("gaussian_noise", &[], parse).keeping_shape().resting(),
];

#[derive(Clone, Copy, Debug)]
enum Written {
    /// Drops whole channels, at this rate.
    Channels(f64),
    /// Multiplies by normal numbers of the same variance as a dropout of this rate.
    Factors(f64),
    /// Adds normal numbers of this standard deviation.
    Sum(f64),
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let noise = match words.keyword.to_string().as_str() {
        "spatial_dropout" => rate(words).map(Written::Channels),
        "gaussian_dropout" => rate(words).map(Written::Factors),
        _ => deviation(words).map(Written::Sum),
    };
    words.end();
    Some(Parsed::alone(noise?))
}

fn deviation(words: &mut Words<'_>) -> Option<f64> {
    let number = words.required_number("`gaussian_noise` wants a standard deviation", "0.1")?;
    words.read(number, |number| match number.real("the standard deviation of `gaussian_noise`")? {
        deviation if deviation < 0.0 => {
            let message =
                format!("the standard deviation of `gaussian_noise` is `{}`, but must be at least 0", number.text());
            Err((message, such_as("gaussian_noise 0.1")).into())
        }
        deviation => Ok(deviation),
    })
}

impl Written {
    fn value(self) -> TokenStream {
        match self {
            Self::Channels(rate) => {
                let rate = real(rate);
                quote!(castnet::SpatialDropout { rate: #rate })
            }
            Self::Factors(rate) => {
                let rate = real(rate);
                quote!(castnet::GaussianDropout { rate: #rate })
            }
            Self::Sum(deviation) => {
                let deviation = real(deviation);
                quote!(castnet::GaussianNoise { deviation: #deviation })
            }
        }
    }
}

impl Layer for Written {
    fn describe(&self) -> String {
        match self {
            Self::Channels(rate) => format!("spatial_dropout {rate}"),
            Self::Factors(rate) => format!("gaussian_dropout {rate}"),
            Self::Sum(deviation) => format!("gaussian_noise {deviation}"),
        }
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, written) = (only(inputs)?, *self);
        let (kind, word, number) = match written {
            Self::Channels(rate) if input.rank() == 1 => {
                let message = format!(
                    "`spatial_dropout` drops whole channels of an image or a sequence, but what comes in has the shape {input}"
                );
                return Err((message, Help::write(format!("dropout {rate}"))).into());
            }
            Self::Channels(rate) => ("SpatialDropout", "spatial_dropout", rate),
            Self::Factors(rate) => ("GaussianDropout", "gaussian_dropout", rate),
            Self::Sum(deviation) => ("GaussianNoise", "gaussian_noise", deviation),
        };
        let identity = Identity::new(word).real(number);
        Ok(Resolved::in_place(input.clone(), kind, identity, Noise { written, shape: input.clone() }))
    }
}

#[derive(Debug)]
struct Noise {
    written: Written,
    shape: Shape,
}

impl Noise {
    fn is_masked(&self) -> bool {
        !matches!(self.written, Written::Sum(_))
    }
}

impl InPlace for Noise {
    fn reads(&self) -> Reads {
        Reads { need: self.is_masked(), ..Reads::default() }
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        mask(&self.shape, purpose).filter(|_| self.is_masked())
    }

    fn acts_in_prediction(&self) -> bool {
        false
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (value, Places { need: mask, output, .. }) = (self.written.value(), at);
        match self.is_masked() {
            true => quote!(#value.apply(isa, rng, #mask, #output);),
            false => quote!(#value.apply(isa, rng, #output);),
        }
    }

    fn backward(&self, at: &Places) -> TokenStream {
        let (value, Places { need: mask, grad_output, .. }) = (self.written.value(), at);
        if self.is_masked() { quote!(#value.backward(isa, #mask, #grad_output);) } else { TokenStream::new() }
    }
}
