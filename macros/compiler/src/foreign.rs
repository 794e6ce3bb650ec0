//! The layers of other frameworks, by the names of their classes in Keras, PyTorch and Flax, with the words that castnet has for them.
mod calls;
mod joins;
mod options;
mod parameters;
mod translation;
mod values;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use crate::errors::{Help, Message};
use crate::reserved::IDENTITY;

pub use calls::Call;
pub use joins::{JoinCall, sequences};
pub use options::{Stage, report};
use parameters::Meaning;

/// The answer to the name of a layer in another framework.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Castnet's words for the layer.
    Words(&'static str),
    /// The name stands before a word that says all; it is left out, for this reason.
    Nothing(&'static str),
    /// Castnet has nothing for it yet.
    Missing {
        /// The things that castnet has not, as the end of "castnet has no".
        what: &'static str,
        /// The shape of an input of these layers.
        input: &'static str,
        /// Layers to try.
        layers: &'static str,
        /// The values on which the layers are to be tried, with a space before them; empty if there is nothing to say.
        on: &'static str,
    },
    /// Castnet does it elsewhere, as this sentence says.
    Elsewhere(&'static str),
}

const RECURRENT: Answer =
    Answer::Missing { what: "such recurrent layers", input: "8x4", layers: "lstm 32", on: " on a sequence" };
const ATTENTION: Answer =
    Answer::Missing { what: "attention", input: "8x4", layers: "conv 32 3 same relu", on: " on a sequence" };
const EMBEDDING: Answer = Answer::Missing {
    what: "embeddings",
    input: "8x4",
    layers: "dense 32 each nobias",
    on: " on vectors with a one in the place of the class",
};
const VOLUMES: Answer = Answer::Missing {
    what: "layers over volumes",
    input: "8x8x4",
    layers: "conv 32 3x3 relu",
    on: " on images whose channels are the depth",
};
const OTHER_BORDERS: Answer = Answer::Missing { what: "such padding", input: "8x8x4", layers: "pad 1", on: "" };
const OTHER_POOLS: Answer = Answer::Missing { what: "such pooling", input: "8x8x4", layers: "maxpool 2x2", on: "" };
const OTHER_DROPOUT: Answer = Answer::Missing { what: "such dropout", input: "8", layers: "dropout 0.1", on: "" };
const OTHER_NORMS: Answer = Answer::Missing { what: "such normalization", input: "8x4", layers: "layernorm", on: "" };
const OTHER_GATES: Answer = Answer::Missing { what: "such activation", input: "8", layers: "silu", on: "" };
const PERMUTED: Answer =
    Answer::Missing { what: "such layers that move values", input: "8x8x4", layers: "reshape 4x4x16", on: "" };
const ENLARGED: Answer =
    Answer::Missing { what: "layers that move values", input: "8x8x4", layers: "upsample 2x2", on: "" };
const PRODUCTS: Answer = Answer::Missing { what: "such products", input: "8", layers: "dense 32", on: "" };
const OWN_CODE: Answer =
    Answer::Missing { what: "layers of your own code", input: "8", layers: "dense 32 relu", on: "" };
const CHAIN: Answer =
    Answer::Elsewhere("layers stand one after the other, with `=>` between them, and a `block` gives some a name");
const AUGMENTATION: Answer =
    Answer::Elsewhere("a network does not change its images: give `fit` an augmentation, such as `Augment`");
const ENCODING: Answer =
    Answer::Elsewhere("a network reads numbers: encode texts and categories when the data set is made");
const EVERY_POSITION: Answer = Answer::Elsewhere(
    "`each` behind `dense` applies it to every position: `dense 10 each`; other layers go over all positions",
);
const OTHER_SIZES: Answer =
    Answer::Elsewhere("the size of an image is that of the input: bring images to it when the data set is made");

/// The reason why no word stands before an activation.
const ALONE: &str = "the name of an activation stands alone";

/// Names in small letters and without `_`, numbers of dimensions such as `2d`, and `lazy`; with their answers.
const ANSWERS: &[(&[&str], Answer)] = &[
    (&["input", "inputlayer"], Answer::Words("input")),
    (&["dense", "linear", "fullyconnected", "fc", "einsumdense"], Answer::Words("dense")),
    (&["conv", "convolution"], Answer::Words("conv")),
    (&["depthwiseconv"], Answer::Words("depthwise")),
    (&["separableconv", "separableconvolution"], Answer::Words("separable")),
    (
        &["convtranspose", "deconv", "conv2dtranspose", "conv1dtranspose", "convolutiontranspose"],
        Answer::Words("conv_transpose"),
    ),
    (&["conv3dtranspose"], VOLUMES),
    (&["maxpool", "maxpooling"], Answer::Words("maxpool")),
    (&["avgpool", "averagepooling", "averagepool"], Answer::Words("avgpool")),
    (&["globalmaxpool", "globalmaxpooling", "adaptivemaxpool", "adaptivemaxpooling"], Answer::Words("globalmaxpool")),
    (
        &["globalavgpool", "globalaveragepool", "globalaveragepooling", "adaptiveavgpool", "adaptiveaveragepooling"],
        Answer::Words("globalavgpool"),
    ),
    (&["lppool", "fractionalmaxpool", "maxunpool"], OTHER_POOLS),
    (&["zeropad", "zeropadding", "constantpad"], Answer::Words("pad")),
    (&["reflectionpad", "replicationpad", "circularpad"], OTHER_BORDERS),
    (&["cropping", "centercrop"], Answer::Words("crop")),
    (&["upsample", "upsampling", "upsamplingnearest"], Answer::Words("upsample")),
    (&["batchnorm", "batchnormalization", "syncbatchnorm"], Answer::Words("batchnorm")),
    (&["layernorm", "layernormalization"], Answer::Words("layernorm")),
    (&["groupnorm", "groupnormalization"], Answer::Words("groupnorm")),
    (&["instancenorm", "instancenormalization"], Answer::Words("groupnorm channels")),
    (
        &["rmsnorm", "rmsnormalization", "spectralnormalization", "spectralnorm", "localresponsenorm", "weightnorm"],
        OTHER_NORMS,
    ),
    (&["unitnormalization"], Answer::Words("unitnorm")),
    (&["spatialdropout", "featuredropout"], Answer::Words("spatial_dropout")),
    (&["dropout"], Answer::Words("dropout")),
    (&["alphadropout", "featurealphadropout"], OTHER_DROPOUT),
    (&["gaussiannoise"], Answer::Words("gaussian_noise")),
    (&["gaussiandropout"], Answer::Words("gaussian_dropout")),
    (&["flatten"], Answer::Words("flatten")),
    (&["reshape", "unflatten", "view"], Answer::Words("reshape")),
    (&["normalization"], Answer::Words("normalize")),
    (&["rescaling"], Answer::Words("rescale")),
    (&["identity"], Answer::Words(IDENTITY)),
    (&["add", "sum"], Answer::Words("add")),
    (&["concatenate", "concat", "cat"], Answer::Words("concat")),
    (&["multiply", "mul"], Answer::Words("multiply")),
    (&["average"], Answer::Words("average")),
    (&["maximum"], Answer::Words("maximum")),
    (&["minimum"], Answer::Words("minimum")),
    (&["subtract"], Answer::Words("subtract")),
    (&["dot"], Answer::Words("dot")),
    (&["bilinear"], PRODUCTS),
    (&["activation"], Answer::Nothing(ALONE)),
    (&["relu"], Answer::Words("relu")),
    (&["relu6"], Answer::Words("relu6")),
    (&["leakyrelu", "rrelu"], Answer::Words("leaky_relu")),
    (&["prelu"], Answer::Words("prelu")),
    (&["elu"], Answer::Words("elu")),
    (&["celu"], Answer::Words("celu")),
    (&["selu"], Answer::Words("selu")),
    (&["gelu"], Answer::Words("gelu")),
    (&["silu", "swish"], Answer::Words("silu")),
    (&["mish"], Answer::Words("mish")),
    (&["sigmoid"], Answer::Words("sigmoid")),
    (&["logsigmoid"], Answer::Words("log_sigmoid")),
    (&["softmax"], Answer::Words("softmax")),
    (&["logsoftmax"], Answer::Words("log_softmax")),
    (&["tanh"], Answer::Words("tanh")),
    (&["hardtanh"], Answer::Words("hard_tanh")),
    (&["hardsigmoid"], Answer::Words("hard_sigmoid")),
    (&["hardswish", "hardsilu"], Answer::Words("hard_silu")),
    (&["hardshrink"], Answer::Words("hard_shrink")),
    (&["softshrink"], Answer::Words("soft_shrink")),
    (&["tanhshrink"], Answer::Words("tanh_shrink")),
    (&["softplus"], Answer::Words("softplus")),
    (&["softsign"], Answer::Words("softsign")),
    (&["threshold"], Answer::Words("threshold")),
    (&["rnn", "simplernn"], Answer::Words("rnn")),
    (&["gru"], Answer::Words("gru")),
    (&["lstm"], Answer::Words("lstm")),
    (&["bidirectional"], Answer::Words("bidirectional")),
    (&["birnn"], Answer::Words("bidirectional rnn")),
    (&["bigru"], Answer::Words("bidirectional gru")),
    (&["bilstm"], Answer::Words("bidirectional lstm")),
    (&["glu", "softmin", "adaptivelogsoftmaxwithloss"], OTHER_GATES),
    (
        &[
            "rnnbase",
            "rnncell",
            "lstmcell",
            "grucell",
            "simplernncell",
            "stackedrnncells",
            "convlstm",
            "convlstmcell",
            "optimizedlstmcell",
        ],
        RECURRENT,
    ),
    (
        &[
            "attention",
            "additiveattention",
            "multiheadattention",
            "groupqueryattention",
            "groupedqueryattention",
            "transformer",
            "transformerencoder",
            "transformerdecoder",
            "transformerencoderlayer",
            "transformerdecoderlayer",
            "selfattention",
            "multiheaddotproductattention",
        ],
        ATTENTION,
    ),
    (&["embedding", "embeddingbag", "embed", "reversibleembedding"], EMBEDDING),
    (&["permute", "transpose"], Answer::Words("permute")),
    (&["repeatvector"], Answer::Words("repeat_vector")),
    (&["fold", "unfold", "channelshuffle", "pixelunshuffle"], PERMUTED),
    (&["pixelshuffle", "upsamplingbilinear"], ENLARGED),
    (&["lambda", "layer", "wrapper", "module", "masking", "activityregularization"], OWN_CODE),
    (&["tfsmlayer", "jaxlayer", "flaxlayer", "torchmodulewrapper", "melspectrogram", "stftspectrogram"], OWN_CODE),
    (&["sequential", "modulelist", "moduledict", "pipeline", "functional", "model"], CHAIN),
    (&["timedistributed"], EVERY_POSITION),
    (&["resizing"], OTHER_SIZES),
    (
        &[
            "randomflip",
            "randomrotation",
            "randomzoom",
            "randomtranslation",
            "randomcrop",
            "randombrightness",
            "randomcontrast",
            "randomhue",
            "randomsaturation",
            "randomsharpness",
            "randomshear",
            "randomperspective",
            "randomposterization",
            "randominvert",
            "randomgrayscale",
            "randomgaussianblur",
            "randomerasing",
            "randomelastictransform",
            "randomcolorjitter",
            "randomcolordegeneration",
            "randaugment",
            "augmix",
            "cutmix",
            "mixup",
            "autocontrast",
            "solarization",
            "equalization",
            "maxnumboundingboxes",
        ],
        AUGMENTATION,
    ),
    (
        &[
            "categoryencoding",
            "discretization",
            "hashing",
            "hashedcrossing",
            "stringlookup",
            "integerlookup",
            "textvectorization",
        ],
        ENCODING,
    ),
];

/// Names of layers that castnet has over sequences and images, and not over volumes.
const NOT_OVER_VOLUMES: &[&str] = &[
    "conv",
    "convtranspose",
    "maxpool",
    "maxpooling",
    "avgpool",
    "averagepooling",
    "zeropad",
    "zeropadding",
    "upsampling",
    "cropping",
];

/// The answer to a name, if another framework has a layer with it.
pub fn answer(name: &str) -> Option<Answer> {
    let name = name.to_lowercase().replace('_', "");
    let name = name.strip_prefix("lazy").unwrap_or(&name);
    let find = |name: &str| ANSWERS.iter().find(|(names, _)| names.contains(&name)).map(|(_, answer)| *answer);
    if let Some(answer) = find(name) {
        return Some(answer);
    }
    let (base, dimensions) = name.split_at_checked(name.len().checked_sub(2)?)?;
    match dimensions {
        "3d" if NOT_OVER_VOLUMES.contains(&base) => Some(VOLUMES),
        // `Dropout2d` of PyTorch drops channels.
        "1d" | "2d" | "3d" if base == "dropout" => find("spatialdropout"),
        "1d" | "2d" | "3d" => find(base),
        _ => None,
    }
}

/// Whether a layer with this keyword of castnet has a parameter with this name in another framework.
pub fn is_parameter(keyword: &str, name: &str) -> bool {
    parameters::meaning(keyword, name).is_some()
}

/// Castnet's word for a parameter of another framework, in a layer with this keyword of castnet.
pub fn word_for(keyword: &str, name: &str) -> Option<&'static str> {
    parameters::meaning(keyword, name)?.word()
}

/// Whether castnet's word for a parameter of another framework stands alone, without a value behind it.
pub fn stands_alone(keyword: &str, name: &str) -> bool {
    matches!(parameters::meaning(keyword, name), Some(Meaning::Choice(_)))
}

/// Whether a parameter of another framework is a name before a word that says all.
pub fn is_silent(keyword: &str, name: &str) -> bool {
    parameters::meaning(keyword, name).is_some_and(Meaning::is_silent)
}

/// The reason why a layer that takes these words has none for a parameter of another framework, if the parameter says nothing by itself.
pub fn reason_for_no_word(keyword: &str, name: &str, words: &[&str]) -> Option<String> {
    let meaning = parameters::meaning(keyword, name)?;
    match meaning.opposite().filter(|opposite| opposite.split(' ').all(|word| words.contains(&word))) {
        Some(opposite) => Some(format!("it is on unless `{opposite}` is written")),
        None => matches!(meaning, Meaning::Activation("")).then(|| ALONE.to_string()),
    }
}

/// The message for a name that another framework has, with an edit that writes castnet's words.
pub fn message(name: &Ident, what: &str) -> Option<Message> {
    message_at(name, &name.to_token_stream(), what)
}

/// As [`message`], for a name with words before it: `nn.Linear`.
pub fn message_at(name: &Ident, path: &TokenStream, what: &str) -> Option<Message> {
    let text = name.to_string();
    let help = match answer(&text) {
        Some(Answer::Words(words)) => Help::write(words).saying(word_sentence(words)).of(path),
        Some(Answer::Nothing(reason)) => Help::leave_out().of(path).and(&format!(": {reason}")),
        Some(Answer::Missing { what, layers, on, .. }) => {
            Help::prose(format!("castnet has no {what} yet; try layers such as `{layers}`{on}"))
        }
        Some(Answer::Elsewhere(sentence)) => Help::prose(sentence),
        None => return None,
    };
    Some((format!("unknown {what} `{}`", path.to_string().replace(' ', "")), help).into())
}

/// The sentence with castnet's word.
fn word_sentence(word: &str) -> String {
    let sentence = format!("castnet's word for it is `{word}`");
    match word {
        "leaky_relu" => format!(
            "{sentence}; its slope is 0.2 if no number follows, where PyTorch has `leaky_relu 0.01` and the layer of Keras `leaky_relu 0.3`"
        ),
        _ => sentence,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
