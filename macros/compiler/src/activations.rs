//! The activations: their words, their types in castnet, their numbers, and the values that their backward pass reads.
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::number::Number;
use crate::words::Words;

/// The values from which the backward pass of an activation is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    Inputs,
    Outputs,
}

/// An activation of the language.
#[derive(Debug, PartialEq)]
struct Known {
    word: &'static str,
    kind: &'static str,
    /// Names and defaults of the numbers that may follow the word.
    numbers: &'static [(&'static str, f64)],
    keeps: Keeps,
}

macro_rules! activations {
    ($($word:ident $kind:ident $keeps:ident $(($($number:ident = $default:literal),*))?;)*) => {
        const KNOWN: &[Known] = &[$(Known {
            word: stringify!($word),
            kind: stringify!($kind),
            numbers: &[$($((stringify!($number), $default)),*)?],
            keeps: Keeps::$keeps,
        }),*];
    };
}

activations! {
    relu Relu Outputs;
    sigmoid Sigmoid Outputs;
    softmax Softmax Outputs;
    tanh Tanh Outputs;
    linear Linear Outputs;
    celu Celu Inputs (alpha = 1.0);
    clipped_relu ClippedRelu Inputs (max = 6.0, slope = 0.0, threshold = 0.0);
    elu Elu Inputs (alpha = 1.0);
    exponential Exponential Outputs;
    gelu Gelu Inputs;
    gelu_tanh GeluTanh Inputs;
    hard_shrink HardShrink Inputs (threshold = 0.5);
    hard_sigmoid HardSigmoid Inputs;
    hard_silu HardSilu Inputs;
    hard_tanh HardTanh Inputs;
    leaky_relu LeakyRelu Inputs (slope = 0.2);
    log_sigmoid LogSigmoid Inputs;
    log_softmax LogSoftmax Outputs;
    mish Mish Inputs;
    relu6 Relu6 Outputs;
    selu Selu Inputs;
    silu Silu Inputs;
    soft_shrink SoftShrink Inputs (threshold = 0.5);
    softplus Softplus Inputs;
    softsign Softsign Inputs;
    sparse_plus SparsePlus Inputs;
    sparse_sigmoid SparseSigmoid Inputs;
    squareplus Squareplus Inputs (b = 4.0);
    tanh_shrink TanhShrink Inputs;
    threshold Threshold Inputs (threshold = 1.0, value = 0.0);
}

/// Synonyms that Keras has.
const ALIASES: &[(&str, &str)] = &[("swish", "silu"), ("hard_swish", "hard_silu")];

/// All words, the frequent ones first.
pub fn words() -> impl Iterator<Item = &'static str> + Clone {
    KNOWN.iter().map(|known| known.word)
}

/// An activation's word as Keras has it, if the word is an activation.
pub fn find(word: &Ident) -> Option<&'static str> {
    known(word).map(|known| known.word)
}

/// The most numbers that may follow an activation; `None` for other words.
pub fn numbers_of(word: &str) -> Option<usize> {
    KNOWN.iter().find(|known| known.word == word).map(|known| known.numbers.len())
}

fn known(word: &Ident) -> Option<&'static Known> {
    KNOWN.iter().find(|known| word == known.word).or_else(|| {
        let (_, meant) = ALIASES.iter().find(|(alias, _)| word == alias)?;
        KNOWN.iter().find(|known| known.word == *meant)
    })
}

/// An activation with its numbers.
#[derive(Clone, Debug)]
pub struct Activation {
    known: &'static Known,
    numbers: Vec<f64>,
    /// Its token, for errors.
    pub word: Ident,
}

impl Activation {
    /// Reads the numbers after the word; `None` if the word is no activation.
    pub fn parse(word: &Ident, words: &mut Words<'_>) -> Option<Self> {
        let known = known(word)?;
        let mut numbers = Vec::new();
        for (name, default) in known.numbers {
            let what = format!("the {name} of `{word}`");
            let value = words.number().and_then(|number| words.read(number, |number: &Number| number.real(&what)));
            numbers.push(value.unwrap_or(*default));
        }
        Some(Self { known, numbers, word: word.clone() })
    }

    /// Its word, as Keras has it.
    pub fn keras_word(&self) -> &'static str {
        self.known.word
    }

    pub fn kind(&self) -> &'static str {
        self.known.kind
    }

    pub fn keeps(&self) -> Keeps {
        self.known.keeps
    }

    /// Whether its outputs depend on all channels of a position, as those of softmax do.
    pub fn compares_channels(&self) -> bool {
        matches!(self.known.word, "softmax" | "log_softmax")
    }

    /// The numbers in its formula.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// As written in full: `leaky_relu 0.2`.
    pub fn describe(&self) -> String {
        let numbers = self.numbers.iter().map(|number| format!(" {number}"));
        std::iter::once(self.known.word.to_string()).chain(numbers).collect()
    }

    /// Its type in castnet.
    pub fn rust_type(&self) -> TokenStream {
        let kind = format_ident!("{}", self.known.kind);
        quote!(castnet::#kind)
    }

    /// An expression of this type.
    pub fn value(&self) -> TokenStream {
        self.value_in(&quote!(castnet))
    }

    /// As [`value`](Self::value), with this path of castnet's types.
    pub fn value_in(&self, castnet: &TokenStream) -> TokenStream {
        let kind = format_ident!("{}", self.known.kind);
        let kind = quote!(#castnet::#kind);
        if self.numbers.is_empty() {
            return kind;
        }
        let numbers = self.numbers.iter().copied().map(real);
        quote!(#kind(#(#numbers),*))
    }
}

/// A number in double precision, with its sign.
pub fn real(value: f64) -> TokenStream {
    let literal = Literal::f64_unsuffixed(value.abs());
    if value.is_sign_negative() { quote!(-#literal) } else { quote!(#literal) }
}
