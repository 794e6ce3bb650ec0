//! The traits of layers.
//!
//! A layer computes the shape of its output and is one of four kinds of operation. The code generator knows these kinds and no
//! particular layer.
use std::fmt::Debug;

use proc_macro2::{Ident, TokenStream};

use super::identity::Identity;
use super::memory::{Need, Purpose, Reads};
use super::parameters::{Context, ParameterGroup, Rules};
use super::places::Places;
use crate::activations::Activation;
use crate::errors::Message;
use crate::options::Options;
use crate::regularizers::Regularizers;
use crate::shape::Shape;
use crate::size::Size;

/// A layer as it was read, with the words about its output.
pub struct Parsed {
    /// The label of the second value that the layer reads, beside what comes in.
    pub second: Option<Ident>,
    /// Layers that read the input side by side, each with the end of its name: `layer` joins their outputs. Mostly there are none.
    pub parts: Vec<(&'static str, Box<dyn Layer>)>,
    pub layer: Box<dyn Layer>,
    pub activation: Option<Activation>,
    /// The penalties on the output, behind the activation.
    pub activity: Regularizers,
}

impl Parsed {
    pub fn alone(layer: impl Layer + 'static) -> Self {
        Self::with_activation(Box::new(layer), None)
    }

    pub fn with_activation(layer: Box<dyn Layer>, activation: Option<Activation>) -> Self {
        Self { second: None, parts: Vec::new(), layer, activation, activity: Regularizers::default() }
    }

    /// A layer with weights, with the words about its output among its options.
    pub fn with_options(layer: impl Layer + 'static, options: &Options) -> Self {
        let (activation, activity) = (options.activation.clone(), options.activity.clone());
        Self { second: None, parts: Vec::new(), layer: Box::new(layer), activation, activity }
    }
}

/// A layer as it was written.
pub trait Layer: Debug {
    /// Its canonical words for messages, without those that change only training: `dense 10`.
    fn describe(&self) -> String;
    /// The operation of the layer for inputs of these shapes; an error if the layer does not take them.
    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit>;
    /// The shape of its output, if it is the same for all inputs that the layer takes. After an error the layers behind it are checked with it.
    fn output(&self) -> Option<Shape> {
        None
    }
    /// Whether it takes a sequence and no vector.
    fn takes_sequence(&self) -> bool {
        false
    }
    /// The word that makes it give all steps of a sequence, if it gives only the last.
    fn word_for_all_steps(&self) -> Option<&'static str> {
        None
    }
    /// The word that makes it give all of its last state, if it gives only a part.
    fn word_for_state(&self) -> Option<&'static str> {
        None
    }
    /// Whether it may only stand right behind an input.
    fn only_first(&self) -> bool {
        false
    }
    /// The activation, if the layer is one.
    fn as_activation(&self) -> Option<&Activation> {
        None
    }
}

/// A layer whose inputs are known.
#[derive(Debug)]
pub struct Resolved {
    /// The shape of its output.
    pub output: Shape,
    /// Its kind, as Keras names it: `Dense`.
    pub kind: &'static str,
    /// Its text in the fingerprint of files of weights.
    pub identity: Identity,
    /// Its kind of operation, with its code.
    pub operation: Operation,
}

impl Resolved {
    pub fn map(output: Shape, kind: &'static str, identity: Identity, map: impl Map + 'static) -> Self {
        Self { output, kind, identity, operation: Operation::Map(Box::new(map)) }
    }

    /// A layer behind an error, of which only the shape of its output is known.
    pub fn lost(output: Shape) -> Self {
        Self { output, kind: "", identity: Identity::new(""), operation: Operation::Alias }
    }

    pub fn in_place(output: Shape, kind: &'static str, identity: Identity, operation: impl InPlace + 'static) -> Self {
        Self { output, kind, identity, operation: Operation::InPlace(Box::new(operation)) }
    }
}

/// The shape of the input of a layer that reads one value.
pub fn only<'a>(inputs: &[&'a Shape]) -> Result<&'a Shape, Misfit> {
    match inputs {
        [input] => Ok(input),
        _ => Err(format!("this layer takes one value, not {}", inputs.len()).into()),
    }
}

