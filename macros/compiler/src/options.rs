//! The words that every layer with weights takes: an activation, `nobias`, `init`, `l1`, `l2`, `bias_l1`, `bias_l2`,
//! `activity_l1`, `activity_l2`, `max_norm`, `non_negative`, `frozen`.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::activations::{self, Activation, real};
use crate::errors::Help;
use crate::foreign;
use crate::layers::{Context, ParameterGroup, Places, Role, Rules, Tensor, Tensors};
use crate::regularizers::{self, Regularizers};
use crate::shape::literal;
use crate::suggest;
use crate::words::{Word, Words, misspelt, such_as, without};

/// An initializer: its word, its type in castnet, and the name and default of its number.
#[derive(Debug)]
struct Initializer {
    word: &'static str,
    kind: &'static str,
    number: Option<(&'static str, f64)>,
}

const fn initializer(word: &'static str, kind: &'static str) -> Initializer {
    Initializer { word, kind, number: None }
}

const INITIALIZERS: &[Initializer] = &[
    initializer("glorot_uniform", "GlorotUniform"),
    initializer("glorot_normal", "GlorotNormal"),
    initializer("he_uniform", "HeUniform"),
    initializer("he_normal", "HeNormal"),
    initializer("lecun_uniform", "LecunUniform"),
    initializer("lecun_normal", "LecunNormal"),
    Initializer { word: "uniform", kind: "RandomUniform", number: Some(("width", 0.05)) },
    Initializer { word: "normal", kind: "RandomNormal", number: Some(("deviation", 0.05)) },
    Initializer { word: "truncated_normal", kind: "TruncatedNormal", number: Some(("deviation", 0.05)) },
    Initializer { word: "constant", kind: "Constant", number: Some(("value", 0.0)) },
    initializer("orthogonal", "Orthogonal"),
    initializer("identity", "Identity"),
    initializer("zeros", "Zeros"),
    initializer("ones", "Ones"),
];

/// The word before the name of the initializer of weights.
pub const INIT: &str = "init";

/// The word before the name of the initializer of the weights of a state.
pub const RECURRENT_INIT: &str = "recurrent_init";

/// Whether the name of an initializer stands behind a word.
pub fn takes_initializer(word: &str) -> bool {
    [INIT, RECURRENT_INIT].contains(&word)
}

const OPTIONS: &[&str] =
    &[NOBIAS, INIT, "l1", "l2", "bias_l1", "bias_l2", "activity_l1", "activity_l2", "max_norm", "non_negative", FROZEN];

/// The only option that changes the outputs for the same weights, and so is in identities. All others say how a layer is trained.
pub const NOBIAS: &str = "nobias";

pub const FROZEN: &str = "frozen";

/// The word of a layer with its own words for the name that another framework has for it.
pub fn of_parameter(keyword: &Ident, name: &Ident, own: &[&str]) -> Option<&'static str> {
    let word = foreign::word_for(&keyword.to_string(), &name.to_string())?;
    (own.contains(&word) || OPTIONS.contains(&word)).then_some(word)
}

/// The reason why a layer with its own words has no word for the name that another framework has.
fn reason_for_no_word(keyword: &Ident, name: &Ident, own: &[&str]) -> Option<String> {
    foreign::reason_for_no_word(&keyword.to_string(), &name.to_string(), &[own, OPTIONS].concat())
}

/// Whether a value may stand behind a word, as far as all layers take the word.
pub fn takes_value(word: &str) -> bool {
    ![NOBIAS, FROZEN, "non_negative"].contains(&word) && activations::numbers_of(word) != Some(0)
}

/// All options.
pub fn all() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().copied()
}

/// Whether a word is one of these options.
pub fn is_word(word: &Ident) -> bool {
    all().any(|option| word == option)
}

/// The options that are in no identity.
pub fn unhashed() -> impl Iterator<Item = &'static str> {
    all().filter(|option| *option != NOBIAS)
}

