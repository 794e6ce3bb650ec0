//! A layer of another framework as a layer of castnet.
use proc_macro2::{Ident, TokenStream};

use super::parameters::{Meaning, initializer, meaning, regularizer};
use super::values::{Argument, Value};
use super::{Answer, answer, calls};
use crate::expressions::CHANNELS;
use crate::number::Number;
use crate::reserved::{self, IDENTITY};
use crate::tokens::words_of;
use crate::words::Word;
use crate::{activations, layers};

/// The framework whose spelling a name has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Framework {
    Keras,
    Torch,
    Castnet,
}

/// The name of a layer, as far as it says how its arguments are read.
#[derive(Debug)]
pub struct Class {
    /// The name, with `#` in the place of the number of directions: `Conv#D`.
    pub pattern: String,
    pub framework: Framework,
    /// The numbers of directions that a window may have.
    directions: &'static [usize],
}

impl Class {
    /// The class with a name such as `Conv2D` of Keras or `Conv2d` of PyTorch.
    pub fn of(name: &str) -> Self {
        let with_number = |number: &str| {
            let at = [("D", Framework::Keras), ("d", Framework::Torch)];
            at.into_iter().find_map(|(letter, framework)| {
                let pattern = name.replace(&format!("{number}{letter}"), &format!("#{letter}"));
                (name.starts_with(char::is_uppercase) && pattern != name).then_some((pattern, framework))
            })
        };
        let found = [("1", &[1][..]), ("2", &[2])]
            .into_iter()
            .find_map(|(number, directions)| with_number(number).map(|found| (found, directions)));
        if layers::keywords().any(|keyword| keyword == name) {
            return Self::castnet(name);
        }
        match found {
            Some(((pattern, framework), directions)) => Self { pattern, framework, directions },
            None => Self { pattern: name.to_string(), framework: Framework::Keras, directions: &[] },
        }
    }

    /// A layer in castnet's words, among which a parameter of another framework stands.
    pub fn castnet(keyword: &str) -> Self {
        Self { pattern: keyword.to_string(), framework: Framework::Castnet, directions: &[1, 2] }
    }

    /// The sizes of a window, which may be one for all directions.
    fn window(&self, value: &Value) -> Option<Vec<u64>> {
        let sizes = value.sizes().filter(|sizes| !self.directions.is_empty() && sizes.iter().all(|&size| size > 0))?;
        (matches!(value, Value::Number(_)) || self.directions.contains(&sizes.len())).then_some(sizes)
    }

    /// The sizes of a border: top, bottom, left and right, or fewer sizes that say the same.
    fn sides(&self, value: &Value) -> Option<Vec<u64>> {
        if let Value::Sequence(pairs) = value
            && let [Value::Sequence(_), Value::Sequence(_)] = pairs.as_slice()
        {
            let pairs: Option<Vec<Vec<u64>>> = pairs.iter().map(Value::sizes).collect();
            return pairs.filter(|pairs| pairs.iter().all(|pair| pair.len() == 2)).map(|pairs| pairs.concat());
        }
        let sizes = value.sizes()?;
        match (sizes.as_slice(), self.framework, self.directions) {
            ([_], ..) if matches!(value, Value::Number(_)) => Some(sizes),
            ([_, _] | [_, _, _, _], Framework::Castnet, _) => Some(sizes),
            ([_, _], Framework::Keras, _) | ([_, _], Framework::Torch, [1]) => Some(sizes),
            (&[left, right, top, bottom], Framework::Torch, [2]) => Some(vec![top, bottom, left, right]),
            _ => None,
        }
    }
}

/// Castnet's words for a layer, as far as its arguments have been read.
#[derive(Debug)]
pub struct Translation {
    pub label: Option<String>,
    keyword: String,
    /// The numbers behind the keyword, each with its place.
    numbers: Vec<(usize, String)>,
    pub words: Vec<String>,
    /// The numbers of zeros around the input of a convolution.
    border: Vec<u64>,
    window: Vec<u64>,
    stride: Vec<u64>,
}

impl Translation {
    /// The layer with this keyword.
    pub fn new(keyword: &str) -> Self {
        Self {
            label: None,
            keyword: keyword.to_string(),
            numbers: Vec::new(),
            words: Vec::new(),
            border: Vec::new(),
            window: Vec::new(),
            stride: Vec::new(),
        }
    }

