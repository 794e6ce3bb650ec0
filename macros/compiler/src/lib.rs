//! The compiler of castnet's networks, as a library: it reads a network, checks it and writes a struct with its forward and backward
//! code. Programs use it through the macros of the crate `castnet`.
//!
//! Its stages run in this order: `parse` the text, `lower` the tree to a graph with shapes and parameters, `check` rules over
//! the whole network, `plan` the memory, compare the plan with the `budget`, `emit` the code. Every stage takes the type of the
//! stage before it and returns its own. Errors carry the tokens at fault and are collected.
#![deny(clippy::indexing_slicing, clippy::unreachable)]

mod activations;
mod budget;
mod check;
mod derives;
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
mod print;
mod shape;
mod size;
mod suggest;
mod window;
mod words;

pub use embed::expand as embed;
pub use label::derive as label;
pub use print::{Program, format};

use errors::Errors;
use proc_macro2::TokenStream;

/// The code of all networks of an invocation of `network!`. Errors in one network do not affect the others.
pub fn network(tokens: TokenStream) -> TokenStream {
    let Compiled { runtime, networks, errors } = compile_all(tokens);
    let networks = networks.into_iter().map(|CompiledNetwork { header, text, planned }| match planned {
        Ok(planned) => emit::network(&runtime, &header, &text, &planned),
        Err(errors) => emit::shell(&header, errors),
    });
    networks.chain([errors.into_items()]).collect()
}

/// The networks of an invocation, and the errors outside of networks.
struct Compiled {
    runtime: TokenStream,
    networks: Vec<CompiledNetwork>,
    errors: Errors,
}

/// A network with its canonical text, and its plan or its errors.
struct CompiledNetwork {
    header: parse::Header,
    text: String,
    planned: Result<plan::Planned, Errors>,
}

fn compile_all(tokens: TokenStream) -> Compiled {
    let mut errors = Errors::default();
    let parse::Invocation { runtime, blocks, networks } = parse::parse(tokens, &mut errors);
    lower::check_blocks(&blocks, &mut errors);
    let networks = networks.into_iter().map(|network| {
        let text = print::text_of(&network, &blocks);
        let planned = compile(network.body, &blocks);
        let planned = planned.and_then(|planned| derives::check(&network.header, planned));
        CompiledNetwork { header: network.header, text, planned }
    });
    Compiled { runtime, networks: networks.collect(), errors }
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
