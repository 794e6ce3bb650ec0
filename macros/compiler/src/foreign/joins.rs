//! Joins such as `Concatenate(axis=1)([a, b])`: their labels, and castnet's words for their arguments.
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::values::{Value, arguments};
use crate::layers;
use crate::tokens::commas;

/// A call of a join in another framework.
pub struct JoinCall<'a> {
    /// Castnet's keyword.
    pub join: &'a Ident,
    /// The name in the other framework, with the words before it: `torch.cat`.
    pub path: &'a TokenStream,
    /// The labels of sequences.
    pub sequences: &'a [Ident],
}

/// A call of a join, read.
pub struct ReadJoin {
    /// The labels, with commas between them.
    pub branches: TokenStream,
    /// Castnet's words behind the branches.
    pub words: TokenStream,
    /// The number of groups of the call.
    pub groups: usize,
}

impl JoinCall<'_> {
    /// Reads the groups behind the name: `(axis=1)([a, b])` of Keras, or `([a, b], dim=1)` and `((a, b), 1)` of PyTorch. Nothing if castnet
    /// has no words for an argument.
    pub fn read(&self, first: &Group, second: Option<&Group>) -> Option<ReadJoin> {
        let (branches, arguments, groups) = match second {
            Some(second) => (listed(second.stream().into_iter().next()?)?, arguments(first)?, 2),
            None => {
                let mut tokens = first.stream().into_iter();
                let branches = listed(tokens.next()?)?;
                let rest = Group::new(first.delimiter(), tokens.skip(1).collect());
                (branches, arguments(&rest)?, 1)
            }
        };
        let labels: Option<Vec<Ident>> = commas(branches.clone()).iter().map(|part| label(part)).collect();
        let labels = labels?;
        let are_sequences = labels.iter().all(|label| self.sequences.contains(label));
        let mut words = TokenStream::new();
        for (index, argument) in arguments.iter().enumerate() {
            let name = argument.name.as_deref().or((index == 0).then_some(""))?;
            words.extend(self.word(name, &argument.value, are_sequences)?.parse::<TokenStream>().ok()?);
        }
        Some(ReadJoin { branches, words, groups })
    }

    /// Castnet's words for an argument. Nothing if there are none.
    fn word(&self, name: &str, value: &Value, are_sequences: bool) -> Option<String> {
        let is_axis = matches!(name, "" | "axis" | "dim");
        let path = self.path.to_string();
        let is_torch = name == "dim" || path.starts_with("torch") || path == "cat";
        let words = match (self.join.to_string().as_str(), value.number()) {
            ("concat", Some("-1")) if is_axis => "",
            // Behind the batch, a sequence of PyTorch has its steps first, and an image its channels, which are last in castnet.
            ("concat", Some("1")) if is_axis && is_torch && !are_sequences => "",
            ("concat", Some("2")) if is_axis && is_torch && are_sequences => "",
            ("concat", Some("1")) if is_axis => "along 1",
            ("concat", Some(axis @ ("2" | "3"))) if is_axis && !is_torch => return Some(format!("along {axis}")),
            ("dot", Some("1" | "-1")) if matches!(name, "" | "axes") => "",
            ("dot", None) if name == "normalize" && value.word() == Some("True") => "normalized",
            ("dot", None) if name == "normalize" && value.word() == Some("False") => "",
            _ => return None,
        };
        Some(words.to_string())
    }
}

/// The tokens inside of brackets or parentheses.
fn listed(list: TokenTree) -> Option<TokenStream> {
    match list {
        TokenTree::Group(list) if list.delimiter() != Delimiter::Brace => Some(list.stream()),
        _ => None,
    }
}

/// The label that is a branch.
fn label(part: &[TokenTree]) -> Option<Ident> {
    match part {
        [TokenTree::Ident(label)] => Some(label.clone()),
        _ => None,
    }
}

/// The labels of inputs and recurrent layers whose values are sequences, also behind layers that keep the shape.
pub fn sequences(tokens: &[TokenTree]) -> Vec<Ident> {
    let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
    let mut found: Vec<Ident> = Vec::new();
    let mut comes_in = false;
    let mut stage = 0;
    for index in 0..=tokens.len() {
        let end = tokens.get(index);
        if end.is_some_and(|end| !is(end, ';') && !is(end, '<') && !is(end, '>')) {
            continue;
        }
        let words = tokens.get(stage..index).unwrap_or_default();
        let (label, words) = match words {
            [TokenTree::Ident(label), colon, words @ ..] if is(colon, ':') => (Some(label), words),
            words => (None, words),
        };
        comes_in = is_sequence(words, comes_in, &found);
        found.extend(label.filter(|_| comes_in).cloned());
        // The `>` of an arrow stands behind its `=`.
        comes_in &= end.is_some_and(|end| is(end, '>'));
        stage = index + 1;
    }
    found
}

/// Whether the value of a stage is a sequence; `comes_in` is true if one comes in, and `known` are labels of some.
fn is_sequence(words: &[TokenTree], comes_in: bool, known: &[Ident]) -> bool {
    let has = |word: &str| words.iter().any(|token| matches!(token, TokenTree::Ident(name) if name == word));
    match words {
        [TokenTree::Ident(keyword), shape, ..] if keyword == "input" => shape.to_string().split('x').count() == 2,
        [TokenTree::Ident(keyword), ..] => match layers::find(keyword) {
            Some(layer) if layer.takes() == layers::Takes::Sequence => has("sequences"),
            Some(layer) => layer.keeps_shape() && comes_in,
            None => known.contains(keyword),
        },
        _ => false,
    }
}
