//! The associated types and constants.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::{assertions, diagram, fields, ports, structs, summary};
use crate::graph::ValueId;
use crate::layers::Operation;
use crate::parse::Header;
use crate::plan::{Planned, RowCosts};
use crate::shape::{Shape, literal};

/// The types of `Predict`.
pub fn predict_types(header: &Header, planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let (input, output) = (ports::input_type(header, planned), ports::output_type(header, planned));
    let arena = &planned.arena.len;
    quote! {
        type In = #input;
        type Out = #output;
        type Arena = [#scalar; #arena];
        type Unit = #scalar;
        type Kernels = #scalar;
    }
}

/// The types of `Network`.
pub fn network_types(header: &Header, planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let (input, output) = (ports::input_type(header, planned), ports::output_type(header, planned));
    let gradient = if fields::has_prefix(planned) {
        let gradient = structs::gradient_name(header);
        quote!(#gradient)
    } else {
        quote!(Self)
    };
    let head = ports::head_type(planned);
    let known = typenum(planned.params().known);
    let count = planned
        .graph
        .networks()
        .fold(known, |sum, network| quote!(castnet::typenum::Sum<#sum, <#network as castnet::Network>::ParamCount>));
    let (tape, adjoints) = (&planned.tape.len, &planned.grads.len);
    quote! {
        type Input = #input;
        type Output = #output;
        type Gradient = #gradient;
        type Head = #head;
        type ParamCount = #count;
        type Tape = [#scalar; #tape];
        type Adjoints = [#scalar; #adjoints];
    }
}

/// The constants of `Predict`, of a network of this text.
pub fn predict(text: &str, planned: &Planned) -> TokenStream {
    let name = planned.graph.name.unraw().to_string();
    let (params, macs, arena) = (planned.params(), planned.macs(), &planned.arena.len);
    let summary = summary::summary(planned);
    let dot = diagram::dot(planned);
    let layers = layers(planned);
    let tensors = fields::tensors(planned);
    let fingerprint = fingerprint(planned);
    let nested = fields::sources(planned);
    quote! {
        const NAME: &'static str = #name;
        const PARAMS: usize = #params;
        const MACS: u64 = #macs;
        const SUMMARY: &'static str = #summary;
        const DOT: &'static str = #dot;
        const LAYERS: &'static [castnet::LayerInfo] = &[#(#layers),*];
        const TENSORS: &'static [castnet::TensorInfo] = #tensors;
        const FINGERPRINT: u64 = #fingerprint;
        const SOURCE: castnet::Source = castnet::Source::new(#text, &[#(#nested),*]);
        const ARENA: usize = #arena;
    }
}

/// The constants of `Network`.
pub fn network(planned: &Planned) -> TokenStream {
    let head = ports::head(planned);
    let (trainable, tape, adjoints) = (planned.trainable_params(), &planned.tape.len, &planned.grads.len);
    let gives_input_gradient = assertions::gives_input_gradient(planned);
    quote! {
        const HEAD: Self::Head = #head;
        const TRAINABLE_PARAMS: usize = #trainable;
        const TAPE: usize = #tape;
        const ADJOINTS: usize = #adjoints;
        #gives_input_gradient
    }
}

fn layers(planned: &Planned) -> Vec<TokenStream> {
    let layer = |(row, name, RowCosts { params, trainable, .. }): (_, &Ident, &RowCosts)| {
        let last = summary::nodes(planned, row).next_back()?;
        let first = summary::nodes(planned, row).find(|node| node.part.is_empty());
        let kind = first.unwrap_or(last).resolved.kind;
        let shape = planned.graph.shape(last.to).sizes().iter().copied().map(literal);
        let name = name.unraw().to_string();
        Some(quote!(castnet::LayerInfo::new(#name, #kind, &[#(#shape),*], #params, #trainable)))
    };
    planned.rows().filter_map(layer).collect()
}

/// A shape in the text that is hashed to the fingerprint: `28x28x1`.
fn sizes(shape: &Shape) -> String {
    shape.sizes().iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}

/// A hash (FNV-1a) of the identities and connections of all layers: networks with the same fingerprint compute the same
/// outputs from the same weights.
fn fingerprint(planned: &Planned) -> TokenStream {
    let graph = &planned.graph;
    let inputs = graph.inputs.iter().map(|input| sizes(&input.shape)).collect::<Vec<_>>().join(", ");
    let mut text = format!("{} {inputs}", graph.scalar.name());
    // Only operations that compute in a prediction or have parameters get a number of their own, so that a `flatten`, a `dropout` or a
    // label changes nothing.
    let mut numbers: Vec<usize> = (0..graph.inputs.len()).collect();
    let mut last = graph.inputs.len();
    let number = |numbers: &[usize], value: ValueId| numbers.get(value.0).copied().unwrap_or_default();
    for node in &graph.nodes {
        let computes = match node.operation() {
            Operation::Map(_) | Operation::Join(_) => true,
            Operation::InPlace(operation) => operation.acts_in_prediction(),
            Operation::Alias => false,
        };
        if !computes && node.parameters.is_empty() {
            numbers.push(number(&numbers, node.input()));
            continue;
        }
        text.push_str(&format!("; {} -> {}", node.resolved.identity, sizes(&node.resolved.output)));
        if !graph.is_chain() {
            node.from.iter().for_each(|&value| text.push_str(&format!(" %{}", number(&numbers, value))));
        }
        numbers.push(last);
        last += 1;
    }
    if let [_, _, ..] = graph.outputs.as_slice() {
        graph.outputs.iter().for_each(|&value| text.push_str(&format!("; %{}", number(&numbers, value))));
    }
    let own = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let own = literal(own);
    let mix = |own, network| quote!(castnet::nested::mix(#own, <#network as castnet::Predict>::FINGERPRINT));
    graph.networks().fold(quote!(#own), mix)
}

/// The largest number up to which every number has a name in typenum.
const NAMED: u64 = 1024;

/// A number as a type.
pub fn typenum(number: u64) -> TokenStream {
    if number <= NAMED {
        let name = format_ident!("U{number}");
        return quote!(castnet::typenum::#name);
    }
    let bits = (0..u64::BITS - number.leading_zeros()).rev().map(|bit| number >> bit & 1 == 1);
    bits.fold(quote!(castnet::typenum::UTerm), |higher, bit| {
        let bit = if bit { quote!(B1) } else { quote!(B0) };
        quote!(castnet::typenum::UInt<#higher, castnet::typenum::#bit>)
    })
}
