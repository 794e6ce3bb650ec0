//! Neural networks cast into Rust at compile time.
//!
//! A network is written in the order in which it is drawn. The compiler checks its shapes, counts its parameters, plans its memory and
//! writes its forward and backward code. The result is a plain struct of matrices that trains on a workstation and predicts on a
//! microcontroller, without a heap and without `std`.
//!
//! ```
//! use castnet::prelude::*;
//!
//! network! {
//!     /// Median value of a house, in $1000s, from the 13 features of the Boston survey.
//!     pub HousePrice< input 13 => dense 10 relu => dense 10 relu => dense 1 >
//! }
//!
//! assert_eq!(HousePrice::PARAMS, 261);
//! let net = HousePrice::init(&mut seeded(1));
//! let features = [0.02, 0.0, 7.07, 0.0, 0.47, 6.4, 78.9, 4.97, 2.0, 242.0, 17.8, 397.0, 9.1];
//! let price: f32 = net.predict_array(&features)[0];
//! # assert!(price.is_finite());
//! ```
//!
//! # Where to look
//!
//! * [`guide`] — a whole job in five steps, and a table for readers who know Keras.
//! * [`network!`] — the language.
//! * [`Predict`] — predictions, and the constants of a network, such as [`PARAMS`](Predict::PARAMS).
//! * [`Network`] — networks that can be trained: fresh parameters, gradients, statistics of data.
//! * [`Compile`] — from a network to its trainer.
//! * [`Trainer`] — training, with [`callbacks`] and [`Checkpoint`]s.
//! * [`DeviceTrainer`] — training without an allocator.
//! * [`Evaluation`] — the loss and the metrics of some samples.
//! * [`WeightFiles`] — weights to files and back.
//! * [`embed!`], [`weights`] — weights as part of the program; [`Check`], [`self_test`] — stored predictions to compare with.
//! * [`Label`] — classes as an enum.
//! * [`Dataset`] — data from slices, CSV files ([`Csv`]), and arrays of NumPy or MNIST ([`Array`]); [`Scaler`]; [`Augment`], for
//!   images.
//! * [`Series`] — time series, and data sets of windows over them.
//! * [`History`] — the loss and the metrics of every epoch, as a table, as CSV, as a picture.
//! * [`losses`], [`optimizers`], [`metrics`], [`activations`], [`initializers`], [`regularizers`], [`constraints`], [`layers`].
//!
//! # The number of parameters as a type
//!
//! [`Network::ParamCount`] is an integer of `typenum`, so that generic code can ask for small networks:
//!
//! ```
//! use castnet::prelude::*;
//! use castnet::typenum::{B1, IsLessOrEqual, U1024};
//!
//! fn upload<N: Network>(network: &N)
//! where
//!     N::ParamCount: IsLessOrEqual<U1024, Output = B1>,
//! {
//!     assert!(network.as_flat().len() <= 1024);
//! }
//!
//! network! { Small< input 13 => dense 10 relu => dense 1 > }
//! upload(&*Small::init(&mut seeded(1)));
//! ```
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | none | | `network!`, `embed!`, `predict`, `predict_in`, losses, optimizers and `compile_in`: `no_std`, no allocator |
//! | `alloc` | yes | networks on the heap, `Trainer` and `fit`, data sets, weights as safetensors bytes |
//! | `std` | yes | files, checkpoints, AVX2 and AVX-512, training on several threads |
//! | `csv` | yes | data sets from CSV files |
//! | `gzip` | yes | data sets from compressed IDX and NPY files |
//! | `progress` | yes | a progress bar while training, on a terminal |
//! | `fused` | | [`predict`](Predict::predict) multiplies and adds in one rounding on x86-64 with FMA: faster for large layers, but the bits depend on the machine |
//! | `plot` | | pictures of trainings as SVG and PNG: [`plot`]; reports as HTML: [`HtmlReport`] |
#![no_std]
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod activations;
pub mod constraints;
mod data;
#[cfg(feature = "alloc")]
mod files;
mod flat;
#[cfg(all(feature = "csv", feature = "std"))]
#[doc = include_str!("guide.md")]
pub mod guide {}
mod info;
pub mod initializers;
pub mod isa;
mod kernels;
pub mod layers;
pub mod losses;
pub mod math;
pub mod metrics;
mod network;
pub mod numbers;
pub mod optimizers;
mod plain;
#[cfg(feature = "plot")]
pub mod plot;
mod random;
pub mod regularizers;
mod scalar;
mod training;

