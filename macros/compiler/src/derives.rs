//! The derives that a user writes before a network.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::errors::Errors;
use crate::parse::Header;
use crate::plan::Planned;

/// The limit, in bytes, of a network whose user derives `Clone`. In debug builds a clone takes its size on the stack several times, and
/// the stack of a thread is 2 MiB.
const CLONED_BYTES: u64 = 512 << 10;

/// The user's derive of a trait.
pub fn derive(header: &Header, name: &str) -> Option<Ident> {
    word(header, "derive", name)
}

/// Whether the user derives a trait, or may: under a condition.
pub fn may_derive(header: &Header, name: &str) -> bool {
    ["derive", "cfg_attr"].iter().any(|attribute| word(header, attribute, name).is_some())
}

/// A word in the attributes of a name.
fn word(header: &Header, attribute: &str, name: &str) -> Option<Ident> {
    let attributes = header.attributes.iter().filter(|found| found.path().is_ident(attribute));
    attributes.map(ToTokens::to_token_stream).find_map(|tokens| find(tokens, name))
}

/// A word in tokens and in the groups inside of them.
fn find(tokens: TokenStream, name: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find(group.stream(), name),
        TokenTree::Ident(word) if word == name => Some(word),
        _ => None,
    })
}

/// Refuses a derived `Clone` of a network that is too large for the stack.
pub fn check(header: &Header, planned: Planned) -> Result<Planned, Errors> {
    let mut errors = Errors::default();
    let bytes = planned.params().known.saturating_mul(planned.graph.scalar.bytes());
    if let (true, Some(clone)) = (bytes > CLONED_BYTES, derive(header, "Clone")) {
        let (name, mib) = (&header.name, bytes as f64 / f64::from(1 << 20));
        errors.at(clone, format!("`{name}` has {mib:.1} MiB of weights, which a derived `Clone` would pass over the stack\nhelp: leave `Clone` out; `Box<{name}>` is `Clone` without it"));
    }
    errors.or(planned)
}
