//! The parameters of layers in other frameworks, each with castnet's words for its values.
use super::values::Value;
use crate::window::PAD;

/// How the value of a parameter becomes castnet's words.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A number behind the keyword, at this place among the numbers.
    Number(usize),
    /// The sizes of a window behind the keyword, at this place.
    Window(usize),
    /// How many times larger an image becomes, in a layer whose name does not say the number of directions.
    Factor,
    /// The shape behind the keyword.
    Shape,
    /// The border on each side, behind the keyword.
    Sides,
    /// The size of the output, which is one position.
    OnePosition,
    /// This word, with a number.
    Word(&'static str),
    /// This word, with a size for each direction.
    Sizes(&'static str),
    /// `same`, `valid` or `causal`, or the numbers of zeros.
    Padding,
    /// The values, with castnet's words for each.
    Choice(&'static [(&'static str, &'static str)]),
    /// An activation, behind this word.
    Activation(&'static str),
    /// An initializer, behind this word.
    Initializer(&'static str),
    /// `l1` and `l2`, with these letters before them.
    Regularizer(&'static str),
    Constraint,
    /// The part of the moving statistics that stays in a step of Keras and of castnet, and goes in one of PyTorch.
    Momentum,
    /// The label of the layer.
    Label,
    /// The layer that this one applies.
    Layer,
    /// It is left out, for this reason.
    LeftOut(&'static str),
    /// Castnet has it elsewhere, as this sentence says.
    Elsewhere(&'static str),
}

use Meaning::{
    Activation, Choice, Constraint, Elsewhere, Factor, Initializer, Label, Layer, LeftOut, Momentum, Number,
    OnePosition, Padding, Regularizer, Shape, Sides, Sizes, Window, Word,
};

const INFERRED: Meaning = LeftOut("a layer knows the shape of what comes in");
const SEEDED: Meaning = LeftOut("all random numbers come from the generator that training is given");
const DECAY: Meaning =
    Elsewhere("weight decay belongs to the optimizer, such as `AdamW`; `l2` is a penalty on the weights of a layer");

/// Castnet's keywords (none stands for all), the names of a parameter, and its meaning.
const PARAMETERS: &[(&str, &str, Meaning)] = &[
    ("dense rnn gru lstm", "units features out_features", Number(0)),
    ("conv separable conv_transpose", "filters out_channels", Number(0)),
    ("conv separable conv_transpose", "kernel_size", Window(1)),
    ("depthwise maxpool avgpool", "kernel_size pool_size", Window(0)),
    ("upsample", "size", Window(0)),
    ("upsample", "scale_factor", Factor),
    ("groupnorm", "groups num_groups", Number(0)),
    ("dropout spatial_dropout gaussian_dropout", "rate p", Number(0)),
    ("gaussian_noise", "stddev", Number(0)),
    ("rescale", "scale", Number(0)),
    ("rescale", "offset", Word("offset")),
    ("leaky_relu", "negative_slope alpha", Number(0)),
    ("elu celu", "alpha", Number(0)),
    ("soft_shrink hard_shrink", "lambd", Number(0)),
    ("threshold", "threshold", Number(0)),
    ("threshold", "value", Number(1)),
    ("input reshape", "shape target_shape", Shape),
    ("permute", "dims", Shape),
    ("repeat_vector", "n", Number(0)),
    ("input", "dtype", Choice(&[("float32", ""), ("float64", "f64")])),
    ("pad crop", "padding cropping", Sides),
    ("globalavgpool globalmaxpool", "output_size", OnePosition),
    ("globalavgpool globalmaxpool", "keepdims", Choice(&[("False", ""), ("True", "keepdims")])),
    ("bidirectional", "layer", Layer),
    ("bidirectional", "merge_mode", Choice(&[("concat", ""), ("sum", "sum"), ("mul", "multiply"), ("ave", "average")])),
    ("upsample", "interpolation mode", Choice(&[("nearest", ""), ("bilinear", "bilinear")])),
    ("", "stride strides", Sizes("stride")),
    ("", "dilation dilation_rate", Sizes("dilation")),
    ("conv", "groups", Word("groups")),
    ("depthwise separable", "depth_multiplier", Word("multiplier")),
    ("", "padding", Padding),
    ("conv_transpose", "output_padding", Choice(&[("0", "")])),
    ("", "use_bias bias", Choice(&[("True", ""), ("False", "nobias")])),
    ("", "center", Choice(&[("True", ""), ("False", "nocenter")])),
    ("", "scale", Choice(&[("True", ""), ("False", "noscale")])),
    ("", "affine elementwise_affine", Choice(&[("True", ""), ("False", "noscale nocenter")])),
    ("", "epsilon eps", Word("epsilon")),
    ("", "momentum", Momentum),
    ("", "trainable", Choice(&[("True", ""), ("False", "frozen")])),
    ("", "activation", Activation("")),
    ("", "recurrent_activation", Activation("gates ")),
    ("", "kernel_initializer init", Initializer("init")),
    ("", "recurrent_initializer recurrent_init", Initializer("recurrent_init")),
    ("", "bias_initializer", Choice(&[("zeros", ""), ("Zeros", "")])),
    ("", "kernel_regularizer", Regularizer("")),
    ("", "bias_regularizer", Regularizer("bias_")),
    ("", "activity_regularizer", Regularizer("activity_")),
    ("", "recurrent_regularizer", Regularizer("recurrent_")),
    ("", "kernel_constraint", Constraint),
    ("", "return_sequences", Choice(&[("False", ""), ("True", "sequences")])),
    ("", "go_backwards", Choice(&[("False", ""), ("True", "backwards")])),
    ("gru", "reset_after", Choice(&[("True", ""), ("False", "reset_before")])),
    ("", "dropout", Word("dropout")),
    ("", "recurrent_dropout", Word("recurrent_dropout")),
    ("", "return_state stateful ceil_mode zero_output_for_mask", Choice(&[("False", "")])),
    ("", "inplace unroll use_cudnn", Choice(&[("True", ""), ("False", "")])),
    ("", "data_format", Choice(&[("channels_last", "")])),
    ("softmax log_softmax", "dim", Choice(&[("1", ""), ("-1", "")])),
    ("", "axis", Choice(&[("-1", "")])),
    ("flatten", "start_dim", Choice(&[("1", "")])),
    ("", "dtype", Choice(&[("float32", "")])),
    ("", "name", Label),
    ("layernorm", "normalized_shape", INFERRED),
    ("", "in_features in_channels num_features num_channels input_shape input_dim", INFERRED),
    ("", "seed", SEEDED),
    ("", "weight_decay", DECAY),
];

impl Meaning {
    /// Castnet's word that begins the words for it, if that is the same word for all values that need one.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Word(word) | Sizes(word) | Initializer(word) => Some(word),
            Activation(before) => Some(before.trim_end()).filter(|word| !word.is_empty()),
            Momentum => Some("momentum"),
            Padding => Some(PAD),
            Choice([("False", ""), ("True", word)]) => Some(word),
            _ => None,
        }
    }

    /// Whether its name stands before a word that says all.
    pub fn is_silent(self) -> bool {
        matches!(self, Padding | Activation(""))
    }

    /// The word without which castnet does what this parameter asks for.
    pub fn opposite(self) -> Option<&'static str> {
        match self {
            Choice([("True", ""), ("False", word)]) => Some(*word).filter(|word| !word.is_empty()),
            _ => None,
        }
    }
}

/// The meaning of a parameter of the layer with this keyword of castnet.
pub fn meaning(keyword: &str, parameter: &str) -> Option<Meaning> {
    let is_in = |list: &str, word: &str| list.split(' ').any(|listed| listed == word);
    let row = PARAMETERS
        .iter()
        .find(|(keywords, names, _)| (keywords.is_empty() || is_in(keywords, keyword)) && is_in(names, parameter));
    row.map(|(_, _, meaning)| *meaning)
}

/// The initializers of other frameworks, in small letters and without `_`, with those of castnet; and the name of their number, if they
/// have one.
const INITIALIZERS: &[(&str, &str, &str)] = &[
    ("glorotuniform xavieruniform", "glorot_uniform", ""),
    ("glorotnormal xaviernormal", "glorot_normal", ""),
    ("heuniform kaiminguniform", "he_uniform", ""),
    ("henormal kaimingnormal", "he_normal", ""),
    ("lecununiform", "lecun_uniform", ""),
    ("lecunnormal", "lecun_normal", ""),
    ("uniform randomuniform", "uniform", ""),
    ("normal randomnormal", "normal", "stddev"),
    ("truncatednormal", "truncated_normal", "stddev"),
    ("constant", "constant", "value"),
    ("orthogonal", "orthogonal", ""),
    ("identity", "identity", ""),
    ("zeros zero", "zeros", ""),
    ("ones one", "ones", ""),
];

/// Castnet's words for an initializer.
pub fn initializer(value: &Value) -> Option<String> {
    let written = value.word()?.to_lowercase().replace('_', "");
    let (_, word, parameter) = INITIALIZERS.iter().find(|(names, ..)| names.split(' ').any(|name| name == written))?;
    let arguments = match value {
        Value::Name(name) => name.arguments.as_deref().unwrap_or_default(),
        _ => &[],
    };
    let mut text = (*word).to_string();
    for argument in arguments {
        match argument.name.as_deref() {
            Some("seed") => {}
            Some(name) if name == *parameter => text = format!("{word} {}", argument.value.number()?),
            None if *parameter == "value" => text = format!("{word} {}", argument.value.number()?),
            _ => return None,
        }
    }
    Some(text)
}

/// Castnet's words for a regularizer: the default number of Keras is that of castnet.
pub fn regularizer(value: &Value, prefix: &str) -> Option<String> {
    let written = value.word()?.to_lowercase();
    let arguments = match value {
        Value::Name(name) => name.arguments.as_deref().unwrap_or_default(),
        _ => &[],
    };
    match (written.as_str(), arguments) {
        ("l1" | "l2", []) => Some(format!("{prefix}{written}")),
        ("l1" | "l2", [factor]) if factor.name.as_ref().is_none_or(|name| *name == written) => {
            Some(format!("{prefix}{written} {}", factor.value.number()?))
        }
        ("l1_l2" | "l1l2", [_, ..]) => {
            let penalty = |(index, argument): (usize, &super::values::Argument)| {
                let name = argument.name.as_deref().or(["l1", "l2"].get(index).copied())?;
                let factor = argument.value.number().filter(|_| ["l1", "l2"].contains(&name))?;
                Some(format!("{prefix}{name} {factor}"))
            };
            arguments.iter().enumerate().map(penalty).collect::<Option<Vec<_>>>().map(|words| words.join(" "))
        }
        _ => None,
    }
}
