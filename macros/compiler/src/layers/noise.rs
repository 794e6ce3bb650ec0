//! `spatial_dropout 0.2`, `gaussian_dropout 0.2`, `gaussian_noise 0.1`: noise while training.
use proc_macro2::TokenStream;
use quote::quote;

use super::dropout::rate;
use super::{InPlace, Keeps, Layer, Operation, Parsed};
use crate::activations::real;
use crate::shape::Shape;
use crate::words::Words;

#[derive(Debug)]
enum Noise {
    /// Drops channels at a rate.
    Channels(f64),
    /// Multiplies by normal numbers, which do as much as a dropout at a rate.
    Factors(f64),
    /// Adds normal numbers of a deviation.
    Sum(f64),
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let noise = match words.keyword.to_string().as_str() {
        "spatial_dropout" => rate(words).map(Noise::Channels),
        "gaussian_dropout" => rate(words).map(Noise::Factors),
        _ => deviation(words).map(Noise::Sum),
    };
    words.end();
    Some(Parsed { layer: Box::new(noise?), activation: None })
}

fn deviation(words: &mut Words<'_>) -> Option<f64> {
    let example = "help: such as `gaussian_noise 0.1`";
    let number = words.required_number(&format!("`gaussian_noise` wants a deviation\n{example}"))?;
    words.read(number, |number| match number.real("the deviation of `gaussian_noise`")? {
        deviation if deviation < 0.0 => {
            Err(format!("a deviation of `{}` is below 0\n{example}", number.text()))
        }
        deviation => Ok(deviation),
    })
}

impl Noise {
    fn value(&self) -> TokenStream {
        match *self {
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

impl Layer for Noise {
    fn kind(&self) -> &'static str {
        match self {
            Self::Channels(_) => "SpatialDropout",
            Self::Factors(_) => "GaussianDropout",
            Self::Sum(_) => "GaussianNoise",
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Channels(rate) => format!("spatial_dropout {rate}"),
            Self::Factors(rate) => format!("gaussian_dropout {rate}"),
            Self::Sum(deviation) => format!("gaussian_noise {deviation}"),
        }
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        match self {
            Self::Channels(rate) if input.rank() == 1 => Err(format!(
                "`spatial_dropout` drops whole channels of an image or a sequence, but what comes in has the shape {input}\nhelp: write `dropout {rate}`"
            )),
            _ => Ok(input.clone()),
        }
    }

    fn operation(&self) -> Operation<'_> {
        Operation::InPlace(self)
    }
}

impl InPlace for Noise {
    fn keeps(&self) -> Keeps {
        if matches!(self, Self::Sum(_)) { Keeps::Nothing } else { Keeps::Mask }
    }

    fn acts_in_prediction(&self) -> bool {
        false
    }

    fn forward(&self, values: &TokenStream, mask: &TokenStream) -> TokenStream {
        let value = self.value();
        match self {
            Self::Sum(_) => quote!(#value.apply(isa, rng, #values);),
            _ => quote!(#value.apply(isa, rng, #mask, #values);),
        }
    }

    fn backward(&self, mask: &TokenStream, grad: &TokenStream) -> TokenStream {
        let value = self.value();
        match self {
            Self::Sum(_) => TokenStream::new(),
            _ => quote!(#value.backward(isa, #mask, #grad);),
        }
    }
}
