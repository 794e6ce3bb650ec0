//! The parameters in the head of a block.
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::quote;

use crate::errors::{Errors, Help};
use crate::tokens;

/// A parameter as it is written, with the comma before it, or behind the first.
struct Part {
    tokens: Vec<TokenTree>,
    with_comma: TokenStream,
}

/// The parameters of a block, whose chain has these tokens. `given` is the number of arguments in its calls, if there are any: it decides
/// whether a wrong parameter gets another name or is left out. A wrong parameter counts as one too.
pub fn parameters(
    block: &Ident,
    group: &Group,
    chain: &[TokenTree],
    given: Option<usize>,
    errors: &mut Errors,
) -> Vec<Ident> {
    let parts = parts(group);
    let written: usize = parts.iter().map(|part| names(&part.tokens).map_or(1, |names| names.len())).sum();
    let is_extra = given.is_some_and(|given| given < written);
    let leave_out = |part: &Part| Help::leave_out().of(&part.with_comma);
    let mut parameters: Vec<Ident> = Vec::new();
    for part in &parts {
        let other = fresh(parameters.len() + 1);
        match part.tokens.as_slice() {
            [TokenTree::Ident(parameter)] if parameters.contains(parameter) => {
                let help = if is_extra { leave_out(part) } else { Help::rename([parameter.clone()], &other) };
                errors.at(parameter, (format!("`{parameter}` is a parameter of `{block}` twice"), help));
                parameters.push(parameter.clone());
            }
            [TokenTree::Ident(parameter)] => {
                if parameter == "channels" {
                    let mut words = vec![parameter.clone()];
                    occurrences(chain.iter().cloned().collect(), parameter, &mut words);
                    let message = "`channels` cannot be a parameter: it is the number of channels of what comes in";
                    let help = if is_extra { leave_out(part) } else { Help::rename(words, &other) };
                    errors.at(parameter, (message, help));
                }
                parameters.push(parameter.clone());
            }
            tokens => {
                let written: TokenStream = tokens.iter().cloned().collect();
                let names = names(tokens).unwrap_or_default();
                let rule = ": parameters are names with commas between them";
                let help = match names.as_slice() {
                    [] if is_extra => leave_out(part),
                    [] => Help::write(&other).and(rule),
                    names => {
                        let names: Vec<String> = names.iter().map(Ident::to_string).collect();
                        Help::write(names.join(", ")).and(rule)
                    }
                };
                errors.at(&written, (format!("`{written}` is not a name"), help));
                match names.is_empty() {
                    true => parameters.push(Ident::new(&other, group.span())),
                    false => parameters.extend(names),
                }
            }
        }
    }
    parameters
}

/// The parameters with their commas. A comma behind the last is allowed.
fn parts(group: &Group) -> Vec<Part> {
    let is_comma = |token: &TokenTree| tokens::is_sign(token, ',');
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let commas: Vec<&TokenTree> = tokens.iter().filter(|token| is_comma(token)).collect();
    let mut parts: Vec<Part> = Vec::new();
    for (index, part) in tokens::commas(group.stream()).into_iter().enumerate() {
        let with_comma = match index.checked_sub(1) {
            Some(before) => {
                let comma = commas.get(before);
                quote!(#comma #(#part)*)
            }
            None => {
                let comma = commas.first();
                quote!(#(#part)* #comma)
            }
        };
        parts.push(Part { tokens: part, with_comma });
    }
    parts
}

/// The names that are meant by `n m`, by `n: usize` and by `n = 3`.
fn names(tokens: &[TokenTree]) -> Option<Vec<Ident>> {
    let name = |token: &TokenTree| match token {
        TokenTree::Ident(name) => Some(name.clone()),
        _ => None,
    };
    match tokens {
        [TokenTree::Ident(parameter), TokenTree::Punct(sign), ..] if matches!(sign.as_char(), ':' | '=') => {
            Some(vec![parameter.clone()])
        }
        tokens => tokens.iter().map(name).collect(),
    }
}

/// The name of a parameter in a help.
pub fn fresh(number: usize) -> String {
    format!("size_{number}")
}

/// Finds a word everywhere in tokens.
fn occurrences(tokens: TokenStream, word: &Ident, found: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == *word => found.push(ident),
            TokenTree::Group(group) => occurrences(group.stream(), word, found),
            _ => {}
        }
    }
}