/// The reason why a layer does not fit its inputs.
pub enum Misfit {
    /// An error of the layer.
    Layer(Message),
    /// Branches that do not fit together.
    Branches(Rule),
    /// Branches that should be vectors.
    NoVectors,
    /// More branches than two.
    MoreThanTwo,
}

/// The shapes that a join wants.
pub struct Rule {
    pub text: &'static str,
    /// The index of the axis whose sizes may differ.
    pub free: Option<usize>,
    /// The axis as it was written, counted from 1.
    pub along: Option<u64>,
}

/// A message is an error of the layer.
impl<T: Into<Message>> From<T> for Misfit {
    fn from(message: T) -> Self {
        Self::Layer(message.into())
    }
}

/// The four kinds of operation.
#[derive(Debug)]
pub enum Operation {
    /// Reads one value, or two, and writes another.
    Map(Box<dyn Map>),
    /// Changes a value in place.
    InPlace(Box<dyn InPlace>),
    /// Reads the same values in another shape.
    Alias,
    /// Reads several values and writes another.
    Join(Box<dyn Join>),
}

impl Operation {
    /// The memory that a pass needs beside the values.
    pub fn need(&self, purpose: Purpose) -> Option<Need> {
        match self {
            Self::Map(map) => map.need(purpose),
            Self::InPlace(operation) => operation.need(purpose),
            Self::Alias | Self::Join(_) => None,
        }
    }
}

