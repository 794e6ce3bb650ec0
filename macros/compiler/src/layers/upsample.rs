//! `upsample 2`: every position several times, or mixed with its neighbours.
use proc_macro2::TokenStream;
use quote::quote;

use super::{Constant, Context, Layer, Map, Operation, Parsed, Places};
use crate::shape::{Shape, literal};
use crate::window::Sizes;
use crate::words::Words;

#[derive(Debug)]
struct Upsample {
    factor: Sizes,
    bilinear: bool,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`upsample` wants a factor\nhelp: such as `upsample 2` or `upsample 3x2`");
    let factor = number.and_then(|number| words.read(number, |number| Sizes::read(number, "the factor")));
    let mut bilinear = false;
    words.options(&["nearest", "bilinear"], |name, _| bilinear = name == "bilinear");
    Some(Parsed { layer: Box::new(Upsample { factor: factor?, bilinear }), activation: None })
}

impl Upsample {
    /// Height and width of what comes in, and the factors of both; a sequence is an image of one row.
    fn sizes(&self, input: &Shape) -> Result<[[u64; 2]; 2], String> {
        match *input.sizes() {
            [_, _] if self.bilinear => Err(format!(
                "`bilinear` is about images, but what comes in is a sequence of the shape {input}\nhelp: leave it out"
            )),
            [time, _] => Ok([[1, time], self.factor.pair("the factor", true)?]),
            [height, width, _] => Ok([[height, width], self.factor.pair("the factor", false)?]),
            _ => Err(format!(
                "`upsample` takes an image (height x width x channels) or a sequence (time steps x features), but what comes in has the shape {input}\nhelp: put `reshape` before it"
            )),
        }
    }
}

impl Layer for Upsample {
    fn kind(&self) -> &'static str {
        "UpSampling"
    }

    fn describe(&self) -> String {
        let bilinear = if self.bilinear { " bilinear" } else { "" };
        format!("upsample {}{bilinear}", self.factor)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let [[height, width], [down, along]] = self.sizes(input)?;
        let sizes = [height.saturating_mul(down), width.saturating_mul(along), input.channels()];
        let shape = Shape::new(sizes.into_iter().skip(3 - input.rank()).collect());
        shape.ok_or_else(|| format!("`{}` of {input} gives more values than any machine can hold", self.describe()))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Upsample {
    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let Context { input, castnet, .. } = layer;
        let [input, factor] = self.sizes(input).ok()?.map(|pair| {
            let pair = pair.map(literal);
            quote!([#(#pair),*])
        });
        let kind = if self.bilinear { quote!(#castnet::UpsampleBilinear) } else { quote!(#castnet::Upsample) };
        let value = quote!(#kind(#castnet::Scaling { input: #input, factor: #factor }));
        Some(Constant { rust_type: kind, value })
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let Places { constant, input, output, .. } = at;
        quote!(#constant.forward(isa, #input, #output);)
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let Places { constant, grad_output, grad_input, .. } = at;
        quote!(#constant.backward_input(isa, #grad_output, #grad_input);)
    }
}
