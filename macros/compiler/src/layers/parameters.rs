//! The parameters of a layer.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::shape::{Scalar, literal};
use crate::size::Size;

/// The network that a layer is in.
pub struct Context<'a> {
    pub scalar: Scalar,
    /// The path of castnet's types.
    pub castnet: &'a TokenStream,
}

impl Context<'_> {
    /// A type of castnet with these sizes; the scalar is `f32` by default.
    pub fn sized(&self, name: &str, sizes: &[u64]) -> TokenStream {
        let Self { scalar, castnet } = self;
        let (name, sizes) = (format_ident!("{name}"), sizes.iter().copied().map(literal));
        match scalar {
            Scalar::F32 => quote!(#castnet::#name<#(#sizes),*>),
            Scalar::F64 => {
                let scalar = scalar.rust_type(castnet);
                quote!(#castnet::#name<#(#sizes),*, #scalar>)
            }
        }
    }
}

/// The role of parameters: trained, frozen, or statistics that layers collect from data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The optimizer updates them.
    Trainable,
    /// They stay as they are.
    Frozen,
    /// They are statistics that a layer collects from data.
    State,
}

/// Parameters of a layer with one role: a field of the network.
#[derive(Debug)]
pub struct ParameterGroup {
    /// The end of its name, behind that of the layer: empty, or `_moving`.
    pub suffix: &'static str,
    pub role: Role,
    /// Its sizes in words: `13 inputs to 10 units`.
    pub description: String,
    pub rust_type: TokenStream,
    pub tensors: Tensors,
}

/// The tensors of a parameter group.
#[derive(Debug)]
pub enum Tensors {
    Known(Vec<Tensor>),
    /// The tensors of a nested network, of which only the path is known here.
    OfNetwork(NestedType),
}

/// The type of a nested network.
#[derive(Clone, Debug)]
pub struct NestedType {
    /// The path as it was written: the type of the field.
    pub path: TokenStream,
    /// The name of the layer.
    name: Ident,
}

impl NestedType {
    /// The type of the layer `name`.
    pub fn new(path: &TokenStream, name: &Ident) -> Self {
        Self { path: path.clone(), name: name.clone() }
    }

    /// The alias of the path, which may be of a network that does not fit.
    pub fn network(&self, span: Span) -> Ident {
        format_ident!("__network_{}", self.name, span = span)
    }

    /// The alias of the network that fits, by which the implementations call it.
    pub fn alias(&self, span: Span) -> Ident {
        format_ident!("__layer_{}", self.name, span = span)
    }

    /// The type of the path, which rustc does not know if the path is no network: the constant is the one error then, as rustc has no errors about
    /// types that it does not know.
    pub fn checked(&self, castnet: &TokenStream) -> TokenStream {
        let path = &self.path;
        let end = path.clone().into_iter().last().map_or(path.span(), |token| token.span());
        // Its first and its last token have the places of those of the path, so that rustc underlines the path.
        let constant = Ident::new("TRAINABLE_PARAMS", end);
        let constant = quote_spanned!(path.span()=> <#path as #castnet::Network>::#constant);
        quote!(<[#path; #constant] as #castnet::nested::Checked>::Network)
    }
}

/// The alias, at the path, so that errors of rustc point at it.
impl ToTokens for NestedType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.alias(self.path.span()).to_tokens(tokens);
    }
}

impl ParameterGroup {
    /// The number of parameters.
    pub fn count(&self) -> Size {
        match &self.tensors {
            Tensors::Known(tensors) => {
                Size::known(tensors.iter().fold(0, |sum: u64, tensor| sum.saturating_add(tensor.len())))
            }
            Tensors::OfNetwork(network) => Size::unknown(quote!(<#network as castnet::Predict>::PARAMS)),
        }
    }

    /// The number of parameters that are trained.
    pub fn trainable(&self) -> Size {
        match &self.tensors {
            _ if self.role != Role::Trainable => Size::default(),
            Tensors::Known(_) => self.count(),
            Tensors::OfNetwork(network) => Size::unknown(quote!(<#network as castnet::Network>::TRAINABLE_PARAMS)),
        }
    }

    /// The nested network, if the group is one.
    pub fn network(&self) -> Option<&NestedType> {
        match &self.tensors {
            Tensors::Known(_) => None,
            Tensors::OfNetwork(network) => Some(network),
        }
    }
}

/// A tensor of a layer: the name of its field, and its shape in files, which is that of Keras.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: &'static str,
    pub shape: Vec<u64>,
}

impl Tensor {
    /// The number of values, at most `u64::MAX`.
    pub fn len(&self) -> u64 {
        self.shape.iter().fold(1, |product: u64, &size| product.saturating_mul(size))
    }
}

/// Penalties and constraints of the weights and biases of a layer.
#[derive(Default)]
pub struct Rules {
    /// Expressions of the penalties.
    pub penalties: Vec<TokenStream>,
    /// Statements that add the gradients of the penalties.
    pub gradients: Vec<TokenStream>,
    /// Statements that apply the constraints, in their order.
    pub constraints: Vec<TokenStream>,
}
