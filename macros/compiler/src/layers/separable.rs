//! `separable 64 3x3 same`: a depthwise convolution, then a pointwise one.
use super::convolution::{
    Convolution, Written, filters_and_kernel, may_exist, number_of, stride_or_dilation, weight,
};
use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Parsed, Resolved, Tensor};
use crate::shape::Shape;
use crate::window::{CAUSAL, DILATION, PAD, SAME, STRIDE, Sizes, VALID};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] =
    &[Keyword::new("separable", &[STRIDE, SAME, VALID, CAUSAL, PAD, DILATION, "multiplier"], parse).filters().unhashed(&[VALID])];

#[derive(Debug)]
struct Separable {
    filters: u64,
    written: Written,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (filters, kernel) = filters_and_kernel(words, "")?;
    let written = Written::parse(words, kernel, |own, name, words| number_of(own, name, words, "multiplier 2"))?;
    let options = written.options.clone();
    Some(Parsed::with_options(Separable { filters: filters?, written }, &options))
}

impl Layer for Separable {
    fn describe(&self) -> String {
        let (filters, written) = (self.filters, &self.written);
        let (window, multiplier, nobias) = (&written.window, written.own("multiplier"), written.nobias());
        format!("separable {filters} {}{}{multiplier}{nobias}", window.kernel, window.describe())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let Written { window, own, options } = &self.written;
        let (filters, multiplier) = (self.filters, own.unwrap_or(1));
        let geometry = window.over("separable", input, Sizes::One(1))?;
        stride_or_dilation(window, &geometry)?;
        let middle = input.channels().saturating_mul(multiplier);
        let depthwise = weight(&geometry, [input.channels(), multiplier]);
        let pointwise: Vec<u64> = geometry.kernel_sizes().iter().map(|_| 1).chain([middle, filters]).collect();
        let between = may_exist(&self.describe(), &depthwise, geometry.shape(middle))?;
        let output = may_exist(&self.describe(), &pointwise, geometry.shape(filters))?;
        let places = geometry.places();
        let identity = Identity::new("separable").whole(filters).window(window);
        let identity = identity.option("multiplier", own.filter(|&multiplier| multiplier > 1));
        let identity = identity.word_if(!options.has_bias(), "nobias");
        let kind = if geometry.is_sequence { "SeparableConv1D" } else { "SeparableConv2D" };
        let convolution = Convolution {
            name: "Separable",
            sizes: vec![places, middle, filters],
            description: format!("{middle} windows of {places} places, then {filters} filters"),
            weights: vec![
                Tensor { name: "depthwise", shape: depthwise },
                Tensor { name: "pointwise", shape: pointwise },
            ],
            filters,
            geometry,
            channels: middle,
            groups: 1,
            macs: output.positions().saturating_mul(middle).saturating_mul(places.saturating_add(filters)),
            between: Some(between),
            options: options.clone(),
        };
        Ok(Resolved::map(output, kind, identity, convolution))
    }
}
