//! Assertions about nested networks, whose types are not known here.
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::graph::Node;
use crate::layers::{InputGradient, Map, Operation};
use crate::plan::Planned;

/// The aliases of nested networks, and assertions that nested networks give the gradients that trained layers before them need.
pub fn assertions(planned: &Planned) -> TokenStream {
    let aliases = planned.graph.nodes.iter().filter_map(|node| map(node)?.alias(&planned.graph.context()));
    let steps = planned.grads.backward.always.iter().filter(|step| !step.operands.is_empty());
    let needed = steps.filter_map(|step| map(planned.graph.writer(step.node)?));
    let give = needed.filter_map(|map| match map.input_gradient() {
        InputGradient::If(given) => Some(quote_spanned!(given.span()=> const _: () = ::core::assert!(
            #given,
            "layers before this network are trained, but a frozen network in it computes no gradient: leave `frozen` out there, or freeze the layers"
        );)),
        InputGradient::Always | InputGradient::Never => None,
    });
    aliases.chain(give).collect()
}

/// The constant that says whether the gradient of the inputs can be computed, where it is not plain that it can.
pub fn gives_input_gradient(planned: &Planned) -> Option<TokenStream> {
    let mut conditions = Vec::new();
    let mut gives = true;
    for map in planned.graph.nodes.iter().filter_map(map) {
        match map.input_gradient() {
            InputGradient::Always => {}
            InputGradient::Never => gives = false,
            InputGradient::If(condition) => conditions.push(condition),
        }
    }
    let value = match (gives, conditions.as_slice()) {
        (false, _) => quote!(false),
        (true, []) => return None,
        (true, conditions) => quote!(#(#conditions)&&*),
    };
    Some(quote!(
        const GIVES_INPUT_GRADIENT: bool = #value;
    ))
}

fn map(node: &Node) -> Option<&dyn Map> {
    match node.operation() {
        Operation::Map(map) => Some(map.as_ref()),
        Operation::InPlace(_) | Operation::Alias | Operation::Join(_) => None,
    }
}
