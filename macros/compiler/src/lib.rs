//! The compiler of castnet's networks, as a library: it reads a network, checks it and writes a struct with its forward and backward
//! code. Programs use it through the macros of the crate `castnet`.
//!
//! One way, no way back: `parse` what was written, `lower` it to a graph with shapes and parameters, `check` rules
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
mod label;
mod layers;
mod lower;
mod number;
mod optimize;
mod options;
mod parse;
mod plan;
mod shape;
mod size;
mod suggest;
mod window;
mod words;

pub use embed::expand as embed;
pub use label::derive as label;

use errors::Errors;
use proc_macro2::TokenStream;

/// The code of all networks of an invocation of `network!`. One that is wrong keeps no other from being emitted.
pub fn network(tokens: TokenStream) -> TokenStream {
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
    let checked = check::check(lowered)?;
    let planned = plan::plan(checked);
    budget::check(&planned)?;
    Ok(planned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
mod tests;
