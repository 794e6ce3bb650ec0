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
mod permute;
mod pooling;
mod prelu;
mod recurrent;
mod repeat_vector;
mod rescale;
mod separable;
mod unitnorm;
mod upsample;

pub use batchnorm::{BatchNorm, MovingStatistics};
pub use conv::Conv;
pub use conv_transpose::ConvTranspose;
pub use dense::Dense;
pub use depthwise::Depthwise;
pub use dropout::Dropout;
pub use join::{
    Add, Average, Channels, Concatenate, Dot, Maximum, Minimum, Multiply, NormalizedDot, Subtract, broadcast,
};
pub use layernorm::{GroupNorm, LayerNorm};
pub use noise::{GaussianDropout, GaussianNoise, SpatialDropout};
pub use normalize::Normalize;
pub use optional::{Bias, NoBias, NoCenter, NoScale, Optional};
pub use padding::{Border, Crop, ZeroPad};
pub use permute::Permute;
pub use pooling::{AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool};
pub use prelu::PRelu;
pub use recurrent::{Gru, GruResetBefore, Lstm, Recurrent, Rnn};
pub use repeat_vector::RepeatVector;
pub use rescale::Rescale;
pub use separable::Separable;
pub use unitnorm::UnitNorm;
pub use upsample::{Scaling, Upsample, UpsampleBilinear};

pub use crate::kernels::permute::Permutation;
pub use crate::kernels::recurrent::{Cell, Function, Gate, Given, Gives, Order, Recurrence};
pub use crate::kernels::window::Window;
