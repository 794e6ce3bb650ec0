//! The layers: one file each, one line in the list below.
mod activation;
mod affine;
mod convolution;
mod identity;
mod interface;
pub mod join;
mod memory;
pub mod nested;
mod parameters;
mod places;

use proc_macro2::Ident;

use crate::activations;
use crate::errors::Errors;
use crate::words::{Word, Words};

pub use bidirectional::PARTS;
pub use interface::{
    Adapt, Backward, Constant, Dependence, InPlace, InputGradient, Join, Layer, Map, Misfit, Operation, Parsed,
    Resolved, Rule, Samples,
};
pub use memory::{Life, Need, Purpose, Reads, Room};
pub use parameters::{Context, NestedType, ParameterGroup, Role, Rules, Tensor, Tensors};
pub use places::{Places, Wants, group_name};
pub use recurrent::{FROM, SEQUENCES, STATE};

/// The meaning of the first number of a layer.
#[derive(Clone, Copy, PartialEq)]
enum FirstNumber {
    /// The channels of its output.
    Units,
    /// The channels of its output; its window comes second.
    Filters,
    Window,
    Other,
}

/// The inputs of a layer, as far as messages want to know.
#[derive(Clone, Copy, PartialEq)]
pub enum Takes {
    Vector,
    Sequence,
    Image,
    Any,
}

/// The keyword of a layer, the words that not every layer takes, and the function that reads them.
#[derive(Clone, Copy)]
pub struct Keyword {
    pub word: &'static str,
    pub words: &'static [&'static str],
    /// The words among them that are in no identity.
    unhashed: &'static [&'static str],
    /// Whether the layer rests in predictions.
    rests: bool,
    /// The meaning of its first number.
    number: FirstNumber,
    takes: Takes,
    /// Whether its output has the shape of its input.
    keeps_shape: bool,
    pub parse: fn(&mut Words<'_>) -> Option<Parsed>,
}

impl Keyword {
    pub const fn new(
        word: &'static str,
        words: &'static [&'static str],
        parse: fn(&mut Words<'_>) -> Option<Parsed>,
    ) -> Self {
        let (number, takes) = (FirstNumber::Other, Takes::Any);
        Self { word, words, unhashed: &[], rests: false, number, takes, keeps_shape: false, parse }
    }

    /// The words that are in no identity: the layer has them already, or they change training alone.
    pub const fn unhashed(self, unhashed: &'static [&'static str]) -> Self {
        Self { unhashed, ..self }
    }

    /// The layer rests in predictions.
    pub const fn resting(self) -> Self {
        Self { rests: true, ..self }
    }

    /// The layer takes a vector to as many units as its first number says.
    pub const fn units(self) -> Self {
        Self { number: FirstNumber::Units, ..self.vectors() }
    }

    /// The layer takes a vector.
    pub const fn vectors(self) -> Self {
        Self { takes: Takes::Vector, ..self }
    }

    /// The layer takes an image to as many filters as its first number says; its second number is its window.
    pub const fn filters(self) -> Self {
        Self { number: FirstNumber::Filters, ..self.images() }
    }

    /// The layer takes an image, and its first number is its window.
    pub const fn window(self) -> Self {
        Self { number: FirstNumber::Window, ..self.images() }
    }

    /// The layer takes a sequence.
    pub const fn sequences(self) -> Self {
        Self { takes: Takes::Sequence, ..self }
    }

    /// The layer takes an image.
    pub const fn images(self) -> Self {
        Self { takes: Takes::Image, ..self }
    }

    /// The output has the shape of the input.
    pub const fn keeping_shape(self) -> Self {
        Self { keeps_shape: true, ..self }
    }

    /// The inputs that the layer takes.
    pub fn takes(&self) -> Takes {
        self.takes
    }

    pub fn keeps_shape(&self) -> bool {
        self.keeps_shape
    }

    /// Whether the first number says the channels of the output.
    pub fn is_sized(&self) -> bool {
        matches!(self.number, FirstNumber::Units | FirstNumber::Filters)
    }

    /// Whether the first number says the filters, and the second the window.
    pub fn has_filters(&self) -> bool {
        self.number == FirstNumber::Filters
    }

    /// The place of the window among the numbers of a convolution.
    pub fn place_of_window(&self) -> Option<usize> {
        match self.number {
            FirstNumber::Filters => Some(1),
            FirstNumber::Window => Some(0),
            FirstNumber::Units | FirstNumber::Other => None,
        }
    }

    /// The words of this layer that the fingerprint does not contain, its keyword among them if the layer rests in predictions.
    pub fn all_unhashed(self) -> impl Iterator<Item = &'static str> {
        self.rests.then_some(self.word).into_iter().chain(self.unhashed.iter().copied())
    }
}

/// Declares the modules, each with the list of its keywords.
macro_rules! layers {
    ($($module:ident),*) => {
        $(mod $module;)*

        const LAYERS: &[&[Keyword]] = &[$($module::KEYWORDS),*];
    };
}

layers!(
    dense,
    conv,
    depthwise,
    separable,
    conv_transpose,
    recurrent,
    bidirectional,
    pooling,
    padding,
    channels,
    upsample,
    batchnorm,
    layernorm,
    unitnorm,
    dropout,
    noise,
    prelu,
    flatten,
    normalize,
    rescale,
    reshape,
    permute,
    repeat_vector
);

/// All keywords, in the order in which messages name them.
pub fn all() -> impl Iterator<Item = &'static Keyword> + Clone {
    LAYERS.iter().copied().flatten()
}

/// The keywords of layers, without activations.
pub fn keywords() -> impl Iterator<Item = &'static str> + Clone {
    all().map(|keyword| keyword.word)
}

/// The layer or the activation with this keyword.
pub fn find(word: &Ident) -> Option<Keyword> {
    match all().find(|keyword| word == keyword.word) {
        Some(keyword) => Some(*keyword),
        None => activations::find(word).map(|word| Keyword::new(word, &[], activation::parse).keeping_shape()),
    }
}

/// Whether a word is the keyword of a layer or an activation.
pub fn is_keyword(word: &Ident) -> bool {
    find(word).is_some()
}

/// Whether the layer or the activation with this keyword reads these words without an error.
pub fn reads(keyword: &Ident, words: &[Word]) -> bool {
    let Some(layer) = find(keyword) else { return false };
    let mut errors = Errors::default();
    let mut words = Words::new(keyword, layer.words, is_keyword, words, &mut errors);
    (layer.parse)(&mut words).is_some() && errors.is_empty()
}

/// Whether the first number of a layer is that of its filters, and the second its window.
pub fn has_filters(word: &Ident) -> bool {
    find(word).is_some_and(|keyword| keyword.has_filters())
}

/// Whether a word stands behind the keyword of some layer.
pub fn is_option(word: &Ident) -> bool {
    all().flat_map(|keyword| keyword.words).any(|option| word == option)
}
