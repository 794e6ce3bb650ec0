//! Calls such as `Linear(13, 10)`: the names of arguments without a name, and the answers.
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::options::sizes;
use super::translation::{Translation, reads};
use super::values::{Argument, Value, arguments};
use super::{Answer, answer, message, word_sentence};
use crate::errors::{Help, Message};
use crate::tokens::commas;

/// Names of layers, with `#` for their numbers of directions, and the parameters that arguments without a name stand for.
const SIGNATURES: &[(&str, &str)] = &[
    ("Input InputLayer", "shape"),
    (
        "Dense dense",
        "units activation use_bias kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer",
    ),
    ("Linear linear", "in_features out_features bias"),
    ("LazyLinear", "out_features bias"),
    (
        "Conv#D Convolution#D",
        "filters kernel_size strides padding data_format dilation_rate groups activation use_bias",
    ),
    ("conv separable conv_transpose", "filters kernel_size strides padding"),
    ("Conv#d", "in_channels out_channels kernel_size stride padding dilation groups bias"),
    ("LazyConv#d", "out_channels kernel_size stride padding dilation groups bias"),
    ("Conv#DTranspose Convolution#DTranspose", "filters kernel_size strides padding"),
    ("ConvTranspose#d", "in_channels out_channels kernel_size stride padding output_padding groups bias dilation"),
    ("LazyConvTranspose#d", "out_channels kernel_size stride padding output_padding groups bias dilation"),
    ("DepthwiseConv#D", "kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias"),
    (
        "SeparableConv#D SeparableConvolution#D",
        "filters kernel_size strides padding data_format dilation_rate depth_multiplier activation use_bias",
    ),
    ("MaxPool#D MaxPooling#D AvgPool#D AveragePooling#D", "pool_size strides padding data_format"),
    ("MaxPool#d AvgPool#d", "kernel_size stride padding"),
    ("AdaptiveAvgPool#d AdaptiveMaxPool#d AdaptiveAveragePooling#D AdaptiveMaxPooling#D", "output_size"),
    ("UpSampling#D", "size data_format interpolation"),
    ("ZeroPadding#D ZeroPad#d", "padding"),
    ("Cropping#D", "cropping"),
    ("BatchNorm#d LazyBatchNorm#d SyncBatchNorm", "num_features eps momentum affine"),
    ("BatchNormalization", "axis momentum epsilon center scale"),
    ("LayerNorm", "normalized_shape eps elementwise_affine bias"),
    ("LayerNormalization", "axis epsilon center scale"),
    ("GroupNorm", "num_groups num_channels eps affine"),
    ("GroupNormalization", "groups axis epsilon center scale"),
    ("InstanceNorm#d", "num_features eps momentum"),
    ("Dropout dropout Dropout#d SpatialDropout#D GaussianDropout", "rate"),
    ("GaussianNoise", "stddev"),
    ("Rescaling", "scale offset"),
    ("Reshape", "target_shape"),
    ("Flatten", "start_dim"),
    ("Permute", "dims"),
    ("RepeatVector", "n"),
    ("LSTM lstm GRU gru BiLSTM bilstm BiGRU bigru", "units activation recurrent_activation use_bias"),
    ("SimpleRNN rnn BiRNN birnn", "units activation use_bias"),
    ("Bidirectional", "layer merge_mode"),
    ("Activation", "activation"),
    ("LeakyReLU leaky_relu", "negative_slope"),
    ("ELU CELU", "alpha"),
    ("Softshrink Hardshrink", "lambd"),
    ("Threshold", "threshold value"),
];

/// Names of layers whose numbers in parentheses are the sizes of this parameter.
const SHAPES: &[(&str, &str)] = &[
    ("Input InputLayer Reshape reshape", "shape"),
    ("maxpool avgpool depthwise", "kernel_size"),
    ("upsample", "size"),
    ("pad crop", "padding"),
];