pub use castnet_macros::Label;
pub use data::Scaler;
#[cfg(feature = "std")]
pub use data::{Array, ArrayError, ArrayErrorKind};
#[cfg(feature = "alloc")]
pub use data::{Augment, AugmentError, DataError, DataFor, Dataset};
#[cfg(feature = "csv")]
pub use data::{Csv, CsvError, CsvErrorKind, CsvPlace, Missing};
#[cfg(feature = "alloc")]
pub use data::{Gaps, Sequence, Series, SeriesError, SplitSeries, Windows};
#[cfg(feature = "std")]
pub use files::{FileError, LoadError, SaveError};
#[cfg(feature = "alloc")]
pub use files::{WeightFiles, WeightsError};
pub use flat::Flat;
pub use info::{LayerInfo, Source, TensorInfo};
pub use isa::Arithmetic;
#[cfg(feature = "alloc")]
pub use network::OutOfMemory;
#[doc(hidden)]
pub use network::nested;
pub use network::{
    Adjoints, Arena, BatchError, Both, Check, CheckError, GradientOf, InputLengthError, InputOf, Label, LabelOf,
    Layout, LengthError, Memory, Network, NotFiniteOutput, Ports, Predict, PredictsOnStack, StateOf, Tape, TargetOf,
    VectorInput, Workspace, self_test,
};
pub use plain::Plain;
#[cfg(feature = "plot")]
pub use plot::html::HtmlReport;
pub use random::{TrainingRng, seeded};
pub use scalar::Scalar;
#[cfg(feature = "std")]
pub use training::{Checkpoint, ResumeError};
pub use training::{Compile, DeviceTrainer, Evaluation, TrainingMemory};
#[cfg(feature = "alloc")]
pub use training::{Epoch, FigureError, Fit, FitError, History, Monitor, Outcome, Trainer, Warning, callbacks};
pub use {nalgebra, rand, typenum};

/// Weights from bytes that lie in memory, for programs where [`embed!`] does not suit.
pub mod weights {
    pub use crate::network::embedded::{from_bytes, view};
}

