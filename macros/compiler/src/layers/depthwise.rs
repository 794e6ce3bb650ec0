//! `depthwise 3x3 multiplier 2 stride 2 same`: a convolution of each channel by itself.
use quote::quote;

use super::convolution::{Convolution, Written, kernel, may_exist, number_of, stride_or_dilation, weight};
use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Parsed, Resolved, Tensor};
use crate::shape::Shape;
use crate::window::{DILATION, PAD, SAME, STRIDE, Sizes, VALID};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] =
    &[Keyword::new("depthwise", &[STRIDE, SAME, VALID, PAD, DILATION, "multiplier"], parse).window().unhashed(&[VALID])];

#[derive(Debug)]
struct Depthwise(Written);

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let kernel = kernel(words, &quote!(#keyword), "")?;
    let written = Written::parse(words, Some(kernel), |own, name, words| number_of(own, name, words, "multiplier 2"))?;
    let options = written.options.clone();
    Some(Parsed::with_options(Depthwise(written), &options))
}

impl Layer for Depthwise {
    fn describe(&self) -> String {
        let Self(written) = self;
        let window = &written.window;
        format!("depthwise {}{}{}{}", window.kernel, window.describe(), written.own("multiplier"), written.nobias())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let Self(Written { window, own, options }) = self;
        let multiplier = own.unwrap_or(1);
        let geometry = window.over("depthwise", input, Sizes::One(1))?;
        stride_or_dilation(window, &geometry)?;
        let channels = input.channels().saturating_mul(multiplier);
        let weight = weight(&geometry, [input.channels(), multiplier]);
        let output = may_exist(&self.describe(), &weight, geometry.shape(channels))?;
        let places = geometry.places();
        let identity = Identity::new("depthwise").window(window);
        let identity = identity.option("multiplier", own.filter(|&multiplier| multiplier > 1));
        let identity = identity.word_if(!options.has_bias(), "nobias");
        let kind = if geometry.is_sequence { "DepthwiseConv1D" } else { "DepthwiseConv2D" };
        let convolution = Convolution {
            name: "Depthwise",
            sizes: vec![places, channels],
            description: format!("{channels} windows of {places} places"),
            weights: vec![Tensor { name: "weight", shape: weight }],
            filters: channels,
            geometry,
            channels,
            groups: 1,
            macs: output.len().saturating_mul(places),
            between: None,
            options: options.clone(),
        };
        Ok(Resolved::map(output, kind, identity, convolution))
    }
}
