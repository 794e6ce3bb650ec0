//! `conv 32 3x3 stride 2 same relu`: a convolution over an image or a sequence.
use std::cell::Cell;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::activation::layer;
use super::{Constant, Context, Layer, Map, Operation, Parsed, Part, Places, Rules, Tensor};
use crate::number::Number;
use crate::options::Options;
use crate::shape::{Scalar, Shape, literal};
use crate::window::{CAUSAL, DILATION, Geometry, PAD, SAME, STRIDE, Sizes, VALID, WindowWords};
use crate::words::Words;

#[derive(Debug)]
struct Conv {
    filters: u64,
    words: ConvWords,
    options: Options,
    /// What comes in, as far as it is known.
    is_sequence: Cell<bool>,
}

/// What is written about a convolution beside its options.
#[derive(Debug)]
struct ConvWords {
    window: WindowWords,
    groups: Option<u64>,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (filters, kernel) = filters_and_kernel(words, "conv 32 3x3")?;
    let mut own = ConvWords { window: WindowWords::new(kernel.unwrap_or(Sizes::One(1))), groups: None };
    let options = Options::parse(words, &[STRIDE, SAME, VALID, CAUSAL, PAD, DILATION, "groups"], |name, words| {
        if name == "groups" {
            number_of(&mut own.groups, name, words, "groups 4");
        } else {
            own.window.take(name, words);
        }
    });
    kernel?;
    let activation = options.activation.clone().map(layer);
    let conv = Conv { filters: filters?, words: own, options, is_sequence: Cell::new(false) };
    Some(Parsed { layer: Box::new(conv), activation })
}

/// Reads the number after a word that may stand once: a size.
pub fn number_of(value: &mut Option<u64>, name: &Ident, words: &mut Words<'_>, example: &str) {
    read_number(value, name, words, example, |number, what| number.size(what));
}

/// As [`number_of`], for a number that may be zero.
pub fn count_of(value: &mut Option<u64>, name: &Ident, words: &mut Words<'_>, example: &str) {
    read_number(value, name, words, example, |number, what| match *number.counts(what)? {
        [count] => Ok(count),
        _ => number.size(what),
    });
}

fn read_number(
    value: &mut Option<u64>,
    name: &Ident,
    words: &mut Words<'_>,
    example: &str,
    read: impl Fn(&Number, &str) -> Result<u64, String>,
) {
    let Some(number) = words.number() else {
        return words.errors.at(name, format!("`{name}` wants a number\nhelp: such as `{example}`"));
    };
    let what = format!("the number after `{name}`");
    let read = words.read(number, |number| read(number, &what));
    if value.replace(read.unwrap_or(1)).is_some() {
        words.errors.at(name, format!("`{name}` stands twice\nhelp: leave one out"));
    }
}

