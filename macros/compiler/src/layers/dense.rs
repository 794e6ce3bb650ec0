//! `dense 10 relu`: a fully connected layer; with `each`, of every position of an image or a sequence by itself.
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
    /// Whether it acts on every position by itself.
    each: bool,
    options: Options,
    goal: Goal,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let number = words.required_number("`dense` wants the number of its units\nhelp: such as `dense 10`");
    let units = number.and_then(|number| words.read(number, |number| number.size("the number of units")));
    let mut each = false;
    let options = Options::parse(words, &["each"], |name, words| {
        if std::mem::replace(&mut each, true) {
            words.errors.at(name, "`each` stands twice\nhelp: leave one out");
        }
    });
    let activation = options.activation.clone().map(layer);
    Some(Parsed { layer: Box::new(Dense { units: units?, each, options, goal: Goal::default() }), activation })
}

impl Dense {
    /// What it reads: vectors, which may be the positions of samples.
    fn read(&self, samples: &TokenStream) -> TokenStream {
        if self.each { quote!(castnet::positions(#samples)) } else { samples.clone() }
    }

    /// What it writes.
    fn written(&self, samples: &TokenStream) -> TokenStream {
        if self.each { quote!(castnet::positions_mut(#samples)) } else { samples.clone() }
    }
}

impl Layer for Dense {
    fn kind(&self) -> &'static str {
        "Dense"
    }

    fn describe(&self) -> String {
        let bias = if self.options.has_bias() { "" } else { " nobias" };
        let each = if self.each { " each" } else { "" };
        format!("dense {}{each}{bias}", self.units)
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        if input.rank() > 1 && !self.each {
            return Err(format!(
                "`dense` takes a vector, but what comes in has the shape {input}\nhelp: put `flatten =>` before it; or `dense {} each` for every position by itself",
                self.units
            ));
        }
        if input.rank() == 1 && self.each {
            return Err(format!(
                "`each` is for every position of an image or a sequence, but what comes in has the shape {input}\nhelp: leave it out"
            ));
        }
        let (inputs, units) = (input.channels(), self.units);
        let too_large = || format!("`dense {units}` on {inputs} inputs has more weights than any machine can hold");
        Shape::new(vec![inputs, units]).ok_or_else(too_large)?;
        let sizes = input.sizes().iter().take(input.rank() - 1).copied().chain([units]).collect();
        Shape::new(sizes).ok_or_else(too_large)
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
        let (inputs, units) = (input.channels(), output.channels());
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
        input.len().saturating_mul(output.channels())
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer) = (at.field(""), self.options.initializer());
        Some(quote!(#field.init(#initializer, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, input, output) = (at.field(""), self.read(&at.input), self.written(&at.output));
        match self.goal {
            Goal::Speed => quote!(#field.forward(isa, #input, #output);),
            Goal::Size => quote!(#field.forward_compact(isa, #input, #output);),
        }
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let (field, gradient) = (at.field(""), at.gradient(""));
        let (input, grad_output) = (self.read(&at.input), self.read(&at.grad_output));
        Some(quote!(#field.backward_parameters(isa, #input, #grad_output, &mut #gradient);))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, grad_output, grad_input) = (at.field(""), self.read(&at.grad_output), self.written(&at.grad_input));
        quote!(#field.backward_input(isa, #grad_output, #grad_input);)
    }

    fn rules(&self) -> Rules {
        self.options.rules_of("weight")
    }
}
