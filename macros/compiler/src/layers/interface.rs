//! The traits of layers, and the structs in which a layer and the compiler tell each other what they need to know.
//!
//! A layer says what becomes of the shapes of its inputs and which of four kinds of operation it is; the code generator knows these kinds
//! and never a particular layer.
use std::fmt::Debug;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::identity::Identity;
use crate::activations::Activation;
use crate::optimize::Goal;
use crate::shape::{Scalar, Shape, literal};
use crate::size::Size;

/// A layer as it was read, with the activation that was written after it.
pub struct Parsed {
    pub layer: Box<dyn Layer>,
    pub activation: Option<Activation>,
}

impl Parsed {
    pub fn alone(layer: impl Layer + 'static) -> Self {
        Self { layer: Box::new(layer), activation: None }
    }

    pub fn with_activation(layer: impl Layer + 'static, activation: Option<Activation>) -> Self {
        Self { layer: Box::new(layer), activation }
    }
}

/// A layer as it was written.
pub trait Layer: Debug {
    /// As written in full, without the words that do not change the result of a prediction: `dense 10`. For messages.
    fn describe(&self) -> String;
    /// The operation that the layer is on inputs of these shapes; an error says why there is none and what to do.
    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit>;
    /// Whether it stands right behind the input and nowhere else.
    fn only_first(&self) -> bool {
        false
    }
    /// The activation that it is.
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
    /// The text by which files of weights know it.
    pub identity: Identity,
    /// What it does to memory.
    pub operation: Operation,
}

impl Resolved {
    pub fn map(output: Shape, kind: &'static str, identity: Identity, map: impl Map + 'static) -> Self {
        Self { output, kind, identity, operation: Operation::Map(Box::new(map)) }
    }

    pub fn in_place(output: Shape, kind: &'static str, identity: Identity, operation: impl InPlace + 'static) -> Self {
        Self { output, kind, identity, operation: Operation::InPlace(Box::new(operation)) }
    }
}

/// The shape of the input of a layer that reads one value.
pub fn only<'a>(inputs: &[&'a Shape]) -> Result<&'a Shape, Misfit> {
    match inputs {
        [input] => Ok(input),
        _ => Err(Misfit::Layer(format!("this layer takes one value, not {}", inputs.len()))),
    }
}

/// Why a layer does not fit its inputs.
pub enum Misfit {
    /// The layer as a whole.
    Layer(String),
    /// Branches, by their numbers, which do not fit together.
    Branches(Vec<(usize, String)>),
}

impl From<String> for Misfit {
    fn from(message: String) -> Self {
        Self::Layer(message)
    }
}

/// The four kinds of operation.
#[derive(Debug)]
pub enum Operation {
    /// Reads one value and writes another.
    Map(Box<dyn Map>),
    /// Changes a value where it lies.
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

/// A layer that reads one value and writes another; the sizes of both are known to it.
///
/// Its passes return statements made of the expressions that [`Places`] holds.
pub trait Map: Debug {
    /// Its parameters, each group a field of the network; none if it only computes.
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
    /// The values of the tape from which the gradient of the input is computed.
    fn reads(&self) -> Reads {
        Reads::default()
    }
    /// Whether each of its outputs is the largest of some inputs.
    fn takes_largest(&self) -> bool {
        false
    }
    /// Whether it computes the gradient of its input.
    fn input_gradient(&self) -> InputGradient {
        InputGradient::Always
    }
    /// A statement that compiles if the types that are not known here fit.
    fn assertion(&self, _network: &Context<'_>) -> Option<TokenStream> {
        None
    }
    /// Fresh parameters.
    fn init(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// The pass of a prediction.
    fn forward(&self, at: &Places) -> TokenStream;
    /// The forward pass of a training; it writes the values that the backward pass needs beside the input and the output.
    fn forward_training(&self, at: &Places) -> TokenStream {
        self.forward(at)
    }
    /// The gradients of its parameters and of its input.
    fn backward(&self, at: &Places) -> Backward;
    /// Changes its state after a training step, such as moving statistics, from its memory on the tape.
    fn update_state(&self, _at: &Places) -> Option<TokenStream> {
        None
    }
    /// Penalties and constraints of its weights.
    fn rules(&self, _at: &Places) -> Rules {
        Rules::default()
    }
    /// If it learns from data before training: how, and how to know that it has not yet.
    fn adapt(&self, _at: &Places, _samples: &Samples) -> Option<Adapt> {
        None
    }
}

/// How a layer computes its gradients.
pub enum Backward {
    /// By a statement each. That of the parameters may read the input, the gradient of the output, and its memory on the tape; there is
    /// none if training changes no parameter. That of the input reads the gradient of the output and the values that [`Map::reads`]
    /// names.
    Apart { parameters: Option<TokenStream>, input: TokenStream },
    /// By one statement, which computes the gradients that [`Places::wants`] names.
    Together(TokenStream),
}

impl Backward {
    /// Of a layer without parameters.
    pub fn of_input(input: TokenStream) -> Self {
        Self::Apart { parameters: None, input }
    }
}

/// The gradients that a statement for several computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wants {
    Parameters,
    Input,
    #[default]
    Both,
}

/// A layer that joins branches.
///
/// Its passes go through the values that it reads, the operands, one after the other.
pub trait Join: Debug {
    /// The values of the tape that the backward passes read.
    fn reads(&self) -> Reads {
        Reads::default()
    }
    /// Whether the gradient of every operand is that of the output, so that both may be the same memory; and whether the output may lie
    /// where the first or the second operand does.
    fn is_sum(&self) -> bool {
        false
    }
    /// Combines an operand with the output; if `begins`, the output is initialized from it.
    fn forward(&self, operand: usize, begins: bool, input: &TokenStream, output: &TokenStream) -> TokenStream;
    /// The last statement on the output, behind all operands.
    fn finish(&self, _output: &TokenStream) -> Option<TokenStream> {
        None
    }
    /// Writes the gradient of an operand, as far as it follows from that of the output.
    fn backward(&self, operand: usize, grad_output: &TokenStream, grad_input: &TokenStream) -> TokenStream;
    /// The values of the tape that the gradient of an operand then depends on.
    fn depends_on(&self, _operand: usize) -> Vec<Dependence> {
        Vec::new()
    }
    /// Changes the gradient of an operand by one of them; `own` is the operand itself in comparisons.
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

/// A value that the gradient of an operand depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// Another operand.
    Operand(usize),
    /// The operand itself beside another.
    Comparison(usize),
}

/// The network that a layer is in.
pub struct Context<'a> {
    pub scalar: Scalar,
    /// The path under which castnet's types stand.
    pub castnet: &'a TokenStream,
}

