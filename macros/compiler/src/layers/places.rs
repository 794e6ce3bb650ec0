//! The expressions in the statements of a layer's passes.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::optimize::Goal;

/// Expressions for the values that a pass reads and writes; those that the pass does not have are empty.
#[derive(Debug, Default)]
pub struct Places {
    /// The name of the layer; the suffix of a parameter group follows it in the name of a field.
    pub name: Option<Ident>,
    pub goal: Goal,
    pub input: TokenStream,
    /// The second value that a layer reads, such as the initial state of a recurrent layer.
    pub second: TokenStream,
    pub output: TokenStream,
    /// The need of the forward pass.
    pub need: TokenStream,
    /// The need of the backward pass.
    pub grad_need: TokenStream,
    pub grad_output: TokenStream,
    /// Empty if it is not wanted.
    pub grad_input: TokenStream,
    /// The gradient of the second value; empty if it is not wanted.
    pub grad_second: TokenStream,
    pub wants: Wants,
    /// The layer's constant.
    pub constant: TokenStream,
}

impl Places {
    /// The field of a parameter group: `self.batchnorm_1_moving`.
    pub fn field(&self, suffix: &str) -> TokenStream {
        let name = self.group(suffix);
        quote!(self.#name)
    }

    /// The gradient of a parameter group: `gradient.dense_1`.
    pub fn gradient(&self, suffix: &str) -> TokenStream {
        let name = self.group(suffix);
        quote!(gradient.#name)
    }

    /// The gradient of the only parameter group as `Option<&mut _>`, for a statement that computes several gradients.
    pub fn wanted_gradient(&self) -> TokenStream {
        let (name, gradient) = (&self.name, self.gradient(""));
        match self.wants {
            Wants::Both => quote!(gradient.as_deref_mut().map(|gradient| &mut gradient.#name)),
            Wants::Parameters => quote!(::core::option::Option::Some(&mut #gradient)),
            Wants::Input => quote!(::core::option::Option::None),
        }
    }

    /// The gradient of the input as an `Option`, for a statement that computes several gradients.
    pub fn wanted_grad_input(&self) -> TokenStream {
        let grad_input = &self.grad_input;
        match self.wants {
            Wants::Both | Wants::Input => quote!(::core::option::Option::Some(#grad_input)),
            Wants::Parameters => quote!(::core::option::Option::None),
        }
    }

    fn group(&self, suffix: &str) -> Option<Ident> {
        self.name.as_ref().map(|name| group_name(name, suffix))
    }
}

/// The gradients that one statement computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    Parameters,
    Input,
    #[default]
    Both,
}

/// The name of the field of a parameter group.
pub fn group_name(name: &Ident, suffix: &str) -> Ident {
    // `format_ident` leaves out the `r#` of an identifier that is written as an argument.
    if suffix.is_empty() { name.clone() } else { format_ident!("{}{}", name, suffix) }
}