/// Declares networks.
///
/// A network is one or several chains of layers between `<` and `>`; `=>` stands between the layers of a chain. The macro writes a
/// struct that implements [`Predict`](crate::Predict) and [`Network`](crate::Network); the documentation of the struct holds the table
/// of its layers.
///
/// ```
/// use castnet::prelude::*;
///
/// network! {
///     /// Digits of 28 x 28 pixels.
///     #[derive(Clone)]
///     pub Digits<
///         input 28x28 => flatten
///         => hidden: dense 128 relu init he_normal l2 1e-4
///         => dropout 0.2
///         => dense 10 softmax
///     > where params == 101_770, flash <= 400 KiB
/// }
///
/// assert_eq!(Digits::LAYERS[1].name, "hidden");
/// ```
///
/// # Layers
///
/// | layer | meaning |
/// |---|---|
/// | `input 13`, `input 24x3`, `input 28x28x1` | the shape of one sample: features, time steps x features, height x width x channels; `input 13 f64` computes in double precision |
/// | `dense 10` | a fully connected layer of 10 units; `dense 10 each` is applied to every position of an image or a sequence: [`Dense`](crate::layers::Dense) |
/// | `normalize` | standardizes each channel with statistics of the training data, right behind the input: [`Normalize`](crate::layers::Normalize) |
/// | `conv 32 3x3` | a convolution of 32 filters with a window of 3x3 over an image; over a sequence `conv 32 3`. `stride 2`; `same` pads so that every position has a window, `causal` so that no window sees later positions, `pad 1` (or top x bottom x left x right: `pad 1x0x1x0`) by these numbers; `dilation 2`; `groups 4`: [`Conv`](crate::layers::Conv) |
/// | `depthwise 3x3` | a window of its own for every channel, or `multiplier 2` of them: [`Depthwise`](crate::layers::Depthwise) |
/// | `separable 32 3x3` | a depthwise convolution, and then a dense layer at every position: [`Separable`](crate::layers::Separable) |
/// | `conv_transpose 32 4x4` | a transposed convolution: with `stride 2 same` an image twice as large; `outpad 1` for one more: [`ConvTranspose`](crate::layers::ConvTranspose) |
/// | `rnn 32`, `gru 32`, `lstm 32` | a recurrent layer over a sequence: gives h of the last step, with `sequences` that of every step. The word of an activation changes that of the candidate, `gates hard_sigmoid` that of the gates; `backwards` reads from the last step to the first; `reset_before` is the older GRU; `dropout 0.2` drops inputs and `recurrent_dropout 0.2` values of the state in training, the same ones in all steps; `recurrent_init glorot_uniform` (the default is `orthogonal`), `recurrent_l1`, `recurrent_l2`: [`Rnn`](crate::layers::Rnn), [`Gru`](crate::layers::Gru), [`Lstm`](crate::layers::Lstm) |
/// | `bidirectional gru 32` | two recurrent layers, one of which reads backwards; their outputs side by side (`concat`, the default), or `sum`, `multiply`, `average` of both. The fields are `bidirectional_1_forward` and `bidirectional_1_backward` |
/// | `lstm 32 state`, `lstm 32 from thought` | `state` gives the state of the last step (with `sequences` of every step): h, and behind it c of an `lstm`. `from` begins with the value of a label as the initial state, of as many values. So an encoder hands its state to a decoder: `e: input 20x8 => thought: lstm 32 state; d: input 10x8 => lstm 32 sequences from thought => dense 8 each` |
/// | `maxpool 2x2`, `avgpool 2x2` | the largest value, or the mean, of each channel in a window that moves over an image; over a sequence `maxpool 2`. `stride 1` if the window moves by another size than its own; `same` if the window also covers positions beyond the border (which do not count): [`MaxPool`](crate::layers::MaxPool), [`AvgPool`](crate::layers::AvgPool) |
/// | `globalavgpool`, `globalmaxpool` | the mean, or the largest value, of each channel of an image or a sequence, as a vector; with `keepdims` as an image of one position: [`GlobalAvgPool`](crate::layers::GlobalAvgPool), [`GlobalMaxPool`](crate::layers::GlobalMaxPool) |
/// | `pad 1`, `crop 1` | `pad` adds zeros around an image, `crop` cuts its border off; `1x2` is vertical x horizontal, `1x0x1x0` top x bottom x left x right, and of a sequence `1x2` before x after: [`ZeroPad`](crate::layers::ZeroPad), [`Crop`](crate::layers::Crop) |
/// | `channels 0..4` | the channels from the first number on, to before the second, of every position: [`Channels`](crate::layers::Channels) |
/// | `upsample 2`, `upsample 3x2` | repeats every position; with `bilinear` interpolates between neighbours: [`Upsample`](crate::layers::Upsample), [`UpsampleBilinear`](crate::layers::UpsampleBilinear) |
/// | `batchnorm` | gives each channel a mean of zero and a deviation of one over the batch, then applies a trained factor and offset; predictions use the moving statistics of the training. `momentum 0.99`, `epsilon 1e-3`, `noscale`, `nocenter`; `frozen` uses the moving statistics in training as well: [`BatchNorm`](crate::layers::BatchNorm) |
/// | `layernorm`, `groupnorm 8` | `layernorm` does the same for the channels of each position (`layernorm all`: for all values of a sample), `groupnorm` for groups of channels of each sample; `epsilon 1e-3`, `noscale`, `nocenter`, `frozen`: [`LayerNorm`](crate::layers::LayerNorm), [`GroupNorm`](crate::layers::GroupNorm) |
/// | `unitnorm` | divides the channels of each position by their Euclidean norm (`unitnorm all`: all values of a sample): [`UnitNorm`](crate::layers::UnitNorm) |
/// | `prelu` | a leaky ReLU with a trained slope for each value, or with `shared` for each channel; `frozen`: [`PRelu`](crate::layers::PRelu) |
/// | `rescale 0.5 offset -1.0` | a factor and an offset: [`Rescale`](crate::layers::Rescale) |
/// | `dropout 0.5` | sets this fraction of the values to zero in training: [`Dropout`](crate::layers::Dropout) |
/// | `spatial_dropout 0.2`, `gaussian_dropout 0.2`, `gaussian_noise 0.1` | in training, sets whole channels to zero, multiplies by normal noise, or adds normal noise: [`SpatialDropout`](crate::layers::SpatialDropout), [`GaussianDropout`](crate::layers::GaussianDropout), [`GaussianNoise`](crate::layers::GaussianNoise) |
/// | `flatten` | the same values as one vector |
/// | `reshape 7x4` | the same values in another shape |
/// | `permute 2x1` | the axes in another order, counted from 1: channels x time steps of a sequence; `permute 3x1x2` of an image has the channels first: [`Permute`](crate::layers::Permute) |
/// | `repeat_vector 5` | a vector at each of 5 steps of a sequence: [`RepeatVector`](crate::layers::RepeatVector) |
/// | `relu`, `leaky_relu 0.1`, ... | an activation as a layer of its own |
///
/// `name: dense 10` gives a layer a name; layers without a label are numbered by kind, `dense_1`, `dense_2`. Layers with parameters are
/// fields of the struct, with these names.
///
/// # After `dense`
///
/// | words | meaning |
/// |---|---|
/// | an activation | `relu`, `sigmoid`, `softmax`, `tanh`, `linear`, `celu`, `clipped_relu`, `elu`, `exponential`, `gelu`, `gelu_tanh`, `hard_shrink`, `hard_sigmoid`, `hard_silu`, `hard_tanh`, `leaky_relu`, `log_sigmoid`, `log_softmax`, `mish`, `relu6`, `selu`, `silu`, `soft_shrink`, `softplus`, `softsign`, `sparse_plus`, `sparse_sigmoid`, `squareplus`, `tanh_shrink`, `threshold`: see [`activations`](crate::activations) |
/// | `nobias` | without a bias |
/// | `init he_normal` | the distribution of fresh weights: `glorot_uniform` (the default), `glorot_normal`, `he_uniform`, `he_normal`, `lecun_uniform`, `lecun_normal`, `uniform 0.05`, `normal 0.05`, `truncated_normal 0.05`, `constant 0.1`, `orthogonal`, `identity`, `zeros`, `ones`; see [`initializers`](crate::initializers) |
/// | `l1 1e-4`, `l2 1e-4` | a penalty on large weights, 0.01 if there is no number; see [`regularizers`](crate::regularizers) |
/// | `bias_l1 1e-4`, `bias_l2 1e-4` | the same on the biases |
/// | `activity_l1 1e-4`, `activity_l2 1e-4` | the same on the outputs of the layer, behind its activation: the mean over the samples of a batch. With `frozen` it changes the layers before this one |
/// | `max_norm 2`, `non_negative` | bounds of the weights, kept after every step; see [`constraints`](crate::constraints) |
/// | `frozen` | training does not change the layer, and computes no gradient of its parameters |
///
/// # Branches
///
/// A label names the output of its layer, so that other chains can begin with it; `;` ends a chain. A join takes branches. A branch
/// reads the input of the join, or begins with a label:
///
/// ```
/// use castnet::prelude::*;
///
/// network! {
///     /// Steers by a camera and by the state of the car.
///     pub Driver<
///         camera: input 8x8x1 => flatten => seen: dense 32 relu;
///         state: input 7 => felt: dense 16 relu;
///         concat(seen, felt) => add(identity, dense 48 relu => dense 48) => trunk: dense 24 relu;
///         trunk => steer: dense 1 tanh;
///         trunk => brake: dense 2 softmax
///     >
/// }
///
/// let driver = Driver::init(&mut seeded(1));
/// let camera = castnet::nalgebra::SMatrix::zeros();
/// let DriverOutput { steer, brake } = driver.predict(&DriverInput { camera, state: [0.1; 7].into() });
/// assert!(steer[0].abs() <= 1.0 && (brake.sum() - 1.0_f32).abs() < 1e-6);
/// println!("{}", Driver::SUMMARY);
/// ```
///
/// | join | output |
/// |---|---|
/// | `add(identity, dense 10)`, `average`, `multiply`, `maximum`, `minimum` | computed value by value; an activation may stand behind the join: `add(...) relu`. Of two factors of `multiply`, one may have a single value for each channel |
/// | `concat(dense 10, dense 5)` | the branches side by side in the last dimension; `concat(...) along 1` in the first one, such as that of time |
/// | `subtract(identity, dense 10)` | the first of two branches minus the second |
/// | `dot(identity, dense 10)` | the dot product of two vectors; `dot(...) normalized` is the cosine of the angle between them |
///
/// `identity` is the branch without a layer. The end of a chain is an output of the network, unless a chain or a join reads it. A layer
/// whose output nothing reads is an error. A network with several inputs, or several outputs, has a struct for them, whose fields have
/// the names of the layers: `DriverInput`, `DriverOutput`. The losses of two outputs are combined by [`Both`](crate::Both); a target
/// is `Both` of the targets, or a `DriverOutput`. `Driver::DOT` is the graph for Graphviz; the documentation of the type shows it as a picture.
///
/// # Blocks
///
/// A block is a part of a network that is written once and used several times, with parameters for its numbers, windows and words:
///
/// ```
/// use castnet::prelude::*;
///
/// network! {
///     block residual(units, activation) <
///         start: identity => dense units activation => dense 2*units activation => dense units => add(identity, start)
///     >
///     Deep< input 16 => residual(16, relu) => repeat 3 { residual(channels, gelu) } => halved: dense channels/2 => dense 1 >
/// }
///
/// assert_eq!(Deep::LAYERS.last().map(|layer| layer.name), Some("dense_13"));
/// ```
///
/// Numbers may be computed from whole numbers, parameters and `channels` (the number of channels of the input), with `+ * / %` and
/// parentheses; inside of parentheses `-` works too. Blocks may use blocks. A label in a block is visible in this block only; the name
/// of its layer begins with the label of the call, or with the block and the number of the call: `residual_1_...`. Unused blocks and
/// parameters warn, unless `#[allow(unused)]` stands in front of the block.
///
/// # Nested networks
///
/// `use path::Encoder -> 7x7x64` is a nested network: another network as a layer. The shape of its output is written behind `->`, and
/// the compiler checks it. The nested network is a field with the type of the network, so that a trained network can be moved into it.
/// With `frozen` behind it, training does not change the nested network, and no gradient goes through it: layers before it cannot be
/// trained. Nor do its penalties count in the loss, as no trained parameter changes them (Keras counts those on activities). If the
/// nested network reads the only input and has a `normalize` without statistics, this `normalize` learns its statistics together with
/// those of the outer network.
///
/// ```
/// use castnet::prelude::*;
///
/// network! {
///     pub Encoder< input 13 => dense 8 relu => dense 3 tanh >
///     pub Classifier< input 13 => features: use Encoder -> 3 frozen => dense 2 softmax >
/// }
///
/// let encoder = Encoder::init(&mut seeded(1)); // or a trained one
/// let mut classifier = Classifier::init(&mut seeded(2));
/// classifier.features = *encoder;
/// assert_eq!(Classifier::TRAINABLE_PARAMS, 8);
/// ```
///
/// # Bounds
///
/// `where params == 261, flash <= 2 KiB, ram <= 512 B` after a network is checked by the compiler, with `==`, `<`, `<=`, `>`, `>=`.
/// `params` are all parameters, `flash` the bytes of the weights, `ram` the bytes of the activations of one prediction.
///
/// # Size or speed
///
/// Dense layers of up to [`SMALL`](crate::layers::Dense::SMALL) weights are inlined into the network with their sizes known, so that
/// the compiler may unroll them; larger layers share one kernel. With `#[optimize(size)]` in front of a network, all its layers share
/// their code, one copy for each kind of layer and of activation, which takes few bytes of flash. The results have the same bits. A
/// network of more than 64 layers and activations is compiled for size too, because the compiler's time would grow faster than the
/// length of the network; `#[optimize(speed)]` in front of it overrides this. A nested network counts as one layer, and has an
/// `#[optimize(..)]` of its own.
///
/// ```
/// use castnet::prelude::*;
///
/// network! {
///     #[optimize(size)]
///     Tiny< input 13 => dense 10 relu => dense 10 relu => dense 1 >
/// }
///
/// let tiny = Tiny::init(&mut seeded(1));
/// assert!(tiny.predict(&[0.5; 13].into())[0].is_finite());
/// ```
///
/// One invocation may hold several networks, side by side. Attributes, documentation and visibility are written as for a struct. Small
/// networks are `Clone`. Of large ones (over 16 KiB) the box is `Clone`, but not the network itself, which `clone` would pass over the
/// stack: `let copy = net.clone();` works for every `net` that [`init`](crate::Network::init) or a trainer gives.
#[macro_export]
macro_rules! network {
    ($($tokens:tt)*) => {
        $crate::__private::network! { [$crate] $($tokens)* }
    };
}

