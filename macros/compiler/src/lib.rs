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
mod foreign;
mod graph;
mod label;
mod layers;
mod lower;
mod names;
mod number;
mod optimize;
mod options;
mod parse;
mod plan;
mod print;
mod regularizers;
mod reserved;
mod shape;
mod size;
mod suggest;
mod tokens;
mod unhashed;
mod unused;
mod window;
mod words;

pub use embed::expand as embed;
pub use errors::{Change, Error, Help, Position};
pub use label::derive as label;
pub use print::{Program, format};
#[doc(hidden)]
pub use unhashed::expression as unhashed_words;

use errors::Errors;
use proc_macro2::TokenStream;

/// The code of all networks of an invocation of `network!`. Errors in one network do not affect the others.
pub fn network(tokens: TokenStream) -> TokenStream {
    let compiled = compile_all(tokens);
    // Behind an error it is not known what is used.
    let unused = compiled.errors().next().is_none().then(|| compiled.unused.clone());
    let Compiled { runtime, networks, errors, .. } = compiled;
    let networks = networks.into_iter().map(|CompiledNetwork { header, text, planned }| match planned {
        Ok(planned) => emit::network(&runtime, &header, &text, &planned),
        // A network without errors of its own uses a block with an error. rustc shows an error that is written twice once.
        Err(own) => emit::shell(&header, if own.is_empty() { errors.clone() } else { own }),
    });
    networks.chain([errors.clone().into_items()]).chain(unused).collect()
}

/// The errors of an invocation of `network!`, with the edits that their helps propose: for editors and other tools.
pub fn diagnose(tokens: TokenStream) -> Vec<Error> {
    compile_all(tokens).errors().cloned().collect()
}

/// The networks of an invocation, and the errors outside of networks.
struct Compiled {
    runtime: TokenStream,
    networks: Vec<CompiledNetwork>,
    errors: Errors,
    /// The code that lets rustc warn at unused blocks and parameters.
    unused: TokenStream,
}

/// A network with its canonical text, and its plan or its errors.
struct CompiledNetwork {
    header: parse::Header,
    text: String,
    planned: Result<plan::Planned, Errors>,
}

impl Compiled {
    /// All errors: those of the networks, then the others.
    fn errors(&self) -> impl Iterator<Item = &Error> {
        let of_networks = self.networks.iter().filter_map(|network| network.planned.as_ref().err());
        of_networks.chain([&self.errors]).flat_map(Errors::iter)
    }
}

fn compile_all(tokens: TokenStream) -> Compiled {
    let mut errors = Errors::default();
    let invocation = parse::parse(tokens, &mut errors);
    let unused = unused::functions(&invocation);
    let parse::Invocation { runtime, blocks, mut networks } = invocation;
    names::remove_twins(&mut networks, &mut errors);
    names::check_layers(&mut networks, &blocks);
    lower::check_blocks(&blocks, &networks, &mut errors);
    let networks = networks.into_iter().map(|network| {
        let text = print::text_of(&network, &blocks);
        let planned = compile(network.body, &blocks);
        let planned = planned.and_then(|planned| derives::check(&network.header, planned));
        CompiledNetwork { header: network.header, text, planned }
    });
    let networks = without_clashes(networks.collect(), &mut errors);
    Compiled { runtime, networks, errors, unused }
}

/// The networks but those that have the name of a struct of another, which are errors.
fn without_clashes(networks: Vec<CompiledNetwork>, errors: &mut Errors) -> Vec<CompiledNetwork> {
    let structs: Vec<_> = networks
        .iter()
        .filter_map(|network| {
            Some((&network.header, emit::structs_beside(&network.header, network.planned.as_ref().ok()?)))
        })
        .collect();
    let clashes: Vec<Option<errors::Message>> =
        networks.iter().map(|network| names::clash(&network.header, structs.iter().cloned())).collect();
    let mut kept = Vec::new();
    for (network, clash) in networks.into_iter().zip(clashes) {
        match clash {
            Some(message) => errors.at(&network.header.name, message),
            None => kept.push(network),
        }
    }
    kept
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
