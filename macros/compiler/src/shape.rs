//! Shapes of activations, channels last as in Keras.
use std::fmt;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};

/// The type of the numbers that a network computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    F32,
    F64,
}

impl Scalar {
    pub const ALL: [Self; 2] = [Self::F32, Self::F64];

    /// Its name in Rust.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Its type outside of the block with the implementations, by the path of castnet's types: a bare `f32` may be an alias of the user.
    pub fn rust_type(self, castnet: &TokenStream) -> TokenStream {
        quote!(#castnet::#self)
    }

    /// Its name in files.
    pub fn dtype(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F64 => "F64",
        }
    }

    /// The size of one value in bytes.
    pub fn bytes(self) -> u64 {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// In the block with the implementations, which imports the primitive types.
impl ToTokens for Scalar {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        Ident::new(self.name(), Span::call_site()).to_tokens(tokens);
    }
}

/// One to three sizes: `13`, time steps x features, height x width x channels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    sizes: Vec<u64>,
    len: u64,
}

/// The largest number of scalars. rustc refuses larger types, and no machine can address them.
const MOST: u64 = 1 << 43;

/// The shape of a single value, used in place of a wrong shape.
impl Default for Shape {
    fn default() -> Self {
        Self { sizes: vec![1], len: 1 }
    }
}

impl Shape {
    /// `None` if there are more values than any machine can hold.
    pub fn new(sizes: Vec<u64>) -> Option<Self> {
        let len = sizes.iter().try_fold(1_u64, |product, &size| product.checked_mul(size))?;
        (len <= MOST).then_some(Self { sizes, len })
    }

    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// The number of values.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The number of dimensions.
    pub fn rank(&self) -> usize {
        self.sizes.len()
    }

    /// The last dimension.
    pub fn channels(&self) -> u64 {
        self.sizes.last().copied().unwrap_or(1)
    }

    /// All other dimensions, multiplied.
    pub fn positions(&self) -> u64 {
        self.len / self.channels()
    }

    /// The type of an activation in the block with the implementations: channels x positions.
    pub fn rust_type(&self, scalar: impl ToTokens) -> TokenStream {
        self.matrix(&quote!(castnet), &scalar.to_token_stream())
    }

    /// As [`rust_type`](Self::rust_type), outside of this block, with this path of castnet's types.
    pub fn rust_type_in(&self, scalar: Scalar, castnet: &TokenStream) -> TokenStream {
        self.matrix(castnet, &scalar.rust_type(castnet))
    }

    fn matrix(&self, castnet: &TokenStream, scalar: &TokenStream) -> TokenStream {
        let (channels, positions) = (literal(self.channels()), literal(self.positions()));
        if self.rank() == 1 {
            quote!(#castnet::SVector<#scalar, #channels>)
        } else {
            quote!(#castnet::SMatrix<#scalar, #channels, #positions>)
        }
    }

    /// As in the summary of Keras: `(28, 28)`.
    pub fn keras(&self) -> String {
        format!("({})", self.sizes.iter().map(u64::to_string).collect::<Vec<_>>().join(", "))
    }
}

/// As in the language: `28x28`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x"))
    }
}

/// A number without a type.
pub fn literal(value: u64) -> Literal {
    Literal::u64_unsuffixed(value)
}
