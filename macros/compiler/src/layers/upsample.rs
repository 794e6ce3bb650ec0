//! `upsample 2`: repeats every position, or interpolates between neighbours.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Constant, Context, Keyword, Layer, Map, Misfit, Parsed, Places, Resolved};
use crate::errors::{Help, Message};
use crate::shape::{Shape, literal};
use crate::window::{Sizes, no_image};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("upsample", &["nearest", "bilinear"], parse).images().unhashed(&["nearest"])];

#[derive(Debug)]
struct Written {
    factor: Sizes,
    bilinear: bool,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`upsample` wants a factor", "2");
    let factor = number.and_then(|number| words.read(number, |number| Sizes::read(number, "the factor")));
    let mut bilinear = false;
    words.options(|name, _| bilinear = name == "bilinear");
    Some(Parsed::alone(Written { factor: factor?, bilinear }))
}

impl Written {
    /// Height and width of the input, and their factors. A sequence is an image of one row.
    fn sizes(&self, input: &Shape) -> Result<[[u64; 2]; 2], Message> {
        match *input.sizes() {
            [_, _] if self.bilinear => {
                let message = format!("`bilinear` is for images, but what comes in is a sequence of the shape {input}");
                Err((message, Help::leave_out_words("bilinear")).into())
            }
            [time, _] => Ok([[1, time], self.factor.pair("the factor", true)?]),
            [height, width, _] => Ok([[height, width], self.factor.pair("the factor", false)?]),
            _ => Err(no_image("upsample", input, |image| self.sizes(image).is_ok())),
        }
    }
}

impl Layer for Written {
    fn describe(&self) -> String {
        let bilinear = if self.bilinear { " bilinear" } else { "" };
        format!("upsample {}{bilinear}", self.factor)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let [size, factor] = self.sizes(input)?;
        let ([height, width], [down, along]) = (size, factor);
        let sizes = [height.saturating_mul(down), width.saturating_mul(along), input.channels()];
        let output = Shape::new(sizes.into_iter().skip(3 - input.rank()).collect());
        let output = output
            .ok_or_else(|| format!("`{}` of {input} gives more values than any machine can hold", self.describe()))?;
        let identity = Identity::new("upsample").sizes(&self.factor.list()).word_if(self.bilinear, "bilinear");
        Ok(Resolved::map(output, "UpSampling", identity, Upsample { size, factor, bilinear: self.bilinear }))
    }
}

#[derive(Debug)]
struct Upsample {
    /// Height and width of the input.
    size: [u64; 2],
    /// The factors of height and width.
    factor: [u64; 2],
    bilinear: bool,
}

impl Map for Upsample {
    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let [input, factor] = [self.size, self.factor].map(|pair| {
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

    fn backward(&self, at: &Places) -> Backward {
        let Places { constant, grad_output, grad_input, .. } = at;
        Backward::of_input(quote!(#constant.backward_input(isa, #grad_output, #grad_input);))
    }
}
