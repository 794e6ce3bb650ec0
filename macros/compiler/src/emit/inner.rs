//! Networks that are layers: what they take is not known here, and so stands as constants of theirs in the code.
use proc_macro2::{TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::structs;
use crate::graph::Node;
use crate::layers::{Inner, Role};
use crate::plan::{Planned, inner};
use crate::shape::literal;

/// What a memory is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Prediction,
    Recording,
    Returning,
}

/// A sum of a number and of a constant of each inner network.
pub fn plus<'a>(known: u64, inner: impl Iterator<Item = Inner<'a>>, constant: &str) -> TokenStream {
    let known = literal(known);
    let constant = proc_macro2::Ident::new(constant, proc_macro2::Span::call_site());
    let of = if constant == "TRAINABLE_PARAMS" { quote!(Network) } else { quote!(Predict) };
    let others = inner.map(|Inner { path, .. }| quote!(+ <#path as castnet::#of>::#constant));
    quote!(#known #(#others)*)
}

/// The type of the memory of a node that is a network, for one sample.
pub fn memory_type(node: &Node, purpose: Purpose) -> TokenStream {
    let Some(Inner { path, frozen }) = inner(node) else { return TokenStream::new() };
    match purpose {
        Purpose::Recording if !frozen => quote!(castnet::InnerTape<#path>),
        Purpose::Prediction | Purpose::Recording => quote!(<#path as castnet::Predict>::Arena),
        Purpose::Returning => quote!(castnet::InnerGradients<#path>),
    }
}

fn memory_len(node: &Node, purpose: Purpose) -> TokenStream {
    let memory = memory_type(node, purpose);
    quote!(<#memory as castnet::Flat>::LEN)
}

/// Where the memory of a node that is a network begins: behind all else; on the tape behind the networks before it.
pub fn offset(planned: &Planned, node: &Node, purpose: Purpose) -> TokenStream {
    let known = literal(known(planned, purpose));
    if purpose != Purpose::Recording {
        return quote!(#known);
    }
    let earlier = nodes(planned).take_while(|other| other.to != node.to).map(|other| memory_len(other, purpose));
    let earlier: Vec<TokenStream> = earlier.collect();
    if earlier.is_empty() { quote!(#known) } else { quote!({ #known #(+ #earlier)* }) }
}

fn known(planned: &Planned, purpose: Purpose) -> u64 {
    match purpose {
        Purpose::Prediction => planned.arena.len,
        Purpose::Recording => planned.tape.len,
        Purpose::Returning => planned.grads.len,
    }
}

fn nodes(planned: &Planned) -> impl Iterator<Item = &Node> {
    planned.inferred.graph.nodes.iter().filter(|node| inner(node).is_some())
}

/// How long a memory is. But for the tape, inner networks use the same memory one after the other.
pub fn len(planned: &Planned, purpose: Purpose) -> TokenStream {
    let known = literal(known(planned, purpose));
    let trained = |node: &&Node| purpose != Purpose::Returning || inner(node).is_some_and(|inner| !inner.frozen);
    let lens = nodes(planned).filter(trained).map(|node| memory_len(node, purpose));
    if purpose == Purpose::Recording {
        return quote!(#known #(+ #lens)*);
    }
    let largest = lens.reduce(|a, b| quote!(castnet::inner::larger(#a, #b)));
    largest.map_or_else(|| quote!(#known), |largest| quote!(#known + #largest))
}

/// The number of parameters as a type.
pub fn count(planned: &Planned, known: TokenStream) -> TokenStream {
    planned.inner().fold(
        known,
        |sum, Inner { path, .. }| quote!(castnet::typenum::Sum<#sum, <#path as castnet::Network>::ParamCount>),
    )
}

/// All tensors: those of inner networks with the name of the layer before theirs.
pub fn tensors(planned: &Planned) -> TokenStream {
    let mut lists = Vec::new();
    let mut own = Vec::new();
    for field in structs::fields(planned) {
        let Some(Inner { path, .. }) = inner(field.node) else {
            own.extend(super::constants::tensors(&field, planned.inferred.graph.scalar));
            continue;
        };
        let before = std::mem::take(&mut own);
        lists.push(quote!(&[#(#before),*]));
        let prefix = field.name.unraw().to_string();
        lists.push(quote!({
            const OF: &[castnet::TensorInfo] = <#path as castnet::Predict>::TENSORS;
            const NAMES: &[u8] = &castnet::inner::names::<{ castnet::inner::names_len(#prefix, OF) }>(#prefix, OF);
            const RENAMED: &[castnet::TensorInfo] = &castnet::inner::renamed::<{ OF.len() }>(#prefix, OF, NAMES);
            RENAMED
        }));
    }
    if lists.is_empty() {
        return quote!(&[#(#own),*]);
    }
    lists.push(quote!(&[#(#own),*]));
    let known: u64 = structs::fields(planned).iter().map(|field| field.part.tensors.len() as u64).sum();
    let known = literal(known);
    let counts = planned.inner().map(|Inner { path, .. }| quote!(<#path as castnet::Predict>::TENSORS.len()));
    quote!(&castnet::inner::concat::<{ #known #(+ #counts)* }>(&[#(#lists),*]))
}

/// The inner networks read and make what stands before and behind them.
pub fn fits(planned: &Planned) -> TokenStream {
    let scalar = planned.inferred.graph.scalar;
    let fits = |node: &Node| {
        let Inner { path, .. } = inner(node)?;
        let input = planned.inferred.shape(node.input()).rust_type(scalar);
        let output = planned.inferred.shape(node.to).rust_type(scalar);
        let [input, output] = [input, output].map(|rust_type| at(path.span(), rust_type));
        let call = quote_spanned!(path.span()=> castnet::inner::fits::<#path, #input, #output>());
        Some(quote!(const _: () = #call;))
    };
    nodes(planned).filter_map(fits).chain([must_give_gradients(planned)]).collect()
}

/// Whether the gradient of the inputs can be computed, where it is not plain that it can.
pub fn gives_input_gradient(planned: &Planned) -> Option<TokenStream> {
    planned.inner().next()?;
    let gives = match planned.inner().any(|inner| inner.frozen) {
        true => quote!(false),
        false => {
            let inner =
                planned.inner().map(|Inner { path, .. }| quote!(<#path as castnet::Network>::GIVES_INPUT_GRADIENT));
            quote!(#(#inner)&&*)
        }
    };
    Some(quote!(
        const GIVES_INPUT_GRADIENT: bool = #gives;
    ))
}

/// An inner network that trained layers stand before gives the gradient of what it reads.
fn must_give_gradients(planned: &Planned) -> TokenStream {
    let steps = planned.grads.backward.always.iter().filter(|step| !step.operands.is_empty());
    let must = steps.filter_map(|step| inner(planned.inferred.graph.writer(step.node)?)).map(|Inner { path, .. }| {
        quote_spanned!(path.span()=> const _: () = ::core::assert!(
            <#path as castnet::Network>::GIVES_INPUT_GRADIENT,
            "layers before this network are trained, but a frozen network in it computes no gradient: leave `frozen` out there, or freeze the layers"
        );)
    });
    must.collect()
}

/// Tokens as if they stood elsewhere, so that what is wrong with them is shown there.
fn at(span: proc_macro2::Span, tokens: TokenStream) -> TokenStream {
    let at = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.into_iter().map(at).collect()
}

/// Whether the trainable part of an inner network is trained.
pub fn has_trained(planned: &Planned) -> bool {
    structs::fields(planned).iter().any(|field| inner(field.node).is_some() && field.part.role == Role::Trainable)
}
