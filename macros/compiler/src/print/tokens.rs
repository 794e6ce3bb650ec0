//! The text of tokens, with spaces as a person writes them.
use proc_macro2::{Delimiter, Literal, Punct, Spacing, TokenStream, TokenTree};

use crate::expressions::Term;
use crate::number::Number;
use crate::words::Word;

/// Words with spaces between them.
pub fn words(words: &[Term]) -> String {
    let word = |term: &Term| match term {
        Term::Word(Word::Name(name)) => name.to_string(),
        Term::Word(Word::Number(number)) => self::number(number),
        Term::Word(Word::Other(token)) => rust(token.clone().into()),
        Term::Expression(expression) => computed(expression.tokens.clone()),
    };
    // The dots of a range stand between its ends: `0..4`.
    words.iter().map(word).collect::<Vec<_>>().join(" ").replace(" . . ", "..")
}

/// The text of an expression. Outside of parentheses it has no spaces, as it is one word among others.
fn computed(tokens: TokenStream) -> String {
    let mut text = String::new();
    for token in tokens {
        let piece = match &token {
            TokenTree::Punct(sign) => sign.to_string(),
            _ => spaced(token.into(), whole),
        };
        if is_comment(&text, &piece) {
            text.push(' ');
        }
        text.push_str(&piece);
    }
    text
}

/// Whether two texts together would begin a comment.
fn is_comment(before: &str, after: &str) -> bool {
    before.ends_with('/') && after.starts_with(['/', '*'])
}

/// A number in its canonical form, which has the same value.
pub fn number(number: &Number) -> String {
    grouped(&number.text())
}

/// A number with its digits in groups of three, if it is whole and has more than four digits. Other numbers only get a small `e`.
pub fn grouped(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    if !digits.chars().all(|c| c.is_ascii_digit()) {
        return if text.parse::<f64>().is_ok() { text.replace('E', "e") } else { text.to_string() };
    }
    if digits.len() < 5 {
        return text.to_string();
    }
    let group = |(index, digit): (usize, char)| {
        let begins = index > 0 && (digits.len() - index).is_multiple_of(3);
        begins.then_some('_').into_iter().chain([digit])
    };
    sign.chars().chain(digits.chars().enumerate().flat_map(group)).collect()
}

/// The text of a number in an expression.
fn whole(literal: &Literal) -> String {
    number(&Number::new(None, literal.clone()))
}

/// The text of an attribute or a path.
pub fn rust(tokens: TokenStream) -> String {
    spaced(tokens, Literal::to_string)
}

/// The kind of the token before a token.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// Nothing, or a sign that needs no space behind it.
    Tight,
    Operand,
    Sign,
}

fn spaced(tokens: TokenStream, literal: fn(&Literal) -> String) -> String {
    let mut text = String::new();
    let mut before = Before::Tight;
    let mut last: Option<Punct> = None;
    for token in tokens {
        let (piece, space, after) = match &token {
            TokenTree::Group(group) => {
                let inside = spaced(group.stream(), literal);
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                (format!("{open}{inside}{close}"), before == Before::Sign, Before::Operand)
            }
            TokenTree::Ident(name) => (name.to_string(), before != Before::Tight, Before::Operand),
            TokenTree::Literal(token) => (literal(token), before != Before::Tight, Before::Operand),
            TokenTree::Punct(punct) => {
                let joint = last.as_ref().filter(|last| last.spacing() == Spacing::Joint).map(Punct::as_char);
                let (space, after) = around(punct.as_char(), joint, before);
                (punct.to_string(), space, after)
            }
        };
        if space || is_comment(&text, &piece) {
            text.push(' ');
        }
        text.push_str(&piece);
        before = after;
        last = if let TokenTree::Punct(punct) = token { Some(punct) } else { None };
    }
    text
}

/// Whether a space stands before a sign, and the kind of the sign. `joint` is the sign right before it, without a space between.
fn around(sign: char, joint: Option<char>, before: Before) -> (bool, Before) {
    match (joint, sign) {
        (Some('-' | '='), '>') | (Some('='), '=') => (false, Before::Sign),
        (Some(':'), ':') => (false, Before::Tight),
        (_, ',' | ';') => (false, Before::Sign),
        (_, ':') => (false, Before::Sign),
        (_, '*' | '/' | '%' | '.' | '<' | '!' | '?') => (false, Before::Tight),
        (_, '>') => (false, Before::Operand),
        (_, '+' | '-') if before == Before::Operand => (true, Before::Sign),
        (_, '-' | '&' | '#' | '\'') => (before == Before::Sign, Before::Tight),
        _ => (true, Before::Sign),
    }
}
