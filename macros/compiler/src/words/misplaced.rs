//! Words before a number, in the place of a number, and numbers behind unknown words. Each is one mistake, and gets one error.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::{Word, Words, is_before_value};
use crate::errors::Help;
use crate::layers;
use crate::number::Number;
use crate::options;
use crate::shape::{Scalar, Shape};
use crate::suggest;
use crate::window::PAD;

impl<'a> Words<'a> {
    /// The number that must come next, behind the tokens `written`. `missing` is the message if there is none, and `example` is such a
    /// number, which `such_as` shows in its place. A word in the place of the number is skipped.
    pub fn expected(
        &mut self,
        written: &TokenStream,
        missing: &str,
        example: &str,
        such_as: String,
    ) -> Option<&'a Number> {
        self.skip_name_of_number(written);
        // The border of an image may be `0,1`, which means `0x1`.
        let is_list = [PAD, "crop", "input", "reshape"].iter().any(|word| written.to_string() == *word);
        if !is_list && self.decimals() {
            return None;
        }
        self.skip_sign(written);
        if !is_list && self.decimals() {
            return None;
        }
        self.replaced = self.in_place_of_number();
        let Some(replaced) = &self.replaced else {
            let number = self.number_or_list();
            if number.is_none() {
                self.errors.at(written, (missing, Help::after(example).saying(such_as)));
            }
            return number;
        };
        let inside = replaced.to_string();
        let inside = inside.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        if let Some(inside) = inside.filter(|text| text.starts_with(|c: char| c.is_ascii_digit())) {
            self.errors.at(replaced, (format!("`{replaced}` is a text, not a number"), Help::write(inside)));
            return None;
        }
        if ["?", "_", "None"].contains(&replaced.to_string().as_str()) {
            let help = Help::prose(format!("every size is known when a program is compiled, {such_as}"));
            self.errors.at(replaced, (format!("{missing}, but `{replaced}` is not a number"), help));
            return None;
        }
        // Of several numbers in the example, the others come behind this word.
        let number = example.split(' ').next().unwrap_or(example);
        let parameters = if self.keyword == "input" { "" } else { ", but the parameter of a `block` can" };
        let help = Help::write(number)
            .saying(format!("write the number, {such_as}; constants of Rust cannot be read here{parameters}"));
        self.errors.at(replaced, (format!("{missing}, but `{}` is not a number", compact(replaced)), help));
        None
    }

    /// Reports a name before the number: `units 10` or `kernel_size=3x3`.
    fn skip_name_of_number(&mut self, written: &TokenStream) {
        let (name, sign, is_constant) = match self.rest.as_slice() {
            [Word::Name(name), rest @ ..] if begins_path(rest) => (name, None, true),
            [Word::Name(name), Word::Other(TokenTree::Punct(sign)), ..] if is_before_value(sign) => {
                (name, Some(sign), false)
            }
            // A constant stands for the filters before a window: `conv N 3x3`.
            [Word::Name(name), Word::Number(number), ..] => {
                let is_filters = layers::has_filters(self.keyword) && *self.keyword == written.to_string();
                (name, None, is_upper_case(name) || (is_filters && number.text().contains('x')))
            }
            _ => return,
        };
        if is_constant || self.means_something(name) {
            return;
        }
        let message = format!("`{written}` takes its number without `{name}`");
        self.errors.at(quote!(#name #sign), (message, Help::leave_out()));
        self.rest.next();
        sign.and_then(|_| self.rest.next());
    }

    /// Reports a sign before the number.
    fn skip_sign(&mut self, written: &TokenStream) {
        if let [Word::Other(sign @ TokenTree::Punct(_)), Word::Number(_), ..] = self.rest.as_slice() {
            let message = format!("`{sign}` stands between `{written}` and its number");
            self.errors.at(sign, (message, Help::space()));
            self.rest.next();
        }
    }

    /// Reports decimals that are not written behind a point: `0,5` or `.5`. No size is zero, so `0,5` is no shape.
    pub(super) fn decimals(&mut self) -> bool {
        let digits = |number: &Number| number.digits().map(|_| number.text());
        let (words, digits) = match self.rest.as_slice() {
            [Word::Number(whole), Word::Other(TokenTree::Punct(comma)), Word::Number(decimals), rest @ ..]
                if whole.text() == "0" && comma.as_char() == ',' && !begins_list(rest) =>
            {
                (quote!(#whole #comma #decimals), digits(decimals))
            }
            [Word::Other(TokenTree::Punct(point)), Word::Number(decimals), ..] if point.as_char() == '.' => {
                (quote!(#point #decimals), digits(decimals))
            }
            _ => return false,
        };
        let Some(digits) = digits else { return false };
        let written = compact(&words);
        let text = format!("0.{digits}");
        self.errors.at(&words, (format!("`{written}` is not how a number is written"), Help::write(text)));
        self.rest.by_ref().take(words.into_iter().count()).for_each(drop);
        true
    }

    /// Reads what stands in the place of a number: a constant or its path, a text, brackets.
    fn in_place_of_number(&mut self) -> Option<TokenStream> {
        let (sign, mut ahead) = self.behind_sign();
        let mut tokens = match ahead.next()? {
            Word::Other(token @ (TokenTree::Group(_) | TokenTree::Literal(_))) => quote!(#sign #token),
            Word::Other(token @ TokenTree::Punct(unknown)) if unknown.as_char() == '?' => quote!(#sign #token),
            Word::Name(name) if begins_path(ahead.as_slice()) || !self.means_something(name) => quote!(#sign #name),
            Word::Name(_) | Word::Number(_) | Word::Other(_) => return None,
        };
        while begins_path(ahead.as_slice()) {
            ahead.by_ref().take(3).for_each(|word| word.to_tokens(&mut tokens));
        }
        self.rest = ahead;
        Some(tokens)
    }

    /// The units of a layer, which begin with the number `first`. More numbers are an error: other frameworks have the number of values that
    /// come in before the units, or several layers are meant.
    pub fn units(&mut self, first: &'a Number) -> &'a Number {
        let keyword = self.keyword;
        let mut numbers = vec![first];
        while let [Word::Number(number), ..] = self.rest.as_slice()
            && number.digits().is_some()
        {
            numbers.push(number);
            self.rest.next();
        }
        let comes_in = self.input.as_ref().map(Shape::channels);
        let (units, help) = match numbers.as_slice() {
            [_] => return first,
            [inputs, units] if comes_in.is_some() && inputs.digits() == comes_in => {
                (*units, Help::write(units.text()).and(", without the number of values that come in"))
            }
            _ => {
                self.had_list = true;
                let layers = numbers.iter().map(|number| format!("{keyword} {}", number.text()));
                let layers = layers.collect::<Vec<_>>().join(" => ");
                (first, Help::prose(format!("write one number; several layers are `{layers}`")))
            }
        };
        let message = format!("`{keyword}` takes one number, that of its units");
        self.errors.at(quote!(#(#numbers)*), (message, help));
        units
    }

    /// Reads the value behind an unknown word, which no other word takes: the sign before it, and the value.
    pub fn orphan(&mut self) -> (Option<&'a TokenTree>, Option<&'a Word>) {
        let (sign, mut ahead) = self.behind_sign();
        self.rest = ahead.clone();
        let value = ahead.next().filter(|value| match value {
            Word::Number(_) | Word::Other(TokenTree::Group(_) | TokenTree::Literal(_)) => true,
            Word::Name(name) => sign.is_some() && !self.means_something(name),
            Word::Other(_) => false,
        });
        if value.is_some() {
            self.rest = ahead;
        }
        (sign, value)
    }

    /// The sign that comes next, if there is one, and the words behind it.
    pub fn behind_sign(&self) -> (Option<&'a TokenTree>, std::slice::Iter<'a, Word>) {
        match self.rest.as_slice() {
            [Word::Other(sign @ TokenTree::Punct(punct)), rest @ ..] if is_before_value(punct) => {
                (Some(sign), rest.iter())
            }
            _ => (None, self.rest.clone()),
        }
    }

    /// Whether a name is a word of the language here, or nearly one.
    fn means_something(&self, name: &Ident) -> bool {
        let known = self.own.iter().copied().chain(options::all_words());
        (self.is_layer)(name)
            || options::has_answer(self.keyword, name, self.own)
            || Scalar::ALL.iter().any(|scalar| name == scalar.name())
            || suggest::nearest(&name.to_string(), known).is_some()
    }
}

/// Whether the words continue a list of numbers.
fn begins_list(words: &[Word]) -> bool {
    matches!(words, [comma, Word::Number(_), ..] if comma.is_sign(','))
}

/// Whether a name reads as that of a constant.
fn is_upper_case(name: &Ident) -> bool {
    !name.to_string().contains(char::is_lowercase)
}

/// Whether the words continue a path: `::name`.
fn begins_path(words: &[Word]) -> bool {
    matches!(words, [first, second, Word::Name(_), ..] if first.is_sign(':') && second.is_sign(':'))
}

/// Tokens as they are written, without the spaces that tokens have between them.
fn compact(tokens: &TokenStream) -> String {
    tokens.to_string().replace(' ', "")
}
