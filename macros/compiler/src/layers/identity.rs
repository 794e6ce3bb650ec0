//! The identities of layers. The fingerprint in files of weights is computed from them, so the identity of a layer never changes, not
//! even if its words or its messages do.
use std::fmt;

use crate::window::{Padding, WindowWords};

/// The text of a layer with all words that change its output for the same weights: `dense 10 nobias`.
#[derive(Debug)]
pub struct Identity(String);

impl Identity {
    pub fn new(word: &str) -> Self {
        Self(word.to_string())
    }

    /// Adds a whole number.
    pub fn whole(mut self, number: u64) -> Self {
        self.0.push_str(&format!(" {number}"));
        self
    }

    /// Adds a number.
    pub fn real(mut self, number: f64) -> Self {
        self.0.push_str(&format!(" {number}"));
        self
    }

    /// Adds sizes with `x` between them.
    pub fn sizes(mut self, sizes: &[u64]) -> Self {
        let sizes: Vec<String> = sizes.iter().map(u64::to_string).collect();
        self.0.push_str(&format!(" {}", sizes.join("x")));
        self
    }

    /// Adds a word.
    pub fn word(mut self, word: &str) -> Self {
        self.0.push_str(&format!(" {word}"));
        self
    }

    /// Adds a word if a condition holds.
    pub fn word_if(self, holds: bool, word: &str) -> Self {
        if holds { self.word(word) } else { self }
    }

    /// Adds a word and its number, if there is one.
    pub fn option(self, word: &str, number: Option<u64>) -> Self {
        match number {
            Some(number) => self.word(word).whole(number),
            None => self,
        }
    }

    /// Adds a window with its stride, padding and dilation.
    pub fn window(self, window: &WindowWords) -> Self {
        let with_kernel = self.sizes(&window.kernel.list());
        let with_stride = match &window.stride {
            Some(stride) => with_kernel.word("stride").sizes(&stride.list()),
            None => with_kernel,
        };
        let with_padding = match &window.padding {
            None | Some(Padding::Valid) => with_stride,
            Some(Padding::Same) => with_stride.word("same"),
            Some(Padding::Causal) => with_stride.word("causal"),
            Some(Padding::Explicit(sizes)) => with_stride.word("pad").sizes(sizes),
        };
        match &window.dilation {
            Some(dilation) => with_padding.word("dilation").sizes(&dilation.list()),
            None => with_padding,
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