    /// The layer that a call means, if castnet has words that mean the same for sure.
    pub fn of_call(name: &str, arguments: &[Argument]) -> Option<Self> {
        let class = Class::of(name);
        let keyword = match answer(name) {
            Some(Answer::Words(keyword)) => keyword,
            Some(Answer::Nothing(_)) => "",
            Some(Answer::Elsewhere(_)) if class.pattern == "TimeDistributed" => return Self::each(arguments),
            Some(Answer::Missing { .. } | Answer::Elsewhere(_)) => return None,
            None => layers::keywords().find(|keyword| *keyword == name)?,
        };
        let mut translation = Self::new(keyword);
        for (parameter, value) in calls::with_names(&class.pattern, arguments)? {
            translation.add(parameter, &value, &class)?;
        }
        let has_scale = arguments.iter().any(|argument| argument.name.as_deref() == Some("affine"));
        if keyword == "groupnorm channels" && class.framework == Framework::Torch && !has_scale {
            // That of PyTorch has no parameters, if nothing else is said.
            translation.words.push("noscale nocenter".to_string());
        }
        translation.finish(&class)
    }

    /// The words for one parameter of the layer with this keyword of castnet.
    pub fn of_parameter(keyword: &str, parameter: &str, value: &Value) -> Option<Self> {
        let mut translation = Self::new(keyword);
        translation.add(parameter, value, &Class::castnet(keyword))?;
        if !translation.border.is_empty() {
            translation.words.push(format!("pad {}", joined(&translation.border)));
        }
        Some(translation)
    }

    /// The layer in `TimeDistributed`, at every position.
    fn each(arguments: &[Argument]) -> Option<Self> {
        let [Argument { name: None, value: Value::Name(layer) }] = arguments else { return None };
        let mut translation = Self::of_call(&layer.last, layer.arguments.as_deref()?)?;
        match translation.keyword.as_str() {
            "dense" => translation.words.insert(0, "each".to_string()),
            // These do the same at every position.
            "dropout" | "batchnorm" | "layernorm" => {}
            keyword if activations::words().any(|word| word == keyword) => {}
            _ => return None,
        }
        Some(translation)
    }

    /// Adds the words for a parameter. Nothing if castnet has none for this value.
    pub fn add(&mut self, parameter: &str, value: &Value, class: &Class) -> Option<()> {
        let keyword = self.keyword.strip_prefix("bidirectional ").unwrap_or(&self.keyword);
        let keyword = keyword.split(' ').next().unwrap_or_default();
        let meaning = meaning(keyword, parameter)?;
        if value.is_none() && parameter != "merge_mode" {
            self.words.extend(without_value(keyword, meaning));
            return Some(());
        }
        match meaning {
            Meaning::Number(place) => self.numbers.push((place, value.number()?.to_string())),
            Meaning::Window(place) => {
                self.window = class.window(value)?;
                self.numbers.push((place, joined(&self.window)));
            }
            Meaning::Factor => self.numbers.push((0, joined(&Class::castnet("").window(value)?))),
            Meaning::Shape => {
                let sizes = value.sizes().filter(|sizes| matches!(sizes.len(), 1..=3) && !sizes.contains(&0))?;
                self.numbers.push((0, joined(&sizes)));
            }
            Meaning::Sides => self.numbers.push((0, joined(&class.sides(value)?))),
            Meaning::OnePosition => {
                let is_one = class.window(value)?.iter().all(|&size| size == 1);
                self.words.push(is_one.then(|| "keepdims".to_string())?);
            }
            Meaning::Word(word) => self.words.push(format!("{word} {}", value.number()?)),
            Meaning::Sizes(word) => {
                let sizes = class.window(value)?;
                self.words.push(format!("{word} {}", joined(&sizes)));
                if word == "stride" {
                    self.stride = sizes;
                }
            }
            Meaning::Padding => self.pad(value, class)?,
            Meaning::Choice(choices) => {
                let words = chosen(choices, value)?;
                self.words.extend((!words.is_empty()).then(|| words.to_string()));
            }
            Meaning::Activation(before) => self.words.push(format!("{before}{}", activation(value)?)),
            Meaning::Initializer(word) => self.words.push(format!("{word} {}", initializer(value)?)),
            Meaning::Regularizer(prefix) => self.words.push(regularizer(value, prefix)?),
            Meaning::Constraint => self.words.push(constraint(value)?),
            Meaning::Momentum => self.words.push(format!("momentum {}", momentum(value, class)?)),
            Meaning::Label => self.label = label(value)?,
            Meaning::Layer => {
                let Value::Name(layer) = value else { return None };
                let layer = Self::of_call(&layer.last, layer.arguments.as_deref()?)?;
                self.numbers.push((0, layer.label.is_none().then(|| layer.text())?));
            }
            // Over several dimensions, a layer of PyTorch is another one.
            Meaning::LeftOut(_) if parameter == "normalized_shape" => {
                return value.sizes().filter(|sizes| sizes.len() == 1).map(|_| ());
            }
            Meaning::LeftOut(_) => return value.sizes().map(|_| ()),
            Meaning::Elsewhere(_) => return None,
        }
        Some(())
    }

