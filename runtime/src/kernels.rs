//! The cores of large layers: sizes are values, every instruction set has its copy.
pub mod compact;
pub mod dense;
