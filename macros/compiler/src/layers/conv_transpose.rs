//! `conv_transpose 64 4x4 stride 2 same`: a transposed convolution over an image or a sequence.
use std::cell::Cell;

use proc_macro2::TokenStream;
use quote::quote;

use super::activation::layer;
use super::conv::{count_of, filters_and_kernel, may_exist, stride_or_dilation, typed};
use super::{Constant, Context, Layer, Map, Operation, Parsed, Part, Places, Rules, Tensor};
use crate::options::Options;
use crate::shape::Shape;
use crate::window::{DILATION, Geometry, SAME, STRIDE, Sizes, VALID, WindowWords};
use crate::words::Words;

#[derive(Debug)]
struct ConvTranspose {
    filters: u64,
    window: WindowWords,
    outpad: Option<u64>,
    options: Options,
    is_sequence: Cell<bool>,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let (filters, kernel) = filters_and_kernel(words, "conv_transpose 32 3x3 stride 2 same")?;
    let mut window = WindowWords::new(kernel.unwrap_or(Sizes::One(1)));
    let mut outpad = None;
    let options = Options::parse(words, &[STRIDE, SAME, VALID, DILATION, "outpad"], |name, words| {
        if name == "outpad" {
            count_of(&mut outpad, name, words, "outpad 1");
        } else {
            window.take(name, words);
        }
    });
    kernel?;
    let activation = options.activation.clone().map(layer);
    let layer = ConvTranspose { filters: filters?, window, outpad, options, is_sequence: Cell::new(false) };
    Some(Parsed { layer: Box::new(layer), activation })
}

impl ConvTranspose {
    /// The window of the convolution whose gradient this is: it goes from what comes out to what comes in.
    fn geometry(&self, input: &Shape) -> Result<Geometry, String> {
        self.window.over_transposed("conv_transpose", input, self.outpad)
    }

    /// The sizes of the weight: the filters come before the channels.
    fn weight(&self, geometry: &Geometry, input: &Shape) -> Vec<u64> {
        let mut sizes = geometry.kernel_sizes();
        sizes.extend([self.filters, input.channels()]);
        sizes
    }
}

impl Layer for ConvTranspose {
    fn kind(&self) -> &'static str {
        if self.is_sequence.get() { "Conv1DTranspose" } else { "Conv2DTranspose" }
    }

    fn describe(&self) -> String {
        let outpad = self.outpad.map(|outpad| format!(" outpad {outpad}")).unwrap_or_default();
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        format!("conv_transpose {} {}{}{outpad}{bias}", self.filters, self.window.kernel, self.window.describe())
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        let geometry = self.geometry(input)?;
        self.is_sequence.set(geometry.is_sequence);
        stride_or_dilation(&geometry)?;
        let [height, width, _] = geometry.input;
        let output = if geometry.is_sequence { vec![width, self.filters] } else { vec![height, width, self.filters] };
        may_exist(&self.describe(), self.weight(&geometry, input), Shape::new(output))
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for ConvTranspose {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Ok(geometry) = self.geometry(layer.input) else { return Vec::new() };
        let channels = layer.input.channels();
        let patch = geometry.places().saturating_mul(self.filters);
        let bias = self.options.has_bias().then(|| Tensor { name: "bias", shape: vec![self.filters] });
        let sizes = [patch, channels, self.filters];
        let weight = Tensor { name: "weight", shape: self.weight(&geometry, layer.input) };
        vec![Part {
            suffix: "",
            role: self.options.role(),
            description: format!("{channels} channels to {} filters of {} places", self.filters, geometry.places()),
            rust_type: typed(&self.options, layer.scalar, layer.castnet, &quote!(ConvTranspose), &sizes),
            tensors: [weight].into_iter().chain(bias).collect(),
        }]
    }

    fn macs(&self, input: &Shape, _output: &Shape) -> u64 {
        let Ok(geometry) = self.geometry(input) else { return 0 };
        input.len().saturating_mul(geometry.places()).saturating_mul(self.filters)
    }

    fn constant(&self, layer: &Context<'_>) -> Option<Constant> {
        let castnet = layer.castnet;
        let mut geometry = self.geometry(layer.input).ok()?;
        let [height, width, _] = geometry.input;
        geometry.input = [height, width, self.filters];
        let value = geometry.value(castnet, layer.input.channels(), 1);
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
