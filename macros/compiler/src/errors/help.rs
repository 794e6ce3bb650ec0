//! The help of an error: a sentence, and the edit that it proposes. The usual sentences are made from the edit, so both say the same.
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;

use crate::reserved::IDENTITY;

/// A description of a mistake, with a help.
///
/// It is made of a text and a [`Help`], or of a text alone. Such a text may end in a line `help: ...`, a help without an edit.
#[derive(Clone, Debug)]
pub struct Message {
    pub text: String,
    pub help: Option<Help>,
}

/// A sentence that says what to do, and the edit that does it. A help without changes is for mistakes whose answer only the user knows.
#[derive(Clone, Debug)]
pub struct Help {
    prose: String,
    changes: Vec<Change>,
}

/// Text that is put in a place. No text removes the tokens there.
///
/// Spans do not say whether tokens touch, so the text has no spaces for its neighbours: [`Change::text_between`] adds those that are needed.
#[derive(Clone, Debug)]
pub struct Change {
    place: Place,
    text: String,
}

/// A place in the source.
#[derive(Clone, Debug)]
enum Place {
    /// The tokens at fault.
    Fault,
    /// Before the tokens at fault.
    Before,
    /// After the tokens at fault.
    After,
    /// The first words of the tokens at fault that read so.
    Phrase(String),
    /// The layer at fault, with the arrow before it.
    Layer,
    /// After the layer at fault, if the layers behind it want a vector.
    BeforeVector,
    /// A place that needs no tokens at fault.
    Range(Position, Position),
}

/// A position between two tokens.
#[derive(Clone, Copy, Debug)]
pub enum Position {
    /// Where a token begins.
    Start(Span),
    /// Where a token ends.
    End(Span),
}

impl Message {
    /// The whole text, and the help with its places in these tokens at fault.
    pub(super) fn at(self, fault: &TokenStream) -> (String, Option<Help>) {
        let Self { text, help } = self;
        match help {
            Some(help) => (format!("{text}\nhelp: {}", help.prose), Some(help.within(fault))),
            None => (text, None),
        }
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        match text.split_once("\nhelp: ") {
            Some((text, help)) => Self { text: text.to_string(), help: Some(Help::prose(help)) },
            None => Self { text, help: None },
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        text.to_string().into()
    }
}

impl From<&String> for Message {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl<T: Into<String>> From<(T, Help)> for Message {
    fn from((text, help): (T, Help)) -> Self {
        Self { text: text.into(), help: Some(help) }
    }
}

impl<T: Into<String>> From<(T, Option<Help>)> for Message {
    fn from((text, help): (T, Option<Help>)) -> Self {
        Self { text: text.into(), help }
    }
}

impl Help {
    /// A sentence without an edit.
    pub fn prose(prose: impl Into<String>) -> Self {
        Self { prose: prose.into(), changes: Vec::new() }
    }

    fn new(prose: String, place: Place, text: impl Into<String>) -> Self {
        Self { prose, changes: vec![Change { place, text: text.into() }] }
    }

    /// "write `text`", in place of the tokens at fault.
    pub fn write(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(format!("write `{text}`"), Place::Fault, text)
    }

    /// "leave it out": the tokens at fault.
    pub fn leave_out() -> Self {
        Self::new("leave it out".to_string(), Place::Fault, "")
    }

    /// "put `text` before it": before the tokens at fault.
    pub fn before(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(format!("put `{text}` before it"), Place::Before, text)
    }

    /// "add `text`", after the tokens at fault.
    pub fn after(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(format!("add `{text}`"), Place::After, text)
    }

    /// "write `text`", in place of some words of the tokens at fault.
    pub fn write_for(words: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(format!("write `{text}`"), Place::Phrase(words.into()), text)
    }

    /// "write a space in its place": in the place of a sign between two words.
    pub fn space() -> Self {
        Self::new("write a space in its place".to_string(), Place::Fault, " ")
    }

    /// "leave out `words`": some of the tokens at fault.
    pub fn leave_out_words(words: impl Into<String>) -> Self {
        let words = words.into();
        Self::new(format!("leave out `{words}`"), Place::Phrase(words), "")
    }

    /// "leave it out": the layer at fault, with the arrow before it.
    pub fn leave_out_layer() -> Self {
        Self::new("leave it out".to_string(), Place::Layer, "")
    }

    /// All from one token up to another is left out.
    pub fn leave_out_until(from: &impl ToTokens, to: &impl ToTokens, prose: impl Into<String>) -> Self {
        Self::new(prose.into(), Place::Range(Position::Start(from.span()), Position::Start(to.span())), "")
    }

    /// The help whose layer has these tokens, and these with the arrow before it. Without an arrow `identity` takes the place of the
    /// layer.
    pub fn of_layer(mut self, layer: &TokenStream, arrow: Option<&TokenStream>) -> Self {
        for change in self.changes.iter_mut().filter(|change| matches!(change.place, Place::Layer)) {
            let (from, text) = match arrow {
                Some(arrow) => (arrow.span(), ""),
                None => (layer.span(), IDENTITY),
            };
            *change = Change {
                place: Place::Range(Position::Start(from), Position::End(layer.span())),
                text: text.to_string(),
            };
        }
        self
    }

