//! The layers: each is a type with its parameters and its kernels.
mod dense;
mod dropout;
mod join;
mod normalize;
mod window;

pub use dense::{Bias, Dense, NoBias};
pub use dropout::Dropout;
pub use join::{Add, Average, Concatenate, Maximum, Minimum, Multiply, broadcast};
pub use normalize::Normalize;
pub(crate) use window::Axis;
pub use window::Window;
