//! Errors are collected, not thrown: several mistakes are reported at once.
extern crate proc_macro;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// ` at src/main.rs:7`, to stand in a sentence; nothing outside of rustc, where tokens come from no file.
pub fn place(span: Span) -> String {
    if !proc_macro::is_available() {
        return String::new();
    }
    let span = span.unwrap();
    format!(" at {}:{}", span.file(), span.line())
}

/// The errors so far, each with the tokens at fault.
#[derive(Debug, Default)]
pub struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds an error that points at all of the tokens.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a note for each call of a block in which the last error happened, the innermost first.
    pub fn in_calls(&mut self, calls: &[TokenStream]) {
        for call in calls {
            self.at(call, "the error above happens in this call of a block");
        }
    }

    /// Adds an error of syn.
    pub fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// The number of errors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds other errors, and returns whether any were added. `once` leaves out those whose message is in the list already.
    pub fn extend(&mut self, others: Self, once: bool) -> bool {
        let before = self.0.len();
        for error in others.0 {
            let message = error.to_string();
            if !once || !self.0.iter().any(|earlier| earlier.to_string() == message) {
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
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = &syn::Error> {
        self.0.iter()
    }

    /// All errors, one by one.
    pub fn into_vec(self) -> Vec<syn::Error> {
        self.0
    }

    /// The first error as an expression, the others as items.
    pub fn into_expression_and_items(self) -> (TokenStream, TokenStream) {
        let mut errors = self.0.iter().map(syn::Error::to_compile_error);
        (errors.next().unwrap_or_default(), errors.collect())
    }

    /// All errors as items.
    pub fn into_items(self) -> TokenStream {
        self.0.iter().map(syn::Error::to_compile_error).collect()
    }
}
