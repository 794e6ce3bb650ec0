//! The parameters of a layer.
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::shape::{Scalar, literal};
use crate::size::Size;

/// The network that a layer is in.
pub struct Context<'a> {
    pub scalar: Scalar,
    /// The path under which castnet's types stand.
    pub castnet: &'a TokenStream,
}

impl Context<'_> {
    /// A type of castnet with these sizes; it is of `f32` unless told otherwise.
    pub fn sized(&self, name: &str, sizes: &[u64]) -> TokenStream {
        let Self { scalar, castnet } = self;
        let (name, sizes) = (format_ident!("{name}"), sizes.iter().copied().map(literal));
        match scalar {
            Scalar::F32 => quote!(#castnet::#name<#(#sizes),*>),
            Scalar::F64 => quote!(#castnet::#name<#(#sizes),*, #scalar>),
        }
    }
}

/// What updates the parameters: the optimizer, nothing, or statistics that layers collect from data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The optimizer.
    Trainable,
    /// Nothing.
    Frozen,
    /// Statistics that layers collect from data.
    State,
}

/// Parameters of a layer with one role: a field of the network.
#[derive(Debug)]
pub struct ParameterGroup {
    /// Added to the layer's name: nothing, or `_moving`.
    pub suffix: &'static str,
    pub role: Role,
    /// In words: `13 inputs to 10 units`.
    pub description: String,
    pub rust_type: TokenStream,
    pub tensors: Tensors,
}

/// The tensors of a group of parameters.
#[derive(Debug)]
pub enum Tensors {
    Known(Vec<Tensor>),
    /// The tensors of a network, of which nothing is known here but its path.
    OfNetwork(TokenStream),
}

impl ParameterGroup {
    /// The number of parameters.
    pub fn count(&self) -> Size {
        match &self.tensors {
            Tensors::Known(tensors) => {
                Size::known(tensors.iter().fold(0, |sum: u64, tensor| sum.saturating_add(tensor.len())))
            }
            Tensors::OfNetwork(path) => Size::unknown(quote!(<#path as castnet::Predict>::PARAMS)),
        }
    }

    /// The number of parameters that are trained.
    pub fn trainable(&self) -> Size {
        match &self.tensors {
            _ if self.role != Role::Trainable => Size::default(),
            Tensors::Known(_) => self.count(),
            Tensors::OfNetwork(path) => Size::unknown(quote!(<#path as castnet::Network>::TRAINABLE_PARAMS)),
        }
    }

    /// The network whose tensors they are, if they are not known here.
    pub fn network(&self) -> Option<&TokenStream> {
        match &self.tensors {
            Tensors::Known(_) => None,
            Tensors::OfNetwork(path) => Some(path),
        }
    }
}

/// A tensor of a layer: the name of its field, and its shape in files, as Keras has it.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub name: &'static str,
    pub shape: Vec<u64>,
}

impl Tensor {
    /// The number of values; more than `u64` holds counts as its maximum.
    pub fn len(&self) -> u64 {
        self.shape.iter().fold(1, |product: u64, &size| product.saturating_mul(size))
    }
}

/// Penalties and constraints of the weights of a layer.
#[derive(Default)]
pub struct Rules {
    /// Expressions of the penalties.
    pub penalties: Vec<TokenStream>,
    /// Statements that add the gradients of the penalties.
    pub gradients: Vec<TokenStream>,
    /// Statements that hold the weights within their constraints, in their order.
    pub constraints: Vec<TokenStream>,
}