/// A layer that reads one value and writes another. It knows the shapes of both. It may read a second value, such as its initial state.
///
/// Its passes return statements, made of the expressions in [`Places`].
pub trait Map: Debug {
    /// Its parameter groups, each a field of the network.
    fn parameters(&self, _network: &Context<'_>) -> Vec<ParameterGroup> {
        Vec::new()
    }
    /// Multiply-adds of one prediction.
    fn macs(&self) -> Size {
        Size::default()
    }
    /// A constant that its passes share, such as the geometry of a window: its type and its value.
    fn constant(&self, _network: &Context<'_>) -> Option<Constant> {
        None
    }
    /// The memory that a pass needs beside the input and the output.
    fn need(&self, _purpose: Purpose) -> Option<Need> {
        None
    }
    /// The values of the tape from which the gradient of the input is computed; `input` means all values that it reads.
    fn reads(&self) -> Reads {
        Reads::default()
    }
    /// Whether its need on the tape holds the input, so that the gradient of its parameters does not read it elsewhere.
    fn keeps_input(&self) -> bool {
        false
    }
    /// Whether each of its outputs is the largest of some inputs.
    fn takes_largest(&self) -> bool {
        false
    }
    /// Whether it computes the gradient of its input.
    fn input_gradient(&self) -> InputGradient {
        InputGradient::Always
    }
    /// The alias of a nested network, whose declaration compiles only if this network fits.
    fn alias(&self, _network: &Context<'_>) -> Option<TokenStream> {
        None
    }
    /// The statement that initializes its parameters.
    fn init(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// The pass of a prediction.
    fn forward(&self, at: &Places) -> TokenStream;
    /// The forward pass of training. It also writes the values that the backward pass reads beside the input and the output.
    fn forward_training(&self, at: &Places) -> TokenStream {
        self.forward(at)
    }
    /// The gradients of its parameters and of its input.
    fn backward(&self, at: &Places) -> Backward;
    /// The statement that updates its state, such as moving statistics, after a training step.
    fn update_state(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// As [`forward`](Self::forward), as an expression for the penalties on activities inside of the layer; `None` if there can be none.
    fn forward_evaluation(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// An expression for the penalties on activities inside of the layer, of the last forward pass of training; `None` if there can be none.
    fn activity(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// Penalties and constraints of its weights and biases.
    fn rules(&self, _at: &Places) -> Rules {
        Rules::default()
    }
    /// The code that learns from data before training, if the layer does so.
    fn adapt(&self, _at: &Places, _samples: &Samples) -> Option<Adapt> {
        None
    }
}

/// How a layer computes its gradients.
pub enum Backward {
    /// By two statements. The statement of the parameters may read the input, the gradient of the output and the need on the tape; it
    /// is `None` if no parameter is trainable. The statement of the input reads the gradient of the output and the values in
    /// [`Map::reads`].
    Apart { parameters: Option<TokenStream>, input: TokenStream },
    /// By one statement, which computes the gradients in [`Places::wants`].
    Together(TokenStream),
}

impl Backward {
    /// The backward pass of a layer without parameters.
    pub fn of_input(input: TokenStream) -> Self {
        Self::Apart { parameters: None, input }
    }
}

/// A layer that joins branches.
///
/// Its operands are the values that it reads. Its passes have one statement for each operand, but for a forward pass that reads both.
pub trait Join: Debug {
    /// The values of the tape that the backward passes read.
    fn reads(&self) -> Reads {
        Reads::default()
    }
    /// Whether it is a sum: the gradient of every operand is that of the output, so both may share memory; and the output may share
    /// memory with the first or the second operand.
    fn is_sum(&self) -> bool {
        false
    }
    /// Multiply-adds of one prediction.
    fn macs(&self) -> Size {
        Size::default()
    }
    /// Whether one statement reads both of its operands: then `forward_both` is called, and `forward` is not.
    fn reads_both(&self) -> bool {
        false
    }
    /// Computes the output from both operands.
    fn forward_both(&self, _a: &TokenStream, _b: &TokenStream, _output: &TokenStream) -> TokenStream {
        TokenStream::new()
    }
    /// Combines an operand with the output; if `begins`, the output is initialized from it.
    fn forward(&self, operand: usize, begins: bool, input: &TokenStream, output: &TokenStream) -> TokenStream;
    /// The statement on the output after all operands, if there is one.
    fn finish(&self, _output: &TokenStream) -> Option<TokenStream> {
        None
    }
    /// Initializes the gradient of an operand from that of the output.
    fn backward(&self, operand: usize, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream;
    /// The values of the tape that the gradient of an operand also depends on.
    fn depends_on(&self, _operand: usize) -> Vec<Dependence> {
        Vec::new()
    }
    /// Updates the gradient of an operand for one such value. In comparisons, `own` is the operand.
    fn backward_with(
        &self,
        _operand: usize,
        _dependence: Dependence,
        _own: &TokenStream,
        _value: &TokenStream,
        _grad_output: &TokenStream,
        _grad_input: &TokenStream,
    ) -> TokenStream {
        TokenStream::new()
    }
}

/// A value of the tape that the gradient of an operand depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// Another operand.
    Operand(usize),
    /// The operand and another, which are compared.
    Comparison(usize),
}

/// Whether a layer computes the gradient of its input.
pub enum InputGradient {
    Always,
    Never,
    /// If this constant is true, which only rustc knows.
    If(TokenStream),
}

/// A constant of a layer.
pub struct Constant {
    pub rust_type: TokenStream,
    pub value: TokenStream,
}

/// The inputs of a layer for the samples that the network learns from before training.
pub enum Samples {
    /// An expression of a slice.
    Slice(TokenStream),
    /// An expression of an iterator: the network has several inputs.
    Iterator(TokenStream),
}

/// The code of a layer that learns from data: a statement, and an expression that is true after it.
pub struct Adapt {
    pub learn: TokenStream,
    pub is_adapted: TokenStream,
}

/// A layer that changes values in place.
pub trait InPlace: Debug {
    /// The values of the tape that its backward pass reads.
    fn reads(&self) -> Reads;
    /// The memory that a pass needs beside the values.
    fn need(&self, _purpose: Purpose) -> Option<Need> {
        None
    }
    /// Whether it changes values in a prediction.
    fn acts_in_prediction(&self) -> bool {
        true
    }
    /// Whether `f(max(x)) == max(f(x))` up to the sign of zero: then a prediction may apply it after a max pooling.
    fn commutes_with_largest(&self) -> bool {
        false
    }
    /// Changes the values in `output`.
    fn forward(&self, at: &Places) -> TokenStream;
    /// Turns the gradient of the output into that of the input, in place.
    fn backward(&self, at: &Places) -> TokenStream;
}