/// The words that are options, and the activations.
pub fn all_words() -> impl Iterator<Item = &'static str> + Clone {
    OPTIONS.iter().copied().chain(activations::words())
}

/// Whether a word that no layer takes has an answer of its own behind this keyword.
pub fn has_answer(keyword: &Ident, word: &Ident, own: &[&str]) -> bool {
    reason_for_no_word(keyword, word, own).is_some() || INITIALIZERS.iter().any(|initializer| word == initializer.word)
}

/// The largest norm of `max_norm` without a number; the default of Keras.
const DEFAULT_NORM: f64 = 2.0;

/// The options of a layer with weights.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub activation: Option<Activation>,
    /// The penalties on the output, behind the activation.
    pub activity: Regularizers,
    nobias: Option<Ident>,
    initializer: Option<TokenStream>,
    /// The penalties on the weights.
    weight: Regularizers,
    /// The penalties on the biases.
    bias: Regularizers,
    max_norm: Option<(Ident, f64)>,
    non_negative: Option<Ident>,
    frozen: Option<Ident>,
}

impl Options {
    /// Reads all words that are left. `take` reads the words that only this layer takes, with their numbers.
    pub fn parse(words: &mut Words<'_>, mut take: impl FnMut(&Ident, &mut Words<'_>)) -> Self {
        let (own, mut options) = (words.own, Self::default());
        while let Some(word) = words.next_option(all_words()) {
            match word.as_ref() {
                Word::Name(name) if own.iter().any(|own| name == own) => take(name, words),
                Word::Name(name) => options.word(name, words),
                Word::Number(number) => {
                    let message = format!("no word before `{}` takes this number", number.text());
                    words.errors.at(number, (message, without(&word, own)));
                }
                Word::Other(token) => {
                    let message = format!("`{token}` is not a word of the language");
                    words.errors.at(token, (message, without(&word, own)));
                }
            }
        }
        if let (Some(frozen), Some(rule)) = (&options.frozen, options.words_of_rules().next()) {
            let help = Help::leave_out().of(frozen).saying(format!("leave out `frozen` or `{rule}`"));
            words.errors.at(quote!(#rule #frozen), (format!("`{rule}` has no effect on a frozen layer"), help));
        }
        if let (Some(nobias), Some(rule)) = (&options.nobias, options.bias.words().next()) {
            let help = Help::leave_out().of(nobias).saying(format!("leave out `nobias` or `{rule}`"));
            words.errors.at(quote!(#rule #nobias), (format!("`{rule}` has no effect without a bias"), help));
        }
        options
    }

    /// The words of regularizers and constraints of parameters, which have no effect on a frozen layer. Penalties on the output have one:
    /// they change the layers before it.
    fn words_of_rules(&self) -> impl Iterator<Item = &Ident> {
        let max_norm = self.max_norm.iter().map(|(word, _)| word);
        self.weight.words().chain(self.bias.words()).chain(max_norm).chain(&self.non_negative)
    }

    fn word(&mut self, name: &Ident, words: &mut Words<'_>) {
        if let Some(activation) = Activation::parse(name, words) {
            match &self.activation {
                None => self.activation = Some(activation),
                Some(first) => {
                    let first = &first.word;
                    let message = format!("`{name}` is a second activation, after `{first}`");
                    // Words of the layer may follow, which an activation does not take.
                    let help = match first == name || !words.is_at_end() {
                        true => Help::leave_out().and(": a layer has one activation"),
                        false => Help::before("=>")
                            .and(&format!(": a layer has one activation, and `{name}` becomes the next layer")),
                    };
                    words.errors.at(name, (message, help));
                }
            }
            return;
        }
        let left = words.left();
        let earlier = match name.to_string().as_str() {
            NOBIAS => self.nobias.replace(name.clone()).is_some(),
            FROZEN => self.frozen.replace(name.clone()).is_some(),
            INIT => {
                let initializer = parse_initializer(name, words);
                self.initializer.replace(initializer).is_some()
            }
            "max_norm" => self.max_norm.replace((name.clone(), max_norm(name, words))).is_some(),
            "non_negative" => self.non_negative.replace(name.clone()).is_some(),
            word => match self.regularizer(word) {
                Some(regularizer) => regularizer.replace((name.clone(), regularizers::factor(name, words))).is_some(),
                None => return Self::unknown(name, words),
            },
        };
        if earlier {
            let value = left.iter().take(left.len() - words.left().len());
            words.twice(name, quote!(#(#value)*));
        }
    }

    /// The regularizer of this word.
    fn regularizer(&mut self, word: &str) -> Option<&mut Option<(Ident, f64)>> {
        match word {
            "l1" => Some(&mut self.weight.l1),
            "l2" => Some(&mut self.weight.l2),
            "bias_l1" => Some(&mut self.bias.l1),
            "bias_l2" => Some(&mut self.bias.l2),
            "activity_l1" => Some(&mut self.activity.l1),
            "activity_l2" => Some(&mut self.activity.l2),
            _ => None,
        }
    }

    fn unknown(name: &Ident, words: &mut Words<'_>) {
        let (keyword, own) = (words.keyword, words.own);
        if words.is_next_layer(name) {
            return;
        }
        if INITIALIZERS.iter().any(|initializer| name == initializer.word) {
            return words.errors.at(name, (format!("`{name}` is an initializer"), Help::write(format!("init {name}"))));
        }
        if let Some(reason) = reason_for_no_word(keyword, name, own) {
            let (sign, value) = words.orphan();
            let message = format!("`{keyword}` takes no `{name}`: {reason}");
            // Keras has the name of the activation as a text.
            let text = value.map(|value| value.to_token_stream().to_string());
            let text = text.as_deref().and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
            let help = match text {
                Some(text) => suggest::help(text, "activations", activations::words()),
                None => Help::leave_out(),
            };
            return words.errors.at(quote!(#name #sign #value), (message, help));
        }
        let options = own.iter().chain(OPTIONS).copied();
        let known = options.clone().chain(activations::words());
        let (sign, value) = words.orphan();
        let equal = of_parameter(keyword, name, own);
        let (options, activations) =
            (options.collect::<Vec<_>>().join(", "), activations::words().collect::<Vec<_>>().join(", "));
        let help = match equal {
            Some(word) if value.is_none() && !foreign::stands_alone(&keyword.to_string(), &name.to_string()) => {
                Help::prose(format!("castnet's word for it is `{word}`, with a value behind it"))
            }
            _ => {
                let near = equal.or_else(|| suggest::nearest(&name.to_string(), known));
                suggest::one_of(near, &format!("options: {options}; activations: {activations}"))
            }
        };
        let help = misspelt(help, name, (sign, value));
        words
            .errors
            .at(quote!(#name #sign #value), (format!("unknown option or activation `{name}` of `{keyword}`"), help));
    }

    /// The word `frozen`, if it was written.
    pub fn frozen(&self) -> Option<&Ident> {
        self.frozen.as_ref()
    }

    pub fn has_bias(&self) -> bool {
        self.nobias.is_none()
    }

    /// The parameter group of a layer: its type, of this name and these sizes, its weights, and biases of this shape.
    pub fn group(
        &self,
        network: &Context<'_>,
        name: &str,
        sizes: &[u64],
        description: String,
        weights: &[Tensor],
        biases: Vec<u64>,
    ) -> ParameterGroup {
        let Context { scalar, castnet } = network;
        let bias = self.has_bias().then_some(Tensor { name: "bias", shape: biases });
        let rust_type = if self.has_bias() {
            network.sized(name, sizes)
        } else {
            let (name, sizes) = (format_ident!("{name}"), sizes.iter().copied().map(literal));
            let scalar = scalar.rust_type(castnet);
            quote!(#castnet::#name<#(#sizes),*, #scalar, #castnet::NoBias>)
        };
        ParameterGroup {
            suffix: "",
            role: if self.frozen.is_some() { Role::Frozen } else { Role::Trainable },
            description,
            rust_type,
            tensors: Tensors::Known(weights.iter().cloned().chain(bias).collect()),
        }
    }

    /// The penalties and constraints of a layer; `weight` is the name of its tensor.
    pub fn rules(&self, at: &Places, weight: &str) -> Rules {
        let (field, gradient) = (at.field(""), at.gradient(""));
        let [weight, bias] = [weight, "bias"].map(|tensor| format_ident!("{tensor}"));
        let mut rules = Rules::default();
        for (regularizers, tensor) in [(&self.weight, &weight), (&self.bias, &bias)] {
            for regularizer in regularizers.values() {
                rules.penalties.push(quote!(#regularizer.penalty(&#field.#tensor)));
                rules.gradients.push(quote!(#regularizer.add_gradient(&#field.#tensor, &mut #gradient.#tensor);));
            }
        }
        let constrain = |constraint| quote!(#constraint.constrain(&mut #field.#weight););
        rules.constraints = self.constraints().into_iter().map(constrain).collect();
        rules
    }

    /// The initializer of the weights: Glorot uniform, as in Keras, unless another is given.
    pub fn initializer(&self) -> TokenStream {
        self.initializer.clone().unwrap_or_else(|| quote!(castnet::GlorotUniform))
    }

    /// The constraints of the weights, in the order in which they are applied.
    fn constraints(&self) -> Vec<TokenStream> {
        let non_negative = self.non_negative.as_ref().map(|_| quote!(castnet::NonNegative));
        let max_norm = self.max_norm.as_ref().map(|(_, norm)| {
            let norm = real(*norm);
            quote!(castnet::MaxNorm(#norm))
        });
        non_negative.into_iter().chain(max_norm).collect()
    }
}

/// Reads the name after `init` or `recurrent_init`, and its number.
pub fn parse_initializer(init: &Ident, words: &mut Words<'_>) -> TokenStream {
    let all = || INITIALIZERS.iter().map(|initializer| initializer.word);
    let Some(name) = words.name_behind(init) else {
        let names = all().collect::<Vec<_>>().join(", ");
        let example = if init == INIT { "he_normal" } else { "glorot_uniform" };
        let help = Help::after(example).saying(format!("such as `{init} {example}`; initializers: {names}"));
        words.errors.at(init, (format!("`{init}` wants the name of an initializer"), help));
        return TokenStream::new();
    };
    let Some(initializer) = INITIALIZERS.iter().find(|initializer| name == initializer.word) else {
        let help = suggest::help(&name.to_string(), "initializers", all());
        let (sign, value) = words.orphan();
        let help = misspelt(help, &name, (sign, value));
        words.errors.at(quote!(#name #sign #value), (format!("unknown initializer `{name}`"), help));
        return TokenStream::new();
    };
    let kind = format_ident!("{}", initializer.kind);
    let Some((what, default)) = initializer.number else { return quote!(castnet::#kind) };
    let what = format!("the {what} of `{name}`");
    let number = words.number().and_then(|number| words.read(number, |number| number.real(&what)));
    let number = real(number.unwrap_or(default));
    quote!(castnet::#kind(#number))
}

fn max_norm(name: &Ident, words: &mut Words<'_>) -> f64 {
    let Some(number) = words.number() else { return DEFAULT_NORM };
    let read = words.read(number, |number| match number.real("the norm of `max_norm`")? {
        norm if norm <= 0.0 => {
            let text = number.text();
            let message = format!("the norm of `{name}` is `{text}`, but must be above 0");
            Err((message, such_as(&format!("{name} 2"))).into())
        }
        norm => Ok(norm),
    });
    read.unwrap_or(DEFAULT_NORM)
}

/// The token of the activation, for errors.
impl ToTokens for Activation {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
    }
}
