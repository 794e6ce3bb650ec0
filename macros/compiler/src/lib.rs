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
    let Compiled { runtime, networks, errors } = compile_all(tokens);
    let networks = networks.into_iter().map(|(header, network)| match network {
        Ok(planned) => emit::network(&runtime, &header, &planned),
        Err(errors) => emit::shell(&header, errors),
    });
    networks.chain([errors.into_items()]).collect()
}

/// The networks of an invocation, each with its plan or its errors; and the errors outside of them.
struct Compiled {
    runtime: TokenStream,
    networks: Vec<(parse::Header, Result<plan::Planned, Errors>)>,
    errors: Errors,
}

fn compile_all(tokens: TokenStream) -> Compiled {
    let mut errors = Errors::default();
    let parse::Invocation { runtime, blocks, networks } = parse::parse(tokens, &mut errors);
    lower::check_blocks(&blocks, &mut errors);
    let networks = networks.into_iter().map(|network| (network.header, compile(network.body, &blocks))).collect();
    Compiled { runtime, networks, errors }
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
