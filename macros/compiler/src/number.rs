//! Numbers in the text of a network: `13`, `28x28x1`, `-3`, `1e-4`, `2KiB`.
use proc_macro2::{Literal, Punct, TokenStream};
use quote::ToTokens;

use crate::errors::{Help, Message};
use crate::layers;
use crate::options;

/// A literal with its sign. `28x28x1` is one literal to Rust, and so is `0x28x1`, so numbers are read from the text of the literal.
#[derive(Clone, Debug)]
pub struct Number {
    minus: Option<Punct>,
    literal: Literal,
    /// The tokens of its expression, if it was computed.
    written: Option<TokenStream>,
    /// Whether it was computed with a division, which is one of whole numbers.
    is_quotient: bool,
}

impl Number {
    pub fn new(minus: Option<Punct>, literal: Literal) -> Self {
        Self { minus, literal, written: None, is_quotient: false }
    }

    /// The value of an expression.
    pub fn computed(value: u64, written: TokenStream) -> Self {
        let is_quotient = written.to_string().contains('/');
        Self { minus: None, literal: Literal::u64_unsuffixed(value), written: Some(written), is_quotient }
    }

    /// The same number with other tokens, such as those of a parameter.
    pub fn standing_for(&self, written: TokenStream) -> Self {
        Self { written: Some(written), ..self.clone() }
    }

    /// Its value, if it is made of nothing but decimal digits.
    pub fn digits(&self) -> Option<u64> {
        self.text().parse().ok()
    }

    /// Its text, without the underscores that group digits.
    pub fn text(&self) -> String {
        let sign = if self.minus.is_some() { "-" } else { "" };
        format!("{sign}{}", self.literal.to_string().replace('_', ""))
    }

    /// A size: a whole number above zero.
    pub fn size(&self, what: &str) -> Result<u64, Message> {
        let text = self.text();
        if let Some(digits) = text.strip_suffix('x').filter(|digits| is_digits(digits)) {
            return Err((format!("{what} is `{text}`, but must be one number"), Help::write(digits)).into());
        }
        let sizes = self.sizes(what)?;
        match sizes.as_slice() {
            [size] => Ok(*size),
            sizes => {
                let first = sizes.first().copied().unwrap_or(1).to_string();
                Err((format!("{what} is `{text}`, but must be one number"), Help::write(first)).into())
            }
        }
    }

    /// A shape: sizes with `x` between them.
    pub fn sizes(&self, what: &str) -> Result<Vec<u64>, Message> {
        let text = self.text();
        if let Some(help) = self.in_small_letters().or_else(|| self.before_word(is_option)) {
            return Err((format!("{what} is `{text}`, but a size is made of decimal digits"), help).into());
        }
        text.split('x').map(|part| size(part, &text, what)).collect()
    }

    /// The help for a shape such as `28X28`.
    fn in_small_letters(&self) -> Option<Help> {
        let text = self.text();
        let is_shape = text.contains('X') && text.split(['x', 'X']).all(is_digits);
        is_shape.then(|| Help::write(text.to_lowercase()).and(", with a small `x`"))
    }

    /// The help for a number that touches the word behind it, such as `10relu`.
    pub fn before_word(&self, is_word: impl Fn(&str) -> bool) -> Option<Help> {
        let text = self.text();
        let (number, word) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != 'x')?);
        let is_both = number.split('x').all(is_digits) && is_word(word);
        is_both.then(|| Help::write(format!("{number} {word}")).and(", with a space between them"))
    }

    /// As [`sizes`](Self::sizes), but sizes may be zero.
    pub fn counts(&self, what: &str) -> Result<Vec<u64>, Message> {
        let text = self.text();
        if text.starts_with('-') {
            return Err(format!("{what} is `{text}`, but must be at least 0").into());
        }
        let count = |part: &str| if part == "0" { Ok(0) } else { size(part, &text, what) };
        text.split('x').map(count).collect()
    }

    /// Any number.
    pub fn real(&self, what: &str) -> Result<f64, Message> {
        let text = self.text();
        if self.is_quotient {
            let written = self.to_token_stream().to_string().replace(' ', "");
            let message =
                format!("{what} is `{written}`, but expressions are computed in whole numbers, and this is {text}");
            let help = match quotient(&written) {
                Some(quotient) => Help::write(quotient.to_string()),
                None => Help::prose("write a decimal number, such as `0.25`"),
            };
            return Err((message, help).into());
        }
        let value = text.parse::<f64>().map_err(|_| format!("{what} must be a number, not `{text}`"))?;
        let too_large = || format!("{what} is `{text}`, which is larger than any `f64`").into();
        if value.is_finite() { Ok(value) } else { Err(too_large()) }
    }

    /// The digits and the suffix of the literal: `2KiB` is `2` and `KiB`.
    pub fn with_suffix(&self) -> (String, String) {
        let text = self.text();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-' && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(digits);
        (number.to_string(), suffix.to_string())
    }
}

/// The value of `1/255`, perhaps in parentheses, in real numbers; `None` for other expressions.
fn quotient(written: &str) -> Option<f64> {
    let written = written.strip_prefix('(').and_then(|written| written.strip_suffix(')')).unwrap_or(written);
    let (left, right) = written.split_once('/')?;
    let quotient = left.parse::<u64>().ok()? as f64 / right.parse::<u64>().ok()? as f64;
    quotient.is_finite().then_some(quotient)
}

/// Whether a word stands behind the numbers of a layer.
fn is_option(word: &str) -> bool {
    options::all_words().any(|option| option == word) || layers::all().any(|layer| layer.words.contains(&word))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn size(part: &str, text: &str, what: &str) -> Result<u64, Message> {
    if text.starts_with('-') {
        return Err(format!("{what} is `{text}`, but a size is at least 1").into());
    }
    if part.is_empty() {
        let given = text.split('x').find(|size| !size.is_empty()).unwrap_or("1");
        let whole: Vec<&str> = text.split('x').map(|size| if size.is_empty() { given } else { size }).collect();
        let whole = whole.join("x");
        let message = format!("`{text}` is not a shape: a size is missing beside an `x`");
        return Err((message, Help::write(whole.clone()).saying(format!("such as `{whole}`"))).into());
    }
    if !part.chars().all(|c| c.is_ascii_digit()) {
        if part.parse::<f64>().is_ok() {
            return Err(format!("{what} is `{text}`, but a size is a whole number").into());
        }
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let help = (!digits.is_empty() && digits != "0" && part == text).then(|| Help::write(digits));
        return Err((format!("{what} is `{text}`, but a size is made of decimal digits"), help).into());
    }
    let size: u64 = part.parse().map_err(|_| format!("{what} is `{text}`, which is more than any machine can hold"))?;
    if size == 0 {
        let hexadecimal = if text.starts_with("0x") { " (and `0x` begins no hexadecimal number here)" } else { "" };
        return Err(format!("{what} is `{text}`, but a size is at least 1{hexadecimal}").into());
    }
    Ok(size)
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(written) = &self.written {
            return written.to_tokens(tokens);
        }
        self.minus.to_tokens(tokens);
        self.literal.to_tokens(tokens);
    }
}