    /// The padding of a window.
    fn pad(&mut self, value: &Value, class: &Class) -> Option<()> {
        if let Some(word) = value.word() {
            self.words.extend((word != "valid").then(|| word.to_string()));
            return ["valid", "same", "causal"].contains(&word).then_some(());
        }
        let sizes = value.sizes().filter(|_| class.framework != Framework::Keras)?;
        let is_right = matches!(value, Value::Number(_)) || class.directions.contains(&sizes.len());
        self.border = is_right.then_some(sizes).filter(|sizes| sizes.iter().any(|&size| size > 0)).unwrap_or_default();
        is_right.then_some(())
    }

    /// The layer, if castnet takes it.
    fn finish(mut self, class: &Class) -> Option<Self> {
        self.numbers.sort();
        let has_window = matches!(self.keyword.as_str(), "maxpool" | "avgpool" | "upsample");
        if has_window && self.numbers.is_empty() && class.framework == Framework::Keras && !class.directions.is_empty()
        {
            // The default of Keras.
            self.numbers.push((0, "2".to_string()));
        }
        let in_order = self.numbers.iter().enumerate().all(|(index, (place, _))| index == *place);
        // The defaults of the slopes differ between frameworks that spell the names in the same way.
        let has_default = !matches!(self.keyword.as_str(), "leaky_relu" | "prelu" | "threshold");
        let is_adaptive = class.pattern.starts_with("Adaptive");
        if !in_order || (!has_default && self.numbers.is_empty()) || (is_adaptive && self.words.is_empty()) {
            return None;
        }
        if self.keyword == "conv_transpose" && class.framework == Framework::Torch {
            self.transposed()?;
        } else if !self.border.is_empty() {
            let is_smaller = |axis: usize| along(&self.border, axis) < along(&self.window, axis);
            self.words.push((0..2).all(is_smaller).then(|| format!("pad {}", joined(&self.border)))?);
        }
        self.is_taken("").then_some(self)
    }

    /// The padding of a transposed convolution of PyTorch. Behind a window that is smaller than its stride, Keras and castnet add a border,
    /// and PyTorch does not; `same` takes away as much on both sides of each axis as PyTorch does, if this is all that is too much.
    fn transposed(&mut self) -> Option<()> {
        let axis = |axis: usize| {
            let of = |sizes: &[u64], default: u64| if sizes.is_empty() { Some(default) } else { along(sizes, axis) };
            let more = of(&self.window, 1)?.checked_sub(of(&self.stride, 1)?)?;
            Some((more, 2 * of(&self.border, 0)?))
        };
        let axes: Vec<(u64, u64)> = (0..2).map(axis).collect::<Option<_>>()?;
        if axes.iter().all(|(_, border)| *border == 0) {
            return Some(());
        }
        self.words.push("same".to_string());
        axes.iter().all(|(more, border)| more == border).then_some(())
    }

    /// Whether castnet reads the layer without an error, with more words behind it.
    pub fn is_taken(&self, more: &str) -> bool {
        let text = self.text();
        match text.split_once(' ').map_or((text.as_str(), ""), |(keyword, words)| (keyword, words)) {
            ("input", _) => !self.numbers.is_empty() && more.is_empty(),
            (IDENTITY, "") => more.is_empty(),
            (keyword, words) => reads(keyword, &format!("{words} {more}")),
        }
    }

