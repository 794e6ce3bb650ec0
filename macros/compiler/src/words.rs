//! The words of a stage, read from left to right.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::errors::Errors;
use crate::number::Number;

/// A word of the text.
#[derive(Clone, Debug)]
pub enum Word {
    Name(Ident),
    Number(Number),
    Other(TokenTree),
}

impl ToTokens for Word {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Name(name) => name.to_tokens(tokens),
            Self::Number(number) => number.to_tokens(tokens),
            Self::Other(token) => token.to_tokens(tokens),
        }
    }
}

/// The words after the keyword of a layer, and the list for errors in them.
pub struct Words<'a> {
    /// The keyword.
    pub keyword: &'a Ident,
    /// The words that this layer takes and not all layers do.
    pub own: &'static [&'static str],
    /// Whether a word is the keyword of a layer.
    is_layer: fn(&Ident) -> bool,
    rest: std::slice::Iter<'a, Word>,
    pub errors: &'a mut Errors,
}

impl<'a> Words<'a> {
    pub fn new(
        keyword: &'a Ident,
        own: &'static [&'static str],
        is_layer: fn(&Ident) -> bool,
        words: &'a [Word],
        errors: &'a mut Errors,
    ) -> Self {
        Self { keyword, own, is_layer, rest: words.iter(), errors }
    }

    /// The next word.
    pub fn next(&mut self) -> Option<&'a Word> {
        self.rest.next()
    }

    /// The next word, if it is a number.
    pub fn number(&mut self) -> Option<&'a Number> {
        let mut ahead = self.rest.clone();
        let Some(Word::Number(number)) = ahead.next() else { return None };
        self.rest = ahead;
        Some(number)
    }

    /// The next word, if it is a name.
    pub fn name(&mut self) -> Option<&'a Ident> {
        let mut ahead = self.rest.clone();
        let Some(Word::Name(name)) = ahead.next() else { return None };
        self.rest = ahead;
        Some(name)
    }

    /// The next word, which must be a number; `missing` is the message if it is not.
    pub fn required_number(&mut self, missing: &str) -> Option<&'a Number> {
        let number = self.number();
        if number.is_none() {
            self.errors.at(self.keyword, missing);
        }
        number
    }

    /// Reads a number. Reports an error under it.
    pub fn read<T>(&mut self, number: &Number, read: impl FnOnce(&Number) -> Result<T, String>) -> Option<T> {
        read(number).map_err(|message| self.errors.at(number, message)).ok()
    }

    /// Reports a word that is the keyword of another layer, and skips the words behind it. False for other words.
    pub fn is_next_layer(&mut self, name: &Ident) -> bool {
        if !(self.is_layer)(name) {
            return false;
        }
        let rest: TokenStream = self.rest.by_ref().map(ToTokens::to_token_stream).collect();
        let message =
            format!("`{name}` starts a layer of its own\nhelp: put `=>` before it: `=> {}`", quote!(#name #rest));
        self.errors.at(name, message);
        true
    }

    /// Reads the layer's own words, each at most once, until no word is left. `take` reads the number after a word. Reports all other
    /// words.
    pub fn options(&mut self, mut take: impl FnMut(&Ident, &mut Self)) {
        let known = self.own;
        let mut seen: Vec<&Ident> = Vec::new();
        while let Some(word) = self.next() {
            let (keyword, written) = (self.keyword, word.to_token_stream());
            match word {
                Word::Name(name) if seen.contains(&name) => {
                    self.errors.at(name, format!("`{name}` stands twice\nhelp: leave one out"));
                    self.number();
                }
                Word::Name(name) if known.iter().any(|known| name == known) => {
                    seen.push(name);
                    take(name, self);
                }
                Word::Name(name) if self.is_next_layer(name) => return,
                Word::Name(name) => {
                    let help = crate::suggest::help(
                        &name.to_string(),
                        &format!("words of `{keyword}`"),
                        known.iter().copied(),
                    );
                    self.errors.at(name, format!("`{keyword}` takes no `{name}`\n{help}"));
                }
                Word::Number(_) | Word::Other(_) => {
                    self.errors.at(word, format!("`{keyword}` takes no `{written}` here\nhelp: leave it out"));
                }
            }
        }
    }

    /// Reads the number after a word, as in `example`. `bounds` is the end of the message for a number out of bounds.
    pub fn real_of(
        &mut self,
        name: &Ident,
        example: &str,
        bounds: &str,
        is_right: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        let Some(number) = self.number() else {
            self.errors.at(name, format!("`{name}` wants a number\nhelp: such as `{example}`"));
            return None;
        };
        let what = format!("the {name} of `{}`", self.keyword);
        self.read(number, |number| match number.real(&what)? {
            value if is_right(value) => Ok(value),
            _ => Err(format!("{what} is `{}`, but {bounds}\nhelp: such as `{example}`", number.text())),
        })
    }

    /// Reports every word that is left.
    pub fn end(&mut self) {
        while let Some(word) = self.next() {
            if let Word::Name(name) = word
                && self.is_next_layer(name)
            {
                return;
            }
            let keyword = self.keyword;
            self.errors.at(word, format!("`{keyword}` takes no `{}`\nhelp: leave it out", word.to_token_stream()));
        }
    }
}