/// The number of filters and the size of the window; `None` for what is wrong, and for both if they are missing.
pub fn filters_and_kernel(words: &mut Words<'_>, example: &str) -> Option<(Option<u64>, Option<Sizes>)> {
    let keyword = words.keyword;
    let missing = format!(
        "`{keyword}` wants the number of its filters and the size of its window\nhelp: such as `{example}`"
    );
    let number = words.required_number(&missing)?;
    let filters = words.read(number, |number| number.size("the number of filters"));
    Some((filters, kernel(words, &quote!(#keyword #number), example)))
}

/// The size of the window.
pub fn kernel(words: &mut Words<'_>, written: &TokenStream, example: &str) -> Option<Sizes> {
    let Some(number) = words.number() else {
        words.errors.at(written, format!("`{written}` wants the size of its window\nhelp: such as `{example}`"));
        return None;
    };
    words.read(number, |number| Sizes::read(number, "the window"))
}

/// Keras does not take both either.
pub fn stride_or_dilation(geometry: &Geometry) -> Result<(), String> {
    let beyond_one = |sizes: [u64; 2]| sizes.into_iter().find(|&size| size > 1);
    match (beyond_one(geometry.stride), beyond_one(geometry.dilation)) {
        (Some(stride), Some(dilation)) => Err(format!(
            "`stride {stride}` and `dilation {dilation}` do not go together\nhelp: leave one of them out"
        )),
        _ => Ok(()),
    }
}

/// Whether a tensor of these sizes, and an image, may exist at all.
pub fn may_exist(written: &str, weight: Vec<u64>, output: Option<Shape>) -> Result<Shape, String> {
    let too_large = || format!("`{written}` is larger than any machine can hold");
    Shape::new(weight).ok_or_else(too_large)?;
    output.ok_or_else(too_large)
}

/// The type of a layer with a bias or without.
pub fn typed(options: &Options, scalar: Scalar, castnet: &TokenStream, name: &TokenStream, sizes: &[u64]) -> TokenStream {
    let sizes = sizes.iter().copied().map(literal);
    match (options.has_bias(), scalar) {
        (true, Scalar::F32) => quote!(#castnet::#name<#(#sizes),*>),
        (true, Scalar::F64) => quote!(#castnet::#name<#(#sizes),*, #scalar>),
        (false, _) => quote!(#castnet::#name<#(#sizes),*, #scalar, #castnet::NoBias>),
    }
}

impl Conv {
    fn groups(&self) -> u64 {
        self.words.groups.unwrap_or(1)
    }

    fn geometry(&self, input: &Shape) -> Result<Geometry, String> {
        self.words.window.over("conv", input, Sizes::One(1))
    }

    /// The sizes of the weight.
    fn weight(&self, geometry: &Geometry) -> Vec<u64> {
        let [_, _, channels] = geometry.input;
        let mut sizes = geometry.kernel_sizes();
        sizes.extend([channels / self.groups(), self.filters]);
        sizes
    }
}

impl Layer for Conv {
    fn kind(&self) -> &'static str {
        if self.is_sequence.get() { "Conv1D" } else { "Conv2D" }
    }

    fn describe(&self) -> String {
        let groups = self.words.groups.filter(|&groups| groups > 1).map(|groups| format!(" groups {groups}"));
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        let window = &self.words.window;
        format!("conv {} {}{}{}{bias}", self.filters, window.kernel, window.describe(), groups.unwrap_or_default())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let geometry = self.geometry(input)?;
        self.is_sequence.set(geometry.is_sequence);
        stride_or_dilation(&geometry)?;
        let (groups, channels) = (self.groups(), input.channels());
        for (count, what) in [(channels, "channels that come in"), (self.filters, "filters")] {
            if !count.is_multiple_of(groups) {
                let divides = |n: &u64| channels.is_multiple_of(*n) && self.filters.is_multiple_of(*n);
                let divisors: Vec<String> = (1..=groups.min(64)).filter(divides).map(|n| n.to_string()).collect();
                return Err(format!(
                    "`groups {groups}` does not divide the {count} {what}\nhelp: numbers of groups that divide both: {}",
                    divisors.join(", ")
                ));
            }
        }
        may_exist(&self.describe(), self.weight(&geometry), geometry.shape(self.filters))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Conv {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Ok(geometry) = self.geometry(layer.input) else { return Vec::new() };
        let weight = self.weight(&geometry);
        let patch = geometry.places().saturating_mul(layer.input.channels() / self.groups());
        let bias = self.options.has_bias().then(|| Tensor { name: "bias", shape: vec![self.filters] });
        let sizes = [patch, self.filters];
        vec![Part {
            suffix: "",
            role: self.options.role(),
            description: format!("{} filters of {patch} values", self.filters),
            rust_type: typed(&self.options, layer.scalar, layer.castnet, &quote!(Conv), &sizes),
            tensors: [Tensor { name: "weight", shape: weight }].into_iter().chain(bias).collect(),
        }]
    }

    fn macs(&self, input: &Shape, output: &Shape) -> u64 {
        let Ok(geometry) = self.geometry(input) else { return 0 };
        output.len().saturating_mul(geometry.places()).saturating_mul(input.channels() / self.groups())
    }

    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let geometry = self.geometry(layer.input).ok()?;
        let castnet = layer.castnet;
        let value = geometry.value(castnet, self.filters, self.groups());
        Some(Constant { rust_type: quote!(#castnet::Window), value })
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer, constant) = (at.field(""), self.options.initializer(), &at.constant);
        Some(quote!(#field.init(&#constant, #initializer, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, constant, .. }) = (at.field(""), at);
        quote!(#field.forward(isa, &#constant, #input, #output);)
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let (field, gradient, Places { input, grad_output, constant, .. }) = (at.field(""), at.gradient(""), at);
        Some(quote!(#field.backward_parameters(isa, &#constant, #input, #grad_output, &mut #gradient);))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, Places { grad_output, grad_input, constant, .. }) = (at.field(""), at);
        quote!(#field.backward_input(isa, &#constant, #grad_output, #grad_input);)
    }

    fn rules(&self) -> Rules {
        self.options.rules_of("weight")
    }
}