/// Makes the weights of a file part of the program.
///
/// ```text
/// castnet::embed! {
///     /// Trained on the houses of Boston.
///     pub static HOUSE: HousePrice = "house_prices.safetensors";
/// }
///
/// let price = HOUSE.predict(&features)[0];
/// ```
///
/// The path is relative to the folder of the Cargo.toml. The compiler checks the checksum of the file, and compares its header with the
/// network: the fingerprint, and the name, shape and type of each tensor. A file that is missing, damaged, or made for another network
/// is an error at the path, which names the layer that differs. The values lie in read-only memory: there is no code at start-up, and no copy in RAM. The program is
/// compiled anew when the file changes. The type may live in another crate, so that the program that trains and the firmware that
/// predicts share it; several networks may use one file.
///
/// `pub static HOUSE_CHECKS: &[Check<HousePrice>] = "house_prices.safetensors";` takes the [`Check`](crate::Check)s of the file.
///
/// Files are those that [`WeightFiles::save`](crate::WeightFiles::save) and checkpoints write, or any safetensors file with the same
/// tensors. The target must be little-endian.
#[macro_export]
macro_rules! embed {
    ($($tokens:tt)*) => {
        $crate::__private::embed! { [$crate] $($tokens)* }
    };
}

/// Makes the box of a network that is too large to be `Clone` a `Clone`: the copy is made on the heap, and nothing passes over the stack.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! clone_boxed {
    ($network:ident) => {
        #[automatically_derived]
        impl ::core::clone::Clone for $crate::__private::Box<$network> {
            fn clone(&self) -> Self {
                $crate::Flat::clone_boxed(&**self)
            }
        }
    };
}

