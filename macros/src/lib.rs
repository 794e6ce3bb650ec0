//! The macros of castnet. This crate only passes their tokens to the crate `castnet-compiler`. Programs use the macros through the crate
//! `castnet`, which re-exports them.
use proc_macro::TokenStream;

/// Declares networks; see the crate `castnet`.
#[proc_macro]
pub fn network(tokens: TokenStream) -> TokenStream {
    castnet_compiler::network(tokens.into()).into()
}

/// Declares statics with the weights of files; see the crate `castnet`.
#[proc_macro]
pub fn embed(tokens: TokenStream) -> TokenStream {
    castnet_compiler::embed(tokens.into()).into()
}

/// The words that the fingerprint of a network does not contain, as a slice; for the crate `castnet`.
#[doc(hidden)]
#[proc_macro]
pub fn unhashed_words(_: TokenStream) -> TokenStream {
    castnet_compiler::unhashed_words().into()
}

/// Derives `Label` for an enum whose variants are classes; see the crate `castnet`.
#[proc_macro_derive(Label, attributes(label))]
pub fn label(tokens: TokenStream) -> TokenStream {
    castnet_compiler::label(tokens.into()).into()
}