impl Context<'_> {
    /// A type of castnet with these sizes; it is of `f32` unless told otherwise.
    pub fn sized(&self, name: &str, sizes: &[u64]) -> TokenStream {
        let Self { scalar, castnet } = self;
        let (name, sizes) = (format_ident!("{name}"), sizes.iter().copied().map(literal));
        match scalar {
            Scalar::F32 => quote!(#castnet::#name<#(#sizes),*>),
            Scalar::F64 => quote!(#castnet::#name<#(#sizes),*, #scalar>),
        }
    }
}

/// Whether a layer computes the gradient of its input.
pub enum InputGradient {
    Always,
    Never,
    /// If a constant is true that is not known here.
    If(TokenStream),
}

/// The memories of a network, by the pass that fills them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The arena: activations of a prediction.
    Prediction,
    /// The tape: activations of a training.
    Training,
    /// The gradients of activations.
    Backward,
}

/// Memory that a pass of an operation needs beside its input and its output. An operation has one need of each memory at most: if it
/// needs several values, they stand side by side in one.
#[derive(Debug)]
pub struct Need {
    /// Stands behind the name of the layer in the generated code: `batchnorm_1_record`.
    pub name: &'static str,
    pub room: Room,
    pub life: Life,
}

/// The memory of one sample.
#[derive(Debug)]
pub enum Room {
    /// Values of a shape.
    Shape(Shape),
    /// A type that is nothing but scalars, and whose size is not known here.
    Type(TokenStream),
}

impl Room {
    pub fn rust_type(&self, scalar: Scalar) -> TokenStream {
        match self {
            Self::Shape(shape) => shape.rust_type(scalar),
            Self::Type(rust_type) => rust_type.clone(),
        }
    }
}

/// How long a memory is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// While the operation is computed.
    Step,
    /// From the forward pass of a training to its backward pass.
    ForwardToBackward,
}

/// A constant of a layer.
pub struct Constant {
    pub rust_type: TokenStream,
    pub value: TokenStream,
}

/// The values of the tape that a pass reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    pub input: bool,
    pub output: bool,
    /// The memory that the forward pass needed.
    pub need: bool,
}

/// Expressions for the values that a pass reads and writes; empty where the pass has nothing of the kind.
#[derive(Debug, Default)]
pub struct Places {
    /// The name of the layer, to which the suffixes of its groups of parameters are added.
    pub name: Option<Ident>,
    pub goal: Goal,
    pub input: TokenStream,
    pub output: TokenStream,
    /// The memory that the forward pass needs.
    pub need: TokenStream,
    /// The memory that the backward pass needs.
    pub grad_need: TokenStream,
    pub grad_output: TokenStream,
    pub grad_input: TokenStream,
    pub wants: Wants,
    /// The layer's constant.
    pub constant: TokenStream,
}