/// Without an allocator there are no boxes.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! clone_boxed {
    ($network:ident) => {};
}

/// The names in the code that the macro writes.
#[doc(hidden)]
pub mod __private {
    pub use crate::activations::compact::apply_compact;
    pub use crate::activations::*;
    pub use crate::clone_boxed;
    pub use crate::constraints::*;
    pub use crate::flat::{accumulate, copy, flatten_mut, positions, positions_mut, reshape, reshape_mut, reshape_one};
    pub use crate::initializers::*;
    pub use crate::isa::Isa;
    pub use crate::layers::*;
    pub use crate::network::difference::{Description, Message, other_network};
    pub use crate::network::embedded::{embedded, embedded_checks, has_name, has_tensor};
    pub use crate::network::nested::{self, NestedAdjoints, NestedTape};
    pub use crate::network::penalties::add_gradient_of_outputs;
    pub use crate::network::ports::{put, take, take_added};
    pub use crate::regularizers::*;
    pub use crate::{
        Adjoints, Arena, Both, Flat, LayerInfo, Network, Ports, Predict, PredictsOnStack, Source, Tape, TargetOf,
        TensorInfo, TrainingRng, typenum,
    };
    #[cfg(feature = "alloc")]
    pub use alloc::boxed::Box;
    pub use castnet_macros::{embed, network};
    // A program may have types of its own with these names.
    pub use core::primitive::{bool, f32, f64, str, u64, usize};
    pub use nalgebra::{SMatrix, SVector};
    pub use rand::Rng;
}

