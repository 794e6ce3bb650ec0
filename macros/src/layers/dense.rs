//! `dense 10 relu`: a fully connected layer.
use proc_macro2::TokenStream;
use quote::quote;

use super::activation::layer;
use super::{Context, Layer, Map, Operation, Parsed, Part, Places, Rules, Tensor};
use crate::optimize::Goal;
use crate::options::Options;
use crate::shape::{Scalar, Shape, literal};
use crate::words::Words;

#[derive(Debug)]
struct Dense {
    units: u64,
    options: Options,
    goal: Goal,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`dense` wants the number of its units\nhelp: such as `dense 10`");
    let units = number.and_then(|number| words.read(number, |number| number.size("the number of units")));
    let options = Options::parse(words);
    let activation = options.activation.clone().map(layer);
    Some(Parsed { layer: Box::new(Dense { units: units?, options, goal: Goal::default() }), activation })
}

impl Layer for Dense {
    fn kind(&self) -> &'static str {
        "Dense"
    }

    fn describe(&self) -> String {
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        format!("dense {}{bias}", self.units)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        if input.rank() > 1 {
            return Err(format!(
                "`dense` takes a vector, but what comes in has the shape {input}\nhelp: put `flatten =>` before it"
            ));
        }
        let too_large = || format!("`dense {}` on {input} inputs has more weights than any machine can hold", self.units);
        Shape::new(vec![input.len(), self.units]).ok_or_else(too_large)?;
        Shape::new(vec![self.units]).ok_or_else(too_large)
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }

    fn optimize(&mut self, goal: Goal) {
        self.goal = goal;
    }
}

impl Map for Dense {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Context { input, output, scalar, castnet } = layer;
        let (inputs, units) = (input.len(), output.len());
        let weight = Tensor { name: "weight", shape: vec![inputs, units] };
        let bias = self.options.has_bias().then(|| Tensor { name: "bias", shape: vec![units] });
        let (in_size, out_size) = (literal(inputs), literal(units));
        let rust_type = match (self.options.has_bias(), scalar) {
            (true, Scalar::F32) => quote!(#castnet::Dense<#in_size, #out_size>),
            (true, Scalar::F64) => quote!(#castnet::Dense<#in_size, #out_size, #scalar>),
            (false, _) => quote!(#castnet::Dense<#in_size, #out_size, #scalar, #castnet::NoBias>),
        };
        vec![Part {
            suffix: "",
            role: self.options.role(),
            description: format!("{inputs} inputs to {units} units"),
            rust_type,
            tensors: [weight].into_iter().chain(bias).collect(),
        }]
    }

    fn macs(&self, input: &Shape, output: &Shape) -> u64 {
        input.len().saturating_mul(output.len())
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer) = (at.field(""), self.options.initializer());
        Some(quote!(#field.init(#initializer, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, .. }) = (at.field(""), at);
        match self.goal {
            Goal::Speed => quote!(#field.forward(isa, #input, #output);),
            Goal::Size => quote!(#field.forward_compact(isa, #input, #output);),
        }
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let (field, gradient, Places { input, grad_output, .. }) = (at.field(""), at.gradient(""), at);
        Some(quote!(#field.backward_parameters(isa, #input, #grad_output, &mut #gradient);))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, Places { grad_output, grad_input, .. }) = (at.field(""), at);
        quote!(#field.backward_input(isa, #grad_output, #grad_input);)
    }

    fn rules(&self) -> Rules {
        self.options.rules_of("weight")
    }
}
