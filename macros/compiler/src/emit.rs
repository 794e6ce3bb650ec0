//! The code. Cannot fail, and names no layer.
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

/// Networks with at most so many bytes of activations predict on the stack, and with at most so many bytes of weights can
/// be cloned over it.
const STACK_BYTES: u64 = 16 << 10;

/// A network: its struct, and what makes it one.
pub fn network(runtime: &TokenStream, header: &Header, planned: &Planned) -> TokenStream {
    let name = &header.name;
    let structs = structs::structs(header, planned);
    let ports = ports::structs(header, planned);
    let windows = passes::constants(planned);
    let layout = layout::layout(header, planned);
    let (predict_types, network_types) =
        (constants::predict_types(header, planned), constants::network_types(header, planned));
    let (predict_constants, network_constants) = (constants::predict(planned), constants::network(planned));
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
        };
    }
}

/// In the place of a network that is wrong: a type whose use causes no further error, and the errors.
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
