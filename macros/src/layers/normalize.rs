//! `normalize`: standardization with statistics learnt from the training data.
use proc_macro2::TokenStream;
use quote::quote;

use super::{Adapt, Layer, Map, Operation, Parameters, Parsed, Role, Tensor};
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
    fn parameters(&self, input: &Shape, _output: &Shape) -> Parameters {
        let channels = input.channels();
        let tensor = |name| Tensor { name, shape: vec![channels] };
        Parameters {
            role: Role::State,
            description: format!("mean and scale of {channels} channels, learnt from data"),
            tensors: vec![tensor("mean"), tensor("scale")],
        }
    }

    fn rust_type(&self, input: &Shape, _output: &Shape, castnet: &TokenStream, scalar: Scalar) -> TokenStream {
        let channels = literal(input.channels());
        match scalar {
            Scalar::F32 => quote!(#castnet::Normalize<#channels>),
            Scalar::F64 => quote!(#castnet::Normalize<#channels, #scalar>),
        }
    }

    fn macs(&self, _input: &Shape, _output: &Shape) -> u64 {
        0
    }

    fn init(&self, field: &TokenStream) -> TokenStream {
        quote!(#field.init();)
    }

    fn forward(&self, field: &TokenStream, input: &TokenStream, output: &TokenStream) -> TokenStream {
        quote!(#field.forward(isa, #input, #output);)
    }

    fn backward_parameters(
        &self,
        _field: &TokenStream,
        _input: &TokenStream,
        _grad_output: &TokenStream,
        _gradient: &TokenStream,
    ) -> Option<TokenStream> {
        None
    }

    fn backward_input(&self, field: &TokenStream, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream {
        quote!(#field.backward_input(isa, #grad_output, #grad_input);)
    }

    fn adapt(&self, field: &TokenStream, samples: &TokenStream) -> Option<Adapt> {
        Some(Adapt { learn: quote!(#field.adapt(#samples);), is_adapted: quote!(!#field.is_identity()) })
    }
}
