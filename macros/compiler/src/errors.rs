//! Errors are collected, not thrown: several mistakes are reported at once.
use proc_macro2::TokenStream;
use quote::ToTokens;

/// The errors so far, each with the tokens at fault.
#[derive(Debug, Default)]
pub struct Errors(Vec<syn::Error>);

impl Errors {
    /// Records an error under all of the tokens.
    pub fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Says in which calls of blocks the last error happened, the innermost first.
    pub fn in_calls(&mut self, calls: &[TokenStream]) {
        for call in calls {
            self.at(call, "this call of a block is where the error above happens");
        }
    }

    /// Records what syn found.
    pub fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// The number of errors.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds others; `once` leaves out those whose message has been recorded. Whether there were any to add.
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

    /// The value, unless something is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All errors.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = &syn::Error> {
        self.0.iter()
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
