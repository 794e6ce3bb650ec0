use proc_macro2::{Delimiter, Group, Ident, Span};

use super::{ANSWERS, Answer, answer, call};
use crate::layers::{self, join};
use crate::{activations, diagnose};

/// The classes of `keras.layers`, version 3.
const KERAS: &str = "Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D \
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix AutoContrast \
    Average AveragePooling1D AveragePooling2D AveragePooling3D AvgPool1D AvgPool2D AvgPool3D BatchNormalization Bidirectional \
    CategoryEncoding CenterCrop Concatenate Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D \
    ConvLSTM2D ConvLSTM3D Convolution1D Convolution2D Convolution3D Cropping1D Cropping2D Cropping3D CutMix Dense DepthwiseConv1D \
    DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten FlaxLayer GRU GRUCell GaussianDropout \
    GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalAvgPool1D GlobalAvgPool2D \
    GlobalAvgPool3D GlobalMaxPool1D GlobalMaxPool2D GlobalMaxPool3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D \
    GroupNormalization GroupQueryAttention HashedCrossing Hashing Identity Input InputLayer IntegerLookup JaxLayer LSTM LSTMCell \
    Lambda Layer LayerNormalization LeakyReLU Masking MaxNumBoundingBoxes MaxPool1D MaxPool2D MaxPool3D MaxPooling1D MaxPooling2D \
    MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention Multiply Normalization PReLU Permute Pipeline RMSNormalization \
    RNN RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform \
    RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization \
    RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape \
    Resizing ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D \
    SimpleRNN SimpleRNNCell Softmax Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization \
    StackedRNNCells StringLookup Subtract TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper UnitNormalization \
    UpSampling1D UpSampling2D UpSampling3D Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D";

/// The layers of `torch.nn`.
const TORCH: &str = "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss AdaptiveMaxPool1d \
    AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d AvgPool3d BatchNorm1d BatchNorm2d BatchNorm3d Bilinear CELU \
    ChannelShuffle CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d Conv1d Conv2d Conv3d ConvTranspose1d \
    ConvTranspose2d ConvTranspose3d Dropout Dropout1d Dropout2d Dropout3d ELU Embedding EmbeddingBag FeatureAlphaDropout Flatten Fold \
    FractionalMaxPool2d FractionalMaxPool3d GELU GLU GRU GRUCell GroupNorm Hardshrink Hardsigmoid Hardswish Hardtanh Identity \
    InstanceNorm1d InstanceNorm2d InstanceNorm3d LPPool1d LPPool2d LSTM LSTMCell LayerNorm LazyBatchNorm1d LazyBatchNorm2d LazyConv1d \
    LazyConv2d LazyLinear LeakyReLU Linear LocalResponseNorm LogSigmoid LogSoftmax MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d \
    MaxUnpool2d MaxUnpool3d Mish ModuleDict ModuleList MultiheadAttention PReLU PixelShuffle PixelUnshuffle RMSNorm RNN RNNBase \
    RNNCell RReLU ReLU ReLU6 ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU \
    Sequential SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign SyncBatchNorm Tanh Tanhshrink Threshold \
    Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer Unflatten Unfold Upsample \
    UpsamplingBilinear2d UpsamplingNearest2d ZeroPad1d ZeroPad2d ZeroPad3d";

/// The layers of `flax.linen` and `flax.nnx` whose names are not in the other lists.
const FLAX: &str = "Conv ConvTranspose BatchNorm InstanceNorm Embed OptimizedLSTMCell SelfAttention MultiHeadDotProductAttention \
    SpectralNorm WeightNorm avg_pool max_pool";

fn errors(source: &str) -> Vec<String> {
    let tokens = format!("[::castnet] {source}").parse().expect("it lexes");
    diagnose(tokens).iter().map(ToString::to_string).collect()
}

#[test]
fn every_layer_is_answered() {
    for name in [KERAS, TORCH, FLAX].into_iter().flat_map(str::split_whitespace) {
        assert!(answer(name).is_some(), "no answer to {name}");
        let errors = errors(&format!("Net< input 8 => {name} 3 => dense 1 >"));
        assert!(
            errors.first().is_some_and(|error| error.starts_with(&format!("unknown layer `{name}`\nhelp: "))),
            "{name}: {errors:?}"
        );
    }
}

