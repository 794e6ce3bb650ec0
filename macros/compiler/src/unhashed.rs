//! The words that the fingerprint does not contain: networks that differ in these words alone compute the same outputs from the same weights.
use proc_macro2::TokenStream;
use quote::quote;

use crate::layers;
use crate::options;

/// All words, in no order: of penalties, constraints and initializers, of layers that rest in predictions, and of what holds without a word.
pub fn all() -> impl Iterator<Item = &'static str> {
    let of_layers = layers::all().flat_map(|keyword| keyword.all_unhashed());
    options::unhashed().chain(of_layers)
}

/// The words as a slice of pairs: a word, and whether a name stands behind it. The runtime reads the texts of networks with it.
pub fn expression() -> TokenStream {
    let mut words: Vec<&str> = all().collect();
    words.sort_unstable();
    words.dedup();
    let named = words.iter().map(|word| options::takes_initializer(word));
    quote!(&[#((#words, #named)),*])
}
