//! `layernorm`, `groupnorm 2`: values that get a mean of zero and a deviation of one, sample by sample; and what these have in common
//! with `batchnorm`.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Constant, Context, Layer, Map, Operation, Parsed, Part, Places, Reads, Role, Tensor};
use crate::activations::real;
use crate::shape::{Scalar, Shape, literal};
use crate::words::Words;

/// What is added to a variance, as Keras has it.
pub const EPSILON: f64 = 1e-3;

/// Reads the number after `epsilon`.
pub fn epsilon(name: &Ident, words: &mut Words<'_>) -> f64 {
    words.real_of(name, "epsilon 1e-3", "must be above 0", |value| value > 0.0).unwrap_or(EPSILON)
}

/// What follows a normalization: factors and offsets, unless they are left out.
#[derive(Debug, Default)]
pub struct Affine {
    noscale: bool,
    nocenter: bool,
}

impl Affine {
    /// Takes the word `noscale` or `nocenter`.
    pub fn take(&mut self, name: &Ident) {
        if name == "noscale" {
            self.noscale = true;
        } else {
            self.nocenter = true;
        }
    }

    /// Whether there is neither.
    pub fn is_plain(&self) -> bool {
        self.noscale && self.nocenter
    }

    /// The words, each behind a blank.
    pub fn describe(&self) -> String {
        let word = |is: bool, word: &str| if is { format!(" {word}") } else { String::new() };
        word(self.noscale, "noscale") + &word(self.nocenter, "nocenter")
    }

