//! The struct of a network, the struct of its trainable part, and fresh values.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{STACK_BYTES, summary};
use crate::graph::Node;
use crate::layers::{Map, Operation, Parameters, Role, Rules};
use crate::parse::Header;
use crate::plan::Planned;
use crate::shape::literal;

/// A layer with parameters: a field.
pub struct Field<'a> {
    pub name: &'a Ident,
    pub node: &'a Node,
    pub map: &'a dyn Map,
    pub parameters: &'a Parameters,
}

/// The fields in memory: trainable layers, frozen layers, state; in each part as written.
pub fn fields(planned: &Planned) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    for (node, parameters) in planned.inferred.nodes() {
        let name = planned.inferred.graph.row_name(node);
        if let (Some(name), Some(parameters), Operation::Map(map)) = (name, parameters, node.layer.operation()) {
            fields.push(Field { name, node, map, parameters });
        }
    }
    fields.sort_by_key(|field| field.parameters.role);
    fields
}

/// Whether the trainable parameters are only a part of the network.
pub fn has_prefix(planned: &Planned) -> bool {
    planned.trainable_params() < planned.params()
}

pub fn gradient_name(header: &Header) -> Ident {
    format_ident!("{}Gradient", header.name)
}

/// The declarations, with absolute paths.
pub fn structs(runtime: &TokenStream, header: &Header, planned: &Planned) -> TokenStream {
    let Header { attributes, visibility, name } = header;
    let castnet = quote!(#runtime::__private);
    let declare = |field: &Field<'_>| {
        let inferred = &planned.inferred;
        let (input, output) = (inferred.shape(field.node.from), inferred.shape(field.node.to));
        let rust_type = field.map.rust_type(input, output, &castnet, inferred.graph.scalar);
        let count = summary::grouped(field.parameters.count());
        let kind = summary::kind(planned, field.node.row);
        let state = match field.parameters.role {
            Role::Trainable | Role::State => "",
            Role::Frozen => ", frozen",
        };
        let doc = format!(" {kind}: {}; {count} parameters{state}.", field.parameters.description);
        let name = field.name;
        quote! {
            #[doc = #doc]
            #visibility #name: #rust_type,
        }
    };
    let fields = fields(planned);
    let all = fields.iter().map(declare);
    let derives = derives(header, planned);
    let docs = docs(header, planned);
    let prefix = has_prefix(planned).then(|| {
        let gradient = gradient_name(header);
        let trainable = fields.iter().filter(|field| field.parameters.role == Role::Trainable).map(declare);
        let doc = format!(" The trainable part of [`{name}`]: its gradient.");
        quote! {
            #[doc = #doc]
            #[repr(C)]
            #derives
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

/// What every network can do, unless the user has asked for it himself. A large one cannot be cloned over the stack.
fn derives(header: &Header, planned: &Planned) -> TokenStream {
    let asked: Vec<String> = header
        .attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("derive"))
        .flat_map(|attribute| attribute.to_token_stream())
        .flat_map(words)
        .collect();
    let clone = planned.flash_bytes() <= STACK_BYTES;
    let ours = ["Clone", "Debug", "PartialEq"].into_iter();
    let ours = ours.filter(|derive| !asked.iter().any(|word| word == derive) && (clone || *derive != "Clone"));
    let ours: Vec<Ident> = ours.map(|derive| format_ident!("{derive}")).collect();
    if ours.is_empty() { TokenStream::new() } else { quote!(#[derive(#(#ours),*)]) }
}

/// All words in a token, however deep.
fn words(token: proc_macro2::TokenTree) -> Vec<String> {
    match token {
        proc_macro2::TokenTree::Group(group) => group.stream().into_iter().flat_map(words).collect(),
        token => vec![token.to_string()],
    }
}

/// The summary as documentation, behind the user's own.
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
    if planned.flash_bytes() > STACK_BYTES {
        lines.push(String::new());
        lines.push(" Too large to be moved over the stack: copy it with `clone_boxed`.".to_string());
    }
    quote!(#(#[doc = #lines])*)
}

/// What ties the structs to their bytes.
pub fn layout(header: &Header, planned: &Planned) -> TokenStream {
    let name = &header.name;
    let scalar = planned.inferred.graph.scalar;
    let bytes = literal(planned.flash_bytes());
    let prefix = has_prefix(planned).then(|| {
        let gradient = gradient_name(header);
        let bytes = literal(planned.trainable_params() * scalar.bytes());
        let fields = fields(planned);
        let trainable = fields.iter().filter(|field| field.parameters.role == Role::Trainable).map(|field| field.name);
        quote! {
            ::core::assert!(::core::mem::size_of::<#gradient>() == #bytes);
            #(
                ::core::assert!(
                    ::core::mem::offset_of!(#name, #trainable) == ::core::mem::offset_of!(#gradient, #trainable)
                );
            )*
            #[automatically_derived]
            unsafe impl castnet::Flat for #gradient {
                type Scalar = #scalar;
            }
        }
    });
    quote! {
        ::core::assert!(::core::mem::size_of::<#name>() == #bytes);
        #[automatically_derived]
        unsafe impl castnet::Flat for #name {
            type Scalar = #scalar;
        }
        #prefix
    }
}

/// Fresh values, in the order of the layers; penalties and statistics where there are any.
pub fn init(planned: &Planned) -> TokenStream {
    let mut fields = fields(planned);
    fields.sort_by_key(|field| field.node.from);
    let statements: Vec<TokenStream> = fields
        .iter()
        .map(|field| {
            let name = field.name;
            field.map.init(&quote!(self.#name))
        })
        .collect();
    let rng = super::passes::parameter("rng", &statements);
    let penalties = penalties(&fields);
    let constrain = constrain(&fields);
    let adapt = adapt(planned, &fields);
    quote! {
        fn init_in<R: castnet::Rng + ?::core::marker::Sized>(&mut self, #rng: &mut R) {
            #(#statements)*
        }
        #penalties
        #constrain
        #adapt
    }
}

fn penalties(fields: &[Field<'_>]) -> TokenStream {
    let mut values = Vec::new();
    let mut gradients = Vec::new();
    for field in fields {
        let Rules { weight, regularizers, .. } = field.map.rules();
        for regularizer in regularizers {
            let (name, weight) = (field.name, format_ident!("{weight}"));
            values.push(quote!(#regularizer.penalty(&self.#name.#weight)));
            gradients.push(quote!(#regularizer.add_gradient(&self.#name.#weight, &mut gradient.#name.#weight);));
        }
    }
    if values.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn penalty(&self) -> f64 {
            #(#values)+*
        }
        fn add_penalty_gradient(&self, gradient: &mut Self::Gradient) {
            #(#gradients)*
        }
    }
}

fn constrain(fields: &[Field<'_>]) -> TokenStream {
    let mut statements = Vec::new();
    for field in fields {
        let Rules { weight, constraints, .. } = field.map.rules();
        for constraint in constraints {
            let (name, weight) = (field.name, format_ident!("{weight}"));
            statements.push(quote!(#constraint.constrain(&mut self.#name.#weight);));
        }
    }
    if statements.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn constrain(&mut self) {
            #(#statements)*
        }
    }
}

fn adapt(planned: &Planned, fields: &[Field<'_>]) -> TokenStream {
    let inferred = &planned.inferred;
    let adapt = |field: &Field<'_>| {
        let (name, shape) = (field.name, inferred.shape(field.node.from));
        let samples = if *shape == inferred.graph.input {
            quote!(samples)
        } else {
            let rust_type = shape.rust_type(inferred.graph.scalar);
            quote!(castnet::reshape::<Self::Input, #rust_type>(samples))
        };
        field.map.adapt(&quote!(self.#name), &samples)
    };
    let adapting: Vec<_> = fields.iter().filter_map(adapt).collect();
    if adapting.is_empty() {
        return TokenStream::new();
    }
    let (learn, is_adapted): (Vec<_>, Vec<_>) =
        adapting.into_iter().map(|adapt| (adapt.learn, adapt.is_adapted)).unzip();
    quote! {
        fn adapt_to(&mut self, samples: &[Self::Input]) {
            #(#learn)*
        }
        fn is_adapted(&self) -> bool {
            #(#is_adapted)&&*
        }
    }
}
