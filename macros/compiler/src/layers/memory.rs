//! The memory that an operation needs beside its values, and the values of the tape that its backward pass reads.
use proc_macro2::TokenStream;

use crate::shape::{Scalar, Shape};

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

/// Memory that a pass of an operation needs beside its input and its output. An operation has at most one need in each pass; several
/// values stand side by side in it.
#[derive(Debug)]
pub struct Need {
    pub room: Room,
    pub life: Life,
}

/// The size of a need for one sample.
#[derive(Debug)]
pub enum Room {
    /// Values of a shape.
    Shape(Shape),
    /// A type made of scalars, whose size only rustc knows.
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

/// The lifetime of a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// One step of a pass.
    Step,
    /// From the forward pass of training to the backward pass.
    ForwardToBackward,
}

impl Life {
    pub const ALL: [Self; 2] = [Self::Step, Self::ForwardToBackward];

    /// The end of the name of the need in the generated code, behind that of the layer: `batchnorm_1_saved`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Step => "_memory",
            Self::ForwardToBackward => "_saved",
        }
    }
}

/// The values of the tape that a backward pass reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    pub input: bool,
    pub output: bool,
    /// The memory that the forward pass needed.
    pub need: bool,
}