/// The arguments of a call, each with the name of its parameter.
pub fn with_names<'a>(pattern: &str, arguments: &'a [Argument]) -> Option<Vec<(&'a str, Value)>> {
    let parameters = SIGNATURES.iter().find(|(names, _)| names.split(' ').any(|name| name == pattern));
    let mut parameters = parameters.map_or("", |(_, parameters)| parameters).split(' ');
    let values: Vec<Value> = arguments.iter().map(|argument| argument.value.clone()).collect();
    let has_names = arguments.iter().any(|argument| argument.name.is_some());
    match (pattern, values.as_slice()) {
        // A single number is the size of the output.
        ("Linear" | "linear", [units]) if !has_names => return Some(vec![("out_features", units.clone())]),
        // The size of the input stands first, as in PyTorch.
        ("dense" | "rnn" | "gru" | "lstm", [Value::Number(_), units @ Value::Number(_)]) if !has_names => {
            return Some(vec![("units", units.clone())]);
        }
        (_, [Value::Number(_), _, ..]) if !has_names => {
            let shape = SHAPES.iter().find(|(names, _)| names.split(' ').any(|name| name == pattern));
            if let Some((_, parameter)) = shape {
                return Some(vec![(parameter, Value::Sequence(values))]);
            }
        }
        _ => {}
    }
    let name = |argument: &'a Argument| match &argument.name {
        Some(name) => Some((name.as_str(), argument.value.clone())),
        None => parameters.next().filter(|name| !name.is_empty()).map(|name| (name, argument.value.clone())),
    };
    arguments.iter().map(name).collect()
}

/// A call as it is written, with the tokens behind it.
pub struct Call<'a> {
    /// The name of the layer, without the words before it.
    pub name: &'a Ident,
    /// The name with the words before it: `nn.Linear`.
    pub path: &'a TokenStream,
    pub arguments: &'a Group,
    pub rest: TokenStream,
    /// Whether the layer has a label.
    pub has_label: bool,
}

impl Call<'_> {
    /// The message for the call. It has an edit if castnet has words that mean the same for sure.
    pub fn message(&self) -> Option<Message> {
        let written = self.name.to_string();
        let prose = match answer(&written)? {
            Answer::Words(word) => word_sentence(word),
            Answer::Nothing(reason) => reason.to_string(),
            Answer::Missing { .. } | Answer::Elsewhere(_) => message(self.name, "layer")?.help?.sentence().to_string(),
        };
        let help = self.words().map_or_else(|| Help::prose(prose), |words| Help::write(words).of(&self.tokens()));
        let path = self.path.to_string().replace(' ', "");
        Some((format!("unknown layer `{path}`"), help).into())
    }

    /// The message for parentheses behind a keyword of castnet, if the words in them can be read as arguments.
    pub fn without_parentheses(&self) -> Option<Message> {
        let (name, words) = (self.name, self.words().or_else(|| self.own_words())?);
        let text = match words.starts_with(&name.to_string()) {
            true => format!("`{name}` takes its words without parentheses"),
            false => format!("`{name}` is no layer with units here, but an activation"),
        };
        Some((text, Help::write(words).of(&self.tokens())).into())
    }

    /// The name with its arguments.
    pub fn tokens(&self) -> TokenStream {
        let mut tokens = self.path.clone();
        self.arguments.to_tokens(&mut tokens);
        tokens
    }

    /// Castnet's own words between the commas, if the layer takes them: `lstm(8, gates hard_sigmoid)`.
    fn own_words(&self) -> Option<String> {
        let part = |part: Vec<TokenTree>| match part.as_slice() {
            [group @ TokenTree::Group(_)] => sizes(&Value::read(std::slice::from_ref(group))?.0),
            part => Some(quote!(#(#part)*).to_string()),
        };
        let words: Option<Vec<String>> = commas(self.arguments.stream()).into_iter().map(part).collect();
        let (name, words) = (self.name.to_string(), words?.join(" "));
        reads(&name, &format!("{words} {}", self.rest)).then(|| format!("{name} {words}"))
    }

    /// Castnet's words for the call.
    fn words(&self) -> Option<String> {
        let layer = Translation::of_call(&self.name.to_string(), &arguments(self.arguments)?)?;
        let rest = self.rest.to_string();
        if !rest.is_empty() && !layer.is_taken(&rest) {
            return None;
        }
        let text = layer.text();
        Some(match layer.label.filter(|_| !self.has_label) {
            Some(label) => format!("{label}: {text}"),
            None => text,
        })
    }
}
