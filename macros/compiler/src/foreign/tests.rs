use super::{ANSWERS, Answer, answer};
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
