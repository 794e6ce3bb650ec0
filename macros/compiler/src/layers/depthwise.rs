//! `depthwise 3x3 multiplier 2 stride 2 same`: windows of their own for every channel.
use std::cell::Cell;

use proc_macro2::TokenStream;
use quote::quote;

use super::activation::layer;
use super::conv::{kernel, may_exist, number_of, stride_or_dilation, typed};
use super::{Constant, Context, Layer, Map, Operation, Parsed, Part, Places, Rules, Tensor};
use crate::options::Options;
use crate::shape::Shape;
use crate::window::{DILATION, Geometry, PAD, SAME, STRIDE, Sizes, VALID, WindowWords};
use crate::words::Words;

#[derive(Debug)]
struct Depthwise {
    window: WindowWords,
    multiplier: Option<u64>,
    options: Options,
    is_sequence: Cell<bool>,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let kernel = kernel(words, &quote!(#keyword), "depthwise 3x3")?;
    let mut window = WindowWords::new(kernel);
    let mut multiplier = None;
    let options = Options::parse(words, &[STRIDE, SAME, VALID, PAD, DILATION, "multiplier"], |name, words| {
        if name == "multiplier" {
            number_of(&mut multiplier, name, words, "multiplier 2");
        } else {
            window.take(name, words);
        }
    });
    let activation = options.activation.clone().map(layer);
    let layer = Depthwise { window, multiplier, options, is_sequence: Cell::new(false) };
    Some(Parsed { layer: Box::new(layer), activation })
}

impl Depthwise {
    fn multiplier(&self) -> u64 {
        self.multiplier.unwrap_or(1)
    }

    fn geometry(&self, input: &Shape) -> Result<Geometry, String> {
        self.window.over("depthwise", input, Sizes::One(1))
    }

    fn weight(&self, geometry: &Geometry, input: &Shape) -> Vec<u64> {
        let mut sizes = geometry.kernel_sizes();
        sizes.extend([input.channels(), self.multiplier()]);
        sizes
    }
}

impl Layer for Depthwise {
    fn kind(&self) -> &'static str {
        if self.is_sequence.get() { "DepthwiseConv1D" } else { "DepthwiseConv2D" }
    }

    fn describe(&self) -> String {
        let multiplier = self.multiplier.filter(|&by| by > 1).map(|by| format!(" multiplier {by}")).unwrap_or_default();
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        format!("depthwise {}{}{multiplier}{bias}", self.window.kernel, self.window.describe())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let geometry = self.geometry(input)?;
        self.is_sequence.set(geometry.is_sequence);
        stride_or_dilation(&geometry)?;
        let channels = input.channels().saturating_mul(self.multiplier());
        may_exist(&self.describe(), self.weight(&geometry, input), geometry.shape(channels))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Depthwise {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Ok(geometry) = self.geometry(layer.input) else { return Vec::new() };
        let units = layer.output.channels();
        let bias = self.options.has_bias().then(|| Tensor { name: "bias", shape: vec![units] });
        let weight = Tensor { name: "weight", shape: self.weight(&geometry, layer.input) };
        let sizes = [geometry.places(), units];
        vec![Part {
            suffix: "",
            role: self.options.role(),
            description: format!("{units} windows of {} places", geometry.places()),
            rust_type: typed(&self.options, layer.scalar, layer.castnet, &quote!(Depthwise), &sizes),
            tensors: [weight].into_iter().chain(bias).collect(),
        }]
    }

    fn macs(&self, input: &Shape, output: &Shape) -> u64 {
        let Ok(geometry) = self.geometry(input) else { return 0 };
        output.len().saturating_mul(geometry.places())
    }

    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let castnet = layer.castnet;
        let value = self.geometry(layer.input).ok()?.value(castnet, layer.output.channels(), 1);
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
