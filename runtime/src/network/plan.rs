//! How much memory a network needs.
use crate::flat::Flat;
use crate::scalar::Scalar;

/// The memory that the macro has planned for a network, so that memory can be laid out and owned by those who do not know what else a
/// network is. Every [`Network`](super::Network) has a plan.
pub trait Plan: 'static {
    /// What the network computes with.
    type Scalar: Scalar;
    /// Memory for the activations of one prediction, apart from its output.
    type Arena: Flat<Scalar = Self::Scalar>;
    /// The output of one sample.
    type Output: Flat<Scalar = Self::Scalar>;

    /// Scalars per sample of the activations of a prediction.
    const ARENA: usize;
    /// Scalars per sample of the activations that training keeps.
    const TAPE: usize;
    /// Scalars per sample of the gradients of the activations.
    const GRADIENTS: usize;
}
