//! The struct of a network, the struct of its trainable part, and fresh values.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::{STACK_BYTES, diagram, passes, summary};
use crate::graph::{Node, ValueId};
use crate::layers::{Adapt, Inner, Map, Operation, Part, Role, Rules, part_name};
use crate::parse::Header;
use crate::plan::{Planned, inner};
use crate::shape::literal;

/// Parameters of a layer: a field.
pub struct Field<'a> {
    pub name: Ident,
    pub node: &'a Node,
    pub part: &'a Part,
}

/// The fields in memory: trainable layers, frozen layers, state; in each part as written.
pub fn fields(planned: &Planned) -> Vec<Field<'_>> {
    let mut fields: Vec<Field<'_>> = Vec::new();
    for (node, parts) in planned.inferred.nodes() {
        let Some(name) = planned.inferred.graph.row_name(node.row) else { continue };
        fields.extend(parts.iter().map(|part| Field { name: part_name(name, part.suffix), node, part }));
    }
    // Of networks that are layers only a part may be trainable, which then ends the trainable prefix.
    fields.sort_by_key(|field| (field.part.role, inner(field.node).is_some()));
    fields
}

/// Whether the trainable parameters are only a part of the network.
pub fn has_prefix(planned: &Planned) -> bool {
    planned.trainable_params() < planned.params() || planned.inner().next().is_some()
}

pub fn gradient_name(header: &Header) -> Ident {
    format_ident!("{}Gradient", header.name)
}

