//! The inputs and outputs of a network: a matrix, or a struct of several.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::activations::Activation;
use crate::graph::{Graph, ValueId};
use crate::parse::Header;
use crate::plan::{Output, Planned};
use crate::shape::Shape;

/// The type of the input of one sample.
pub fn input_type(header: &Header, planned: &Planned) -> TokenStream {
    match planned.only_input() {
        Some(input) => shape(planned, input),
        None => {
            let name = input_name(header);
            quote!(#name)
        }
    }
}

/// The type of the output of one sample.
pub fn output_type(header: &Header, planned: &Planned) -> TokenStream {
    match planned.outputs.as_slice() {
        [output] => shape(planned, output.value),
        _ => {
            let name = output_name(header);
            quote!(#name)
        }
    }
}

pub fn input_name(header: &Header) -> Ident {
    format_ident!("{}Input", header.name)
}

pub fn output_name(header: &Header) -> Ident {
    format_ident!("{}Output", header.name)
}

fn shape(planned: &Planned, value: ValueId) -> TokenStream {
    planned.graph.shape(value).rust_type(planned.graph.scalar)
}

/// The type of the heads, the activations at the very end.
pub fn head_type(planned: &Planned) -> TokenStream {
    both_type(heads(planned, Activation::rust_type), &quote!(castnet))
}

/// The heads as an expression.
pub fn head(planned: &Planned) -> TokenStream {
    let heads = heads(planned, Activation::value).into_iter().rev();
    heads.reduce(|others, head| quote!(castnet::Both(#head, #others))).unwrap_or_default()
}

fn heads(planned: &Planned, of: impl Fn(&Activation) -> TokenStream) -> Vec<TokenStream> {
    let head = |output: &Output| output.head.as_ref().map_or_else(|| quote!(castnet::Linear), &of);
    planned.outputs.iter().map(head).collect()
}

/// `Both<A, Both<B, C>>`.
fn both_type(ports: Vec<TokenStream>, castnet: &TokenStream) -> TokenStream {
    let ports = ports.into_iter().rev();
    ports.reduce(|others, port| quote!(#castnet::Both<#port, #others>)).unwrap_or_default()
}

/// `Both(__value.a, Both(__value.b, __value.c))`.
fn both_value(names: &[&Ident], castnet: &TokenStream) -> TokenStream {
    let ports = names.iter().rev().map(|name| quote!(__value.#name));
    ports.reduce(|others, port| quote!(#castnet::Both(#port, #others))).unwrap_or_default()
}

/// The structs of several inputs and of several outputs, with absolute paths.
pub fn structs(header: &Header, planned: &Planned) -> TokenStream {
    let graph = &planned.graph;
    let inputs = graph.inputs.iter().enumerate().map(|(index, input)| (&input.name, ValueId(index)));
    let outputs = planned.outputs.iter();
    let outputs = outputs.filter_map(|output| Some((graph.value_name(output.value)?, output.value)));
    let doc = |port| format!(" The {port} of [`{}`] for one sample.", header.name);
    let inputs = port_struct(header, planned, &input_name(header), &doc("input"), &inputs.collect::<Vec<_>>());
    let outputs = port_struct(header, planned, &output_name(header), &doc("output"), &outputs.collect::<Vec<_>>());
    let targets = targets(header, planned);
    quote!(#inputs #outputs #targets)
}

/// The struct of several outputs as a target of their losses.
fn targets(header: &Header, planned: &Planned) -> TokenStream {
    if planned.outputs.len() < 2 {
        return TokenStream::new();
    }
    let Graph { castnet, scalar, .. } = &planned.graph;
    let shapes = planned.outputs.iter().map(|output| planned.graph.shape(output.value));
    let both = both_type(shapes.map(|shape| shape.rust_type_in(*scalar, castnet)).collect(), castnet);
    let (name, conditions) = (output_name(header), header.conditions());
    quote! {
        #conditions
        #[automatically_derived]
        impl #castnet::TargetOf<#both> for #name {
            fn same_slice(__values: &[Self]) -> &[#both] {
                #castnet::reshape(__values)
            }
        }
    }
}

fn port_struct(
    header: &Header,
    planned: &Planned,
    name: &Ident,
    doc: &str,
    ports: &[(&Ident, ValueId)],
) -> TokenStream {
    if ports.len() < 2 {
        return TokenStream::new();
    }
    let (visibility, Graph { castnet, scalar, .. }) = (&header.visibility, &planned.graph);
    let scalar_type = scalar.rust_type(castnet);
    let fields: Vec<&Ident> = ports.iter().map(|(name, _)| *name).collect();
    let shapes: Vec<&Shape> = ports.iter().map(|(_, value)| planned.graph.shape(*value)).collect();
    let docs = shapes.iter().map(|shape| format!(" {shape} values."));
    let types: Vec<TokenStream> = shapes.iter().map(|shape| shape.rust_type_in(*scalar, castnet)).collect();
    let both = both_type(types.clone(), castnet);
    let (value, conditions) = (both_value(&fields, castnet), header.conditions());
    quote! {
        #conditions
        #[doc = #doc]
        #[repr(C)]
        #[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
        #visibility struct #name {
            #(#[doc = #docs] #visibility #fields: #types,)*
        }
        #conditions
        #[automatically_derived]
        unsafe impl #castnet::Flat for #name {
            type Scalar = #scalar_type;
        }
        #conditions
        #[automatically_derived]
        impl #castnet::Ports for #name {
            type All = #both;
        }
        #conditions
        #[automatically_derived]
        impl ::core::convert::From<#name> for #both {
            fn from(__value: #name) -> Self {
                #value
            }
        }
    }
}