#[test]
fn the_words_exist() {
    for (names, answer) in ANSWERS {
        let Answer::Words(words) = answer else { continue };
        let word = words.split(' ').next().expect("a word");
        let mut known =
            layers::keywords().chain(join::keywords()).chain(activations::words()).chain(["input", "identity"]);
        assert!(known.any(|known| known == word), "castnet has no `{word}`, which is the answer to {names:?}");
    }
}

#[test]
fn layers_to_try_compile() {
    for (names, answer) in ANSWERS {
        let Answer::Missing { input, layers, .. } = answer else { continue };
        let errors = errors(&format!("Net< input {input} => {layers} >"));
        assert!(errors.is_empty(), "the answer to {names:?} does not compile: {errors:?}");
    }
}

#[test]
fn no_name_stands_twice() {
    let mut names: Vec<&str> = ANSWERS.iter().flat_map(|(names, _)| names.iter().copied()).collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        assert_ne!(pair.first(), pair.last());
    }
}

/// The text that the help of a call writes in its place, if it has an edit.
fn translation(name: &str, arguments: &str) -> Option<String> {
    let arguments = Group::new(Delimiter::Parenthesis, arguments.parse().expect("it lexes"));
    let message = call(&Ident::new(name, Span::call_site()), &arguments).expect("an answer");
    let help = message.help.expect("a help");
    assert!(help.changes().len() < 2, "{name}{arguments}: {help:?}");
    help.changes().first().map(|change| change.text().to_string())
}

