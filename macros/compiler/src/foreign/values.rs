//! The values of arguments, as Python has them.
use proc_macro2::{Delimiter, Group, TokenTree};

use crate::tokens::{commas, is_sign};

/// The value of an argument.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number as castnet writes it.
    Number(String),
    /// Values in parentheses or brackets.
    Sequence(Vec<Value>),
    /// A text in quotes.
    Text(String),
    Name(Name),
}

/// A name: `relu`, `True`, `tf.nn.relu`, `regularizers.l2(0.01)`.
#[derive(Clone, Debug)]
pub struct Name {
    /// Its last word.
    pub last: String,
    /// Whether other words stand before it.
    pub is_path: bool,
    /// The arguments in parentheses behind it.
    pub arguments: Option<Vec<Argument>>,
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Option<String>,
    pub value: Value,
}

/// The arguments in parentheses. Nothing if Python could mean anything else by one of them.
pub fn arguments(group: &Group) -> Option<Vec<Argument>> {
    let argument = |tokens: &[TokenTree]| {
        let (name, tokens) = match tokens {
            [TokenTree::Ident(name), TokenTree::Punct(sign), value @ ..] if sign.as_char() == '=' => {
                (Some(name.to_string()), value)
            }
            tokens => (None, tokens),
        };
        let (value, rest) = Value::read(tokens)?;
        rest.is_empty().then_some(Argument { name, value })
    };
    commas(group.stream()).iter().map(|tokens| argument(tokens)).collect()
}

impl Value {
    /// The value at the beginning of tokens, and the tokens behind it.
    pub fn read(tokens: &[TokenTree]) -> Option<(Self, &[TokenTree])> {
        match tokens {
            [TokenTree::Ident(_), ..] => Some(name(tokens)),
            [TokenTree::Group(group), rest @ ..] if group.delimiter() != Delimiter::Brace => {
                let inside = commas(group.stream());
                let has_comma = inside.iter().map(Vec::len).sum::<usize>() < group.stream().into_iter().count();
                let values: Option<Vec<Self>> = inside.iter().map(|tokens| Self::whole(tokens)).collect();
                let value = match (values?, group.delimiter()) {
                    (mut values, Delimiter::Parenthesis) if values.len() == 1 && !has_comma => values.pop()?,
                    (values, _) => Self::Sequence(values),
                };
                Some((value, rest))
            }
            [TokenTree::Literal(literal), rest @ ..] if literal.to_string().starts_with('"') => {
                let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()?;
                Some((Self::Text(text.value()), rest))
            }
            _ => number(tokens).map(|(number, rest)| (Self::Number(number), rest)),
        }
    }

    /// The value that takes all tokens.
    fn whole(tokens: &[TokenTree]) -> Option<Self> {
        Self::read(tokens).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
    }

    /// The word of a name or of a text.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Name(name) => Some(&name.last),
            Self::Number(_) | Self::Sequence(_) => None,
        }
    }

    /// Whether it is `None`, which stands for the default.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::Name(name) if name.last == "None" && !name.is_path)
    }

    /// The text of a number.
    pub fn number(&self) -> Option<&str> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whole numbers, of which one may stand for all.
    pub fn sizes(&self) -> Option<Vec<u64>> {
        match self {
            Self::Number(number) => number.parse().ok().map(|size| vec![size]),
            Self::Sequence(values) => values.iter().map(|value| value.number()?.parse().ok()).collect(),
            Self::Text(_) | Self::Name(_) => None,
        }
    }
}

/// A name with the words before it, and the call behind it.
fn name(tokens: &[TokenTree]) -> (Value, &[TokenTree]) {
    let (mut last, mut is_path, mut rest) = (String::new(), false, tokens);
    while let [TokenTree::Ident(word), behind @ ..] = rest {
        (last, rest) = (word.to_string(), behind);
        match behind {
            [TokenTree::Punct(dot), next @ ..]
                if dot.as_char() == '.' && matches!(next.first(), Some(TokenTree::Ident(_))) =>
            {
                (is_path, rest) = (true, next);
            }
            _ => break,
        }
    }
    let call = match rest {
        [TokenTree::Group(group), behind @ ..] if group.delimiter() == Delimiter::Parenthesis => {
            arguments(group).map(|arguments| (arguments, behind))
        }
        _ => None,
    };
    let (arguments, rest) = call.map_or((None, rest), |(arguments, behind)| (Some(arguments), behind));
    (Value::Name(Name { last, is_path, arguments }), rest)
}

/// A number with its sign, or the quotient of two.
fn number(tokens: &[TokenTree]) -> Option<(String, &[TokenTree])> {
    let (sign, tokens) = match tokens {
        [minus, rest @ ..] if is_sign(minus, '-') => ("-", rest),
        tokens => ("", tokens),
    };
    let (first, rest) = decimal(tokens)?;
    let [slash, behind @ ..] = rest else { return Some((format!("{sign}{first}"), rest)) };
    if !is_sign(slash, '/') {
        return Some((format!("{sign}{first}"), rest));
    }
    let (second, rest) = decimal(behind)?;
    let quotient = first.parse::<f64>().ok()? / second.parse::<f64>().ok()?;
    quotient.is_finite().then(|| (format!("{sign}{quotient}"), rest))
}

/// A decimal number with digits on both sides of its point: `.5` becomes `0.5`.
fn decimal(tokens: &[TokenTree]) -> Option<(String, &[TokenTree])> {
    let (text, rest) = match tokens {
        [TokenTree::Literal(literal), rest @ ..] => (literal.to_string(), rest),
        [TokenTree::Punct(point), TokenTree::Literal(decimals), rest @ ..] if point.as_char() == '.' => {
            (format!("0.{decimals}"), rest)
        }
        _ => return None,
    };
    let text = text.replace('_', "");
    let text = if text.ends_with('.') { format!("{text}0") } else { text };
    (text.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok()).then_some((text, rest))
}
