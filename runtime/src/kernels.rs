//! The kernels of layers. Sizes are arguments, and every instruction set has its own copy; small layers inline the
//! kernels with constant sizes.
mod channels;
pub(crate) mod chunks;
pub mod compact;
pub mod conv;
pub mod cores;
pub mod dense;
pub mod depthwise;
pub mod dot;
pub mod normalization;
pub mod permute;
pub mod pooling;
pub mod prelu;
mod product;
pub mod recurrent;
pub mod resize;
mod rows;
#[cfg(feature = "std")]
pub(crate) mod threads;
#[cfg(not(feature = "std"))]
#[path = "kernels/threads/one.rs"]
pub(crate) mod threads;
pub mod unitnorm;
pub mod window;
