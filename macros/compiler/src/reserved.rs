//! The words that cannot be labels.
use proc_macro2::Ident;
use quote::ToTokens;

use crate::layers::{self, Life, join};

/// The word for what comes in.
pub const IDENTITY: &str = "identity";

/// The words of the language that are not layers.
const LANGUAGE: &[&str] = &["input", IDENTITY, "repeat", "block", "use"];

/// Names of local variables in the generated code.
const RESERVED: &[&str] = &[
    "adjoints",
    "arena",
    "castnet",
    "grad_input",
    "grad_output",
    "gradient",
    "input",
    "isa",
    "output",
    "rng",
    "samples",
    "tape",
];

/// Ends of the names of local variables and fields, beside those of needs and of the parts of layers. Names that begin with `grad_` are reserved too.
const RESERVED_ENDS: &[&str] = &["_linear", "_contribution", "_moving"];

/// Whether a word begins a stage of a chain, except for labels and blocks.
pub fn begins_layer(word: &Ident) -> bool {
    layers::is_keyword(word) || join::is_keyword(word) || is_language(word)
}

/// Whether a word is one of the language that is not a layer.
pub fn is_language(word: &Ident) -> bool {
    LANGUAGE.iter().any(|known| word == known)
}

/// The reason why a word cannot be a label, as the end of a sentence.
pub fn reason(label: &Ident) -> Option<&'static str> {
    let text = label.to_string();
    let is_reserved = RESERVED.contains(&text.as_str())
        || text.starts_with("grad_")
        || text.starts_with('_')
        || RESERVED_ENDS.iter().chain(layers::PARTS).any(|end| text.ends_with(end))
        || Life::ALL.iter().any(|life| text.ends_with(life.suffix()));
    if syn::parse2::<Ident>(label.to_token_stream()).is_err() {
        Some("is a keyword of Rust")
    } else if is_reserved {
        Some("is reserved for the generated code")
    } else if layers::is_keyword(label) || join::is_keyword(label) {
        Some("is the name of a kind of layer")
    } else {
        is_language(label).then_some("is a word of the language")
    }
}
