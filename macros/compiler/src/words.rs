//! The words of a stage, read from left to right.
mod meant;
mod misplaced;

use proc_macro2::{Ident, Punct, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::errors::{Errors, Help, Message};
use crate::layers;
use crate::number::Number;
use crate::options;
use crate::shape::Shape;
use crate::tokens::is_sign;
use crate::window::STRIDE;

/// A word of the text.
#[derive(Clone, Debug)]
pub enum Word {
    Name(Ident),
    Number(Number),
    Other(TokenTree),
}

impl Word {
    /// Whether it is this sign.
    pub fn is_sign(&self, sign: char) -> bool {
        matches!(self, Self::Other(token) if is_sign(token, sign))
    }
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
    /// The shape of what comes in, if it is known: helps are made for it.
    pub input: Option<Shape>,
    /// Whether several numbers were not one word, which has been reported.
    pub had_list: bool,
    /// The tokens in the place of the last number that was wanted, which have been reported.
    pub replaced: Option<TokenStream>,
    /// The sign between this layer and the next.
    pub separator: &'static str,
    /// Whether a word begins a layer.
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
        Self {
            keyword,
            own,
            input: None,
            had_list: false,
            replaced: None,
            separator: "=>",
            is_layer,
            rest: words.iter(),
            errors,
        }
    }

    /// The next word.
    pub fn next(&mut self) -> Option<&'a Word> {
        self.rest.next()
    }

    /// The next word, if it is a number. A sign before it is an error, and is skipped; so are decimals behind a comma.
    pub fn number(&mut self) -> Option<&'a Number> {
        if let [Word::Other(sign @ TokenTree::Punct(punct)), Word::Number(number), ..] = self.rest.as_slice()
            && is_before_value(punct)
        {
            let message = format!("`{sign}` stands before the number `{}`", number.text());
            self.errors.at(sign, (message, Help::space()));
            self.rest.next();
        }
        if self.decimals() { None } else { self.number_or_list() }
    }

    /// The next word, if it is a number. Several sizes that are not one word are an error, and then the first is the number.
    fn number_or_list(&mut self) -> Option<&'a Number> {
        let mut ahead = self.rest.clone();
        let Some(Word::Number(number)) = ahead.next() else { return None };
        self.rest = ahead;
        self.list(number);
        Some(number)
    }

    /// Reports a list of sizes that begins with this number: `28, 28, 1` or `28 x 28`.
    fn list(&mut self, first: &Number) {
        let mut sizes = vec![first.text()];
        let mut words: Vec<&Word> = Vec::new();
        loop {
            let size = match self.rest.as_slice() {
                [Word::Other(TokenTree::Punct(comma)), Word::Number(size), ..] if comma.as_char() == ',' => size.text(),
                [Word::Name(cross), Word::Number(size), ..] if cross == "x" => size.text(),
                [Word::Name(cross), ..] => match cross.to_string().strip_prefix('x') {
                    Some(size) if !size.is_empty() && size.chars().all(|c| c.is_ascii_digit()) => size.to_string(),
                    _ => break,
                },
                _ => break,
            };
            let is_one = matches!(self.rest.as_slice(), [Word::Name(name), ..] if name != "x");
            words.extend(self.rest.by_ref().take(if is_one { 1 } else { 2 }));
            sizes.push(size);
        }
        if words.is_empty() {
            return;
        }
        let (message, text) = match sizes.as_slice() {
            // The filters of a convolution stand before its window.
            [filters, window @ ..] if layers::has_filters(self.keyword) => (
                format!("`{}` takes its numbers without commas", self.keyword),
                format!("{filters} {}", window.join("x")),
            ),
            sizes => ("a shape is one word, without spaces or commas".to_string(), sizes.join("x")),
        };
        self.errors.at(quote!(#first #(#words)*), (message, Help::write(text)));
        self.had_list = true;
    }

    /// The next word, if it is a name.
    pub fn name(&mut self) -> Option<&'a Ident> {
        let mut ahead = self.rest.clone();
        let Some(Word::Name(name)) = ahead.next() else { return None };
        self.rest = ahead;
        Some(name)
    }

    /// Whether no word is left.
    pub fn is_at_end(&self) -> bool {
        self.rest.as_slice().is_empty()
    }

    /// The words that are left.
    pub fn left(&self) -> &'a [Word] {
        self.rest.as_slice()
    }

    /// Whether the next word is one of these.
    pub fn is_next(&self, known: &[&str]) -> bool {
        matches!(self.rest.as_slice(), [Word::Name(name), ..] if known.iter().any(|known| name == known))
    }

    /// The next word, which must be a number. `missing` is the message if it is not, and `example` is such a number.
    pub fn required_number(&mut self, missing: &str, example: &str) -> Option<&'a Number> {
        let keyword = self.keyword;
        self.expected(&quote!(#keyword), missing, example, format!("such as `{keyword} {example}`"))
    }

    /// Reads a number. Reports an error under it.
    pub fn read<T>(&mut self, number: &Number, read: impl FnOnce(&Number) -> Result<T, Message>) -> Option<T> {
        read(number).map_err(|message| self.errors.at(number, message)).ok()
    }

    /// Reports a word that is the keyword of another layer, and skips the words behind it. False for other words.
    pub fn is_next_layer(&mut self, name: &Ident) -> bool {
        if !(self.is_layer)(name) {
            return false;
        }
        let rest: TokenStream = self.rest.by_ref().map(ToTokens::to_token_stream).collect();
        let separator = self.separator;
        let help = Help::before(separator).and(&format!(": `{separator} {}`", quote!(#name #rest)));
        self.errors.at(name, (format!("`{name}` starts a layer of its own"), help));
        true
    }

    /// Reads the layer's own words, each at most once, until no word is left. `take` reads the number after a word. Reports all other
    /// words.
    pub fn options(&mut self, mut take: impl FnMut(&Ident, &mut Self)) {
        let known = self.own;
        let mut seen: Vec<Ident> = Vec::new();
        while let Some(word) = self.next_option(std::iter::empty()) {
            let (keyword, written) = (self.keyword, word.to_token_stream());
            match word.as_ref() {
                Word::Name(name) if seen.contains(name) => {
                    let number = self.number();
                    self.twice(name, number);
                }
                Word::Name(name) if known.iter().any(|known| name == known) => {
                    seen.push(name.clone());
                    take(name, self);
                }
                Word::Name(name) if self.is_next_layer(name) => return,
                Word::Name(name) => {
                    let help = crate::suggest::help(
                        &name.to_string(),
                        &format!("words of `{keyword}`"),
                        known.iter().copied(),
                    );
                    let (sign, value) = self.orphan();
                    let help = misspelt(help, name, (sign, value));
                    self.errors.at(quote!(#name #sign #value), (format!("`{keyword}` takes no `{name}`"), help));
                }
                Word::Number(_) | Word::Other(_) => {
                    self.errors
                        .at(written.clone(), (format!("`{keyword}` takes no `{written}` here"), without(&word, known)));
                }
            }
        }
    }

    /// Reports a word that stands twice, with its number or name.
    pub fn twice(&mut self, name: &Ident, value: impl ToTokens) {
        let help = Help::leave_out().of(&quote!(#name #value)).saying("leave one out");
        self.errors.at(name, (format!("`{name}` stands twice"), help));
    }

    /// The number after a word; `example` is such a word with its number.
    pub fn number_of(&mut self, name: &Ident, example: &str) -> Option<&'a Number> {
        if self.is_next(&[&name.to_string()]) {
            self.errors.at(name, (format!("`{name}` stands twice"), Help::leave_out().saying("leave one out")));
            self.rest.next();
        }
        let missing = format!("`{name}` wants a number");
        self.expected(&quote!(#name), &missing, number_in(example), format!("such as `{example}`"))
    }

    /// Reads the number after a word, as in `example`. `bounds` is the end of the message for a number out of bounds.
    pub fn real_of(
        &mut self,
        name: &Ident,
        example: &str,
        bounds: &str,
        is_right: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        let number = self.number_of(name, example)?;
        let what = format!("the {name} of `{}`", self.keyword);
        self.read(number, |number| match number.real(&what)? {
            value if is_right(value) => Ok(value),
            _ => Err((format!("{what} is `{}`, but {bounds}", number.text()), such_as(example)).into()),
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
            let (sign, value) = if matches!(word, Word::Name(_)) { self.orphan() } else { (None, None) };
            let message = format!("`{}` takes no `{}`", self.keyword, word.to_token_stream());
            self.errors.at(quote!(#word #sign #value), (message, Help::leave_out()));
        }
    }
}

/// The help for a misspelt word alone. The sign between it and its value is left out, and so is the value of a word that has none.
pub fn misspelt(help: Help, name: &Ident, (sign, value): (Option<&TokenTree>, Option<&Word>)) -> Help {
    let Some(word) = help.changes().first().map(|change| change.text().to_string()) else { return help };
    if value.is_some() && !options::takes_value(&word) {
        return help;
    }
    let help = help.of(name);
    match sign {
        Some(sign) => help.with(Help::space().of(sign)),
        None => help,
    }
}

/// The help that leaves out a word which nothing takes. A sign may stand between two words, and a number behind a window is its stride.
pub fn without(word: &Word, own: &[&str]) -> Help {
    match word {
        Word::Other(TokenTree::Punct(_)) => Help::space(),
        Word::Number(_) if own.contains(&STRIDE) => Help::before(STRIDE),
        _ => Help::leave_out(),
    }
}

/// Whether a sign is one that other languages write between a name and its value.
fn is_before_value(punct: &Punct) -> bool {
    matches!(punct.as_char(), '=' | ':')
}

/// The number of an example in the place of a wrong one: "such as `epsilon 1e-3`".
pub fn such_as(example: &str) -> Help {
    Help::write(number_in(example)).saying(format!("such as `{example}`"))
}

/// The number at the end of an example.
fn number_in(example: &str) -> &str {
    example.rsplit(' ').next().unwrap_or(example)
}
