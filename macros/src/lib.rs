//! The macros of castnet: a shell that hands their tokens to the crate `castnet-compiler`. Programs use them through the crate
//! `castnet`, which re-exports them.
use proc_macro::TokenStream;

/// Declares networks; see the crate `castnet`.
#[proc_macro]
pub fn network(tokens: TokenStream) -> TokenStream {
    castnet_compiler::network(tokens.into()).into()
}

/// Weights as statics; see the crate `castnet`.
#[proc_macro]
pub fn embed(tokens: TokenStream) -> TokenStream {
    castnet_compiler::embed(tokens.into()).into()
}

/// The variants of an enum as classes; see the crate `castnet`.
#[proc_macro_derive(Label, attributes(label))]
pub fn label(tokens: TokenStream) -> TokenStream {
    castnet_compiler::label(tokens.into()).into()
}
