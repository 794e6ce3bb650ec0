//! The memory that an operation needs beside its values, and the values that it reads again.
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

/// The time for which memory is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// While the operation is computed.
    Step,
    /// From the forward pass of a training to its backward pass.
    ForwardToBackward,
}

/// The values of the tape that a pass reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    pub input: bool,
    pub output: bool,
    /// The memory that the forward pass needed.
    pub need: bool,
}
