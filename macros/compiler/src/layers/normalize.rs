//! `normalize`: standardization with statistics learnt from the training data.
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use super::identity::Identity;
use super::interface::only;
use super::{
    Adapt, Backward, Context, Keyword, Layer, Map, Misfit, ParameterGroup, Parsed, Places, Resolved, Role, Samples, Tensor,
    Tensors,
};
use crate::shape::Shape;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[Keyword::new("normalize", &[], parse)];

#[derive(Debug)]
struct Written;

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    words.end();
    Some(Parsed::alone(Written))
}

impl Layer for Written {
    fn describe(&self) -> String {
        "normalize".to_string()
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let input = only(inputs)?;
        let layer = Normalize { channels: input.channels() };
        Ok(Resolved::map(input.clone(), "Normalize", Identity::new("normalize"), layer))
    }

    fn only_first(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct Normalize {
    channels: u64,
}

impl Map for Normalize {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let channels = self.channels;
        let tensor = |name| Tensor { name, shape: vec![channels] };
        vec![ParameterGroup {
            suffix: "",
            role: Role::State,
            description: format!("mean and scale of {channels} channels, learnt from data"),
            rust_type: network.sized("Normalize", &[channels]),
            tensors: Tensors::Known(vec![tensor("mean"), tensor("scale")]),
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

    fn backward(&self, at: &Places) -> Backward {
        let (field, Places { grad_output, grad_input, .. }) = (at.field(""), at);
        Backward::of_input(quote!(#field.backward_input(isa, #grad_output, #grad_input);))
    }

    fn adapt(&self, at: &Places, samples: &Samples) -> Option<Adapt> {
        let (field, Samples::Slice(samples) | Samples::Iterator(samples)) = (at.field(""), samples);
        let name = at.name.as_ref().map(|name| name.unraw().to_string());
        Some(Adapt { learn: quote!(report(#name, &#field.adapt(#samples));), is_adapted: quote!(!#field.is_identity()) })
    }
}
