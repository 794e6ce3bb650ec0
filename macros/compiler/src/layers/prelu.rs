//! `prelu`: a leaky ReLU whose slopes are trained.
use proc_macro2::TokenStream;
use quote::quote;

use super::{Context, Layer, Map, Operation, Parsed, Part, Places, Reads, Role, Tensor};
use crate::shape::{Scalar, Shape, literal};
use crate::words::Words;

#[derive(Debug)]
struct PRelu {
    /// Whether all positions of a channel have the same slope.
    shared: bool,
    frozen: bool,
}

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let mut layer = PRelu { shared: false, frozen: false };
    words.options(&["shared", "frozen"], |name, _| {
        if name == "shared" {
            layer.shared = true;
        } else {
            layer.frozen = true;
        }
    });
    Some(Parsed { layer: Box::new(layer), activation: None })
}

impl Layer for PRelu {
    fn kind(&self) -> &'static str {
        "PReLU"
    }

    fn describe(&self) -> String {
        if self.shared { "prelu shared" } else { "prelu" }.to_string()
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        Ok(input.clone())
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }
}

impl Map for PRelu {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Context { input, scalar, castnet, .. } = layer;
        let (slopes, shape) = if self.shared {
            let shape = std::iter::repeat_n(1, input.rank() - 1).chain([input.channels()]).collect();
            (input.channels(), shape)
        } else {
            (input.len(), input.sizes().to_vec())
        };
        let size = literal(slopes);
        vec![Part {
            suffix: "",
            role: if self.frozen { Role::Frozen } else { Role::Trainable },
            description: format!("slopes of {slopes} {}", if self.shared { "channels" } else { "values" }),
            rust_type: match scalar {
                Scalar::F32 => quote!(#castnet::PRelu<#size>),
                Scalar::F64 => quote!(#castnet::PRelu<#size, #scalar>),
            },
            tensors: vec![Tensor { name: "alpha", shape }],
        }]
    }

    fn reads(&self) -> Reads {
        Reads { input: true, ..Reads::default() }
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let field = at.field("");
        Some(quote!(#field.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, .. }) = (at.field(""), at);
        quote!(#field.forward(isa, #input, #output);)
    }

    fn backward_parameters(&self, at: &Places) -> Option<TokenStream> {
        let (field, gradient, Places { input, grad_output, .. }) = (at.field(""), at.gradient(""), at);
        Some(quote!(#field.backward_parameters(isa, #input, #grad_output, &mut #gradient);))
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, Places { input, grad_output, grad_input, .. }) = (at.field(""), at);
        quote!(#field.backward_input(isa, #input, #grad_output, #grad_input);)
    }
}
