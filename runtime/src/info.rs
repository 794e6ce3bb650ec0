//! The layers, the tensors and the text of a network, as constants.

/// A layer of a network, as its summary shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayerInfo {
    /// The label, or the kind with a number: `dense_1`.
    pub name: &'static str,
    /// The kind, as Keras names it: `Dense`.
    pub kind: &'static str,
    /// The shape of the output of one sample, channels last.
    pub output_shape: &'static [usize],
    /// Parameters, trainable or not.
    pub params: usize,
    /// Parameters that training changes.
    pub trainable_params: usize,
    /// Whether training changes its parameters: `false` where it is `frozen`, has only learnt statistics, or no parameters.
    pub trainable: bool,
}

impl LayerInfo {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        kind: &'static str,
        output_shape: &'static [usize],
        params: usize,
        trainable_params: usize,
    ) -> Self {
        Self { name, kind, output_shape, params, trainable_params, trainable: trainable_params > 0 }
    }
}

/// A tensor of a network, in the order in which they lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TensorInfo {
    /// Its name in files: `dense_1.weight`.
    pub name: &'static str,
    /// The type of its values in files: `F32`.
    pub dtype: &'static str,
    /// Its shape in files, as Keras has it, row by row: `[inputs, units]` for a dense layer's weight.
    pub shape: &'static [usize],
}

impl TensorInfo {
    /// A tensor, as for the test of an optimizer: its name, the type of its values and its shape in files.
    pub const fn new(name: &'static str, dtype: &'static str, shape: &'static [usize]) -> Self {
        Self { name, dtype, shape }
    }
}

/// A network as text of the language of [`network!`](crate::network), in its canonical form. Files of weights hold it, so that they
/// describe themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The network, behind the blocks that it uses.
    pub text: &'static str,
    /// The networks that are layers of it, by the names of the layers.
    pub nested: &'static [(&'static str, &'static Source)],
}

impl Source {
    #[doc(hidden)]
    pub const fn new(text: &'static str, nested: &'static [(&'static str, &'static Source)]) -> Self {
        Self { text, nested }
    }
}