impl Places {
    /// The field of a group of parameters: `self.batchnorm_1_moving`.
    pub fn field(&self, suffix: &str) -> TokenStream {
        let name = self.group(suffix);
        quote!(self.#name)
    }

    /// The gradient of a group of parameters: `gradient.dense_1`.
    pub fn gradient(&self, suffix: &str) -> TokenStream {
        let name = self.group(suffix);
        quote!(gradient.#name)
    }

    /// The gradient of its only group of parameters, as an option of a mutable reference, where a statement computes several gradients.
    pub fn wanted_gradient(&self) -> TokenStream {
        let (name, gradient) = (&self.name, self.gradient(""));
        match self.wants {
            Wants::Both => quote!(gradient.as_deref_mut().map(|gradient| &mut gradient.#name)),
            Wants::Parameters => quote!(Some(&mut #gradient)),
            Wants::Input => quote!(None),
        }
    }

    /// The gradient of the input as an option, where a statement computes several gradients.
    pub fn wanted_grad_input(&self) -> TokenStream {
        let grad_input = &self.grad_input;
        match self.wants {
            Wants::Both | Wants::Input => quote!(Some(#grad_input)),
            Wants::Parameters => quote!(None),
        }
    }

    fn group(&self, suffix: &str) -> Option<Ident> {
        self.name.as_ref().map(|name| group_name(name, suffix))
    }
}

/// The name of the field of a group of parameters.
pub fn group_name(name: &Ident, suffix: &str) -> Ident {
    // `format_ident` leaves out the `r#` of an identifier that is written as an argument.
    if suffix.is_empty() { name.clone() } else { format_ident!("{}{}", name, suffix) }
}

/// Penalties and constraints of the weights of a layer.
#[derive(Default)]
pub struct Rules {
    /// Expressions of the penalties.
    pub penalties: Vec<TokenStream>,
    /// Statements that add the gradients of the penalties.
    pub gradients: Vec<TokenStream>,
    /// Statements that hold the weights within their constraints, in their order.
    pub constraints: Vec<TokenStream>,
}

/// The samples that a network learns from before training, as a layer reads them.
pub enum Samples {
    /// An expression of a slice.
    Slice(TokenStream),
    /// An expression of an iterator: the network has several inputs.
    Iterator(TokenStream),
}

/// How a layer learns from data: a statement, and an expression that is true once it has.
pub struct Adapt {
    pub learn: TokenStream,
    pub is_adapted: TokenStream,
}

/// A layer that changes values where they lie.
pub trait InPlace: Debug {
    /// The values of the tape that its backward pass reads.
    fn reads(&self) -> Reads;
    /// The memory that a pass needs beside the values.
    fn need(&self, _purpose: Purpose) -> Option<Need> {
        None
    }
    /// Whether it does anything in a prediction.
    fn acts_in_prediction(&self) -> bool {
        true
    }
    /// Whether `f(max(x)) == max(f(x))` up to the sign of zero: then a prediction may apply it after a max pooling.
    fn commutes_with_largest(&self) -> bool {
        false
    }
    /// Changes the values, which are the output.
    fn forward(&self, at: &Places) -> TokenStream;
    /// Turns the gradient of the output into that of the input, in place.
    fn backward(&self, at: &Places) -> TokenStream;
}

/// What updates the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The optimizer.
    Trainable,
    /// Nothing.
    Frozen,
    /// Statistics that layers collect from data.
    State,
}

/// Parameters of a layer with one role: a field of the network.
#[derive(Debug)]
pub struct ParameterGroup {
    /// Added to the layer's name: nothing, or `_moving`.
    pub suffix: &'static str,
    pub role: Role,
    /// In words: `13 inputs to 10 units`.
    pub description: String,
    pub rust_type: TokenStream,
    pub tensors: Tensors,
}

/// The tensors of a group of parameters.
#[derive(Debug)]
pub enum Tensors {
    Known(Vec<Tensor>),
    /// Those of a network, of which nothing is known here but its path.
    OfNetwork(TokenStream),
}

impl ParameterGroup {
    /// How many parameters there are.
    pub fn count(&self) -> Size {
        match &self.tensors {
            Tensors::Known(tensors) => {
                Size::known(tensors.iter().fold(0, |sum: u64, tensor| sum.saturating_add(tensor.len())))
            }
            Tensors::OfNetwork(path) => Size::unknown(quote!(<#path as castnet::Network>::PARAMS)),
        }
    }

    /// How many of them are trained.
    pub fn trainable(&self) -> Size {
        match &self.tensors {
            _ if self.role != Role::Trainable => Size::default(),
            Tensors::Known(_) => self.count(),
            Tensors::OfNetwork(path) => Size::unknown(quote!(<#path as castnet::Network>::TRAINABLE_PARAMS)),
        }
    }

    /// The network whose tensors they are, if they are not known here.
    pub fn network(&self) -> Option<&TokenStream> {
        match &self.tensors {
            Tensors::Known(_) => None,
            Tensors::OfNetwork(path) => Some(path),
        }
    }
}

/// A tensor of a layer: the name of its field, and its shape in files, as Keras has it.
#[derive(Clone, Debug)]
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
