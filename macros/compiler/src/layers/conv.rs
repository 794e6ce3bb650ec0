//! `conv 32 3x3 stride 2 same relu`: a convolution over an image or a sequence.
use super::convolution::{
    Convolution, Written, filters_and_kernel, may_exist, number_of, stride_or_dilation, weight,
};
use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Parsed, Resolved, Tensor};
use crate::errors::{Help, Message};
use crate::shape::Shape;
use crate::window::{CAUSAL, DILATION, PAD, SAME, STRIDE, Sizes, VALID};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] =
    &[Keyword::new("conv", &[STRIDE, SAME, VALID, CAUSAL, PAD, DILATION, "groups"], parse).filters().unhashed(&[VALID])];

#[derive(Debug)]
struct Conv {
    filters: u64,
    written: Written,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (filters, kernel) = filters_and_kernel(words, "")?;
    let written = Written::parse(words, kernel, |own, name, words| number_of(own, name, words, "groups 4"))?;
    let options = written.options.clone();
    Some(Parsed::with_options(Conv { filters: filters?, written }, &options))
}

impl Conv {
    /// The number of groups, which must divide the input channels and the filters.
    fn groups(&self, channels: u64) -> Result<u64, Message> {
        let (groups, filters) = (self.written.own.unwrap_or(1), self.filters);
        for (count, what) in [(channels, "input channels"), (filters, "filters")] {
            if !count.is_multiple_of(groups) {
                let divides = |n: &u64| channels.is_multiple_of(*n) && filters.is_multiple_of(*n);
                let divisors: Vec<String> = (1..=groups.min(64)).filter(divides).map(|n| n.to_string()).collect();
                let most = divisors.last().map_or("1", String::as_str);
                let help = Help::write_for(format!("groups {groups}"), format!("groups {most}"));
                let help = help.and(&format!(
                    "; groups that divide both the input channels and the filters: {}",
                    divisors.join(", ")
                ));
                return Err((format!("`groups {groups}` does not divide the {count} {what}"), help).into());
            }
        }
        Ok(groups)
    }
}

impl Layer for Conv {
    fn describe(&self) -> String {
        let Self { filters, written } = self;
        let window = &written.window;
        format!("conv {filters} {}{}{}{}", window.kernel, window.describe(), written.own("groups"), written.nobias())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let Written { window, own, options } = &self.written;
        let filters = self.filters;
        let geometry = window.over("conv", input, Sizes::One(1))?;
        stride_or_dilation(window, &geometry)?;
        let groups = self.groups(input.channels())?;
        let channels = input.channels() / groups;
        let weight = weight(&geometry, [channels, filters]);
        let output = may_exist(&self.describe(), &weight, geometry.shape(filters))?;
        let patch = geometry.places().saturating_mul(channels);
        let identity = Identity::new("conv").whole(filters).window(window);
        let identity = identity.option("groups", own.filter(|&groups| groups > 1));
        let identity = identity.word_if(!options.has_bias(), "nobias");
        let kind = if geometry.is_sequence { "Conv1D" } else { "Conv2D" };
        let convolution = Convolution {
            name: "Conv",
            sizes: vec![patch, filters],
            description: format!("{filters} filters of {patch} values"),
            weights: vec![Tensor { name: "weight", shape: weight }],
            filters,
            geometry,
            channels: filters,
            groups,
            macs: output.len().saturating_mul(geometry.places()).saturating_mul(channels),
            between: None,
            options: options.clone(),
        };
        Ok(Resolved::map(output, kind, identity, convolution))
    }
}