    /// The words without the label.
    pub fn text(&self) -> String {
        let numbers = self.numbers.iter().map(|(_, number)| number.as_str());
        let words = std::iter::once(self.keyword.as_str()).chain(numbers).chain(self.words.iter().map(String::as_str));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The words behind the keyword.
    pub fn text_of_words(&self) -> String {
        self.text().strip_prefix(&self.keyword).unwrap_or_default().trim_start().to_string()
    }
}

/// Whether the layer with this keyword reads these words without an error.
pub fn reads(keyword: &str, words: &str) -> bool {
    let (Ok(keyword), Ok(tokens)) = (syn::parse_str::<Ident>(keyword), words.parse::<TokenStream>()) else {
        return false;
    };
    let mut words = words_of(tokens.into_iter().collect());
    // The number of channels is known when the network is built.
    let is_channels = |word: &Word| matches!(word, Word::Name(name) if name == CHANNELS);
    for word in words.iter_mut().filter(|word| is_channels(word)) {
        *word = Word::Number(Number::computed(1, TokenStream::new()));
    }
    layers::reads(&keyword, &words)
}

/// Castnet's words for one of several values.
fn chosen(choices: &[(&str, &'static str)], value: &Value) -> Option<&'static str> {
    let written = value.word().or(value.number())?;
    let same = |choice: &str| choice == written || (choice.to_lowercase() == written && is_flag(written));
    choices.iter().find(|(choice, _)| same(choice)).map(|(_, words)| *words)
}

/// The part of the moving statistics that stays in a step. A difference of two decimal numbers is rounded to 12 digits: `0.1` is `1.0 - 0.9`.
fn momentum(value: &Value, class: &Class) -> Option<String> {
    const DIGITS: f64 = 1e12;
    let momentum = value.number()?;
    let is_torch = class.framework == Framework::Torch || class.pattern == "SyncBatchNorm";
    if !is_torch {
        return Some(momentum.to_string());
    }
    let rest = 1.0 - momentum.parse::<f64>().ok()?;
    Some(((rest * DIGITS).round() / DIGITS).to_string())
}

/// The words for `None` as the value of a parameter. An activation that is `None` is linear, and a recurrent layer has others if none is
/// written.
fn without_value(keyword: &str, meaning: Meaning) -> Option<String> {
    match meaning {
        Meaning::Activation(before) if ["rnn", "gru", "lstm", "bidirectional"].contains(&keyword) => {
            Some(format!("{before}linear"))
        }
        _ => None,
    }
}

/// Castnet's activation for the name of one.
fn activation(value: &Value) -> Option<String> {
    if let Value::Name(name) = value {
        if let Some(arguments) = &name.arguments {
            let layer = Translation::of_call(&name.last, arguments)?;
            return activations::words().any(|word| word == layer.keyword).then(|| layer.text());
        }
        // `gelu` of JAX is the approximation, and `leaky_relu` of JAX and PyTorch has the slope 0.01.
        if matches!(name.last.as_str(), "gelu" | "leaky_relu") {
            return None;
        }
    }
    let word = syn::parse_str::<Ident>(value.word()?).ok()?;
    activations::find(&word).map(str::to_string)
}

/// Castnet's words for a constraint of the weights: the default norm of Keras is that of castnet.
fn constraint(value: &Value) -> Option<String> {
    let written = value.word()?.to_lowercase().replace('_', "");
    let arguments = match value {
        Value::Name(name) => name.arguments.as_deref().unwrap_or_default(),
        _ => &[],
    };
    match (written.as_str(), arguments) {
        ("nonneg" | "nonnegative", []) => Some("non_negative".to_string()),
        ("maxnorm", []) => Some("max_norm".to_string()),
        ("maxnorm", [norm]) if norm.name.as_ref().is_none_or(|name| name == "max_value") => {
            Some(format!("max_norm {}", norm.value.number()?))
        }
        _ => None,
    }
}

/// A name as a label; no label if castnet has no such labels, or numbers layers in the same way.
fn label(value: &Value) -> Option<Option<String>> {
    let word = value.word()?;
    let label = syn::parse_str::<Ident>(word).ok();
    let is_numbered = |label: &Ident| {
        let text = label.to_string();
        let base = text.trim_end_matches(|c: char| c.is_ascii_digit());
        base != text && base.ends_with('_')
    };
    let label = label.filter(|label| reserved::reason(label).is_none() && !is_numbered(label));
    Some(label.map(|label| label.to_string()))
}

/// Whether a word is a flag, which Rust writes in small letters.
fn is_flag(word: &str) -> bool {
    ["true", "false"].contains(&word)
}

/// The size along an axis, where one size stands for all axes.
fn along(sizes: &[u64], axis: usize) -> Option<u64> {
    sizes.get(axis).or(sizes.first()).copied()
}

/// Sizes as one word.
fn joined(sizes: &[u64]) -> String {
    sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("x")
}
