//! Errors are collected, not thrown: several mistakes are reported at once.
mod help;

extern crate proc_macro;

use std::fmt;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;

use crate::print::rust;
pub use help::{Change, Help, Message, Position};

/// ` at src/main.rs:7`, to stand in a sentence; nothing outside of rustc, where tokens come from no file.
pub fn place(span: Span) -> String {
    if !proc_macro::is_available() {
        return String::new();
    }
    let span = span.unwrap();
    format!(" at {}:{}", span.file(), span.line())
}

/// The errors so far, each with the tokens at fault.
#[derive(Clone, Debug, Default)]
pub struct Errors(Vec<Error>);

/// An error, whose text includes its help, and the edit that its help proposes.
#[derive(Clone, Debug)]
pub struct Error {
    error: syn::Error,
    help: Option<Help>,
    /// The text without notes, and the tokens at fault.
    plain: Box<(String, TokenStream)>,
}

impl Error {
    /// An error that points at all of the tokens.
    pub fn at(tokens: impl ToTokens, message: impl Into<Message>) -> Self {
        let tokens = tokens.into_token_stream();
        let (text, help) = message.into().at(&tokens);
        Self { error: syn::Error::new_spanned(&tokens, &text), help, plain: Box::new((text, tokens)) }
    }

    /// Adds a line to the text.
    fn note(&mut self, note: &str) {
        let text = format!("{}\nnote: {note}", self.error);
        self.error = syn::Error::new_spanned(&self.plain.1, text);
    }

    /// The help, if there is one.
    pub fn help(&self) -> Option<&Help> {
        self.help.as_ref()
    }

    /// Whether another error has the same message at the same place.
    fn is_same(&self, other: &Self) -> bool {
        // Spans cannot be compared, but show the bytes that they cover.
        let place = |error: &Self| format!("{:?}", error.error.span());
        self.plain.0 == other.plain.0 && place(self) == place(other)
    }

    /// The error as rustc shows it.
    pub fn as_syn(&self) -> &syn::Error {
        &self.error
    }
}

/// The text with its help.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl From<syn::Error> for Error {
    fn from(error: syn::Error) -> Self {
        let plain = Box::new((error.to_string(), TokenStream::new()));
        Self { error, help: None, plain }
    }
}

impl Errors {
    /// Adds an error that points at all of the tokens.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl Into<Message>) {
        self.0.push(Error::at(tokens, message));
    }

    /// Adds a line for each call of a block to the errors from this index on, which happened in these calls. The innermost comes first.
    pub fn in_calls(&mut self, from: usize, calls: &[TokenStream]) {
        for call in calls {
            let place = place(call.span());
            let note = format!("in the call `{}` of a block{place}", rust(call.clone()));
            self.0.iter_mut().skip(from).for_each(|error| error.note(&note));
        }
    }

    /// Adds an error of this compiler or of syn.
    pub fn push(&mut self, error: impl Into<Error>) {
        self.0.push(error.into());
    }

    /// Leaves the sentences of all helps without their edits.
    pub fn remove_edits(&mut self) {
        let helps = self.0.iter_mut().filter_map(|error| error.help.as_mut());
        helps.for_each(|help| *help = Help::prose(help.sentence()));
    }

    /// The number of errors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds other errors, and returns whether any were added. `once` leaves out those that are in the list already, with the same message
    /// without notes at the same place.
    pub fn extend(&mut self, others: Self, once: bool) -> bool {
        let before = self.0.len();
        for error in others.0 {
            if !once || !self.0.iter().any(|earlier| earlier.is_same(&error)) {
                self.0.push(error);
            }
        }
        self.0.len() > before
    }

    /// The value, if there are no errors.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Whether there are no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All errors.
    pub fn iter(&self) -> impl Iterator<Item = &Error> {
        self.0.iter()
    }

    /// All errors as errors of syn, one by one.
    pub fn into_vec(self) -> Vec<syn::Error> {
        self.0.into_iter().map(|error| error.error).collect()
    }

    /// The first error as an expression, the others as items.
    pub fn into_expression_and_items(self) -> (TokenStream, TokenStream) {
        let mut errors = self.0.iter().map(|error| error.error.to_compile_error());
        (errors.next().unwrap_or_default(), errors.collect())
    }

    /// All errors as items.
    pub fn into_items(self) -> TokenStream {
        self.0.iter().map(|error| error.error.to_compile_error()).collect()
    }
}