    /// "put `text` before it": before a layer that takes an image. If a vector is wanted behind the layer, its output is flattened.
    pub fn before_image(text: impl Into<String>) -> Self {
        let mut help = Self::before(text);
        help.changes.push(Change { place: Place::BeforeVector, text: "=> flatten".to_string() });
        help
    }

    /// The help whose layer has these tokens, with or without the `=> flatten` behind it.
    pub fn flattened(mut self, layer: &TokenStream, vector_is_next: bool) -> Self {
        self.changes.retain(|change| vector_is_next || !matches!(change.place, Place::BeforeVector));
        for change in self.changes.iter_mut().filter(|change| matches!(change.place, Place::BeforeVector)) {
            change.place = Place::After.within(layer);
            self.prose.push_str(", and `=> flatten` behind it");
        }
        self
    }

    /// The same name for all of these words, in the place of another.
    pub fn rename(words: impl IntoIterator<Item = Ident>, name: &str) -> Self {
        let change = |word: Ident| Change {
            place: Place::Range(Position::Start(word.span()), Position::End(word.span())),
            text: name.to_string(),
        };
        Self { prose: format!("take another, such as `{name}`"), changes: words.into_iter().map(change).collect() }
    }

    /// The same edit of these tokens, which are not those at fault.
    pub fn of(mut self, tokens: &impl ToTokens) -> Self {
        self.changes.iter_mut().for_each(|change| change.place = change.place.within(&tokens.to_token_stream()));
        self
    }

    /// The edit with the changes of another.
    pub fn with(mut self, other: Self) -> Self {
        self.changes.extend(other.changes);
        self
    }

    /// The same edit with another sentence.
    pub fn saying(mut self, prose: impl Into<String>) -> Self {
        self.prose = prose.into();
        self
    }

    /// The same edit, with more text behind the sentence.
    pub fn and(mut self, more: &str) -> Self {
        self.prose.push_str(more);
        self
    }

    /// Text in the place of all between two tokens.
    pub fn between(left: &impl ToTokens, right: &impl ToTokens, text: impl Into<String>) -> Self {
        let text = text.into();
        let (left, right) = (Position::End(left.span()), Position::Start(right.span()));
        Self::new(format!("write `{text}`"), Place::Range(left, right), text)
    }

    /// The sentence.
    pub fn sentence(&self) -> &str {
        &self.prose
    }

    /// The changes of the edit. None, if the help is a sentence alone.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The help with its places in these tokens. If they hold no such words, because the tokens of a block or of a `macro_rules` stand
    /// for them, there is no edit.
    fn within(mut self, fault: &TokenStream) -> Self {
        self.changes.iter_mut().for_each(|change| change.place = change.place.within(fault));
        if self.changes.iter().any(|change| change.range().is_none()) {
            self.changes.clear();
        }
        self
    }
}

impl Change {
    /// Where the text goes.
    pub fn range(&self) -> Option<(Position, Position)> {
        match self.place {
            Place::Range(from, to) => Some((from, to)),
            _ => None,
        }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text with the spaces that keep it apart from its neighbours: the source before its place and behind it. Where it removes
    /// tokens, it is a space if their neighbours would become one word.
    pub fn text_between(&self, left: &str, right: &str) -> String {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"');
        let touch = |left: &str, right: &str| left.ends_with(is_word) && right.starts_with(is_word);
        let text = self.text.trim();
        if text.is_empty() {
            let is_needed = touch(left, right) || (self.text == " " && !left.ends_with(' ') && !right.starts_with(' '));
            return if is_needed { " " } else { "" }.to_string();
        }
        let (behind, before) = match self.range() {
            Some((from, to)) => (matches!(from, Position::End(_)), matches!(to, Position::Start(_))),
            None => (false, false),
        };
        let behind = (behind || text.starts_with("=>")) && !text.starts_with([',', '(', ';', ':']);
        let before = (before || text.ends_with("=>")) && !right.starts_with(['<', '>']);
        let first = (behind && !left.ends_with(char::is_whitespace)) || touch(left, text);
        let last = (before && !right.starts_with(char::is_whitespace)) || touch(text, right);
        let space = |is_needed| if is_needed { " " } else { "" };
        format!("{}{text}{}", space(first), space(last))
    }
}

impl Place {
    /// The same place as a range of these tokens, if they have it.
    fn within(&self, tokens: &TokenStream) -> Self {
        let range = match self {
            Self::Fault => Some((Position::Start(tokens.span()), Position::End(tokens.span()))),
            Self::Before => Some((Position::Start(tokens.span()), Position::Start(tokens.span()))),
            Self::After => Some((Position::End(tokens.span()), Position::End(tokens.span()))),
            Self::Phrase(words) => {
                find(tokens, words).map(|(first, last)| (Position::Start(first), Position::End(last)))
            }
            Self::Layer | Self::BeforeVector => None,
            Self::Range(from, to) => Some((*from, *to)),
        };
        range.map_or_else(|| self.clone(), |(from, to)| Self::Range(from, to))
    }
}

/// The first and the last of the tokens that read as these words.
fn find(tokens: &TokenStream, words: &str) -> Option<(Span, Span)> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let words: Vec<&str> = words.split_whitespace().collect();
    let found = tokens.windows(words.len().max(1)).find(|tokens| {
        tokens.iter().map(|token| token.to_string().replace('_', "")).eq(words.iter().map(|word| word.replace('_', "")))
    })?;
    Some((found.first()?.span(), found.last()?.span()))
}
