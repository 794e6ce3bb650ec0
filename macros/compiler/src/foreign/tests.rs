use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::ToTokens;

use super::{ANSWERS, Answer, Call, answer};
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
    let name = Ident::new(name, Span::call_site());
    let path = name.to_token_stream();
    let call = Call { name: &name, path: &path, arguments: &arguments, rest: TokenStream::new(), has_label: false };
    let message = call.message().expect("an answer");
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
    ("MaxPooling2D", "", "8x8x3", "maxpool 2", 4 * 4 * 3),
    ("UpSampling2D", "", "8x8x3", "upsample 2", 16 * 16 * 3),
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
    ("Dense", "units=64, use_bias=False, activation=\"relu\"", "8", "dense 64 nobias relu", 64),
    ("Dense", "64, activation=tf.nn.relu, kernel_initializer=\"he_normal\"", "8", "dense 64 relu init he_normal", 64),
    ("Dense", "64, kernel_regularizer=regularizers.l2(1e-4)", "8", "dense 64 l2 1e-4", 64),
    ("Dense", "64, kernel_regularizer=L1L2(l1=0.1, l2=0.2)", "8", "dense 64 l1 0.1 l2 0.2", 64),
    ("Dense", "64, trainable=False", "8", "dense 64 frozen", 64),
    ("Dense", "64, activity_regularizer=\"l1\", input_shape=(8,), name=None", "8", "dense 64 activity_l1", 64),
    ("Dense", "64, kernel_initializer=RandomNormal(stddev=.01)", "8", "dense 64 init normal 0.01", 64),
    ("Dense", "64, activation=LeakyReLU(0.1), bias_initializer=\"zeros\"", "8", "dense 64 leaky_relu 0.1", 64),
    ("Dense", "64, name=\"hidden\"", "8", "hidden: dense 64", 64),
    ("Dense", "64, name=\"dense_7\"", "8", "dense 64", 64),
    ("Linear", "8, 10, bias=False", "8", "dense 10 nobias", 10),
    ("Conv1D", "4, 3, padding=\"causal\"", "8x3", "conv 4 3 causal", 8 * 4),
    ("Conv2D", "kernel_size=[3, 3], filters=32, strides=(2, 2)", "8x8x3", "conv 32 3x3 stride 2x2", 3 * 3 * 32),
    ("Conv2D", "32, 3, 1, \"same\", dilation_rate=2", "8x8x3", "conv 32 3 stride 1 same dilation 2", 8 * 8 * 32),
    ("Conv2d", "3, 32, kernel_size=(3, 3), padding=(1, 0)", "8x8x3", "conv 32 3x3 pad 1x0", 8 * 6 * 32),
    ("Conv2d", "3, 32, 3, padding=0, bias=False", "8x8x3", "conv 32 3 nobias", 6 * 6 * 32),
    ("Conv2DTranspose", "64, 3, 2, \"same\"", "8x8x3", "conv_transpose 64 3 stride 2 same", 16 * 16 * 64),
    ("ConvTranspose2d", "3, 64, 4, 2, 1", "8x8x3", "conv_transpose 64 4 stride 2 same", 16 * 16 * 64),
    ("MaxPooling2D", "2, 2, \"same\"", "7x7x3", "maxpool 2 stride 2 same", 4 * 4 * 3),
    ("MaxPool2d", "kernel_size=3, stride=2, padding=0", "8x8x3", "maxpool 3 stride 2", 3 * 3 * 3),
    ("GlobalAveragePooling2D", "keepdims=True", "8x8x3", "globalavgpool keepdims", 3),
    ("UpSampling2D", "2, interpolation=\"bilinear\"", "8x8x3", "upsample 2 bilinear", 16 * 16 * 3),
    ("Upsample", "scale_factor=2, mode=\"nearest\"", "8x8x3", "upsample 2", 16 * 16 * 3),
    ("ZeroPadding2D", "(1, 2)", "8x8x3", "pad 1x2", 10 * 12 * 3),
    ("ZeroPadding2D", "((1, 0), (2, 1))", "8x8x3", "pad 1x0x2x1", 9 * 11 * 3),
    ("ZeroPad2d", "(2, 1, 1, 0)", "8x8x3", "pad 1x0x2x1", 9 * 11 * 3),
    ("Dropout", "p=0.5, inplace=True", "8", "dropout 0.5", 8),
    ("Rescaling", "1./255, offset=-1", "8", "rescale 0.00392156862745098 offset -1", 8),
    ("BatchNorm1d", "8, momentum=0.9", "8", "batchnorm momentum 0.1", 8),
    ("BatchNorm1d", "8, momentum=0.1, affine=False", "8", "batchnorm momentum 0.9 noscale nocenter", 8),
    (
        "BatchNormalization",
        "momentum=0.9, epsilon=1e-5, center=False",
        "8",
        "batchnorm momentum 0.9 epsilon 1e-5 nocenter",
        8,
    ),
    ("InstanceNorm2d", "3, affine=True", "8x8x3", "groupnorm channels", 8 * 8 * 3),
    ("LeakyReLU", "negative_slope=0.01", "8", "leaky_relu 0.01", 8),
    ("LeakyReLU", "alpha=0.3", "8", "leaky_relu 0.3", 8),
    ("ReLU", "inplace=True", "8", "relu", 8),
    ("Softmax", "dim=1", "8", "softmax", 8),
    ("LSTM", "64, return_sequences=True", "8x4", "lstm 64 sequences", 8 * 64),
    ("GRU", "64, dropout=0.2, go_backwards=True", "8x4", "gru 64 dropout 0.2 backwards", 64),
    (
        "GRU",
        "64, recurrent_activation=\"hard_sigmoid\", reset_after=False",
        "8x4",
        "gru 64 gates hard_sigmoid reset_before",
        64,
    ),
    ("SimpleRNN", "64, \"relu\"", "8x4", "rnn 64 relu", 64),
    ("SimpleRNN", "64, activation=None", "8x4", "rnn 64 linear", 64),
    ("LSTM", "64, None, \"sigmoid\"", "8x4", "lstm 64 linear gates sigmoid", 64),
    ("GRU", "64, recurrent_activation=None", "8x4", "gru 64 gates linear", 64),
    ("Bidirectional", "LSTM(3, activation=None)", "8x4", "bidirectional lstm 3 linear", 6),
    ("Dense", "64, activation=None", "8", "dense 64", 64),
    ("dense", "8, 64", "8", "dense 64", 64),
    ("gru", "4, 64", "8x4", "gru 64", 64),
    ("lstm", "4, 64", "8x4", "lstm 64", 64),
    ("Bidirectional", "LSTM(3)", "8x4", "bidirectional lstm 3", 6),
    (
        "Bidirectional",
        "GRU(8, return_sequences=True), merge_mode=\"sum\"",
        "8x4",
        "bidirectional gru 8 sequences sum",
        8 * 8,
    ),
    ("TimeDistributed", "Dense(3, activation=\"relu\")", "8x4", "dense 3 each relu", 8 * 3),
    ("TimeDistributed", "Dropout(0.5)", "8x4", "dropout 0.5", 8 * 4),
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
    (
        "Dense",
        &[
            "\"relu\"",
            "64, \"rellu\"",
            "13, 10",
            "0",
            "2.5",
            "-3",
            "64, activity=1",
            "units=N",
            "N",
            "10, activation=tf.nn.leaky_relu",
        ],
    ),
    ("Linear", &["13, \"relu\"", "13, 10, device=cpu"]),
    ("EinsumDense", &["10"]),
    ("Conv", &["8, 3", "3, 8, 3"]),
    (
        "Conv2D",
        &["32", "32, 3, \"relu\"", "32, (3,)", "32, (3, 3, 3)", "32, 3, 1, 1", "32, 3, data_format=\"channels_first\""],
    ),
    ("Conv2d", &["8", "8, 3", "3, 8, \"3\"", "3, 8, 3, 1, 3", "3, 8, 3, padding_mode=\"circular\""]),
    ("conv2d", &["3, 8, 3"]),
    ("Conv2DTranspose", &["64", "64, 3, 2, 1"]),
    ("ConvTranspose2d", &["64, 3", "3, 64, 3, 2, 1", "3, 64, 3, 2, 1, 1", "3, 64, 2, 3", "3, 64, (4, 2), (2, 3)"]),
    ("DepthwiseConv2D", &["", "3, 2, 1", "\"relu\""]),
    ("MaxPooling2D", &["2, \"relu\""]),
    ("MaxPool2d", &["", "3, 2, 1"]),
    ("AdaptiveAvgPool2d", &["", "7", "(1, 7)"]),
    ("Upsample", &["2"]),
    ("UpsamplingNearest2d", &["2"]),
    ("ZeroPadding2D", &["(1, 2, 3)", "((1, 1, 1), (2, 2, 2))"]),
    ("ZeroPad2d", &["(1, 2)"]),
    ("ConstantPad2d", &["1, 3"]),
    ("CenterCrop", &["4, 4"]),
    ("Dropout", &["", "1", "1.5", "0.5, True", "\"relu\""]),
    ("BatchNorm2d", &["64, axis=1", "\"relu\""]),
    ("BatchNormalization", &["1", "axis=1"]),
    ("LayerNormalization", &["1"]),
    ("LayerNorm", &["(8, 3)"]),
    ("Flatten", &["0", "1, 2", "start_dim=2"]),
    ("Unflatten", &["1, (2, 3)"]),
    ("Reshape", &["", "-1, 3", "(2, 2, 2, 2)"]),
    ("Permute", &["", "2, 1", "(2, 2)", "(1, 2, 3, 4)"]),
    ("RepeatVector", &["", "0"]),
    ("UnitNormalization", &["1"]),
    ("Activation", &["", "\"rellu\"", "gelu"]),
    ("ReLU", &["6", "True"]),
    ("LeakyReLU", &["", "\"relu\""]),
    ("RReLU", &["", "0.1"]),
    ("PReLU", &["", "3"]),
    ("Softmax", &["1", "dim=2", "axis=1"]),
    ("LSTM", &["4, 32", "32, return_state=True", "4, 32, batch_first=True"]),
    ("Bidirectional", &["Dense(3)", "LSTM(3), merge_mode=None", "LSTM(3, name=\"a\")"]),
    ("TimeDistributed", &["Conv2D(3, 3)", "LSTM(3)"]),
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
fn parameters_of_blocks_are_their_own() {
    let source = "block pair(one, zero, name, weight_decay, padding) < dense one name relu => dense zero weight_decay 0.1 => rescale 2 => \
        reshape 4x4x1 => conv 2 3x3 padding relu => flatten >
        Net< input 8 => pair(4, 16, nobias, l2, same) => dense 1 >";
    assert_eq!(errors(source), Vec::<String>::new());
}

#[test]
fn every_layer_can_be_called() {
    let arguments =
        ["", "3", "4, 3", "3, 4, 2", "3, 4, 2, 2", "0.1", "(2, 2)", "\"relu\"", "4, \"relu\"", "units=3", "3, name=4"];
    let mut translated = 0;
    for name in [KERAS, TORCH, FLAX].into_iter().flat_map(str::split_whitespace) {
        for arguments in arguments {
            let Some(layers) = translation(name, arguments) else { continue };
            translated += 1;
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
    assert!(translated >= 240, "only {translated} calls have a translation");
}
