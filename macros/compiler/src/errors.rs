//! Errors are collected, not thrown: several mistakes are reported at once.
mod help;

use std::fmt;

use proc_macro2::TokenStream;
use quote::ToTokens;

pub use help::{Change, Help, Message, Position};

/// The errors so far, each with the tokens at fault.
#[derive(Debug, Default)]
pub struct Errors(Vec<Error>);

/// An error, whose text includes its help, and the edit that its help proposes.
#[derive(Clone, Debug)]
pub struct Error {
    error: syn::Error,
    help: Option<Help>,
}

impl Error {
    /// An error that points at all of the tokens.
    pub fn at(tokens: impl ToTokens, message: impl Into<Message>) -> Self {
        let tokens = tokens.into_token_stream();
        let (text, help) = message.into().at(&tokens);
        Self { error: syn::Error::new_spanned(tokens, text), help }
    }

    /// The help, if there is one.
    pub fn help(&self) -> Option<&Help> {
        self.help.as_ref()
    }

    /// Whether another error has the same message at the same place.
    fn is_same(&self, other: &Self) -> bool {
        // Spans cannot be compared, but show the bytes that they cover.
        let place = |error: &Self| format!("{:?}", error.error.span());
        self.to_string() == other.to_string() && place(self) == place(other)
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
        Self { error, help: None }
    }
}

impl Errors {
    /// Adds an error that points at all of the tokens.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl Into<Message>) {
        self.0.push(Error::at(tokens, message));
    }

    /// Adds a note for each call of a block in which the last error happened, the innermost first.
    pub fn in_calls(&mut self, calls: &[TokenStream]) {
        for call in calls {
            self.at(call, "the error above happens in this call of a block");
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
    /// at the same place.
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