/// The declarations, with absolute paths.
pub fn structs(header: &Header, planned: &Planned) -> TokenStream {
    let Header { attributes, visibility, name } = header;
    let castnet = &planned.inferred.graph.castnet;
    let declare = |field: &Field<'_>, is_gradient: bool| {
        let Field { name, part, .. } = field;
        let rust_type = match &part.rust_type {
            path if is_gradient && inner(field.node).is_some() => quote!(<#path as #castnet::Network>::Gradient),
            rust_type => rust_type.clone(),
        };
        let kind = summary::kind(planned, field.node.row);
        if inner(field.node).is_some() {
            let doc = format!(" {kind}: {}.", field.node.layer.describe());
            return quote! {
                #[doc = #doc]
                #visibility #name: #rust_type,
            };
        }
        let count = summary::grouped(part.count());
        let state = match part.role {
            Role::Trainable | Role::State => "",
            Role::Frozen => ", frozen",
        };
        let doc = format!(" {kind}: {}; {count} parameters{state}.", part.description);
        quote! {
            #[doc = #doc]
            #visibility #name: #rust_type,
        }
    };
    let fields = fields(planned);
    let all = fields.iter().map(|field| declare(field, false));
    let derives = derives(header, planned);
    let docs = docs(header, planned);
    let prefix = has_prefix(planned).then(|| {
        let gradient = gradient_name(header);
        let trainable = fields.iter().filter(|field| field.part.role == Role::Trainable);
        let trainable = trainable.map(|field| declare(field, true));
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
    let clone = planned.flash_bytes() <= STACK_BYTES && planned.inner().next().is_none();
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
    if let Some(svg) = diagram::svg(planned) {
        lines.push(String::new());
        lines.extend(svg.lines().map(|line| format!(" {line}")));
    }
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
    let inner_sizes = planned.inner().map(|Inner { path, .. }| quote!(+ ::core::mem::size_of::<#path>()));
    let bytes = quote!(#bytes #(#inner_sizes)*);
    let prefix = has_prefix(planned).then(|| {
        let gradient = gradient_name(header);
        let bytes = literal(planned.trainable_params() * scalar.bytes());
        let inner_sizes = planned.inner().filter(|inner| !inner.frozen).map(
            |Inner { path, .. }| quote!(+ ::core::mem::size_of::<<#path as castnet::Network>::Gradient>()),
        );
        let bytes = quote!(#bytes #(#inner_sizes)*);
        let fields = fields(planned);
        let trainable: Vec<&Ident> =
            fields.iter().filter(|field| field.part.role == Role::Trainable).map(|field| &field.name).collect();
        let message = super::inner::has_trained(planned).then(|| {
            quote!(, "of the networks in this one that are trained, only the last may have frozen layers or state of its own")
        });
        quote! {
            ::core::assert!(::core::mem::size_of::<#gradient>() == #bytes);
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
    let maps: Vec<(&Ident, &Node, &dyn Map)> = maps(planned).collect();
    let statements: Vec<TokenStream> =
        maps.iter().filter_map(|(_, node, map)| map.init(&passes::places(planned, node))).collect();
    let rng = passes::parameter("rng", &statements);
    let penalties = penalties(&maps);
    let constrain = constrain(&maps);
    let adapt = adapt(planned, &maps);
    quote! {
        fn init_in<R: castnet::Rng + ?::core::marker::Sized>(&mut self, #rng: &mut R) {
            #(#statements)*
        }
        #penalties
        #constrain
        #adapt
    }
}

/// The layers that read one value and write another, in order.
fn maps(planned: &Planned) -> impl Iterator<Item = (&Ident, &Node, &dyn Map)> {
    planned.inferred.graph.nodes.iter().filter_map(|node| match node.layer.operation() {
        Operation::Map(map) => Some((planned.inferred.graph.row_name(node.row)?, node, map)),
        _ => None,
    })
}

fn penalties(maps: &[(&Ident, &Node, &dyn Map)]) -> TokenStream {
    let mut values = Vec::new();
    let mut gradients = Vec::new();
    for (name, _, map) in maps {
        if let Some(Inner { path, frozen: false }) = map.inner() {
            values.push(quote!(<#path as castnet::Network>::penalty(&self.#name)));
            gradients
                .push(quote!(<#path as castnet::Network>::add_penalty_gradient(&self.#name, &mut gradient.#name);));
        }
        let Rules { weight, regularizers, .. } = map.rules();
        for regularizer in regularizers {
            let weight = format_ident!("{weight}");
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

fn constrain(maps: &[(&Ident, &Node, &dyn Map)]) -> TokenStream {
    let mut statements = Vec::new();
    for (name, _, map) in maps {
        if let Some(Inner { path, frozen: false }) = map.inner() {
            statements.push(quote!(<#path as castnet::Network>::constrain(&mut self.#name);));
        }
        let Rules { weight, constraints, .. } = map.rules();
        for constraint in constraints {
            let weight = format_ident!("{weight}");
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

fn adapt(planned: &Planned, maps: &[(&Ident, &Node, &dyn Map)]) -> TokenStream {
    let inferred = &planned.inferred;
    let mut statements = Vec::new();
    let mut conditions = Vec::new();
    for (_, node, map) in maps {
        // What is not raw data teaches nothing about it.
        if map.inner().is_some() && !(planned.only_input().is_some() && is_raw(planned, node.input())) {
            continue;
        }
        let rust_type = inferred.shape(node.input()).rust_type(inferred.graph.scalar);
        let is_reshaped = inferred.graph.writer(node.input()).is_some();
        let samples = match (planned.only_input(), is_reshaped) {
            (Some(_), false) => quote!(samples),
            (Some(_), true) => quote!(castnet::reshape::<Self::Input, #rust_type>(samples)),
            (None, is_reshaped) => {
                let part = inferred.graph.value_name(input_of(planned, node.input()));
                let part = quote!(&sample.#part);
                let part = if is_reshaped { quote!(castnet::reshape_one::<_, #rust_type>(#part)) } else { part };
                quote!(samples.iter().map(|sample| #part))
            }
        };
        let Some(Adapt { learn, is_adapted }) = map.adapt(&passes::places(planned, node), &samples) else { continue };
        statements.push(learn);
        conditions.push(is_adapted);
    }
    if statements.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn adapt_to(&mut self, samples: &[Self::Input]) {
            #(#statements)*
        }
        fn is_adapted(&self) -> bool {
            #(#conditions)&&*
        }
    }
}

/// Whether a value is an input, perhaps in another shape.
fn is_raw(planned: &Planned, value: ValueId) -> bool {
    planned
        .inferred
        .graph
        .writer(value)
        .is_none_or(|writer| matches!(writer.layer.operation(), Operation::Alias) && is_raw(planned, writer.input()))
}

/// The input that a value is another shape of.
fn input_of(planned: &Planned, value: ValueId) -> ValueId {
    planned.inferred.graph.writer(value).map_or(value, |writer| input_of(planned, writer.input()))
}
