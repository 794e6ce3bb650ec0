//! The layers: each is a type with its parameters and its kernels.
mod dense;
mod dropout;
mod normalize;

pub use dense::{Bias, Dense, NoBias};
pub use dropout::Dropout;
pub use normalize::Normalize;
