//! `separable 64 3x3 same`: a depthwise convolution and a dense layer at every position.
use std::cell::Cell;

use proc_macro2::TokenStream;
use quote::quote;

use super::activation::layer;
use super::conv::{filters_and_kernel, may_exist, number_of, stride_or_dilation, typed};
use super::{Constant, Context, Layer, Map, Operation, Parsed, Part, Places, Rules, Tensor};
use crate::options::Options;
use crate::shape::Shape;
use crate::window::{CAUSAL, DILATION, Geometry, PAD, SAME, STRIDE, Sizes, VALID, WindowWords};
use crate::words::Words;

#[derive(Debug)]
struct Separable {
    filters: u64,
    window: WindowWords,
    multiplier: Option<u64>,
    options: Options,
    is_sequence: Cell<bool>,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (filters, kernel) = filters_and_kernel(words, "separable 32 3x3")?;
    let mut window = WindowWords::new(kernel.unwrap_or(Sizes::One(1)));
    let mut multiplier = None;
    let options = Options::parse(words, &[STRIDE, SAME, VALID, CAUSAL, PAD, DILATION, "multiplier"], |name, words| {
        if name == "multiplier" {
            number_of(&mut multiplier, name, words, "multiplier 2");
        } else {
            window.take(name, words);
        }
    });
    kernel?;
    let activation = options.activation.clone().map(layer);
    let layer = Separable { filters: filters?, window, multiplier, options, is_sequence: Cell::new(false) };
    Some(Parsed { layer: Box::new(layer), activation })
}

impl Separable {
    fn multiplier(&self) -> u64 {
        self.multiplier.unwrap_or(1)
    }

    /// Channels between the two parts.
    fn middle(&self, input: &Shape) -> u64 {
        input.channels().saturating_mul(self.multiplier())
    }

    fn geometry(&self, input: &Shape) -> Result<Geometry, String> {
        self.window.over("separable", input, Sizes::One(1))
    }

    /// The sizes of the two weights.
    fn weights(&self, geometry: &Geometry, input: &Shape) -> [Vec<u64>; 2] {
        let mut depthwise = geometry.kernel_sizes();
        let mut pointwise = vec![1; depthwise.len()];
        depthwise.extend([input.channels(), self.multiplier()]);
        pointwise.extend([self.middle(input), self.filters]);
        [depthwise, pointwise]
    }
}

impl Layer for Separable {
    fn kind(&self) -> &'static str {
        if self.is_sequence.get() { "SeparableConv1D" } else { "SeparableConv2D" }
    }

    fn describe(&self) -> String {
        let multiplier = self.multiplier.filter(|&by| by > 1).map(|by| format!(" multiplier {by}")).unwrap_or_default();
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        format!("separable {} {}{}{multiplier}{bias}", self.filters, self.window.kernel, self.window.describe())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let geometry = self.geometry(input)?;
        self.is_sequence.set(geometry.is_sequence);
        stride_or_dilation(&geometry)?;
        let [depthwise, pointwise] = self.weights(&geometry, input);
        may_exist(&self.describe(), depthwise, geometry.shape(self.middle(input)))?;
        may_exist(&self.describe(), pointwise, geometry.shape(self.filters))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for Separable {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Ok(geometry) = self.geometry(layer.input) else { return Vec::new() };
        let [depthwise, pointwise] = self.weights(&geometry, layer.input);
        let middle = self.middle(layer.input);
        let bias = self.options.has_bias().then(|| Tensor { name: "bias", shape: vec![self.filters] });
        let weights = [Tensor { name: "depthwise", shape: depthwise }, Tensor { name: "pointwise", shape: pointwise }];
        let sizes = [geometry.places(), middle, self.filters];
        vec![Part {
            suffix: "",
            role: self.options.role(),
            description: format!("{middle} windows of {} places, then {} filters", geometry.places(), self.filters),
            rust_type: typed(&self.options, layer.scalar, layer.castnet, &quote!(Separable), &sizes),
            tensors: weights.into_iter().chain(bias).collect(),
        }]
    }

    fn macs(&self, input: &Shape, output: &Shape) -> u64 {
        let Ok(geometry) = self.geometry(input) else { return 0 };
        let places = geometry.places().saturating_add(self.filters);
        output.positions().saturating_mul(self.middle(input)).saturating_mul(places)
    }

    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let castnet = layer.castnet;
        let value = self.geometry(layer.input).ok()?.value(castnet, self.middle(layer.input), 1);
        Some(Constant { rust_type: quote!(#castnet::Window), value })
    }

    fn record(&self, input: &Shape, _output: &Shape) -> Option<Shape> {
        self.geometry(input).ok()?.shape(self.middle(input))
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer, constant) = (at.field(""), self.options.initializer(), &at.constant);
        Some(quote!(#field.init(&#constant, #initializer, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, constant, .. }) = (at.field(""), at);
        quote!(#field.forward(isa, &#constant, #input, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        let (field, Places { input, record, output, constant, .. }) = (at.field(""), at);
        quote!(#field.forward_training(isa, &#constant, #input, #record, #output);)
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let (field, gradient, Places { input, record, grad_output, constant, .. }) = (at.field(""), at.gradient(""), at);
        Some(quote!(#field.backward_parameters(isa, &#constant, #input, #record, #grad_output, &mut #gradient);))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, Places { grad_output, grad_input, constant, .. }) = (at.field(""), at);
        quote!(#field.backward_input(isa, &#constant, #grad_output, #grad_input);)
    }

    fn rules(&self) -> Rules {
        self.options.rules_of("pointwise")
    }
}
