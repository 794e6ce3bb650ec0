//! The layers: one file each, one line in the list below.
//!
//! A layer says what it makes of a shape and which of four kinds of operation it is; the code generator knows these kinds
//! and never a particular layer.
use std::fmt::Debug;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

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
    /// The shape of its output where branches meet.
    fn infer_all(&self, inputs: &[&Shape]) -> Result<Shape, Misfit> {
        match inputs {
            [input] => self.infer(input).map_err(Misfit::Layer),
            _ => Err(Misfit::Layer(format!("`{}` takes one value, not {}", self.describe(), inputs.len()))),
        }
    }
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

/// What does not fit.
pub enum Misfit {
    /// The layer as a whole.
    Layer(String),
    /// Branches, by their numbers, which do not fit together.
    Branches(Vec<(usize, String)>),
}

/// The four kinds of operation.
pub enum Operation<'a> {
    /// Reads one value and writes another.
    Map(&'a dyn Map),
    /// Changes a value where it lies.
    InPlace(&'a dyn InPlace),
    /// Reads the same values in another shape.
    Alias,
    /// Reads several values and writes another.
    Join(&'a dyn Join),
}

/// A layer that reads one value and writes another.
///
/// Its passes return one statement each, made of the expressions that [`Places`] holds.
pub trait Map {
    /// Its parameters, each part a field of the network; none if it only computes.
    fn parts(&self, _layer: &Context<'_>) -> Vec<Part> {
        Vec::new()
    }
    /// Multiply-adds of one prediction.
    fn macs(&self, _input: &Shape, _output: &Shape) -> u64 {
        0
    }
    /// A constant that its passes share, such as the geometry of a window: its type and its value.
    fn constant(&self, _layer: &Context<'_>) -> Option<Constant> {
        None
    }
    /// What training keeps for the backward passes beside inputs and outputs: a value of this shape for each sample.
    fn record(&self, _input: &Shape, _output: &Shape) -> Option<Shape> {
        None
    }
    /// What [`backward_input`](Self::backward_input) reads of the tape.
    fn reads(&self) -> Reads {
        Reads::default()
    }
    /// Whether each of its outputs is the largest of some inputs.
    fn takes_largest(&self) -> bool {
        false
    }
    /// If it is a network itself: which.
    fn inner(&self) -> Option<Inner<'_>> {
        None
    }
    /// Fresh parameters.
    fn init(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// The pass of a prediction.
    fn forward(&self, at: &Places) -> TokenStream;
    /// The pass of a training; it writes the record.
    fn forward_training(&self, at: &Places) -> TokenStream {
        self.forward(at)
    }
    /// Writes the gradient of its parameters. It may read the input, the gradient of the output, and the record. `None` if
    /// training changes none of its parameters.
    fn backward_parameters(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// Writes the gradient of the input, from that of the output and from what it [`reads`](Self::reads).
    fn backward_input(&self, at: &Places) -> TokenStream;
    /// Both gradients by one statement, where that takes less than two; `gradient` is there as an option.
    fn backward_both(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// What a training step changes in its state, such as moving statistics, from the record.
    fn update_state(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// What holds for its weights.
    fn rules(&self) -> Rules {
        Rules::default()
    }
    /// If it learns from data before training: how, and how to know that it has not yet.
    fn adapt(&self, _at: &Places, _samples: &TokenStream) -> Option<Adapt> {
        None
    }
}

/// A layer that joins branches.
///
/// Its passes go through the values that it reads, the operands, one after the other.
pub trait Join {
    /// What the backward passes read of the tape.
    fn reads(&self) -> Reads {
        Reads::default()
    }
    /// Whether the gradient of every operand is that of the output, so that both may be the same memory; and whether the output may lie
    /// where the first or the second operand does.
    fn is_sum(&self) -> bool {
        false
    }
    /// Takes an operand into the output: the first that is taken in begins it.
    fn forward(&self, operand: &Operand<'_>, begins: bool, input: &TokenStream, output: &TokenStream) -> TokenStream;
    /// What is left to do to the output.
    fn finish(&self, _operands: usize, _output: &TokenStream) -> Option<TokenStream> {
        None
    }
    /// Writes the gradient of an operand, as far as it follows from that of the output.
    fn backward(&self, operand: &Operand<'_>, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream;
    /// The values of the tape that the gradient of an operand then depends on.
    fn depends_on(&self, _operand: &Operand<'_>) -> Vec<Dependence> {
        Vec::new()
    }
    /// What one of them does to the gradient; `own` is the operand itself in comparisons.
    fn backward_with(
        &self,
        _operand: &Operand<'_>,
        _dependence: Dependence,
        _own: &TokenStream,
        _value: &TokenStream,
        _grad_output: &TokenStream,
        _grad_input: &TokenStream,
    ) -> TokenStream {
        TokenStream::new()
    }
}

/// A value that a join reads.
pub struct Operand<'a> {
    /// Its number, and the shapes of all.
    pub index: usize,
    pub shapes: Vec<&'a Shape>,
    pub output: &'a Shape,
}

impl<'a> Operand<'a> {
    pub fn shape(&self) -> &'a Shape {
        self.shapes.get(self.index).copied().unwrap_or(self.output)
    }
}

/// What the gradient of an operand depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// Another operand.
    Operand(usize),
    /// The operand itself beside another.
    Comparison(usize),
}

/// A layer among its values.
pub struct Context<'a> {
    pub input: &'a Shape,
    pub output: &'a Shape,
    pub scalar: Scalar,
    /// The path under which castnet's types stand.
    pub castnet: &'a TokenStream,
}

/// Another network as a layer.
#[derive(Clone, Copy)]
pub struct Inner<'a> {
    pub path: &'a TokenStream,
    pub frozen: bool,
}

/// A constant of a layer.
pub struct Constant {
    pub rust_type: TokenStream,
    pub value: TokenStream,
}

/// What a pass reads of the tape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    pub input: bool,
    pub output: bool,
    pub record: bool,
}

/// Expressions for what a pass reads and writes; empty where the pass has nothing of the kind.
#[derive(Debug, Default)]
pub struct Places {
    /// The name of the layer, to which the suffixes of its parts are added.
    pub name: Option<Ident>,
    pub input: TokenStream,
    pub output: TokenStream,
    pub record: TokenStream,
    /// Memory of a network that is a layer: its activations, and its gradients.
    pub inner: TokenStream,
    pub inner_grads: TokenStream,
    pub grad_output: TokenStream,
    pub grad_input: TokenStream,
    /// The layer's constant.
    pub constant: TokenStream,
}

impl Places {
    /// The field of a part: `self.batchnorm_1_moving`.
    pub fn field(&self, suffix: &str) -> TokenStream {
        let name = self.part(suffix);
        quote!(self.#name)
    }

    /// The gradient of a part: `gradient.dense_1`.
    pub fn gradient(&self, suffix: &str) -> TokenStream {
        let name = self.part(suffix);
        quote!(gradient.#name)
    }

    fn part(&self, suffix: &str) -> Option<Ident> {
        self.name.as_ref().map(|name| part_name(name, suffix))
    }
}

/// The name of the field of a part.
pub fn part_name(name: &Ident, suffix: &str) -> Ident {
    // `format_ident` leaves out the `r#` of what is written as an argument.
    if suffix.is_empty() { name.clone() } else { format_ident!("{}{}", name, suffix) }
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
    /// Whether it may as well be applied to the largest of some values as to all of them, but for the sign of a zero.
    fn commutes_with_largest(&self) -> bool {
        false
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
    Nothing,
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

/// Parameters of a layer that belong together: a field of the network.
#[derive(Debug)]
pub struct Part {
    /// What is added to the layer's name: nothing, or `_moving`.
    pub suffix: &'static str,
    pub role: Role,
    /// In words: `13 inputs to 10 units`.
    pub description: String,
    pub rust_type: TokenStream,
    pub tensors: Vec<Tensor>,
}

impl Part {
    /// How many parameters there are; more than `u64` holds counts as its maximum.
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

/// Declares the modules; the keywords of a module that has not one of its own name are behind it.
macro_rules! layers {
    ($($module:ident $([$($keyword:ident),*])?),*) => {
        mod activation;
        pub mod another;
        pub mod join;
        $(mod $module;)*

        /// The keywords and who reads their arguments.
        const LAYERS: &[(&[&str], Parse)] = &[$((layers!(@keywords $module $([$($keyword),*])?), $module::parse)),*];
    };
    (@keywords $module:ident) => { &[stringify!($module)] };
    (@keywords $module:ident [$($keyword:ident),*]) => { &[$(stringify!($keyword)),*] };
}

layers!(
    dense,
    conv,
    depthwise,
    separable,
    conv_transpose,
    pooling [maxpool, avgpool, globalmaxpool, globalavgpool],
    border [pad, crop],
    upsample,
    batchnorm,
    normalization [layernorm, groupnorm],
    dropout,
    noise [spatial_dropout, gaussian_dropout, gaussian_noise],
    prelu,
    flatten,
    normalize,
    rescale,
    reshape
);

/// The keywords of layers, without activations.
pub fn keywords() -> impl Iterator<Item = &'static str> + Clone {
    LAYERS.iter().flat_map(|(keywords, _)| *keywords).copied()
}

/// Who reads the arguments of a keyword.
pub fn find(keyword: &Ident) -> Option<Parse> {
    match LAYERS.iter().find(|(known, _)| known.iter().any(|known| keyword == known)) {
        Some((_, parse)) => Some(*parse),
        None => activations::is_known(keyword).then_some(activation::parse),
    }
}
