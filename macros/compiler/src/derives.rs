//! The derives that a user writes before a network.
use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;

use crate::errors::{Errors, Help};
use crate::parse::Header;
use crate::plan::Planned;
use crate::tokens;

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
    attributes.map(ToTokens::to_token_stream).find_map(|attribute| tokens::find(attribute, name))
}

/// The trait that the user derives next to another, behind a comma.
fn next_derive(header: &Header, name: &str) -> Option<TokenTree> {
    let attributes = header.attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    attributes.filter_map(|attribute| attribute.meta.require_list().ok()).find_map(|list| {
        let mut tokens = list
            .tokens
            .clone()
            .into_iter()
            .skip_while(|token| !matches!(token, TokenTree::Ident(word) if word == name));
        tokens.nth(2)
    })
}

/// Refuses a derived `Clone` of a network that is too large for the stack.
pub fn check(header: &Header, planned: Planned) -> Result<Planned, Errors> {
    let mut errors = Errors::default();
    let bytes = planned.params().known.saturating_mul(planned.graph.scalar.bytes());
    if let (true, Some(clone)) = (bytes > CLONED_BYTES, derive(header, "Clone")) {
        let (name, mib) = (&header.name, bytes as f64 / f64::from(1 << 20));
        let help = match next_derive(header, "Clone") {
            Some(next) => Help::leave_out_until(&clone, &next, ""),
            None => Help::leave_out(),
        };
        let help = help.saying(format!("leave `Clone` out; `Box<{name}>` is `Clone` without it"));
        let message =
            format!("`{name}` has {mib:.1} MiB of weights, which a derived `Clone` would pass over the stack");
        errors.at(clone, (message, help));
    }
    errors.or(planned)
}
