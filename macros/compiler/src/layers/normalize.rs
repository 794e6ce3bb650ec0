//! `normalize`: standardization with statistics learnt from the training data.
use proc_macro2::TokenStream;
use quote::quote;

use super::{Adapt, Context, Layer, Map, Operation, Parsed, Part, Places, Role, Tensor};
use crate::shape::{Scalar, Shape, literal};
use crate::words::Words;

#[derive(Debug)]
struct Normalize;

pub fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    words.end();
    Some(Parsed { layer: Box::new(Normalize), activation: None })
}

impl Layer for Normalize {
    fn kind(&self) -> &'static str {
        "Normalize"
    }

    fn describe(&self) -> String {
        "normalize".to_string()
    }

    fn infer(&self, input: &Shape) -> Result<Shape, String> {
        Ok(input.clone())
    }

    fn operation(&self) -> Operation<'_> {
        Operation::Map(self)
    }

    fn only_first(&self) -> bool {
        true
    }
}

impl Map for Normalize {
    fn parts(&self, layer: &Context<'_>) -> Vec<Part> {
        let Context { input, scalar, castnet, .. } = layer;
        let channels = input.channels();
        let tensor = |name| Tensor { name, shape: vec![channels] };
        let size = literal(channels);
        vec![Part {
            suffix: "",
            role: Role::State,
            description: format!("mean and scale of {channels} channels, learnt from data"),
            rust_type: match scalar {
                Scalar::F32 => quote!(#castnet::Normalize<#size>),
                Scalar::F64 => quote!(#castnet::Normalize<#size, #scalar>),
            },
            tensors: vec![tensor("mean"), tensor("scale")],
        }]
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let field = at.field("");
        Some(quote!(#field.init();))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, .. }) = (at.field(""), at);
        quote!(#field.forward(isa, #input, #output);)
    }

    fn backward_input(&self, at: &Places) -> TokenStream {
        let (field, Places { grad_output, grad_input, .. }) = (at.field(""), at);
        quote!(#field.backward_input(isa, #grad_output, #grad_input);)
    }

    fn adapt(&self, at: &Places, samples: &TokenStream) -> Option<Adapt> {
        let field = at.field("");
        Some(Adapt { learn: quote!(#field.adapt(#samples);), is_adapted: quote!(!#field.is_identity()) })
    }
}
