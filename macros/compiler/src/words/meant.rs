//! Options as other languages write them: words in quotes, names before words that say all, `true` and `false`. Each is one mistake, and
//! gets one error; the word that is meant is read.
use std::borrow::Cow;

use proc_macro2::{Ident, TokenTree};
use quote::quote;

use super::{Word, Words};
use crate::errors::Help;
use crate::foreign;
use crate::options;
use crate::suggest;

/// The word that is meant by some words.
enum Meant {
    /// The one that is written.
    Written,
    Word(Ident),
    Nothing,
}

impl<'a> Words<'a> {
    /// The next word, as it is meant: one of these beside the layer's own words.
    pub fn next_option(&mut self, shared: impl Iterator<Item = &'static str>) -> Option<Cow<'a, Word>> {
        let options: Vec<&str> = self.own.iter().copied().chain(shared).collect();
        loop {
            let word = self.next()?;
            let meant = match word {
                Word::Name(name) => match self.switch(name, &options) {
                    Meant::Written => self.behind_name(name, &options),
                    meant => meant,
                },
                Word::Other(token) => self.in_quotes(token, &options),
                Word::Number(_) => Meant::Written,
            };
            match meant {
                Meant::Written => return Some(Cow::Borrowed(word)),
                Meant::Word(name) => return Some(Cow::Owned(Word::Name(name))),
                Meant::Nothing => {}
            }
        }
    }

    /// The name behind the word `written`, perhaps in quotes. A sign and quotes are errors.
    pub fn name_behind(&mut self, written: &Ident) -> Option<Ident> {
        let (sign, mut ahead) = self.behind_sign();
        let value = ahead.next()?;
        let name = match value {
            Word::Name(name) => name.clone(),
            Word::Other(token) => unquoted(token)?,
            Word::Number(_) => return None,
        };
        self.rest = ahead;
        match (sign, value) {
            (None, Word::Name(_)) => {}
            (Some(sign), Word::Name(_)) => {
                self.errors.at(sign, (format!("`{sign}` stands between `{written}` and `{name}`"), Help::space()));
            }
            _ => {
                let message = format!("`{written}` is followed by a name, without a sign or quotes");
                self.errors.at(quote!(#sign #value), (message, Help::write(name.to_string())));
            }
        }
        Some(name)
    }

    /// A word in quotes: `"same"`.
    fn in_quotes(&mut self, token: &TokenTree, options: &[&str]) -> Meant {
        let Some(name) = unquoted(token).filter(|name| options.iter().any(|word| name == word)) else {
            return Meant::Written;
        };
        let message = format!("`{token}` stands in quotes, but a word has none");
        self.errors.at(token, (message, Help::write(name.to_string())));
        Meant::Word(name)
    }

    /// A name before a word that says all: `padding="same"`, `activation=relu`.
    fn behind_name(&mut self, name: &Ident, options: &[&str]) -> Meant {
        let (sign, mut ahead) = self.behind_sign();
        let written = name.to_string();
        let is_silent = foreign::is_silent(&self.keyword.to_string(), &written);
        let has_word = || {
            let near = || suggest::nearest(&written, options.iter().copied());
            options::of_parameter(self.keyword, name, self.own).or_else(near).is_some()
        };
        if !is_silent && (sign.is_none() || has_word()) {
            return Meant::Written;
        }
        let Some(value) = ahead.next() else { return Meant::Written };
        let (word, tokens, help) = match value {
            Word::Name(word) => (word.clone(), quote!(#name #sign), Help::leave_out()),
            Word::Other(token) => match unquoted(token) {
                Some(word) => (word.clone(), quote!(#name #sign #token), Help::write(word.to_string())),
                None => return Meant::Written,
            },
            Word::Number(_) => return Meant::Written,
        };
        if !options.iter().any(|option| word == option) {
            return Meant::Written;
        }
        let message = format!("`{}` takes `{word}` without `{name}`", self.keyword);
        self.errors.at(tokens, (message, help));
        self.rest = ahead;
        Meant::Word(word)
    }

    /// A word with `true` or `false`: `sequences=True`, `nobias=true`.
    fn switch(&mut self, name: &Ident, options: &[&str]) -> Meant {
        let (sign, mut ahead) = self.behind_sign();
        let Some(Word::Name(value)) = ahead.next() else { return Meant::Written };
        let is_on = match value.to_string().as_str() {
            "true" | "True" => true,
            "false" | "False" => false,
            _ => return Meant::Written,
        };
        let near = suggest::nearest(&name.to_string(), options.iter().copied());
        let Some(word) = near else { return Meant::Written };
        let word = is_on.then_some(word);
        let tokens = quote!(#name #sign #value);
        let written = match sign {
            Some(sign) => format!("{name}{sign}{value}"),
            None => format!("{name} {value}"),
        };
        let message = match word {
            Some(word) => (format!("`{written}` is one word here"), Help::write(word)),
            None => (format!("`{written}` is what `{}` does without a word", self.keyword), Help::leave_out()),
        };
        self.errors.at(tokens, message);
        self.rest = ahead;
        word.map_or(Meant::Nothing, |word| Meant::Word(Ident::new(word, name.span())))
    }
}

/// The name in a text in quotes.
fn unquoted(token: &TokenTree) -> Option<Ident> {
    let text = token.to_string();
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut name: Ident = syn::parse_str(inside).ok()?;
    name.set_span(token.span());
    Some(name)
}