/// Everything that a program with a network needs: `use castnet::prelude::*;`.
pub mod prelude {
    #[cfg(feature = "std")]
    pub use crate::Checkpoint;
    #[cfg(feature = "std")]
    pub use crate::callbacks::CsvLog;
    #[cfg(feature = "alloc")]
    pub use crate::callbacks::{EarlyStopping, LearningRateScheduler, ReduceLrOnPlateau};
    pub use crate::losses::{
        BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy, CategoricalFocalCrossentropy,
        CategoricalHinge, CosineSimilarity, FromLogits, Hinge, Huber, Insist, KlDivergence, LogCosh, MeanAbsoluteError,
        MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError, Poisson, Reduced, Reduction,
        Smoothed, SparseCategoricalCrossentropy, SquaredHinge, Weighted,
    };
    #[cfg(feature = "alloc")]
    pub use crate::metrics::ConfusionMatrix;
    pub use crate::metrics::{Accuracy, Auc, AucPr, F1, Mae, Mse, Precision, R2, Recall, Rmse, Thresholded, TopK};
    pub use crate::optimizers::schedules::{
        ByStep, CosineDecay, CosineDecayRestarts, ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay,
        PolynomialDecay,
    };
    pub use crate::optimizers::{
        Accumulate, Adadelta, Adagrad, Adam, AdamW, Adamax, AmsGrad, Average, ClipGlobalNorm, ClipNorm, ClipValue,
        Ftrl, Lamb, Lion, Momentum, Nadam, RmsProp, RmsPropMomentum, Scheduled, Sgd, WeightDecay,
    };
    #[cfg(feature = "alloc")]
    pub use crate::{Augment, DataFor, Dataset, Fit, Gaps, History, Series, WeightFiles};
    pub use crate::{Both, Compile, Flat, Label, LabelOf, Network, Predict, Scaler, Workspace, network, seeded};
    #[cfg(feature = "csv")]
    pub use crate::{Csv, Missing};
}
