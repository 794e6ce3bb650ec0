//! The inputs of a network, which stand at the beginning of chains.
use quote::{format_ident, quote};

use super::{Lowering, begins_layer};
use crate::errors::{Help, Message};
use crate::foreign::{self, Answer};
use crate::graph::{Input, ValueId};
use crate::layers::{self, Takes};
use crate::number::Number;
use crate::parse::{self, Chain, Stage, What};
use crate::shape::{Scalar, Shape};
use crate::suggest;
use crate::words::{Word, Words};

impl Lowering<'_> {
    /// Adds all inputs, which are the first values, wherever their chains stand.
    pub(super) fn inputs(&mut self) {
        let firsts: Vec<&Stage> = self.written.iter().filter_map(|chain| chain.stages.first()).collect();
        let inputs: Vec<&Stage> = firsts.iter().copied().filter(|stage| stage.keyword == "input").collect();
        if inputs.is_empty()
            && let Some(chain) = self.written.iter().find(|chain| !chain.stages.is_empty())
            && let Some(first) = chain.stages.first().filter(|first| !matches!(first.what, What::Lost))
        {
            self.no_input(chain, first);
        }
        for stage in &inputs {
            let (shape, scalar) = self.input(stage);
            let name = match &stage.label {
                Some(label) => {
                    self.check_label(label);
                    label.clone()
                }
                None if inputs.len() == 1 => format_ident!("input"),
                None => self.counted("input"),
            };
            match (self.scalar, scalar) {
                (Some(first), Some(second)) if first != second => {
                    let (first, second) = (first.name(), second.name());
                    let tokens = stage.tokens();
                    // `f32` is the type without a word, so that of another input may not be written.
                    let help = Help::write_for(second, first).and(": all inputs have the same type");
                    self.errors.at(tokens, (format!("this input is `{second}`, but another is `{first}`"), help));
                }
                (first, second) => self.scalar = first.or(second),
            }
            if shape.is_none() {
                self.unknown_inputs.push(ValueId(self.graph.inputs.len()));
            }
            self.graph.inputs.push(Input { name, shape: shape.unwrap_or_default(), tokens: stage.tokens() });
        }
        self.graph.scalar = self.scalar.unwrap_or(Scalar::F32);
    }

    /// Reports a network without an input.
    fn no_input(&mut self, chain: &Chain, first: &Stage) {
        let keyword = &first.keyword;
        let message = format!("a network begins with its input, not with `{keyword}`");
        let written = keyword.to_string();
        let is_known = begins_layer(keyword) || self.blocks.iter().any(|block| block.name == *keyword);
        let is_input = foreign::answer(&written) == Some(Answer::Words("input"))
            || suggest::nearest(&written, ["input"].into_iter()).is_some();
        if !is_known && is_input {
            self.misspelt_input = true;
            let help = Help::write("input").saying("did you mean `input`?");
            return self.errors.at(keyword, (format!("unknown word `{written}`"), help));
        }
        let input = format!("input {} =>", example(chain));
        let help = Help::before(&input).of(&chain.tokens);
        self.errors.at(keyword, (message, help.saying(format!("put the shape of one sample in front: `{input}`"))));
    }

    /// Reads an input. Its shape is `None` after an error in it.
    pub(super) fn input(&mut self, first: &Stage) -> (Option<Shape>, Option<Scalar>) {
        if matches!(first.what, What::Lost) {
            return (None, None);
        }
        let own =
            self.written.iter().find(|chain| chain.stages.first().is_some_and(|stage| std::ptr::eq(stage, first)));
        let example = own.map_or("13", example);
        let Some(resolved) = self.resolve(&first.words, None) else { return (None, None) };
        let mut words = Words::new(&first.keyword, &[], begins_layer, &resolved, &mut self.errors);
        let mut scalar = scalar_first(&mut words);
        let number = words.required_number("`input` wants the shape of one sample", example);
        let shape = number.and_then(|number| words.read(number, shape_of));
        if let Some(name) = words.name_behind(&first.keyword) {
            let known = Scalar::ALL.into_iter().find(|scalar| name == scalar.name());
            if let Some(known) = known {
                scalar = Some(known);
            } else if !words.is_next_layer(&name) {
                let message = format!("`{name}` is not a type that a network computes with");
                let help = match name.to_string().to_lowercase().as_str() {
                    "double" | "float64" | "f64" => Help::write("f64"),
                    _ => Help::leave_out().saying("leave it out for `f32`, or write `f64`"),
                };
                words.errors.at(name, (message, help));
            }
        }
        words.end();
        (shape, scalar)
    }

    /// The value of an input, which has been added before; an error if it does not begin a chain.
    pub(super) fn input_stage(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let is_top = is_first && self.calls.is_empty() && self.labels.len() == 1 && from.is_none();
        if !is_top {
            let help = Help::leave_out_layer().of_layer(&stage.tokens(), stage.arrow.as_ref());
            let help = help.and("; `reshape` changes a shape on the way, and `;` begins another chain");
            self.wrong(stage.tokens(), ("a second `input`: it can only begin a chain", help));
            return from;
        }
        let place =
            self.written.iter().filter_map(|chain| chain.stages.first()).filter(|first| first.keyword == "input");
        let index = place.zip(0..).find(|(first, _)| std::ptr::eq(*first, stage)).map(|(_, index)| ValueId(index));
        index.filter(|input| !self.unknown_inputs.contains(input))
    }
}

/// Reads a type before the shape: `input f64 13`.
fn scalar_first(words: &mut Words<'_>) -> Option<Scalar> {
    let (_, behind) = words.behind_sign();
    let [Word::Name(name), Word::Number(number), ..] = behind.as_slice() else { return None };
    let scalar = Scalar::ALL.into_iter().find(|scalar| name == scalar.name())?;
    words.name_behind(words.keyword);
    let help = Help::write(format!("{} {name}", number.text()));
    words.errors.at(quote!(#name #number), (format!("`{name}` stands before the shape of the input"), help));
    Some(scalar)
}

/// The shape of an input. A type may touch it: `13f64`.
fn shape_of(number: &Number) -> Result<Shape, Message> {
    let what = "the shape of the input";
    match number.before_word(|word| Scalar::ALL.iter().any(|scalar| scalar.name() == word)) {
        Some(help) => Err((format!("{what} is `{}`, with a type in the same word", number.text()), help).into()),
        None => parse::shape(number, what),
    }
}

/// The shape of an input in a help: one that the first layer with a say takes.
fn example(chain: &Chain) -> &'static str {
    let mut takes = chain.stages.iter().filter_map(|stage| Some(layers::find(&stage.keyword)?.takes()));
    match takes.find(|takes| *takes != Takes::Any) {
        Some(Takes::Image) => "28x28x1",
        Some(Takes::Sequence) => "49x10",
        Some(Takes::Vector | Takes::Any) | None => "13",
    }
}
