//! The cores of layers: sizes are values, every instruction set has its copy. Small layers inline them with their sizes known.
pub mod compact;
pub mod dense;
mod product;
