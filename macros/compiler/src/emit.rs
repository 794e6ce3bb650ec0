//! Writes the code of a planned network. Cannot fail, and names no layer.
mod assertions;
mod constants;
mod diagram;
mod fields;
mod init;
mod layout;
mod passes;
mod ports;
mod structs;
mod summary;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::errors::Errors;
use crate::parse::Header;
use crate::plan::Planned;

/// The limit, in bytes, of the activations of a network that predicts on the stack, and of the weights of a network that
/// implements `Clone`.
const STACK_BYTES: u64 = 16 << 10;

/// The struct of a network and the implementations of its traits. `text` is its canonical text.
pub fn network(runtime: &TokenStream, header: &Header, text: &str, planned: &Planned) -> TokenStream {
    let name = &header.name;
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
    let clone = structs::clone_boxed(header, planned);
    quote! {
        #structs
        #ports
        const _: () = {
            use #runtime::__private as castnet;
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
        };
    }
}

/// The errors of a network, and a type in its place whose use causes no further errors.
pub fn shell(header: &Header, errors: Errors) -> TokenStream {
    let Header { visibility, name, .. } = header;
    let shell = format_ident!("{name}WithErrors");
    let (first, others) = errors.into_expression_and_items();
    quote! {
        #visibility type #name = #shell<{ #first }>;
        #[doc(hidden)]
        #visibility struct #shell<const ERRORS: usize>;
        #others
    }
}
