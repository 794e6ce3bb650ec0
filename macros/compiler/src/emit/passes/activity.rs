//! The penalties on activities, in methods that only networks with such penalties have, or with nested networks, which may have some.
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::forward::{self, places};
use super::places::{Names, Wanted};
use crate::graph::Node;
use crate::layers::{Operation, Places};
use crate::plan::{Output, Planned};

/// The methods for the penalties of a batch: after the forward pass of training, of the outputs, and together with a prediction.
pub fn penalties(planned: &Planned) -> TokenStream {
    let (of_training, of_outputs) = (of_training(planned), of_outputs(planned));
    let inside = (!of_training.is_empty()).then(|| {
        let evaluation = evaluation(planned);
        let sum = sum(&of_training);
        quote! {
            fn activity_penalty(&self, tape: &mut castnet::Tape<'_, Self>, output: &[Self::Output]) -> f64 {
                #sum
            }
            #evaluation
        }
    });
    let of_outputs = (!of_outputs.is_empty()).then(|| {
        quote! {
            fn output_penalty(output: &[Self::Output]) -> f64 {
                #(#of_outputs)+*
            }
        }
    });
    quote! {
        #inside
        #of_outputs
    }
}

/// The pass of a prediction that sums up the penalties of all activities before the heads.
fn evaluation(planned: &Planned) -> TokenStream {
    let scalar = planned.graph.scalar;
    let statements = forward::evaluation(planned);
    let sum = sum(&statements);
    quote! {
        #[inline(always)]
        fn forward_evaluation<__I: castnet::Isa<#scalar>>(
            &self,
            isa: __I,
            input: &[Self::Input],
            arena: &mut castnet::Arena<'_, Self>,
            output: &mut [Self::Output],
        ) -> f64 {
            #sum
        }
    }
}

/// A block whose value is the sum of the penalties that the statements add.
fn sum(statements: &[TokenStream]) -> TokenStream {
    quote! {
        let mut loss_contribution = 0.0;
        #(#statements)*
        loss_contribution
    }
}

/// A statement that adds a penalty. No label has the name of the sum, because of its end.
pub fn add(penalty: &TokenStream) -> TokenStream {
    quote!(loss_contribution += #penalty;)
}

/// Statements that add the penalties on the output of an operation. `values` is the output.
pub fn add_penalties<'a>(node: &'a Node, values: &'a TokenStream) -> impl Iterator<Item = TokenStream> + 'a {
    let penalty = move |regularizer: TokenStream| add(&quote!(#regularizer.activity_penalty(#values)));
    node.activity.values().into_iter().map(penalty)
}

/// Statements that add the penalties on the values of the tape.
fn of_training(planned: &Planned) -> Vec<TokenStream> {
    let mut names = Names::of_tape(planned);
    let mut statements = Vec::new();
    for node in planned.body() {
        if !node.activity.is_empty() {
            let values = names.one(Wanted::Value(node.to), &mut statements);
            statements.extend(add_penalties(node, &values));
        }
        let Operation::Map(map) = node.operation() else { continue };
        if map.activity(&Places::default()).is_some() {
            let wanted = [names.need(node), Some(Wanted::Value(node.to))];
            let [need, output] = names.some(wanted, &mut statements);
            let penalty = map.activity(&Places { need, output, ..places(planned, node) });
            statements.extend(penalty.map(|penalty| add(&penalty)));
        }
    }
    statements
}

/// The penalties on outputs behind their heads.
fn of_outputs(planned: &Planned) -> Vec<TokenStream> {
    let of_output = |output: &Output| {
        let head = planned.graph.writer(output.value).filter(|_| output.head.is_some());
        let port = planned.only_output().is_none().then(|| planned.graph.value_name(output.value)).flatten();
        let values = head.map(|head| head.activity.values()).unwrap_or_default();
        values.into_iter().map(move |regularizer| match port {
            None => quote!(#regularizer.activity_penalty(output)),
            Some(port) => quote!(output.iter().map(|sample| #regularizer.penalty(&sample.#port)).sum::<f64>()),
        })
    };
    planned.outputs.iter().flat_map(of_output).collect()
}

/// The statement that adds the gradient of the penalties on an output behind its head. `logits` is the input of the head, `memory` is the
/// [`need`](Planned::need) of the backward pass.
pub fn head_gradient(
    head: &Node,
    activation: &TokenStream,
    logits: &TokenStream,
    memory: &TokenStream,
    grad: &TokenStream,
) -> TokenStream {
    let (outputs, grads) = (format_ident!("outputs"), format_ident!("grads"));
    let gradients = head.activity.values().into_iter();
    let gradients = gradients.map(|regularizer| quote!(#regularizer.add_activity_gradient(#outputs, #grads);));
    quote! {
        castnet::add_gradient_of_outputs(
            isa, #activation, |#outputs, #grads| { #(#gradients)* }, #logits, #memory, #grad
        );
    }
}
