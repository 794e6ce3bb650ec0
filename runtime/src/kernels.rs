//! The cores of layers: sizes are values, every instruction set has its copy. Small layers inline them with their sizes known.
mod channels;
pub mod compact;
pub mod conv;
pub mod dense;
pub mod depthwise;
pub mod normalization;
pub mod pooling;
pub mod prelu;
mod product;
pub mod resize;
mod rows;
