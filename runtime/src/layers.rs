//! The layers: each is a type with its parameters and its kernels.
mod dense;
mod dropout;
mod join;
mod normalize;
mod padding;
mod pooling;
mod upsample;
mod window;

pub use dense::{Bias, Dense, NoBias};
pub use dropout::Dropout;
pub use join::{Add, Average, Concatenate, Maximum, Minimum, Multiply, broadcast};
pub use normalize::Normalize;
pub use padding::{Border, Crop, ZeroPad};
pub use pooling::{AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool, PoolWindow};
pub use upsample::{Scaling, Upsample, UpsampleBilinear};
pub(crate) use window::Axis;
pub use window::Window;
