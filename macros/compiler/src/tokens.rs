//! A word in tokens.
use proc_macro2::{Ident, TokenStream, TokenTree};

/// The first place of a word in tokens and in the groups inside of them.
pub fn find(tokens: TokenStream, word: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find(group.stream(), word),
        TokenTree::Ident(found) => (found == word).then_some(found),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}
