//! The text of a network.

/// A network as text of the language of [`network!`](crate::network), in its canonical form. Files of weights hold it, so that they
/// describe themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The network, behind the blocks that it uses.
    pub text: &'static str,
    /// The networks that are layers of it, by the names of the layers.
    pub nested: &'static [(&'static str, &'static Source)],
}
