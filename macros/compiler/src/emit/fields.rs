//! The fields of a network: the parameter groups of its layers.
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

use crate::graph::Node;
use crate::layers::{NestedType, ParameterGroup, Role, Tensor, Tensors, group_name};
use crate::plan::Planned;
use crate::shape::{Scalar, literal};

/// A parameter group as a field.
pub struct Field<'a> {
    pub name: Ident,
    pub node: &'a Node,
    pub group: &'a ParameterGroup,
}

impl Field<'_> {
    pub fn is_trainable(&self) -> bool {
        self.group.role == Role::Trainable
    }

    /// The type of its gradient; `castnet` is the path of castnet's types.
    pub fn gradient_type(&self, castnet: &TokenStream) -> TokenStream {
        match self.group.network() {
            Some(network) => {
                let checked = network.checked(castnet);
                quote!(<#checked as #castnet::Network>::Gradient)
            }
            None => self.group.rust_type.clone(),
        }
    }
}

/// The fields in the order of memory: trainable layers, frozen layers, state; within each, the order of the text.
pub fn fields(planned: &Planned) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    for node in &planned.graph.nodes {
        let Some(name) = planned.graph.node_name(node) else { continue };
        fields.extend(node.parameters.iter().map(|group| Field { name: group_name(&name, group.suffix), node, group }));
    }
    // A nested network may begin with trainable parameters and end with others: then the trainable prefix ends inside of it, so
    // it comes last.
    fields.sort_by_key(|field| (field.group.role, field.group.network().is_some()));
    fields
}

/// Whether some parameters may not be trainable: then the gradient has a struct of its own.
pub fn has_prefix(planned: &Planned) -> bool {
    let (params, trainable) = (planned.params(), planned.trainable_params());
    params.exact().is_none_or(|params| trainable.known < params)
}

/// All tensors. The name of a tensor of a nested network begins with the name of the field.
pub fn tensors(planned: &Planned) -> TokenStream {
    let (mut lists, mut known) = (Vec::new(), Vec::new());
    let mut count = 0;
    for field in fields(planned) {
        match &field.group.tensors {
            Tensors::Known(tensors) => {
                count += tensors.len() as u64;
                known.extend(tensors.iter().map(|tensor| of_field(&field, tensor, planned.graph.scalar)));
            }
            Tensors::OfNetwork(network) => {
                let before = std::mem::take(&mut known);
                lists.extend([quote!(&[#(#before),*]), of_network(&field, network)]);
            }
        }
    }
    if lists.is_empty() {
        return quote!(&[#(#known),*]);
    }
    lists.push(quote!(&[#(#known),*]));
    let count = literal(count);
    let networks = planned.graph.networks();
    quote!(&castnet::nested::concat::<{ #count #(+ <#networks as castnet::Predict>::TENSORS.len())* }>(&[#(#lists),*]))
}

fn of_field(field: &Field<'_>, tensor: &Tensor, scalar: Scalar) -> TokenStream {
    let name = format!("{}.{}", field.name.unraw(), tensor.name);
    let (dtype, shape) = (scalar.dtype(), tensor.shape.iter().copied().map(literal));
    quote!(castnet::TensorInfo::new(#name, #dtype, &[#(#shape),*]))
}

fn of_network(field: &Field<'_>, network: &NestedType) -> TokenStream {
    let prefix = field.name.unraw().to_string();
    quote!({
        const OF: &[castnet::TensorInfo] = <#network as castnet::Predict>::TENSORS;
        const NAMES: &[u8] = &castnet::nested::names::<{ castnet::nested::names_len(#prefix, OF) }>(#prefix, OF);
        const RENAMED: &[castnet::TensorInfo] = &castnet::nested::renamed::<{ OF.len() }>(#prefix, OF, NAMES);
        RENAMED
    })
}

/// The sources of the nested networks, by the names of their fields.
pub fn sources(planned: &Planned) -> Vec<TokenStream> {
    let source = |field: Field<'_>| {
        let (name, network) = (field.name.unraw().to_string(), field.group.network()?);
        Some(quote!((#name, &<#network as castnet::Predict>::SOURCE)))
    };
    fields(planned).into_iter().filter_map(source).collect()
}
