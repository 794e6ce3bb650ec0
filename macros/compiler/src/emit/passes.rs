//! Prediction, forward and backward pass: one statement per operation.
mod activity;
mod backward;
mod forward;
mod places;

pub use forward::places;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::graph::Node;
use crate::layers::{Constant, Operation};
use crate::plan::Planned;

/// The pass of a prediction, and the activation at the end.
pub fn forward(planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let statements = forward::prediction(planned);
    let [isa, arena] = ["isa", "arena"].map(|name| parameter(name, &statements));
    quote! {
        #[inline(always)]
        fn forward<I: castnet::Isa<#scalar>>(
            &self,
            #isa: I,
            input: &[Self::In],
            #arena: &mut castnet::Arena<'_, Self>,
            output: &mut [Self::Out],
        ) {
            #(#statements)*
        }
        #[inline(always)]
        fn apply_head<I: castnet::Isa<#scalar>>(isa: I, output: &mut [Self::Out]) {
            castnet::Activation::apply(<Self as castnet::Network>::HEAD, isa, output);
        }
    }
}

/// The passes of a training.
pub fn training(planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let forward = forward::training(planned);
    let [isa_forward, rng, tape_forward] = ["isa", "rng", "tape"].map(|name| parameter(name, &forward));
    let backward = backward::backward(planned);
    let [isa, input, tape, output, adjoints, grad_output, gradient, grad_input] =
        ["isa", "input", "tape", "output", "adjoints", "grad_output", "gradient", "grad_input"]
            .map(|name| parameter(name, &backward));
    let gradient = if gradient == "gradient" { quote!(mut gradient) } else { quote!(#gradient) };
    let (penalties, update_state) = (activity::penalties(planned), forward::update_state(planned));
    quote! {
        #[inline(always)]
        fn forward_training<I: castnet::Isa<#scalar>>(
            &self,
            #isa_forward: I,
            #rng: &mut castnet::TrainingRng,
            input: &[Self::Input],
            #tape_forward: &mut castnet::Tape<'_, Self>,
            output: &mut [Self::Output],
        ) {
            #(#forward)*
        }
        #[inline(always)]
        fn backward<I: castnet::Isa<#scalar>>(
            &self,
            #isa: I,
            #input: &[Self::Input],
            #tape: &mut castnet::Tape<'_, Self>,
            #output: &[Self::Output],
            #adjoints: &mut castnet::Adjoints<'_, Self>,
            #grad_output: &mut [Self::Output],
            #gradient: ::core::option::Option<&mut Self::Gradient>,
            #grad_input: ::core::option::Option<&mut [Self::Input]>,
        ) {
            #(#backward)*
        }
        #penalties
        #update_state
    }
}

/// A parameter's name, with an underscore where no statement uses it.
pub fn parameter(name: &str, statements: &[TokenStream]) -> Ident {
    let used = statements.iter().any(|statement| mentions(statement.clone(), name));
    if used { format_ident!("{name}") } else { format_ident!("_{name}") }
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The constants of layers, each shared by the passes of its layer.
pub fn constants(planned: &Planned) -> TokenStream {
    let constant = |node: &Node| {
        let Constant { rust_type, value } = constant(planned, node)?;
        let name = constant_name(planned, node);
        Some(quote!(const #name: #rust_type = #value;))
    };
    planned.graph.nodes.iter().filter_map(constant).collect()
}

fn constant(planned: &Planned, node: &Node) -> Option<Constant> {
    match node.operation() {
        Operation::Map(map) => map.constant(&planned.graph.context()),
        Operation::InPlace(_) | Operation::Alias | Operation::Join(_) => None,
    }
}

/// `CONV_1`.
fn constant_name(planned: &Planned, node: &Node) -> Option<Ident> {
    let name = planned.graph.row_name(node.row)?.to_string().to_uppercase();
    Some(format_ident!("{}", name.trim_start_matches("R#")))
}
