//! Writes the code of a planned network. Cannot fail, and names no layer.
mod assertions;
mod constants;
mod diagram;
mod fields;
mod init;
mod layout;
mod locals;
mod passes;
mod ports;
mod structs;
mod summary;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::errors::Errors;
use crate::parse::Header;
use crate::plan::Planned;

/// The limit, in bytes, of the activations of a network that predicts on the stack, and of the weights of a network that
/// implements `Clone`.
const STACK_BYTES: u64 = 16 << 10;

/// The struct of a network and the implementations of its traits. `text` is its canonical text.
pub fn network(runtime: &TokenStream, header: &Header, text: &str, planned: &Planned) -> TokenStream {
    let (name, conditions) = (&header.name, header.conditions());
    let structs = structs::structs(header, planned);
    let ports = ports::structs(header, planned);
    let windows = passes::constants(planned);
    let layout = layout::layout(header, planned);
    let (predict_types, network_types) =
        (constants::predict_types(header, planned), constants::network_types(header, planned));
    let (predict_constants, network_constants) = (constants::predict(text, planned), constants::network(planned));
    let init = init::init(planned);
    let assertions = assertions::assertions(planned);
    let (forward, training) = (passes::forward(planned), passes::training(planned));
    let activation = planned.body().any(|node| node.layer.as_activation().is_some());
    let activation = activation.then(|| {
        quote!(
            use castnet::Activation as _;
        )
    });
    let stack = planned.ram_bytes().is_some_and(|bytes| bytes <= STACK_BYTES).then(|| {
        quote! {
            #[automatically_derived]
            impl castnet::PredictsOnStack for #name {}
        }
    });
    let (clone, written_out) = (structs::clone_boxed(header, planned), structs::written_out(header, planned));
    quote! {
        #structs
        #ports
        #conditions
        const _: () = {
            use #runtime::__private as castnet;
            // The user may have types of these names.
            #[allow(unused_imports)]
            use castnet::{bool, f32, f64, str, u64, usize};
            #activation
            #windows
            #assertions
            #layout
            #[automatically_derived]
            impl castnet::Predict for #name {
                #predict_types
                #predict_constants
                #forward
            }
            #[automatically_derived]
            impl castnet::Network for #name {
                #network_types
                #network_constants
                #init
                #training
            }
            #stack
            #clone
            #written_out
        };
    }
}

/// The structs that a network has beside its own, each with a word for its purpose.
pub fn structs_beside(header: &Header, planned: &Planned) -> Vec<(Ident, &'static str)> {
    let gradient = fields::has_prefix(planned).then(|| (structs::gradient_name(header), "gradient"));
    let inputs = (planned.graph.inputs.len() > 1).then(|| (ports::input_name(header), "inputs"));
    let outputs = (planned.outputs.len() > 1).then(|| (ports::output_name(header), "outputs"));
    [gradient, inputs, outputs].into_iter().flatten().collect()
}

/// The errors of a network, and a type in its place whose use causes no further errors.
pub fn shell(header: &Header, errors: Errors) -> TokenStream {
    let (Header { visibility, name, .. }, conditions) = (header, header.conditions());
    let shell = format_ident!("{name}WithErrors");
    let (first, others) = errors.into_expression_and_items();
    let others = (!others.is_empty()).then(|| quote!(#conditions const _: () = { #others };));
    quote! {
        #conditions
        #visibility type #name = #shell<{ #first }>;
        #conditions
        #[doc(hidden)]
        #visibility struct #shell<const ERRORS: ::core::primitive::usize>;
        #others
    }
}
