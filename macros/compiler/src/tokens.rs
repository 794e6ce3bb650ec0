//! Tokens that are no words yet: the lists between commas, the groups of `macro_rules`, and the words of a stage.
use proc_macro2::{Delimiter, Group, Ident, Punct, TokenStream, TokenTree};

use crate::number::Number;
use crate::words::Word;

/// The words of a stage, or of an argument.
pub fn words_of(tokens: Vec<TokenTree>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut minus: Option<Punct> = None;
    for token in tokens {
        match token {
            TokenTree::Literal(literal) if literal.to_string().starts_with(|c: char| c.is_ascii_digit()) => {
                words.push(Word::Number(Number::new(minus.take(), literal)));
                continue;
            }
            TokenTree::Ident(name) => {
                words.extend(minus.take().map(|minus| Word::Other(minus.into())));
                words.push(Word::Name(name));
            }
            TokenTree::Punct(punct) if punct.as_char() == '-' => {
                words.extend(minus.replace(punct).map(|minus| Word::Other(minus.into())));
            }
            other => {
                words.extend(minus.take().map(|minus| Word::Other(minus.into())));
                words.push(Word::Other(other));
            }
        }
    }
    words.extend(minus.map(|minus| Word::Other(minus.into())));
    words
}

/// The lists of tokens between commas. A comma at the end is allowed.
pub fn commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => parts.push(Vec::new()),
            (_, Some(part)) => push_bare(token, part),
            (_, None) => {}
        }
    }
    if parts.last().is_some_and(Vec::is_empty) {
        parts.pop();
    }
    parts
}

/// Adds a token. `macro_rules` replaces `$size:literal` by a group without delimiters: then the tokens in the group are added.
pub fn push_bare(token: TokenTree, tokens: &mut Vec<TokenTree>) {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            if is_computed(&group) {
                let mut whole = Group::new(Delimiter::Parenthesis, group.stream());
                whole.set_span(group.span());
                return tokens.push(whole.into());
            }
            group.stream().into_iter().for_each(|token| push_bare(token, tokens));
        }
        token => tokens.push(token),
    }
}

/// Whether a group, by which `macro_rules` replaces `$size:expr`, is an expression with operators: then it stays a group.
fn is_computed(group: &Group) -> bool {
    let is_operator = |token: TokenTree| matches!(token, TokenTree::Punct(punct) if "+-*/%".contains(punct.as_char()));
    group.stream().into_iter().skip(1).any(is_operator)
}

/// Whether a token is this sign.
pub fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// The first place of a word in tokens and in the groups inside of them.
pub fn find(tokens: TokenStream, word: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => find(group.stream(), word),
        TokenTree::Ident(found) => (found == word).then_some(found),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}
