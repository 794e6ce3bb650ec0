//! Prediction, forward and backward pass: one statement per operation.
mod activity;
mod backward;
mod forward;
mod places;

pub use forward::places;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::locals::hide;
use crate::graph::Node;
use crate::layers::{Constant, Operation};
use crate::plan::Planned;

/// The pass of a prediction, and the activation at the end.
pub fn forward(planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let statements = forward::prediction(planned);
    hide(quote! {
        #[inline(always)]
        fn forward<__I: castnet::Isa<#scalar>>(
            &self,
            isa: __I,
            input: &[Self::In],
            arena: &mut castnet::Arena<'_, Self>,
            output: &mut [Self::Out],
        ) {
            #(#statements)*
        }
        #[inline(always)]
        fn apply_head<__I: castnet::Isa<#scalar>>(isa: __I, output: &mut [Self::Out]) {
            castnet::Activation::apply(<Self as castnet::Network>::HEAD, isa, output);
        }
    })
}

/// The passes of a training.
pub fn training(planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let forward = forward::training(planned);
    let backward = backward::backward(planned);
    let (penalties, update_state) = (activity::penalties(planned), forward::update_state(planned));
    hide(quote! {
        #[inline(always)]
        fn forward_training<__I: castnet::Isa<#scalar>>(
            &self,
            isa: __I,
            rng: &mut castnet::TrainingRng,
            input: &[Self::Input],
            tape: &mut castnet::Tape<'_, Self>,
            output: &mut [Self::Output],
        ) {
            #(#forward)*
        }
        #[inline(always)]
        fn backward<__I: castnet::Isa<#scalar>>(
            &self,
            isa: __I,
            input: &[Self::Input],
            tape: &mut castnet::Tape<'_, Self>,
            output: &[Self::Output],
            adjoints: &mut castnet::Adjoints<'_, Self>,
            grad_output: &mut [Self::Output],
            mut gradient: ::core::option::Option<&mut Self::Gradient>,
            grad_input: ::core::option::Option<&mut [Self::Input]>,
        ) {
            #(#backward)*
        }
        #penalties
        #update_state
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
    let name = planned.graph.node_name(node)?.to_string().to_uppercase();
    Some(format_ident!("{}", name.trim_start_matches("R#")))
}
