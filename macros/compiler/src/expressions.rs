//! Numbers that are computed: `4*filters`, `channels/2`, `(channels - 32)*width`.
//!
//! Operands are whole numbers, the parameters of a block, and `channels`, the channels of what comes in. Outside of parentheses
//! there is no `-`, which would not be told from the sign of the next number.
use std::iter::Peekable;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::number::Number;
use crate::words::Word;

/// The channels of what comes in.
pub const CHANNELS: &str = "channels";

/// What a parameter of a block stands for.
#[derive(Clone, Debug)]
pub enum Value {
    Number(Number),
    /// Words of the language: `same`.
    Words(Vec<Word>),
}

/// What names stand for.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    pub parameters: &'a [(Ident, Value)],
    /// `None` where nothing comes in, or nobody knows what.
    pub channels: Option<u64>,
}

/// What is wrong, and where.
pub type Wrong = (TokenStream, String);

impl Known<'_> {
    fn parameter(&self, name: &Ident) -> Option<&Value> {
        self.parameters.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value)
    }

    fn is_known(&self, name: &Ident) -> bool {
        name == CHANNELS || self.parameter(name).is_some()
    }

    /// Words in which every name that is known and every expression has become what it stands for.
    pub fn resolve(&self, words: &[Word]) -> Result<Vec<Word>, Wrong> {
        let mut resolved = Vec::new();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let begins = match word {
                Word::Number(_) => true,
                Word::Name(name) => self.is_known(name),
                Word::Other(token) => is_parenthesis(token),
            };
            if !begins {
                resolved.push(word.clone());
                continue;
            }
            let mut expression = vec![word];
            while let Some(operator) = words.next_if(|word| is_operator(word)) {
                expression.push(operator);
                expression.extend(words.next());
            }
            match (expression.as_slice(), word) {
                ([_], Word::Number(_)) => resolved.push(word.clone()),
                ([_], Word::Name(name)) if self.parameter(name).is_some() => match self.parameter(name) {
                    Some(Value::Number(number)) => resolved.push(Word::Number(number.standing_for(quote!(#name)))),
                    Some(Value::Words(words)) => resolved.extend(words.iter().cloned()),
                    None => {}
                },
                _ => {
                    let tokens = quote!(#(#expression)*);
                    resolved.push(Word::Number(Number::computed(self.evaluate(tokens.clone())?, tokens)));
                }
            }
        }
        Ok(resolved)
    }

    /// The value of an expression, which is a size.
    fn evaluate(&self, tokens: TokenStream) -> Result<u64, Wrong> {
        let value = self.sum(&mut parse(tokens.clone()), &tokens)?;
        u64::try_from(value).map_err(|_| {
            let message = format!("`{}` is {value} here, which is no size", shown(&tokens));
            (tokens, message)
        })
    }

    /// What an argument of a block is: an expression, another number, or words.
    pub fn argument(&self, words: &[Word]) -> Result<Value, Wrong> {
        let resolved = self.resolve(words)?;
        Ok(match resolved.as_slice() {
            [Word::Number(number)] => Value::Number(number.clone()),
            _ => Value::Words(resolved),
        })
    }

    fn sum(&self, tokens: &mut Tokens, whole: &TokenStream) -> Result<i128, Wrong> {
        let mut value = self.product(tokens, whole)?;
        while let Some(operator) = next_operator(tokens, "+-") {
            let other = self.product(tokens, whole)?;
            value = match operator {
                '+' => value.checked_add(other),
                _ => value.checked_sub(other),
            }
            .ok_or_else(|| too_large(whole))?;
        }
        match tokens.next() {
            None => Ok(value),
            Some(token) => Err((
                quote!(#token),
                format!("`{token}` has no place in a number\nhelp: numbers, names and + * / % ( )"),
            )),
        }
    }

    fn product(&self, tokens: &mut Tokens, whole: &TokenStream) -> Result<i128, Wrong> {
        let mut value = self.factor(tokens, whole)?;
        while let Some(operator) = next_operator(tokens, "*/%") {
            let other = self.factor(tokens, whole)?;
            if operator != '*' && other == 0 {
                return Err((whole.clone(), format!("`{}` divides by zero here", shown(whole))));
            }
            value = match operator {
                '*' => value.checked_mul(other),
                '/' => value.checked_div(other),
                _ => value.checked_rem(other),
            }
            .ok_or_else(|| too_large(whole))?;
        }
        Ok(value)
    }

    fn factor(&self, tokens: &mut Tokens, whole: &TokenStream) -> Result<i128, Wrong> {
        match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Brace => {
                self.sum(&mut parse(group.stream()), &group.to_token_stream())
            }
            Some(TokenTree::Ident(name)) => self.name(&name),
            Some(TokenTree::Literal(literal)) => {
                let number = Number::new(None, literal);
                number.digits().map(i128::from).ok_or_else(|| {
                    let message =
                        format!("`{}` is no whole number, and can be no part of a computed one", number.text());
                    (number.to_token_stream(), message)
                })
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '-' => {
                self.factor(tokens, whole)?.checked_neg().ok_or_else(|| too_large(whole))
            }
            Some(token) => {
                let message = format!("`{token}` stands where a number should");
                Err((token.into_token_stream(), message))
            }
            None => Err((whole.clone(), format!("`{}` ends where a number should follow", shown(whole)))),
        }
    }

    fn name(&self, name: &Ident) -> Result<i128, Wrong> {
        let wrong = |message: String| Err((name.to_token_stream(), message));
        match (self.parameter(name), self.channels) {
            (Some(Value::Number(number)), _) => match number.digits() {
                Some(value) => Ok(value.into()),
                None => wrong(format!("`{name}` is `{}` here, and can be no part of a computed number", number.text())),
            },
            (Some(Value::Words(words)), _) => {
                let words = quote!(#(#words)*);
                wrong(format!("`{name}` is `{words}` here, which is no number"))
            }
            (None, Some(channels)) if name == CHANNELS => Ok(channels.into()),
            (None, _) if name == CHANNELS => {
                wrong("nothing comes in here whose `channels` could be counted".to_string())
            }
            (None, _) => wrong(format!("`{name}` is no number and no parameter of a block")),
        }
    }
}

type Tokens = Peekable<IntoIter<TokenTree>>;

fn parse(tokens: TokenStream) -> Tokens {
    tokens.into_iter().collect::<Vec<_>>().into_iter().peekable()
}

fn next_operator(tokens: &mut Tokens, operators: &str) -> Option<char> {
    let is_one = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if operators.contains(punct.as_char()));
    match tokens.next_if(is_one) {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    }
}

fn is_operator(word: &Word) -> bool {
    matches!(word, Word::Other(TokenTree::Punct(punct)) if "+*/%".contains(punct.as_char()))
}

fn is_parenthesis(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis)
}

fn too_large(tokens: &TokenStream) -> Wrong {
    (tokens.clone(), format!("`{}` is more than any machine can hold", shown(tokens)))
}

/// As it was written, more or less.
fn shown(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}