    /// The part of the parameters, of so many values and of this shape in files; none if it would be empty.
    pub fn part(&self, kind: &str, len: u64, shape: &[u64], layer: &Context<'_>) -> Option<Part> {
        let Context { scalar, castnet, .. } = layer;
        let (kind, size) = (format_ident!("{kind}"), literal(len));
        let tensor = |name, absent: bool| (!absent).then(|| Tensor { name, shape: shape.to_vec() });
        let rust_type = match (self.noscale, self.nocenter, scalar) {
            (false, false, Scalar::F32) => quote!(#castnet::#kind<#size>),
            (false, false, Scalar::F64) => quote!(#castnet::#kind<#size, #scalar>),
            (true, _, _) => quote!(#castnet::#kind<#size, #scalar, #castnet::NoScale>),
            (false, true, _) => {
                quote!(#castnet::#kind<#size, #scalar, #castnet::SVector<#scalar, #size>, #castnet::NoCenter>)
            }
        };
        (!self.is_plain()).then(|| Part {
            suffix: "",
            role: Role::Trainable,
            description: String::new(),
            rust_type,
            tensors: [tensor("gamma", self.noscale), tensor("beta", self.nocenter)].into_iter().flatten().collect(),
        })
    }
}

/// What has a mean and a variance of its own.
#[derive(Debug)]
enum Over {
    /// The channels of a position.
    Channels,
    /// All values of a sample.
    All,
    /// So many groups of channels.
    Groups(u64),
}

#[derive(Debug)]
struct Normalization {
    over: Over,
    epsilon: f64,
    affine: Affine,
    frozen: bool,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let is_layer = words.keyword == "layernorm";
    let groups = if is_layer {
        None
    } else {
        let number = words.required_number("`groupnorm` wants the number of groups\nhelp: such as `groupnorm 8`");
        Some(number.and_then(|number| words.read(number, |number| number.size("the number of groups"))))
    };
    let over = groups.map_or(Some(Over::Channels), |groups| groups.map(Over::Groups));
    let (mut all, mut at, mut affine, mut frozen) = (false, EPSILON, Affine::default(), false);
    let known = ["all", "epsilon", "noscale", "nocenter", "frozen"];
    let known = known.get(usize::from(!is_layer)..).unwrap_or_default();
    words.options(known, |name, words| match name.to_string().as_str() {
        "all" => all = true,
        "frozen" => frozen = true,
        "epsilon" => at = epsilon(name, words),
        _ => affine.take(name),
    });
    let over = if all { Over::All } else { over? };
    Some(Parsed { layer: Box::new(Normalization { over, epsilon: at, affine, frozen }), activation: None })
}

impl Normalization {
    fn rust_name(&self) -> &'static str {
        if matches!(self.over, Over::Groups(_)) { "GroupNorm" } else { "LayerNorm" }
    }

    /// How many factors there are, and their shape in files.
    fn parameters(&self, input: &Shape) -> (u64, Vec<u64>) {
        match self.over {
            Over::All => (input.len(), input.sizes().to_vec()),
            Over::Channels | Over::Groups(_) => (input.channels(), vec![input.channels()]),
        }
    }

    /// The constant, where its parameters are not a field; and the numbers that its passes take first.
    fn call(&self, at: &Places) -> (TokenStream, TokenStream) {
        let epsilon = real(self.epsilon);
        let numbers = match self.over {
            Over::Groups(groups) => {
                let groups = literal(groups);
                quote!(#groups, #epsilon)
            }
            Over::Channels | Over::All => epsilon,
        };
        (if self.affine.is_plain() { at.constant.clone() } else { at.field("") }, numbers)
    }
}

impl Layer for Normalization {
    fn kind(&self) -> &'static str {
        if matches!(self.over, Over::Groups(_)) { "GroupNormalization" } else { "LayerNormalization" }
    }

    fn describe(&self) -> String {
        let over = match self.over {
            Over::Channels => "layernorm".to_string(),
            Over::All => "layernorm all".to_string(),
            Over::Groups(groups) => format!("groupnorm {groups}"),
        };
        format!("{over} epsilon {}{}", self.epsilon, self.affine.describe())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let channels = input.channels();
        match self.over {
            Over::Groups(groups) if !channels.is_multiple_of(groups) => {
                let fitting = (1..=groups.min(channels)).rev().find(|&fewer| channels.is_multiple_of(fewer));
                Err(format!(
                    "`groupnorm {groups}` cannot split {channels} channels into equal groups, and what comes in has the shape {input}\nhelp: `groupnorm {}`, or as many channels as are a multiple of {groups}",
                    fitting.unwrap_or(1)
                ))
            }
            Over::Channels if channels == 1 => Err(
                "`layernorm` over one channel always gives zero\nhelp: `layernorm all` for all values of a sample together".to_string()
            ),
            _ => Ok(input.clone()),
        }
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Normalization {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let (len, shape) = self.parameters(layer.input);
        let part = self.affine.part(self.rust_name(), len, &shape, layer);
        let description = match self.over {
            Over::All => format!("of {} values", layer.input),
            Over::Channels => format!("of {len} channels"),
            Over::Groups(groups) => format!("of {len} channels in {groups} groups"),
        };
        let role = if self.frozen { Role::Frozen } else { Role::Trainable };
        part.map(|part| Part { role, description, ..part }).into_iter().collect()
    }

    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let Context { input, scalar, castnet, .. } = layer;
        let (len, _) = self.parameters(input);
        let (kind, len) = (format_ident!("{}", self.rust_name()), literal(len));
        let rust_type = quote!(#castnet::#kind<#len, #scalar, #castnet::NoScale, #castnet::NoCenter>);
        self.affine.is_plain().then(|| Constant { rust_type, value: quote!(#castnet::#kind::PLAIN) })
    }

    fn reads(&self) -> Reads {
        Reads { input: true, ..Reads::default() }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let field = at.field("");
        (!self.affine.is_plain()).then(|| quote!(#field.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let ((field, numbers), Places { input, output, .. }) = (self.call(at), at);
        quote!(#field.forward(isa, #numbers, #input, #output);)
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let ((field, numbers), gradient, Places { input, grad_output, .. }) = (self.call(at), at.gradient(""), at);
        let statement = quote!(#field.backward_parameters(isa, #numbers, #input, #grad_output, &mut #gradient););
        (!self.affine.is_plain()).then_some(statement)
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let ((field, numbers), Places { input, grad_output, grad_input, .. }) = (self.call(at), at);
        quote!(#field.backward_input(isa, #numbers, #input, #grad_output, #grad_input);)
    }
}
