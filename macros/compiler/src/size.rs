//! Sizes with nested networks, which only rustc knows.
use std::fmt;
use std::ops::AddAssign;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::shape::literal;

/// A sum of a number and of constants of nested networks, such as `<Encoder as Predict>::PARAMS`.
#[derive(Clone, Debug, Default)]
pub struct Size {
    pub known: u64,
    pub more: Vec<TokenStream>,
}

impl Size {
    pub fn known(known: u64) -> Self {
        Self { known, more: Vec::new() }
    }

    pub fn unknown(constant: TokenStream) -> Self {
        Self { known: 0, more: vec![constant] }
    }

    /// The number, if there are no constants.
    pub fn exact(&self) -> Option<u64> {
        self.more.is_empty().then_some(self.known)
    }
}

/// Saturates at `u64::MAX`.
impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.known = self.known.saturating_add(other.known);
        self.more.extend(other.more);
    }
}

impl std::iter::Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self::default(), |mut sum, size| {
            sum += size;
            sum
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.known)?;
        self.more.iter().try_for_each(|constant| write!(f, " + {constant}"))
    }
}

/// The sum as an expression.
impl ToTokens for Size {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (known, more) = (literal(self.known), &self.more);
        tokens.extend(quote!(#known #(+ #more)*));
    }
}
