//! The compiler behind castnet's `network!`: it reads a network, checks it and writes a struct with its forward and backward
//! code. Programs use it through the crate `castnet`, which re-exports it.
//!
//! One way, no way back: `parse` what was written, `lower` it to a graph, `infer` shapes and parameters, `check` rules
//! over the whole network, `plan` the memory, hold it against the `budget`, `emit` the code. Every stage takes the former
//! stage's type and returns its own; errors carry the tokens at fault and are collected.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unreachable)]

mod activations;
mod budget;
mod check;
mod embed;
mod emit;
mod errors;
mod expressions;
mod graph;
mod infer;
mod label;
mod layers;
mod lower;
mod number;
mod optimize;
mod options;
mod parse;
mod plan;
mod shape;
mod suggest;
mod window;
mod words;

use errors::Errors;
use proc_macro2::TokenStream;

/// Declares networks; see the crate `castnet`.
#[proc_macro]
pub fn network(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(tokens.into()).into()
}

/// Weights as statics; see the crate `castnet`.
#[proc_macro]
pub fn embed(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    embed::expand(tokens.into()).into()
}

/// The variants of an enum as classes; see the crate `castnet`.
#[proc_macro_derive(Label, attributes(label))]
pub fn label(tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    label::derive(tokens.into()).into()
}

/// Compiles all networks of an invocation. One that is wrong keeps no other from being emitted.
fn expand(tokens: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let invocation = parse::parse(tokens, &mut errors);
    lower::check_blocks(&invocation.blocks, &mut errors);
    let networks = invocation.networks.into_iter().map(|network| match compile(network.body, &invocation.blocks) {
        Ok(planned) => emit::network(&invocation.runtime, &network.header, &planned),
        Err(errors) => emit::shell(&network.header, errors),
    });
    networks.chain([errors.into_items()]).collect()
}

fn compile(written: parse::Body, blocks: &[parse::Block]) -> Result<plan::Planned, Errors> {
    let lowered = lower::lower(written, blocks)?;
    let inferred = infer::infer(lowered)?;
    let checked = check::check(inferred)?;
    let planned = plan::plan(checked);
    budget::check(&planned)?;
    Ok(planned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
