//! The words, numbers and parameters that all normalizations share.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::identity::Identity;
use super::{Context, ParameterGroup, Role, Tensor, Tensors};
use crate::shape::literal;
use crate::words::Words;

/// The number added to a variance; the default of Keras.
pub const EPSILON: f64 = 1e-3;

/// Reads the number after `epsilon`.
pub fn epsilon(name: &Ident, words: &mut Words<'_>) -> f64 {
    words.real_of(name, "epsilon 1e-3", "must be above 0", |value| value > 0.0).unwrap_or(EPSILON)
}

/// The words about gamma and beta, the factors and offsets after a normalization.
#[derive(Clone, Copy, Debug, Default)]
pub struct Affine {
    noscale: bool,
    nocenter: bool,
    frozen: bool,
}

impl Affine {
    /// Takes the word `noscale`, `nocenter` or `frozen`.
    pub fn take(&mut self, name: &Ident) {
        match name.to_string().as_str() {
            "noscale" => self.noscale = true,
            "nocenter" => self.nocenter = true,
            _ => self.frozen = true,
        }
    }

    /// Whether there is neither gamma nor beta.
    pub fn is_plain(self) -> bool {
        self.noscale && self.nocenter
    }

    pub fn is_frozen(self) -> bool {
        self.frozen
    }

    /// The words that change a prediction, each behind a space.
    pub fn describe(self) -> String {
        let word = |is: bool, word: &str| if is { format!(" {word}") } else { String::new() };
        word(self.noscale, "noscale") + &word(self.nocenter, "nocenter")
    }

    /// Adds epsilon and these words to an identity.
    pub fn identify(self, identity: Identity, epsilon: f64) -> Identity {
        let identity = identity.word("epsilon").real(epsilon);
        identity.word_if(self.noscale, "noscale").word_if(self.nocenter, "nocenter")
    }

    /// The type of a normalization with these parameters.
    pub fn rust_type(self, network: &Context<'_>, name: &str, len: u64) -> TokenStream {
        let Context { scalar, castnet } = network;
        let (kind, size) = (format_ident!("{name}"), literal(len));
        let scalar = scalar.rust_type(castnet);
        match (self.noscale, self.nocenter) {
            (false, false) => network.sized(name, &[len]),
            (true, true) => quote!(#castnet::#kind<#size, #scalar, #castnet::NoScale, #castnet::NoCenter>),
            (true, false) => quote!(#castnet::#kind<#size, #scalar, #castnet::NoScale>),
            (false, true) => {
                quote!(#castnet::#kind<#size, #scalar, #castnet::SVector<#scalar, #size>, #castnet::NoCenter>)
            }
        }
    }

    /// The parameter group, whose tensors have this shape in files; `None` without gamma and beta.
    pub fn group(
        self,
        network: &Context<'_>,
        name: &str,
        shape: &[u64],
        description: String,
    ) -> Option<ParameterGroup> {
        let tensor = |name, absent: bool| (!absent).then(|| Tensor { name, shape: shape.to_vec() });
        let tensors = [tensor("gamma", self.noscale), tensor("beta", self.nocenter)];
        (!self.is_plain()).then(|| ParameterGroup {
            suffix: "",
            role: if self.frozen { Role::Frozen } else { Role::Trainable },
            description,
            rust_type: self.rust_type(network, name, shape.iter().product()),
            tensors: Tensors::Known(tensors.into_iter().flatten().collect()),
        })
    }
}
