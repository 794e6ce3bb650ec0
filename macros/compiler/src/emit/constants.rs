//! The associated types and constants.
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::inner::{self, Purpose};
use super::{diagram, parts, structs, summary};
use crate::graph::ValueId;
use crate::layers::{Operation, Tensor};
use crate::parse::Header;
use crate::plan::{Planned, inner as inner_of};
use crate::shape::literal;

pub fn types(header: &Header, planned: &Planned) -> TokenStream {
    let scalar = planned.inferred.graph.scalar;
    let (input, output) = (parts::input_type(header, planned), parts::output_type(header, planned));
    let gradient = if structs::has_prefix(planned) {
        let gradient = structs::gradient_name(header);
        quote!(#gradient)
    } else {
        quote!(Self)
    };
    let head = parts::head_type(planned);
    let count = inner::count(planned, typenum(planned.params()));
    let [arena, tape, gradients] =
        [Purpose::Prediction, Purpose::Recording, Purpose::Returning].map(|purpose| inner::len(planned, purpose));
    quote! {
        type Input = #input;
        type Output = #output;
        type Gradient = #gradient;
        type Head = #head;
        type ParamCount = #count;
        type Arena = [#scalar; #arena];
        type Tape = [#scalar; #tape];
        type Gradients = [#scalar; #gradients];
    }
}

pub fn constants(planned: &Planned) -> TokenStream {
    let name = planned.inferred.graph.name.unraw().to_string();
    let head = parts::head(planned);
    let params = inner::plus(planned.params(), planned.inner(), "PARAMS");
    let trained = planned.inner().filter(|inner| !inner.frozen);
    let trainable = inner::plus(planned.trainable_params(), trained, "TRAINABLE_PARAMS");
    let macs = inner::plus(planned.macs(), planned.inner(), "MACS");
    let summary = summary::summary(planned);
    let dot = diagram::dot(planned);
    let layers = layers(planned);
    let tensors = inner::tensors(planned);
    let fingerprint = fingerprint(planned);
    let [arena, tape, gradients] =
        [Purpose::Prediction, Purpose::Recording, Purpose::Returning].map(|purpose| inner::len(planned, purpose));
    let gives_input_gradient = inner::gives_input_gradient(planned);
    quote! {
        const NAME: &'static str = #name;
        const HEAD: Self::Head = #head;
        const PARAMS: usize = #params;
        const TRAINABLE_PARAMS: usize = #trainable;
        const MACS: u64 = #macs;
        const SUMMARY: &'static str = #summary;
        const DOT: &'static str = #dot;
        const LAYERS: &'static [castnet::LayerInfo] = &[#(#layers),*];
        const TENSORS: &'static [castnet::TensorInfo] = #tensors;
        const FINGERPRINT: u64 = #fingerprint;
        const SOURCE: castnet::Source = castnet::Source { text: "", nested: &[] };
        const ARENA: usize = #arena;
        const TAPE: usize = #tape;
        const GRADIENTS: usize = #gradients;
        #gives_input_gradient
    }
}

fn layers(planned: &Planned) -> Vec<TokenStream> {
    let layer = |(row, name, costs): (_, &proc_macro2::Ident, &crate::plan::RowCosts)| {
        let mut nodes = summary::nodes(planned, row);
        let last = nodes.next_back()?;
        let kind = nodes.next().unwrap_or(last).layer.kind();
        let shape = planned.inferred.shape(last.to).sizes().iter().copied().map(literal);
        let name = name.unraw().to_string();
        let inner = || summary::nodes(planned, row).filter_map(inner_of);
        let params = inner::plus(costs.params, inner(), "PARAMS");
        let trainable = inner::plus(costs.trainable, inner().filter(|inner| !inner.frozen), "TRAINABLE_PARAMS");
        Some(quote!(castnet::LayerInfo::new(#name, #kind, &[#(#shape),*], #params, #trainable)))
    };
    planned.rows().filter_map(layer).collect()
}

/// The tensors of a field.
pub fn tensors(field: &structs::Field<'_>) -> Vec<TokenStream> {
    let tensor = |tensor: &Tensor| {
        let name = format!("{}.{}", field.name.unraw(), tensor.name);
        let shape = tensor.shape.iter().copied().map(literal);
        quote!(castnet::TensorInfo::new(#name, &[#(#shape),*]))
    };
    field.part.tensors.iter().map(tensor).collect()
}

/// A hash (FNV-1a) of all that decides what is computed from the same weights.
fn fingerprint(planned: &Planned) -> TokenStream {
    let graph = &planned.inferred.graph;
    let inputs = graph.inputs.iter().map(|input| input.shape.to_string()).collect::<Vec<_>>().join(", ");
    let mut text = format!("{} {inputs}", graph.scalar.name());
    // Values are numbered by what is computed, so that other names of a value change nothing.
    let mut numbers: Vec<usize> = (0..graph.inputs.len()).collect();
    let mut last = graph.inputs.len();
    let number = |numbers: &[usize], value: ValueId| numbers.get(value.0).copied().unwrap_or_default();
    for (node, parts) in planned.inferred.nodes() {
        let computes = match node.layer.operation() {
            Operation::Map(_) | Operation::Join(_) => true,
            Operation::InPlace(operation) => operation.acts_in_prediction(),
            Operation::Alias => false,
        };
        if !computes && parts.is_empty() {
            numbers.push(number(&numbers, node.input()));
            continue;
        }
        let what = if inner_of(node).is_some() { "network".to_string() } else { node.layer.describe() };
        text.push_str(&format!("; {what} -> {}", planned.inferred.shape(node.to)));
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
    planned.inner().fold(quote!(#own), |own, inner| {
        let path = inner.path;
        quote!(castnet::inner::mix(#own, <#path as castnet::Network>::FINGERPRINT))
    })
}

/// Numbers up to this have a name in typenum.
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
