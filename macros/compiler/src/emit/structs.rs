//! The struct of a network, and the struct of its gradient.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::fields::{Field, fields, has_prefix};
use super::{STACK_BYTES, diagram, summary};
use crate::derives::{derive, may_derive};
use crate::layers::Role;
use crate::parse::Header;
use crate::plan::Planned;

pub fn gradient_name(header: &Header) -> Ident {
    format_ident!("{}Gradient", header.name)
}

/// The declarations, with absolute paths.
pub fn structs(header: &Header, planned: &Planned) -> TokenStream {
    let Header { attributes, visibility, name } = header;
    let castnet = &planned.graph.castnet;
    let declare = |field: &Field<'_>, rust_type: &TokenStream| {
        let (name, doc) = (&field.name, describe(planned, field));
        quote! {
            #[doc = #doc]
            #visibility #name: #rust_type,
        }
    };
    let fields = fields(planned);
    let all = fields.iter().map(|field| declare(field, &field.group.rust_type));
    let derives_of_gradient = derives(planned, |_| false);
    let derives = derives(planned, |name| derive(header, name).is_some() || is_written_out(planned, name));
    let conditions = header.conditions();
    let docs = docs(header, planned);
    let prefix = has_prefix(planned).then(|| {
        let gradient = gradient_name(header);
        let trainable = fields.iter().filter(|field| field.is_trainable());
        let trainable = trainable.map(|field| declare(field, &field.gradient_type(castnet)));
        let doc = format!(" The gradient of the trainable parameters of [`{name}`].");
        quote! {
            #conditions
            #[doc = #doc]
            #[repr(C)]
            #derives_of_gradient
            #visibility struct #gradient {
                #(#trainable)*
            }
        }
    });
    let user_derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let other_attributes = attributes.iter().filter(|attribute| !attribute.path().is_ident("derive"));
    quote! {
        #(#other_attributes)*
        #docs
        #[repr(C)]
        #(#user_derives)*
        #derives
        #visibility struct #name {
            #(#all)*
        }
        #prefix
    }
}

/// The documentation of a field: `Dense, relu: 13 inputs to 10 units; 140 parameters.`
fn describe(planned: &Planned, field: &Field<'_>) -> String {
    let (kind, group) = (summary::kind(planned, field.node.row), field.group);
    let Some(count) = group.count().exact() else { return format!(" {kind}: {}.", group.description) };
    let state = match group.role {
        Role::Trainable | Role::State => "",
        Role::Frozen => ", frozen",
    };
    format!(" {kind}: {}; {} parameters{state}.", group.description, summary::grouped(count))
}

/// The traits that every network and every gradient derives, without those that the user derives. Those of a large network do not
/// implement `Clone`, which would move them over the stack.
fn derives(planned: &Planned, is_asked: impl Fn(&str) -> bool) -> TokenStream {
    let ours = [
        ("Clone", quote!(::core::clone::Clone)),
        ("Debug", quote!(::core::fmt::Debug)),
        ("PartialEq", quote!(::core::cmp::PartialEq)),
    ];
    let is_ours = |name: &str| !is_asked(name) && (is_small(planned) || name != "Clone");
    let ours: Vec<TokenStream> = ours.into_iter().filter(|(name, _)| is_ours(name)).map(|(_, path)| path).collect();
    if ours.is_empty() { TokenStream::new() } else { quote!(#[derive(#(#ours),*)]) }
}

/// The traits that a network with nested networks does not derive: a derived implementation has an error of its own where a nested type is no
/// network and does not implement the trait.
const WRITTEN_OUT: [&str; 2] = ["Debug", "PartialEq"];

fn is_written_out(planned: &Planned, name: &str) -> bool {
    planned.graph.networks().next().is_some() && WRITTEN_OUT.contains(&name)
}

/// The implementations of these traits, as a derive writes them, but that nested networks have the types of their aliases.
pub fn written_out(header: &Header, planned: &Planned) -> TokenStream {
    if planned.graph.networks().next().is_none() {
        return TokenStream::new();
    }
    let (name, text) = (&header.name, header.name.unraw().to_string());
    let value = |of: TokenStream| {
        move |field: &Field<'_>| {
            let (name, network) = (&field.name, field.group.network());
            let network = network.map_or_else(|| quote!(_), |network| quote!(#network));
            quote!(::core::convert::identity::<&#network>(&#of.#name))
        }
    };
    let fields = fields(planned);
    let names = fields.iter().map(|field| field.name.unraw().to_string());
    let (own, others): (Vec<_>, Vec<_>) =
        (fields.iter().map(value(quote!(self))).collect(), fields.iter().map(value(quote!(__other))).collect());
    let debug = quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, __formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __formatter.debug_struct(#text)#(.field(#names, #own))*.finish()
            }
        }
    };
    let partial_eq = quote! {
        #[automatically_derived]
        impl ::core::cmp::PartialEq for #name {
            fn eq(&self, __other: &Self) -> bool {
                #(#own == #others)&&*
            }
        }
    };
    let ours = WRITTEN_OUT.into_iter().zip([debug, partial_eq]);
    let ours = ours.filter(|(name, _)| derive(header, name).is_none());
    ours.map(|(_, implementation)| implementation).collect()
}

/// Of a network that is not `Clone`, and of its gradient: their boxes are.
pub fn clone_boxed(header: &Header, planned: &Planned) -> TokenStream {
    if is_small(planned) {
        return TokenStream::new();
    }
    let network = (!may_derive(header, "Clone")).then(|| header.name.clone());
    let gradient = has_prefix(planned).then(|| gradient_name(header));
    let conditions = header.conditions();
    network.into_iter().chain(gradient).map(|name| quote!(#conditions castnet::clone_boxed! { #name })).collect()
}

/// Whether a network is small enough to be moved over the stack.
fn is_small(planned: &Planned) -> bool {
    planned.flash_bytes().is_some_and(|bytes| bytes <= STACK_BYTES)
}

/// The summary as documentation, behind the user's documentation.
fn docs(header: &Header, planned: &Planned) -> TokenStream {
    let documented = header.attributes.iter().any(|attribute| attribute.path().is_ident("doc"));
    let mut lines = Vec::new();
    if !documented {
        lines.push(" A neural network.".to_string());
    }
    lines.push(String::new());
    lines.push(" ```text".to_string());
    lines.extend(summary::summary(planned).lines().map(|line| format!(" {line}")));
    lines.push(" ```".to_string());
    if let Some(svg) = diagram::svg(planned) {
        lines.push(String::new());
        lines.extend(svg.lines().map(|line| format!(" {line}")));
    }
    if planned.params().known * planned.graph.scalar.bytes() > STACK_BYTES {
        lines.push(String::new());
        lines.push(" Too large to be moved over the stack: its `Box` is `Clone`.".to_string());
    }
    quote!(#(#[doc = #lines])*)
}
