//! `conv_transpose 64 4x4 stride 2 same`: a transposed convolution over an image or a sequence.
use super::convolution::{Convolution, Written, count_of, filters_and_kernel, may_exist, stride_or_dilation, weight};
use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Parsed, Resolved, Tensor};
use crate::shape::Shape;
use crate::window::{DILATION, SAME, STRIDE, VALID};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] =
    &[Keyword::new("conv_transpose", &[STRIDE, SAME, VALID, DILATION, "outpad"], parse).filters().unhashed(&[VALID])];

#[derive(Debug)]
struct ConvTranspose {
    filters: u64,
    written: Written,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (filters, kernel) = filters_and_kernel(words, " stride 2 same")?;
    let written = Written::parse(words, kernel, |own, name, words| count_of(own, name, words, "outpad 1"))?;
    let options = written.options.clone();
    Some(Parsed::with_options(ConvTranspose { filters: filters?, written }, &options))
}

impl Layer for ConvTranspose {
    fn describe(&self) -> String {
        let Written { window, own, .. } = &self.written;
        let outpad = own.map(|outpad| format!(" outpad {outpad}")).unwrap_or_default();
        let (filters, nobias) = (self.filters, self.written.nobias());
        format!("conv_transpose {filters} {}{}{outpad}{nobias}", window.kernel, window.describe())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let Written { window, own, options } = &self.written;
        let (filters, channels) = (self.filters, input.channels());
        // The window of the convolution whose backward pass this is: it reads the output and writes the input.
        let mut geometry = window.over_transposed("conv_transpose", input, *own)?;
        stride_or_dilation(window, &geometry)?;
        let [height, width, _] = geometry.input;
        let output = if geometry.is_sequence { vec![width, filters] } else { vec![height, width, filters] };
        // The filters come before the channels.
        let weight = weight(&geometry, [filters, channels]);
        let output = may_exist(&self.describe(), &weight, Shape::new(output))?;
        geometry.input = [height, width, filters];
        let places = geometry.places();
        let identity = Identity::new("conv_transpose").whole(filters).window(window).option("outpad", *own);
        let identity = identity.word_if(!options.has_bias(), "nobias");
        let kind = if geometry.is_sequence { "Conv1DTranspose" } else { "Conv2DTranspose" };
        let convolution = Convolution {
            name: "ConvTranspose",
            sizes: vec![places.saturating_mul(filters), channels, filters],
            description: format!("{channels} channels to {filters} filters of {places} places"),
            weights: vec![Tensor { name: "weight", shape: weight }],
            filters,
            geometry,
            channels,
            groups: 1,
            macs: input.len().saturating_mul(places).saturating_mul(filters),
            between: None,
            options: options.clone(),
        };
        Ok(Resolved::map(output, kind, identity, convolution))
    }
}
