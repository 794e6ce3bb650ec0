//! The constants and assertions that tie the structs to their bytes.
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::fields::{fields, has_prefix};
use super::structs::gradient_name;
use crate::parse::Header;
use crate::plan::Planned;
use crate::shape::literal;

pub fn layout(header: &Header, planned: &Planned) -> TokenStream {
    let name = &header.name;
    let scalar = planned.graph.scalar;
    let bytes = literal(planned.params().known * scalar.bytes());
    let networks = planned.graph.networks();
    let prefix = has_prefix(planned).then(|| prefix(header, planned));
    quote! {
        ::core::assert!(::core::mem::size_of::<#name>() == #bytes #(+ ::core::mem::size_of::<#networks>())*);
        #[automatically_derived]
        unsafe impl castnet::Flat for #name {
            type Scalar = #scalar;
        }
        #prefix
    }
}

/// Asserts that the trainable fields lie at the beginning, in the order of the gradient.
fn prefix(header: &Header, planned: &Planned) -> TokenStream {
    let (name, gradient) = (&header.name, gradient_name(header));
    let scalar = planned.graph.scalar;
    let bytes = literal(planned.trainable_params().known * scalar.bytes());
    let fields = fields(planned);
    let trainable = || fields.iter().filter(|field| field.is_trainable());
    let castnet = quote!(castnet);
    let networks = trainable().filter(|field| field.group.network().is_some());
    let sizes: Vec<TokenStream> = networks.map(|field| field.gradient_type(&castnet)).collect();
    let message = (!sizes.is_empty()).then(|| {
        quote!(, "of the networks in this one that are trained, only the last may have frozen layers or state of its own")
    });
    let trainable: Vec<&Ident> = trainable().map(|field| &field.name).collect();
    quote! {
        ::core::assert!(::core::mem::size_of::<#gradient>() == #bytes #(+ ::core::mem::size_of::<#sizes>())*);
        #(
            ::core::assert!(
                ::core::mem::offset_of!(#name, #trainable) == ::core::mem::offset_of!(#gradient, #trainable) #message
            );
        )*
        #[automatically_derived]
        unsafe impl castnet::Flat for #gradient {
            type Scalar = #scalar;
        }
    }
}
