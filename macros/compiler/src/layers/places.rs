//! The expressions of which the passes of a layer are made.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::optimize::Goal;

/// Expressions for the values that a pass reads and writes; empty where the pass has nothing of the kind.
#[derive(Debug, Default)]
pub struct Places {
    /// The name of the layer, to which the suffixes of its groups of parameters are added.
    pub name: Option<Ident>,
    pub goal: Goal,
    pub input: TokenStream,
    pub output: TokenStream,
    /// The memory that the forward pass needs.
    pub need: TokenStream,
    /// The memory that the backward pass needs.
    pub grad_need: TokenStream,
    pub grad_output: TokenStream,
    pub grad_input: TokenStream,
    pub wants: Wants,
    /// The layer's constant.
    pub constant: TokenStream,
}

impl Places {
    /// The field of a group of parameters: `self.batchnorm_1_moving`.
    pub fn field(&self, suffix: &str) -> TokenStream {
        let name = self.group(suffix);
        quote!(self.#name)
    }

    /// The gradient of a group of parameters: `gradient.dense_1`.
    pub fn gradient(&self, suffix: &str) -> TokenStream {
        let name = self.group(suffix);
        quote!(gradient.#name)
    }

    /// The gradient of its only group of parameters, as an option of a mutable reference, where a statement computes several gradients.
    pub fn wanted_gradient(&self) -> TokenStream {
        let (name, gradient) = (&self.name, self.gradient(""));
        match self.wants {
            Wants::Both => quote!(gradient.as_deref_mut().map(|gradient| &mut gradient.#name)),
            Wants::Parameters => quote!(Some(&mut #gradient)),
            Wants::Input => quote!(None),
        }
    }

    /// The gradient of the input as an option, where a statement computes several gradients.
    pub fn wanted_grad_input(&self) -> TokenStream {
        let grad_input = &self.grad_input;
        match self.wants {
            Wants::Both | Wants::Input => quote!(Some(#grad_input)),
            Wants::Parameters => quote!(None),
        }
    }

    fn group(&self, suffix: &str) -> Option<Ident> {
        self.name.as_ref().map(|name| group_name(name, suffix))
    }
}

/// The gradients that a statement for several computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    Parameters,
    Input,
    #[default]
    Both,
}

/// The name of the field of a group of parameters.
pub fn group_name(name: &Ident, suffix: &str) -> Ident {
    // `format_ident` leaves out the `r#` of an identifier that is written as an argument.
    if suffix.is_empty() { name.clone() } else { format_ident!("{}{}", name, suffix) }
}
