//! The penalties in the loss on weights, biases and outputs: their factors, and the expressions of castnet's types.
use std::fmt;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::activations::real;
use crate::words::{Words, such_as};

/// The factor of a regularizer without a number; the default of Keras.
const DEFAULT: f64 = 0.01;

/// The factors of the penalties on absolute values and on squares, each with its word.
#[derive(Clone, Debug, Default)]
pub struct Regularizers {
    pub l1: Option<(Ident, f64)>,
    pub l2: Option<(Ident, f64)>,
}

impl Regularizers {
    /// The words that were written.
    pub fn words(&self) -> impl Iterator<Item = &Ident> {
        [&self.l1, &self.l2].into_iter().flatten().map(|(word, _)| word)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words().next().is_none()
    }

    /// An expression for each penalty: `castnet::L1(0.01)`.
    pub fn values(&self) -> Vec<TokenStream> {
        let value = |kind: &str, factor: &Option<(Ident, f64)>| {
            let (_, factor) = factor.as_ref()?;
            let (kind, factor) = (format_ident!("{kind}"), real(*factor));
            Some(quote!(castnet::#kind(#factor)))
        };
        [value("L1", &self.l1), value("L2", &self.l2)].into_iter().flatten().collect()
    }
}

/// As written in full: `activity_l1 0.1, activity_l2 0.01`.
impl fmt::Display for Regularizers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factors = [&self.l1, &self.l2].into_iter().flatten();
        let texts: Vec<String> = factors.map(|(word, factor)| format!("{word} {factor}")).collect();
        f.write_str(&texts.join(", "))
    }
}

/// Reads the factor behind the word of a regularizer.
pub fn factor(name: &Ident, words: &mut Words<'_>) -> f64 {
    let Some(number) = words.number() else { return DEFAULT };
    let what = format!("the factor of `{name}`");
    let read = words.read(number, |number| match number.real(&what)? {
        factor if factor < 0.0 => {
            let text = number.text();
            Err((format!("{what} is `{text}`, but must be at least 0"), such_as(&format!("{name} 1e-4"))).into())
        }
        factor => Ok(factor),
    });
    read.unwrap_or(DEFAULT)
}