/// Calls, the shape that comes in, castnet's layers, and the numbers that come out of them.
const CALLS: &[(&str, &str, &str, &str, u64)] = &[
    ("Dense", "64", "8", "dense 64", 64),
    ("Dense", "64, \"relu\"", "8", "dense 64 relu", 64),
    ("Dense", "64, \"swish\",", "8", "dense 64 silu", 64),
    ("Linear", "8, 10", "8", "dense 10", 10),
    ("LazyLinear", "10", "8", "dense 10", 10),
    ("Conv1D", "4, (3,)", "8x3", "conv 4 3", 6 * 4),
    ("Conv2D", "32, 3", "8x8x3", "conv 32 3", 6 * 6 * 32),
    ("Conv2D", "32, (3, 5), (1, 2)", "8x8x3", "conv 32 3x5 stride 1x2", 6 * 2 * 32),
    ("Convolution2D", "32, 3, 2", "8x8x3", "conv 32 3 stride 2", 3 * 3 * 32),
    ("Conv1d", "3, 4, 3", "8x3", "conv 4 3", 6 * 4),
    ("Conv2d", "3, 32, 3", "8x8x3", "conv 32 3", 6 * 6 * 32),
    ("Conv2d", "3, 32, 3, 2", "8x8x3", "conv 32 3 stride 2", 3 * 3 * 32),
    ("Conv2d", "3, 32, (3, 3), 1, 1", "8x8x3", "conv 32 3x3 stride 1 pad 1", 8 * 8 * 32),
    ("LazyConv2d", "32, 3, 2", "8x8x3", "conv 32 3 stride 2", 3 * 3 * 32),
    ("Conv2DTranspose", "64, 3", "8x8x3", "conv_transpose 64 3", 10 * 10 * 64),
    ("Conv2DTranspose", "64, 3, 2", "8x8x3", "conv_transpose 64 3 stride 2", 17 * 17 * 64),
    ("Conv1DTranspose", "64, 3, 2", "8x3", "conv_transpose 64 3 stride 2", 17 * 64),
    ("ConvTranspose2d", "3, 64, 3", "8x8x3", "conv_transpose 64 3", 10 * 10 * 64),
    ("ConvTranspose2d", "3, 64, 2, 2", "8x8x3", "conv_transpose 64 2 stride 2", 16 * 16 * 64),
    ("DepthwiseConv2D", "3", "8x8x3", "depthwise 3", 6 * 6 * 3),
    ("DepthwiseConv2D", "(3, 3), 2", "8x8x3", "depthwise 3x3 stride 2", 3 * 3 * 3),
    ("SeparableConv2D", "16, 3, 2", "8x8x3", "separable 16 3 stride 2", 3 * 3 * 16),
    ("MaxPooling2D", "2", "8x8x3", "maxpool 2", 4 * 4 * 3),
    ("MaxPooling2D", "(2, 2), 1", "8x8x3", "maxpool 2x2 stride 1", 7 * 7 * 3),
    ("MaxPool2d", "3, 2", "8x8x3", "maxpool 3 stride 2", 3 * 3 * 3),
    ("AvgPool2d", "2", "8x8x3", "avgpool 2", 4 * 4 * 3),
    ("GlobalAveragePooling2D", "", "8x8x3", "globalavgpool", 3),
    ("AdaptiveAvgPool2d", "(1, 1)", "8x8x3", "globalavgpool keepdims", 3),
    ("UpSampling2D", "(2, 3)", "8x8x3", "upsample 2x3", 16 * 24 * 3),
    ("ZeroPadding2D", "1", "8x8x3", "pad 1", 10 * 10 * 3),
    ("ZeroPad2d", "1", "8x8x3", "pad 1", 10 * 10 * 3),
    ("Cropping2D", "1", "8x8x3", "crop 1", 6 * 6 * 3),
    ("Dropout", "0.5", "8", "dropout 0.5", 8),
    ("Dropout2d", "0.2", "8x8x3", "spatial_dropout 0.2", 8 * 8 * 3),
    ("SpatialDropout2D", "0.2", "8x8x3", "spatial_dropout 0.2", 8 * 8 * 3),
    ("GaussianNoise", "0.1", "8", "gaussian_noise 0.1", 8),
    ("Rescaling", "0.5, 1", "8", "rescale 0.5 offset 1", 8),
    ("BatchNorm1d", "8", "8", "batchnorm", 8),
    ("BatchNorm2d", "3", "8x8x3", "batchnorm", 8 * 8 * 3),
    ("BatchNormalization", "", "8x8x3", "batchnorm", 8 * 8 * 3),
    ("LayerNorm", "3", "8x3", "layernorm", 8 * 3),
    ("GroupNorm", "2, 4", "8x8x4", "groupnorm 2", 8 * 8 * 4),
    ("InstanceNorm2d", "3", "8x8x3", "groupnorm channels noscale nocenter", 8 * 8 * 3),
    ("Flatten", "", "8x8x3", "flatten", 8 * 8 * 3),
    ("Flatten", "1", "8x8x3", "flatten", 8 * 8 * 3),
    ("Reshape", "(4, 16, 3)", "8x8x3", "reshape 4x16x3", 8 * 8 * 3),
    ("Permute", "(2, 1, 3)", "8x6x3", "permute 2x1x3", 8 * 6 * 3),
    ("RepeatVector", "5", "8", "repeat_vector 5", 8 * 5),
    ("UnitNormalization", "", "8x3", "unitnorm", 8 * 3),
    ("Activation", "\"relu\"", "8", "relu", 8),
    ("ReLU", "", "8", "relu", 8),
    ("LeakyReLU", "0.01", "8", "leaky_relu 0.01", 8),
    ("Threshold", "0.1, 20", "8", "threshold 0.1 20", 8),
];

#[test]
fn calls_become_the_same_network() {
    for (name, arguments, input, layers, values) in CALLS {
        assert_eq!(translation(name, arguments).as_deref(), Some(*layers), "{name}({arguments})");
        let source = format!("[::castnet] Net< input {input} => {layers} >");
        let compiled = crate::compile_all(source.parse().expect("it lexes"));
        let network = compiled.networks.into_iter().next().expect("a network");
        let planned = network.planned.expect("it compiles");
        let output = *planned.graph.outputs.first().expect("an output");
        assert_eq!(planned.graph.shape(output).len(), *values, "{layers}");
    }
}

