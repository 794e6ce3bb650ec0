//! Names of local variables that no item of the user's program has.
//!
//! A pattern that names a static or a constant means this item and binds nothing: a `static input` of the user would break every method with a
//! parameter `input`. No hygiene of macros helps, as patterns see items wherever they were written. So layers and passes use plain names, and
//! here, in the finished methods, locals get two underscores in front.
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::format_ident;

/// The parameters of methods and closures. All other locals are bound by `let`.
const PARAMETERS: &[&str] = &[
    "adjoints",
    "arena",
    "grad_input",
    "grad_output",
    "grads",
    "gradient",
    "input",
    "isa",
    "output",
    "outputs",
    "report",
    "rng",
    "sample",
    "samples",
    "tape",
];

/// Renames the locals of methods.
pub fn hide(methods: TokenStream) -> TokenStream {
    let mut bound = Vec::new();
    add_bound(methods.clone(), &mut bound);
    bound.sort();
    bound.dedup();
    rename(methods, &bound, Delimiter::None)
}

/// Adds the names that `let` binds.
fn add_bound(tokens: TokenStream, bound: &mut Vec<Ident>) {
    let mut after_let = false;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                let is_let = name == "let";
                if after_let && name == "mut" {
                    continue;
                }
                if std::mem::replace(&mut after_let, is_let) {
                    bound.push(name);
                }
            }
            TokenTree::Group(group) if after_let => {
                bound.extend(group.stream().into_iter().filter_map(|token| match token {
                    TokenTree::Ident(name) => Some(name),
                    _ => None,
                }));
                after_let = false;
            }
            TokenTree::Group(group) => add_bound(group.stream(), bound),
            TokenTree::Punct(_) | TokenTree::Literal(_) => after_let = false,
        }
    }
}

/// Renames the locals among tokens that stand in these delimiters.
fn rename(tokens: TokenStream, bound: &[Ident], within: Delimiter) -> TokenStream {
    let is_local = |name: &Ident| bound.binary_search(name).is_ok() || PARAMETERS.iter().any(|local| name == local);
    let mut renamed = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        renamed.push(match token {
            TokenTree::Group(group) => {
                let inside = rename(group.stream(), bound, group.delimiter());
                let mut copy = Group::new(group.delimiter(), inside);
                copy.set_span(group.span());
                copy.into()
            }
            TokenTree::Ident(name) if is_local(&name) && is_place(renamed.last(), tokens.peek(), within) => {
                // `format_ident` leaves out the `r#` of an identifier that is written as an argument.
                format_ident!("__{}", name, span = name.span()).into()
            }
            token => token,
        });
    }
    renamed.into_iter().collect()
}

/// Whether a name between two tokens is that of a local: not of a field, of a method, of a type, or of a part of a path.
fn is_place(before: Option<&TokenTree>, after: Option<&TokenTree>, within: Delimiter) -> bool {
    let colon = matches!(after, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    match before {
        Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '.' | ':' | '<') => false,
        Some(TokenTree::Ident(word)) if word == "let" => true,
        Some(TokenTree::Ident(word)) if word == "fn" || word == "as" => false,
        // `Dropout { rate: 0.5 }`
        _ => !(colon && within == Delimiter::Brace),
    }
}
