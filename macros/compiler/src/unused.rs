//! Warnings for blocks that no network uses, and for parameters that their block does not read.
//!
//! A macro has no warnings of its own on stable Rust. So a function with the name of the block is written, which nothing calls: the compiler
//! warns at the name in the block, and `#[allow(dead_code)]` or `#[allow(unused_variables)]` in front of the block works as usual.
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use crate::parse::{Block, Invocation};
use crate::{print, tokens};

/// The functions to warn at.
pub fn functions(invocation: &Invocation) -> TokenStream {
    let Invocation { blocks, networks, .. } = invocation;
    let used: Vec<usize> = networks.iter().flat_map(|network| print::used(network, blocks)).collect();
    let function = |(index, block): (usize, &Block)| {
        let (name, allowed) = (&block.name, block.attributes.iter());
        if !used.contains(&index) {
            // Lints are silent at tokens of a macro, so all of the function has the place of the name.
            let function = quote_spanned!(name.span()=> #[allow(non_snake_case)] #(#allowed)* fn #name() {});
            return Some(quote!(const _: () = { #function };));
        }
        let unread: Vec<&Ident> = block
            .parameters
            .iter()
            .filter(|parameter| tokens::find(block.chain.tokens.clone(), &parameter.to_string()).is_none())
            .collect();
        (!unread.is_empty()).then(|| {
            quote! {
                const _: () = {
                    #[allow(dead_code, non_snake_case)]
                    #(#allowed)*
                    fn #name(#(#unread: ()),*) {}
                };
            }
        })
    };
    blocks.iter().enumerate().filter_map(function).collect()
}