/// Arguments that mean something else in castnet, or in two frameworks, or nothing.
const UNSURE: &[(&str, &[&str])] = &[
    ("Dense", &["\"relu\"", "64, \"rellu\"", "13, 10", "0", "2.5", "-3", "units=64", "64, activation=\"relu\"", "N"]),
    ("Linear", &["13, 10, False", "13, \"relu\"", "13, 10, bias=False"]),
    ("EinsumDense", &["10"]),
    ("Conv", &["8, 3", "3, 8, 3"]),
    (
        "Conv2D",
        &["32", "32, 3, \"relu\"", "32, 3, 2, \"same\"", "32, (3,)", "32, (3, 3, 3)", "32, [3, 3]", "32, 3, 1, 1"],
    ),
    ("Conv2d", &["8", "8, 3", "3, 8, \"3\"", "3, 8, 3, 1, 0", "3, 8, 3, 1, 1, 2", "3, 8, 3, padding=1"]),
    ("conv2d", &["3, 8, 3"]),
    ("Conv2DTranspose", &["64", "64, 3, 2, \"same\"", "64, 3, 2, 1"]),
    ("ConvTranspose2d", &["64, 3", "3, 64, 3, 2, 1", "3, 64, 2, 3", "3, 64, (4, 2), (2, 3)"]),
    ("DepthwiseConv2D", &["", "3, 2, 1", "\"relu\""]),
    ("MaxPooling2D", &["", "2, 2, \"same\"", "2, \"relu\""]),
    ("MaxPool2d", &["", "3, 2, 1"]),
    ("AdaptiveAvgPool2d", &["", "7", "(1, 7)"]),
    ("Upsample", &["2"]),
    ("UpsamplingNearest2d", &["2"]),
    ("ZeroPadding2D", &["(1, 2)", "((1, 1), (2, 2))"]),
    ("ConstantPad2d", &["1, 3"]),
    ("CenterCrop", &["4, 4"]),
    ("Dropout", &["", "1", "1.5", "0.5, True", "p=0.5", "\"relu\""]),
    ("BatchNorm2d", &["64, 0.001", "64, affine=False", "\"relu\""]),
    ("BatchNormalization", &["1", "axis=1"]),
    ("LayerNormalization", &["1"]),
    ("LayerNorm", &["(8, 3)"]),
    ("InstanceNorm2d", &[""]),
    ("Flatten", &["0", "1, 2", "start_dim=1"]),
    ("Unflatten", &["1, (2, 3)"]),
    ("Reshape", &["", "-1, 3", "(2, 2, 2, 2)"]),
    ("Permute", &["", "2, 1", "(2, 2)", "(1, 2, 3, 4)"]),
    ("RepeatVector", &["", "0", "n=3"]),
    ("UnitNormalization", &["1"]),
    ("Activation", &["", "\"rellu\"", "relu"]),
    ("ReLU", &["6", "True"]),
    ("LeakyReLU", &["", "\"relu\""]),
    ("RReLU", &["", "0.1"]),
    ("PReLU", &["", "3"]),
    ("Softmax", &["1", "dim=1"]),
];

#[test]
fn calls_that_are_not_sure_have_no_edit() {
    for (name, calls) in UNSURE {
        for arguments in *calls {
            assert_eq!(translation(name, arguments), None, "{name}({arguments})");
        }
    }
}

#[test]
fn every_layer_can_be_called() {
    let arguments =
        ["", "3", "4, 3", "3, 4, 2", "3, 4, 2, 2", "0.1", "(2, 2)", "\"relu\"", "4, \"relu\"", "units=3", "3, name=4"];
    for name in [KERAS, TORCH, FLAX].into_iter().flat_map(str::split_whitespace) {
        for arguments in arguments {
            let Some(layers) = translation(name, arguments) else { continue };
            assert!(!arguments.contains('='), "{name}({arguments}) is answered with `{layers}`");
            // Shapes that all of these windows, groups and numbers fit.
            let sources = match layers.split_once(' ') {
                Some(("input" | "reshape", shape)) => vec![format!("Net< input {shape} => reshape {shape} >")],
                _ => ["12", "12x12", "12x12x12"]
                    .map(|input| format!("Net< input {input} => {layers} => rescale 2 >"))
                    .to_vec(),
            };
            let compiles = sources.iter().any(|source| errors(source).is_empty());
            assert!(compiles, "{name}({arguments}) is answered with `{layers}`: {:?}", errors(&sources[0]));
        }
    }
}
