//! The layers: one file each, one line in the list below.
//!
//! A layer says what it makes of a shape and which of three kinds of operation it is; the code generator knows these kinds
//! and never a particular layer.
use std::fmt::Debug;

use proc_macro2::{Ident, TokenStream};

use crate::activations;
use crate::optimize::Goal;
use crate::shape::{Scalar, Shape};
use crate::words::Words;

/// What a layer tells the compiler.
pub trait Layer: Debug {
    /// Its kind, as Keras names it: `Dense`.
    fn kind(&self) -> &'static str;
    /// As written in full, without what does not change the result of a prediction: `dense 10`.
    fn describe(&self) -> String;
    /// The shape of its output; an error says why there is none and what to do.
    fn infer(&self, input: &Shape) -> Result<Shape, String>;
    /// What it does to memory.
    fn operation(&self) -> Operation<'_>;
    /// Whether it stands right behind the input and nowhere else.
    fn only_first(&self) -> bool {
        false
    }
    /// Says what its code is to be good at.
    fn optimize(&mut self, _goal: Goal) {}
    /// The activation that it is.
    fn as_activation(&self) -> Option<&activations::Activation> {
        None
    }
}

/// The three kinds of operation.
pub enum Operation<'a> {
    /// Reads one value and writes another, with parameters.
    Map(&'a dyn Map),
    /// Changes a value where it lies.
    InPlace(&'a dyn InPlace),
    /// Reads the same values in another shape.
    Alias,
}

/// A layer with parameters: a field of the network.
///
/// Every method gets the field (`self.dense_1`) and expressions for what it reads and writes, and returns one statement
/// or expression.
pub trait Map {
    /// Its parameters.
    fn parameters(&self, input: &Shape, output: &Shape) -> Parameters;
    /// The type of the field, which stands in castnet under the path that is given.
    fn rust_type(&self, input: &Shape, output: &Shape, castnet: &TokenStream, scalar: Scalar) -> TokenStream;
    /// Multiply-adds of one prediction.
    fn macs(&self, input: &Shape, output: &Shape) -> u64;
    /// Fresh parameters.
    fn init(&self, field: &TokenStream) -> TokenStream;
    fn forward(&self, field: &TokenStream, input: &TokenStream, output: &TokenStream) -> TokenStream;
    /// `None` if training changes none of its parameters.
    fn backward_parameters(
        &self,
        field: &TokenStream,
        input: &TokenStream,
        grad_output: &TokenStream,
        gradient: &TokenStream,
    ) -> Option<TokenStream>;
    fn backward_input(&self, field: &TokenStream, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream;
    /// What holds for its weights.
    fn rules(&self) -> Rules {
        Rules::default()
    }
    /// If it learns from data before training: how, and how to know that it has not yet.
    fn adapt(&self, _field: &TokenStream, _samples: &TokenStream) -> Option<Adapt> {
        None
    }
}

/// Penalties and constraints of a layer, and its field that they act on.
#[derive(Default)]
pub struct Rules {
    pub weight: &'static str,
    pub regularizers: Vec<TokenStream>,
    pub constraints: Vec<TokenStream>,
}

/// How a layer learns from data: a statement, and an expression that is true once it has.
pub struct Adapt {
    pub learn: TokenStream,
    pub is_adapted: TokenStream,
}

/// A layer that changes values where they lie.
pub trait InPlace {
    /// What its backward pass reads again.
    fn keeps(&self) -> Keeps;
    /// Whether it does anything in a prediction.
    fn acts_in_prediction(&self) -> bool {
        true
    }
    /// Changes the values; `mask` is memory of its own if it keeps one.
    fn forward(&self, values: &TokenStream, mask: &TokenStream) -> TokenStream;
    /// Turns the gradient of the outputs into that of the inputs, in place.
    fn backward(&self, kept: &TokenStream, grad: &TokenStream) -> TokenStream;
}

/// What the backward pass of an operation in place reads again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    Inputs,
    Outputs,
    /// A value of its own, of the same shape.
    Mask,
}

/// Who changes parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Training.
    Trainable,
    /// Nobody.
    Frozen,
    /// The data, before training.
    State,
}

/// The parameters of a layer.
#[derive(Debug)]
pub struct Parameters {
    pub role: Role,
    /// In words: `13 inputs to 10 units`.
    pub description: String,
    pub tensors: Vec<Tensor>,
}

impl Parameters {
    /// How many there are; more than `u64` holds counts as its maximum.
    pub fn count(&self) -> u64 {
        self.tensors.iter().fold(0, |sum: u64, tensor| sum.saturating_add(tensor.len()))
    }
}

/// A tensor of a layer: the name of its field, and its shape in files, as Keras has it.
#[derive(Debug)]
pub struct Tensor {
    pub name: &'static str,
    pub shape: Vec<u64>,
}

impl Tensor {
    /// How many values; more than `u64` holds counts as its maximum.
    pub fn len(&self) -> u64 {
        self.shape.iter().fold(1, |product: u64, &size| product.saturating_mul(size))
    }
}

/// A layer as it was read, with the activation that was written after it.
pub struct Parsed {
    pub layer: Box<dyn Layer>,
    pub activation: Option<Box<dyn Layer>>,
}

/// Reads a layer's arguments; what is wrong is reported to `words`.
type Parse = fn(&mut Words<'_>) -> Option<Parsed>;

macro_rules! layers {
    ($($module:ident),*) => {
        mod activation;
        $(mod $module;)*

        /// The keywords and who reads their arguments.
        const LAYERS: &[(&str, Parse)] = &[$((stringify!($module), $module::parse)),*];
    };
}

layers!(dense, dropout, flatten, normalize, reshape);

/// The keywords of layers, without activations.
pub fn keywords() -> impl Iterator<Item = &'static str> + Clone {
    LAYERS.iter().map(|(keyword, _)| *keyword)
}

/// Who reads the arguments of a keyword.
pub fn find(keyword: &Ident) -> Option<Parse> {
    match LAYERS.iter().find(|(known, _)| keyword == known) {
        Some((_, parse)) => Some(*parse),
        None => activations::is_known(keyword).then_some(activation::parse),
    }
}
