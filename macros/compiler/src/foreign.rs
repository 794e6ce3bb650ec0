//! The layers of other frameworks, by the names of their classes in Keras, PyTorch and Flax, with the words that castnet has for them.
use proc_macro2::{Delimiter, Group, Ident, TokenTree};
use quote::quote;

use crate::activations;
use crate::errors::{Help, Message};
use crate::parse::commas;

/// The answer to the name of a layer in another framework.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// Castnet's words for the layer.
    Words(&'static str),
    /// The name stands before a word that says all; it is left out, for this reason.
    Nothing(&'static str),
    /// Castnet has nothing for it yet: what it has not, and layers to try on an input of a shape; if there is more to say, on which values.
    Missing { what: &'static str, input: &'static str, layers: &'static str, on: &'static str },
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
    (&["identity"], Answer::Words("identity")),
    (&["add", "sum"], Answer::Words("add")),
    (&["concatenate", "concat", "cat"], Answer::Words("concat")),
    (&["multiply", "mul"], Answer::Words("multiply")),
    (&["average"], Answer::Words("average")),
    (&["maximum"], Answer::Words("maximum")),
    (&["minimum"], Answer::Words("minimum")),
    (&["subtract"], Answer::Words("subtract")),
    (&["dot"], Answer::Words("dot")),
    (&["bilinear"], PRODUCTS),
    (&["activation"], Answer::Nothing("the name of an activation stands alone")),
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

/// Names of layers that castnet has without the third dimension.
const FLAT: &[&str] = &[
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
        "3d" if FLAT.contains(&base) => Some(VOLUMES),
        // `Dropout2d` of PyTorch drops channels.
        "1d" | "2d" | "3d" if base == "dropout" => find("spatialdropout"),
        "1d" | "2d" | "3d" => find(base),
        _ => None,
    }
}

/// The message for a name that another framework has, with an edit that writes castnet's words.
pub fn message(name: &Ident, what: &str) -> Option<Message> {
    let help = match answer(&name.to_string())? {
        Answer::Words(words) => Help::write(words).saying(named(words)).of(name),
        Answer::Nothing(reason) => Help::leave_out().of(name).and(&format!(": {reason}")),
        Answer::Missing { what, layers, on, .. } => {
            Help::prose(format!("castnet has no {what} yet; try layers such as `{layers}`{on}"))
        }
        Answer::Elsewhere(sentence) => Help::prose(sentence),
    };
    Some((format!("unknown {what} `{name}`"), help).into())
}

/// The message for a call such as `Linear(13, 10)`. It has an edit if castnet has words that mean the same for sure.
pub fn call(name: &Ident, arguments: &Group) -> Option<Message> {
    let message = message(name, "layer")?;
    let written = name.to_string();
    let values: Option<Vec<Value>> = commas(arguments.stream()).iter().map(|tokens| Value::read(tokens)).collect();
    let (words, prose) = match answer(&written)? {
        Answer::Words(word) => (values.and_then(|values| translate(&written, word, &values)), named(word)),
        Answer::Nothing(reason) => (values.as_deref().and_then(activation), reason.to_string()),
        Answer::Missing { .. } | Answer::Elsewhere(_) => return Some(message),
    };
    let help = match words {
        Some(words) => Help::write(words).of(&quote!(#name #arguments)),
        None => Help::prose(prose),
    };
    Some((message.text, help).into())
}

/// The sentence with castnet's word.
fn named(word: &str) -> String {
    let sentence = format!("castnet's word for it is `{word}`");
    match word {
        "leaky_relu" => format!(
            "{sentence}; its slope is 0.2 if no number follows, where PyTorch has `leaky_relu 0.01` and the layer of Keras `leaky_relu 0.3`"
        ),
        _ => sentence,
    }
}

/// An argument of a call.
#[derive(Debug)]
enum Value {
    /// A number without a sign.
    Number(String),
    /// Whole numbers in parentheses, none of which is zero.
    Sizes(Vec<u64>),
    /// The name of an activation, as a string.
    Activation(&'static str),
}

impl Value {
    /// Nothing if it is anything else, such as an argument with a name.
    fn read(tokens: &[TokenTree]) -> Option<Self> {
        match tokens {
            [TokenTree::Literal(literal)] => {
                let text = literal.to_string();
                if let Ok(string) = syn::parse_str::<syn::LitStr>(&text) {
                    return string
                        .parse::<Ident>()
                        .ok()
                        .and_then(|word| activations::find(&word))
                        .map(Self::Activation);
                }
                let (whole, decimals) = text.split_once('.').unwrap_or((&text, "0"));
                let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                (is_number(whole) && is_number(decimals)).then_some(Self::Number(text))
            }
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
                let sizes: Option<Vec<u64>> =
                    commas(group.stream()).iter().map(|tokens| Self::read(tokens)?.count()).collect();
                sizes.map(Self::Sizes)
            }
            _ => None,
        }
    }

    /// A whole number that is not zero.
    fn count(&self) -> Option<u64> {
        match self {
            Self::Number(text) => text.parse().ok().filter(|count| *count > 0),
            Self::Sizes(_) | Self::Activation(_) => None,
        }
    }

    /// The sizes of a window that moves in so many directions.
    fn window(&self, directions: usize) -> Option<Vec<u64>> {
        match self {
            Self::Sizes(sizes) => (sizes.len() == directions).then(|| sizes.clone()),
            _ => self.count().map(|size| vec![size]),
        }
    }

    /// A number that may have decimals, up to a limit that it does not reach.
    fn real(&self, below: f64) -> Option<&str> {
        match self {
            Self::Number(text) => text.parse().is_ok_and(|number: f64| number < below).then_some(text),
            Self::Sizes(_) | Self::Activation(_) => None,
        }
    }
}

/// The framework whose spelling a name has, if its names say so.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Framework {
    Keras,
    Torch,
}

/// The framework and the number of directions of a name such as `Conv2DTranspose` of Keras and `ConvTranspose2d` of PyTorch.
fn spelling(name: &str) -> Option<(Framework, usize)> {
    if !name.starts_with(char::is_uppercase) {
        return None;
    }
    let of = |number: &str| match (name.contains(&format!("{number}D")), name.ends_with(&format!("{number}d"))) {
        (true, _) => Some(Framework::Keras),
        (false, true) => Some(Framework::Torch),
        (false, false) => None,
    };
    of("1").map(|framework| (framework, 1)).or_else(|| of("2").map(|framework| (framework, 2)))
}

/// The words for a call with these arguments, if both mean the same for sure.
fn translate(name: &str, word: &str, values: &[Value]) -> Option<String> {
    match word {
        "dense" => dense(name, values),
        "conv" | "conv_transpose" | "depthwise" | "separable" => convolution(name, word, values),
        "maxpool" | "avgpool" | "upsample" | "pad" | "crop" => positions(name, word, values),
        "globalmaxpool" | "globalavgpool" => global(name, word, values),
        "batchnorm" | "layernorm" | "groupnorm" | "groupnorm channels" => normalization(name, word, values),
        "input" | "reshape" => shape(name, word, values),
        "dropout" | "spatial_dropout" | "gaussian_dropout" | "gaussian_noise" | "rescale" => numbers(word, values),
        "flatten" => match values {
            [] => Some(word.to_string()),
            // PyTorch counts the samples as the dimension 0.
            [first] if first.count() == Some(1) => Some(word.to_string()),
            _ => None,
        },
        "permute" => match values {
            [Value::Sizes(axes)] if (1..).zip(axes).all(|(axis, _)| axes.contains(&axis)) && axes.len() <= 3 => {
                Some(format!("{word} {}", joined(axes)))
            }
            _ => None,
        },
        "repeat_vector" => match values {
            [steps] => Some(format!("{word} {}", steps.count()?)),
            _ => None,
        },
        "normalize" | "identity" | "unitnorm" => values.is_empty().then(|| word.to_string()),
        _ => activation_layer(name, word, values),
    }
}

fn dense(name: &str, values: &[Value]) -> Option<String> {
    match (name, values) {
        ("Dense", [units, Value::Activation(activation)]) => Some(format!("dense {} {activation}", units.count()?)),
        // PyTorch writes the size of the input first.
        ("Linear", [inputs, units]) => inputs.count().and(units.count()).map(|units| format!("dense {units}")),
        ("EinsumDense", _) => None,
        (_, [units]) => Some(format!("dense {}", units.count()?)),
        _ => None,
    }
}

fn convolution(name: &str, word: &str, values: &[Value]) -> Option<String> {
    let (framework, directions) = spelling(name)?;
    let is_torch = framework == Framework::Torch;
    let mut values = values.iter();
    if is_torch && !name.starts_with("Lazy") {
        // The channels of the input.
        values.next()?.count()?;
    }
    let mut text = word.to_string();
    if word != "depthwise" {
        text.push_str(&format!(" {}", values.next()?.count()?));
    }
    let window = values.next()?.window(directions)?;
    text.push_str(&format!(" {}", joined(&window)));
    if let Some(stride) = values.next() {
        let stride = stride.window(directions)?;
        let is_covered = (0..directions).all(|axis| along(&window, axis) >= along(&stride, axis));
        // Behind a window that is smaller than its stride, Keras and castnet add a border, and PyTorch does not.
        if is_torch && word == "conv_transpose" && !is_covered {
            return None;
        }
        text.push_str(&format!(" stride {}", joined(&stride)));
    }
    if let Some(border) = values.next() {
        let border = border.window(directions).filter(|_| is_torch && word == "conv")?;
        text.push_str(&format!(" pad {}", joined(&border)));
    }
    values.next().is_none().then_some(text)
}

/// Layers that gather, repeat or add positions.
fn positions(name: &str, word: &str, values: &[Value]) -> Option<String> {
    let (framework, directions) = spelling(name)?;
    match (word, values) {
        ("maxpool" | "avgpool", [window]) => Some(format!("{word} {}", joined(&window.window(directions)?))),
        ("maxpool" | "avgpool", [window, stride]) => {
            let (window, stride) = (window.window(directions)?, stride.window(directions)?);
            Some(format!("{word} {} stride {}", joined(&window), joined(&stride)))
        }
        // The first argument of PyTorch's is the size of the output.
        ("upsample", [factors]) if framework == Framework::Keras => {
            Some(format!("{word} {}", joined(&factors.window(directions)?)))
        }
        ("pad" | "crop", [border]) => Some(format!("{word} {}", border.count()?)),
        _ => None,
    }
}

fn global(name: &str, word: &str, values: &[Value]) -> Option<String> {
    if !name.starts_with("Adaptive") {
        return values.is_empty().then(|| word.to_string());
    }
    let (_, directions) = spelling(name)?;
    match values {
        [size] if size.window(directions)?.iter().all(|size| *size == 1) => Some(format!("{word} keepdims")),
        _ => None,
    }
}

fn normalization(name: &str, word: &str, values: &[Value]) -> Option<String> {
    let is_torch = spelling(name).is_some_and(|(framework, _)| framework == Framework::Torch);
    match (name, word, values) {
        ("GroupNorm" | "GroupNormalization", _, [groups]) => Some(format!("groupnorm {}", groups.count()?)),
        ("GroupNorm", _, [groups, channels]) => {
            channels.count().and(groups.count()).map(|groups| format!("groupnorm {groups}"))
        }
        // PyTorch's has no parameters, if nothing else is said.
        (_, "groupnorm channels", [channels]) if is_torch => {
            channels.count().map(|_| format!("{word} noscale nocenter"))
        }
        ("SyncBatchNorm" | "LayerNorm", _, [channels]) => channels.count().map(|_| word.to_string()),
        (_, "batchnorm", [channels]) if is_torch => channels.count().map(|_| word.to_string()),
        (_, "batchnorm" | "layernorm", []) => Some(word.to_string()),
        _ => None,
    }
}

fn shape(name: &str, word: &str, values: &[Value]) -> Option<String> {
    let sizes = match values {
        [Value::Sizes(sizes)] => sizes.clone(),
        sizes => sizes.iter().map(Value::count).collect::<Option<Vec<u64>>>()?,
    };
    let is_shape = matches!(name, "Input" | "InputLayer" | "Reshape") && matches!(sizes.len(), 1..=3);
    is_shape.then(|| format!("{word} {}", joined(&sizes)))
}

fn numbers(word: &str, values: &[Value]) -> Option<String> {
    match (word, values) {
        ("gaussian_noise", [deviation]) => Some(format!("{word} {}", deviation.real(f64::INFINITY)?)),
        ("rescale", [scale]) => Some(format!("{word} {}", scale.real(f64::INFINITY)?)),
        ("rescale", [scale, offset]) => {
            Some(format!("{word} {} offset {}", scale.real(f64::INFINITY)?, offset.real(f64::INFINITY)?))
        }
        (_, [rate]) => Some(format!("{word} {}", rate.real(1.0)?)),
        _ => None,
    }
}

/// An activation that is a layer. The defaults of the slopes differ between frameworks that spell the names in the same way.
fn activation_layer(name: &str, word: &str, values: &[Value]) -> Option<String> {
    let is_activation = activations::words().any(|activation| activation == word);
    match (word, values) {
        ("leaky_relu" | "prelu" | "threshold", []) => None,
        (_, []) => is_activation.then(|| word.to_string()),
        ("leaky_relu" | "elu" | "celu" | "soft_shrink" | "hard_shrink", [number]) if name != "RReLU" => {
            Some(format!("{word} {}", number.real(f64::INFINITY)?))
        }
        ("threshold", [threshold, value]) => {
            Some(format!("{word} {} {}", threshold.real(f64::INFINITY)?, value.real(f64::INFINITY)?))
        }
        _ => None,
    }
}

/// The activation of `Activation("relu")`.
fn activation(values: &[Value]) -> Option<String> {
    match values {
        [Value::Activation(activation)] => Some((*activation).to_string()),
        _ => None,
    }
}

/// The size along an axis, where one size stands for all axes.
fn along(sizes: &[u64], axis: usize) -> Option<u64> {
    sizes.get(axis).or(sizes.first()).copied()
}

/// Sizes as one word.
fn joined(sizes: &[u64]) -> String {
    sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
