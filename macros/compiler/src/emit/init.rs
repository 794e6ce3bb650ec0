//! The methods that initialize parameters; those for penalties, constraints and statistics, if the network has any.
use proc_macro2::TokenStream;
use quote::quote;

use super::locals::hide;
use super::passes;
use crate::graph::Node;
use crate::layers::{Adapt, Map, Operation, Rules, Samples};
use crate::plan::Planned;

/// The methods, with their statements in the order of the layers.
pub fn init(planned: &Planned) -> TokenStream {
    let maps: Vec<(&Node, &dyn Map)> = maps(planned).collect();
    let statements: Vec<TokenStream> =
        maps.iter().filter_map(|(node, map)| map.init(&passes::places(planned, node))).collect();
    let rules: Vec<Rules> = maps.iter().map(|(node, map)| map.rules(&passes::places(planned, node))).collect();
    let (penalties, constrain) = (penalties(&rules), constrain(&rules));
    let adapt = adapt(planned, &maps);
    hide(quote! {
        fn init_in<__R: castnet::Rng + ?::core::marker::Sized>(&mut self, rng: &mut __R) {
            #(#statements)*
        }
        #penalties
        #constrain
        #adapt
    })
}

/// The operations that are maps, in order.
fn maps(planned: &Planned) -> impl Iterator<Item = (&Node, &dyn Map)> {
    planned.graph.nodes.iter().filter_map(|node| match node.operation() {
        Operation::Map(map) => Some((node, map.as_ref())),
        Operation::InPlace(_) | Operation::Alias | Operation::Join(_) => None,
    })
}

fn penalties(rules: &[Rules]) -> TokenStream {
    let penalties: Vec<&TokenStream> = rules.iter().flat_map(|rules| &rules.penalties).collect();
    let gradients = rules.iter().flat_map(|rules| &rules.gradients);
    if penalties.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn penalty(&self) -> f64 {
            #(#penalties)+*
        }
        fn add_penalty_gradient(&self, gradient: &mut Self::Gradient) {
            #(#gradients)*
        }
    }
}

fn constrain(rules: &[Rules]) -> TokenStream {
    let statements: Vec<&TokenStream> = rules.iter().flat_map(|rules| &rules.constraints).collect();
    if statements.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn constrain(&mut self) {
            #(#statements)*
        }
    }
}

fn adapt(planned: &Planned, maps: &[(&Node, &dyn Map)]) -> TokenStream {
    let (mut statements, mut conditions) = (Vec::new(), Vec::new());
    for (node, map) in maps {
        let Some(samples) = raw_samples(planned, node) else { continue };
        let Some(Adapt { learn, is_adapted }) = map.adapt(&passes::places(planned, node), &samples) else { continue };
        statements.push(learn);
        conditions.push(is_adapted);
    }
    if statements.is_empty() {
        return TokenStream::new();
    }
    quote! {
        fn adapt_to(&mut self, samples: &[Self::Input], report: &mut castnet::nested::Report<'_>) {
            #(#statements)*
        }
        fn is_adapted(&self) -> bool {
            #(#conditions)&&*
        }
    }
}

/// The inputs of a layer for the samples of a data set; `None` if the layer does not read an input of the network.
fn raw_samples(planned: &Planned, node: &Node) -> Option<Samples> {
    let graph = &planned.graph;
    let input = graph.input_of(node.input())?;
    let rust_type = graph.shape(node.input()).rust_type(graph.scalar);
    let is_reshaped = input != node.input();
    Some(match (planned.only_input(), is_reshaped) {
        (Some(_), false) => Samples::Slice(quote!(samples)),
        (Some(_), true) => Samples::Slice(quote!(castnet::reshape::<Self::Input, #rust_type>(samples))),
        (None, is_reshaped) => {
            let port = graph.value_name(input);
            let port = quote!(&sample.#port);
            let port = if is_reshaped { quote!(castnet::reshape_one::<_, #rust_type>(#port)) } else { port };
            Samples::Iterator(quote!(::core::iter::Iterator::map(samples.iter(), |sample| #port)))
        }
    })
}
