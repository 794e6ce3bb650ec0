//! `layernorm`, `groupnorm 2`: give values a mean of zero and a standard deviation of one within each sample.
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::affine::{Affine, EPSILON, epsilon};
use super::identity::Identity;
use super::interface::only;
use super::{
    Backward, Constant, Context, Keyword, Layer, Map, Misfit, ParameterGroup, Parsed, Places, Reads, Resolved,
};
use crate::activations::real;
use crate::errors::Help;
use crate::shape::{Shape, literal};
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[
    Keyword::new("layernorm", &["all", "epsilon", "noscale", "nocenter", "frozen"], parse).keeping_shape().unhashed(&["frozen"]),
    Keyword::new("groupnorm", &["epsilon", "noscale", "nocenter", "frozen"], parse).keeping_shape().unhashed(&["frozen"]),
];

/// The values that are normalized together.
#[derive(Clone, Copy, Debug)]
enum Over {
    /// The channels of a position.
    Channels,
    /// All values of a sample.
    All,
    /// The channels of a group, over all positions; the number of groups.
    Groups(u64),
}

#[derive(Clone, Copy, Debug)]
struct Written {
    over: Over,
    epsilon: f64,
    affine: Affine,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let over = if words.keyword == "layernorm" {
        Some(Over::Channels)
    } else {
        let fits = |groups: &u64| words.input.as_ref().is_none_or(|input| input.channels().is_multiple_of(*groups));
        let example = [8, 4, 3, 2].into_iter().find(fits).unwrap_or(1).to_string();
        let number = words.required_number("`groupnorm` wants the number of groups", &example);
        let groups = number.and_then(|number| words.read(number, |number| number.size("the number of groups")));
        groups.map(Over::Groups)
    };
    let (mut all, mut at, mut affine) = (false, EPSILON, Affine::default());
    words.options(|name, words| match name.to_string().as_str() {
        "all" => all = true,
        "epsilon" => at = epsilon(name, words),
        _ => affine.take(name),
    });
    let over = if all { Over::All } else { over? };
    Some(Parsed::alone(Written { over, epsilon: at, affine }))
}

impl Layer for Written {
    fn describe(&self) -> String {
        let over = match self.over {
            Over::Channels => "layernorm".to_string(),
            Over::All => "layernorm all".to_string(),
            Over::Groups(groups) => format!("groupnorm {groups}"),
        };
        format!("{over} epsilon {}{}", self.epsilon, self.affine.describe())
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let channels = input.channels();
        let identity = match self.over {
            Over::Groups(groups) if !channels.is_multiple_of(groups) => {
                let fitting = (1..=groups.min(channels)).rev().find(|&fewer| channels.is_multiple_of(fewer));
                let message = format!(
                    "`groupnorm {groups}` cannot split {channels} channels into equal groups, and what comes in has the shape {input}"
                );
                let help = Help::write_for(format!("groupnorm {groups}"), format!("groupnorm {}", fitting.unwrap_or(1)));
                let help = help.and(&format!(", or take a number of channels that is a multiple of {groups}"));
                return Err((message, help).into());
            }
            Over::Channels if channels == 1 => {
                let help = Help::write_for("layernorm", "layernorm all").and(" for all values of a sample together");
                return Err(("`layernorm` over one channel always gives zero", help).into());
            }
            Over::Channels => Identity::new("layernorm"),
            Over::All => Identity::new("layernorm").word("all"),
            Over::Groups(groups) => Identity::new("groupnorm").whole(groups),
        };
        let identity = self.affine.identify(identity, self.epsilon);
        let is_grouped = matches!(self.over, Over::Groups(_));
        let kind = if is_grouped { "GroupNormalization" } else { "LayerNormalization" };
        Ok(Resolved::map(input.clone(), kind, identity, Normalization { written: *self, input: input.clone() }))
    }
}

#[derive(Debug)]
struct Normalization {
    written: Written,
    input: Shape,
}

impl Normalization {
    fn rust_name(&self) -> &'static str {
        if matches!(self.written.over, Over::Groups(_)) { "GroupNorm" } else { "LayerNorm" }
    }

    /// The shape of gamma and beta in files.
    fn factors(&self) -> Vec<u64> {
        match self.written.over {
            Over::All => self.input.sizes().to_vec(),
            Over::Channels | Over::Groups(_) => vec![self.input.channels()],
        }
    }

    /// The receiver of its passes, which is a constant if it has no parameters; and their first arguments.
    fn call(&self, at: &Places) -> (TokenStream, TokenStream) {
        let epsilon = real(self.written.epsilon);
        let numbers = match self.written.over {
            Over::Groups(groups) => {
                let groups = literal(groups);
                quote!(#groups, #epsilon)
            }
            Over::Channels | Over::All => epsilon,
        };
        (if self.written.affine.is_plain() { at.constant.clone() } else { at.field("") }, numbers)
    }
}

impl Map for Normalization {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let channels = self.input.channels();
        let description = match self.written.over {
            Over::All => format!("of {} values", self.input),
            Over::Channels => format!("of {channels} channels"),
            Over::Groups(groups) => format!("of {channels} channels in {groups} groups"),
        };
        self.written.affine.group(network, self.rust_name(), &self.factors(), description).into_iter().collect()
    }

    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let (castnet, kind) = (network.castnet, format_ident!("{}", self.rust_name()));
        let rust_type = self.written.affine.rust_type(network, self.rust_name(), self.factors().iter().product());
        self.written.affine.is_plain().then(|| Constant { rust_type, value: quote!(#castnet::#kind::PLAIN) })
    }

    fn reads(&self) -> Reads {
        Reads { input: true, ..Reads::default() }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let field = at.field("");
        (!self.written.affine.is_plain()).then(|| quote!(#field.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let ((field, numbers), Places { input, output, .. }) = (self.call(at), at);
        quote!(#field.forward(isa, #numbers, #input, #output);)
    }

    fn backward(&self, at: &Places) -> Backward {
        let ((field, numbers), gradient) = (self.call(at), at.gradient(""));
        let Places { input, grad_output, grad_input, .. } = at;
        Backward::Apart {
            parameters: (!self.written.affine.is_plain())
                .then(|| quote!(#field.backward_parameters(isa, #numbers, #input, #grad_output, &mut #gradient);)),
            input: quote!(#field.backward_input(isa, #numbers, #input, #grad_output, #grad_input);),
        }
    }
}
