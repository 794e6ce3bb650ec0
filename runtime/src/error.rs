//! Errors that do not need an allocator.
use thiserror::Error;

/// Two slices that must be equally long are not.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("{inputs} inputs, but {outputs} outputs or targets: there must be one for each input")]
pub struct LengthMismatch {
    /// Samples given.
    pub inputs: usize,
    /// Outputs or targets given.
    pub outputs: usize,
}
