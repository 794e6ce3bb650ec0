//! `pad 1`, `crop 1x0x1x0`: adds zeros around an image or a sequence, or removes its border.
use proc_macro2::TokenStream;
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Backward, Constant, Context, Keyword, Layer, Map, Misfit, Parsed, Places, Resolved};
use crate::errors::{Help, Message};
use crate::shape::{Shape, literal};
use crate::window::{no_image, sides_of};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] =
    &[Keyword::new("pad", &[], parse).images(), Keyword::new("crop", &[], parse).images()];

#[derive(Debug)]
struct Written {
    /// Whether it is `crop`.
    is_crop: bool,
    /// The sizes in the text. Of an image: all sides, vertical x horizontal, or top x bottom x left x right; of a sequence: before x after.
    sizes: Vec<u64>,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (keyword, is_crop) = (words.keyword.to_string(), words.keyword == "crop");
    let number = words.required_number(&format!("`{keyword}` wants the size of the border"), "1");
    let sizes = number.and_then(|number| words.read(number, |number| number.counts("the border")));
    words.end();
    Some(Parsed::alone(Written { is_crop, sizes: sizes? }))
}

impl Written {
    fn keyword(&self) -> &'static str {
        if self.is_crop { "crop" } else { "pad" }
    }

    /// Height and width of the input; the sizes of the border: top, bottom, left, right. A sequence is an image of one row.
    fn sides(&self, input: &Shape) -> Result<([u64; 2], [u64; 4]), Message> {
        let (size, is_sequence) = match *input.sizes() {
            [height, width, _] => ([height, width], false),
            [time, _] => ([1, time], true),
            _ => {
                return Err(no_image(self.keyword(), input, |image| self.resolve(&[image]).is_ok()));
            }
        };
        let sides = match (self.sizes.as_slice(), is_sequence) {
            (&[all], true) => [0, 0, all, all],
            (&[before, after], true) => [0, 0, before, after],
            (&[all], false) => [all; 4],
            (&[vertical, horizontal], false) => [vertical, vertical, horizontal, horizontal],
            (&[top, bottom, left, right], false) => [top, bottom, left, right],
            (sizes, is_sequence) => {
                let (sides, meaning) = sides_of(is_sequence);
                let message = format!("`{}` has {} sizes, but {sides}", self.describe(), sizes.len());
                let two = sizes.iter().take(2).map(u64::to_string).collect::<Vec<_>>().join("x");
                let help = Help::write_for(self.describe(), format!("{} {two}", self.keyword())).and(&format!("; {meaning}"));
                return Err((message, help).into());
            }
        };
        Ok((size, sides))
    }
}

impl Layer for Written {
    fn describe(&self) -> String {
        let sizes = self.sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x");
        format!("{} {sizes}", self.keyword())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let (size, [top, bottom, left, right]) = self.sides(input)?;
        let too_large =
            || Misfit::from(format!("`{}` of {input} gives more values than any machine can hold", self.describe()));
        let change = |size: u64, before: u64, after: u64| {
            let border = before.checked_add(after).ok_or_else(too_large)?;
            if !self.is_crop {
                return size.checked_add(border).ok_or_else(too_large);
            }
            let left = size.checked_sub(border).filter(|&left| left > 0);
            left.ok_or_else(|| {
                let message = format!(
                    "`{}` removes {border} of {size} positions, and what comes in has the shape {input}",
                    self.describe()
                );
                // A border of the same size on all sides.
                let smallest = input.sizes().iter().take(input.rank() - 1).min().copied().unwrap_or(1);
                let most = (smallest - 1) / 2;
                let help = Help::write_for(self.describe(), format!("crop {most}"));
                Misfit::from((message, help.and(", which leaves at least one position in each direction")))
            })
        };
        let [height, width] = size;
        let (height, width) = (change(height, top, bottom)?, change(width, left, right)?);
        let sizes = [height, width, input.channels()];
        let output = Shape::new(sizes.into_iter().skip(3 - input.rank()).collect()).ok_or_else(too_large)?;
        let kind = if self.is_crop { "Cropping" } else { "ZeroPadding" };
        let identity = Identity::new(if self.is_crop { "crop" } else { "pad" }).sizes(&self.sizes);
        let changed = [height, width];
        let (inside, outside) = if self.is_crop { (changed, size) } else { (size, changed) };
        let padding = Padding { is_crop: self.is_crop, inside, outside, before: [top, left] };
        Ok(Resolved::map(output, kind, identity, padding))
    }
}

#[derive(Debug)]
struct Padding {
    is_crop: bool,
    /// Height and width without the border, then with the border.
    inside: [u64; 2],
    outside: [u64; 2],
    /// The sizes of the border at the top and to the left.
    before: [u64; 2],
}

impl Map for Padding {
    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let pair = |pair: [u64; 2]| {
            let pair = pair.map(literal);
            quote!([#(#pair),*])
        };
        let (inner, outer, before) = (pair(self.inside), pair(self.outside), pair(self.before));
        let kind = if self.is_crop { quote!(#castnet::Crop) } else { quote!(#castnet::ZeroPad) };
        let value = quote!(#kind(#castnet::Border { inner: #inner, outer: #outer, before: #before }));
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
