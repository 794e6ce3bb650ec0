//! The layers. Each is a type that holds the parameters and has a method for each pass.
mod batchnorm;
mod conv;
mod conv_transpose;
mod dense;
mod depthwise;
mod dropout;
mod join;
mod layernorm;
mod noise;
mod normalize;
mod optional;
mod padding;
mod passes;
mod pooling;
mod prelu;
mod rescale;
mod separable;
mod upsample;

pub use batchnorm::{BatchNorm, MovingStatistics};
pub use conv::Conv;
pub use conv_transpose::ConvTranspose;
pub use dense::Dense;
pub use depthwise::Depthwise;
pub use dropout::Dropout;
pub use join::{Add, Average, Concatenate, Maximum, Minimum, Multiply, broadcast};
pub use layernorm::{GroupNorm, LayerNorm};
pub use noise::{GaussianDropout, GaussianNoise, SpatialDropout};
pub use normalize::Normalize;
pub use optional::{Bias, NoBias, NoCenter, NoScale, Optional};
pub use padding::{Border, Crop, ZeroPad};
pub use pooling::{AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool};
pub use prelu::PRelu;
pub use rescale::Rescale;
pub use separable::Separable;
pub use upsample::{Scaling, Upsample, UpsampleBilinear};

pub use crate::kernels::window::Window;
