//! The inputs of a network, which stand at the beginning of chains.
use quote::format_ident;

use super::Lowering;
use crate::graph::{Input, ValueId};
use crate::layers;
use crate::parse::{self, Stage, What};
use crate::shape::{Scalar, Shape};
use crate::words::Words;

impl Lowering<'_> {
    /// Adds all inputs, which are the first values, wherever their chains stand.
    pub(super) fn inputs(&mut self) {
        let firsts: Vec<&Stage> = self.written.iter().filter_map(|chain| chain.stages.first()).collect();
        let inputs: Vec<&Stage> = firsts.iter().copied().filter(|stage| stage.keyword == "input").collect();
        if inputs.is_empty()
            && let Some(first) = firsts.first().filter(|first| !matches!(first.what, What::Lost))
        {
            let keyword = &first.keyword;
            self.errors.at(keyword, format!("a network begins with its input, not with `{keyword}`\nhelp: put the shape of one sample in front: `input 13 =>`"));
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
                    self.errors.at(stage.tokens(), format!("this input is `{second}`, but another is `{first}`\nhelp: write the same type behind every input"));
                }
                (first, second) => self.scalar = first.or(second),
            }
            if shape.is_none() {
                self.unknown_inputs.push(ValueId(self.graph.inputs.len()));
            }
            self.graph.inputs.push(Input { name, shape: shape.unwrap_or_default() });
            self.input_tokens.push(stage.tokens());
        }
        self.graph.scalar = self.scalar.unwrap_or(Scalar::F32);
    }

    /// Reads an input. Its shape is `None` after an error in it.
    pub(super) fn input(&mut self, first: &Stage) -> (Option<Shape>, Option<Scalar>) {
        let Some(resolved) = self.resolve(&first.words, None) else { return (None, None) };
        let mut words = Words::new(&first.keyword, &[], layers::is_keyword, &resolved, &mut self.errors);
        let number = words.required_number(
            "`input` wants the shape of one sample\nhelp: such as `input 13`, `input 24x3` or `input 28x28x1`",
        );
        let shape =
            number.and_then(|number| words.read(number, |number| parse::shape(number, "the shape of the input")));
        let mut scalar = None;
        if let Some(name) = words.name() {
            let known = Scalar::ALL.into_iter().find(|scalar| name == scalar.name());
            let is_cross =
                name.to_string().strip_prefix('x').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
            if let Some(known) = known {
                scalar = Some(known);
            } else if is_cross {
                words.errors.at(name, "a shape is one word, without spaces\nhelp: such as `28x28`");
                while words.next().is_some() {}
            } else if !words.is_next_layer(name) {
                let message =
                    format!("`{name}` is not a type that a network computes with\nhelp: `f64`, or no word for `f32`");
                words.errors.at(name, message);
            }
        }
        words.end();
        (shape, scalar)
    }

    /// The value of an input, which has been added before; an error if it does not begin a chain.
    pub(super) fn input_stage(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let is_top = is_first && self.calls.is_empty() && self.labels.len() == 1 && from.is_none();
        if !is_top {
            self.wrong(stage.tokens(), "a second `input`: it can only begin a chain\nhelp: leave it out; `reshape` changes a shape on the way, and `;` begins another chain");
            return from;
        }
        let place =
            self.written.iter().filter_map(|chain| chain.stages.first()).filter(|first| first.keyword == "input");
        let index = place.zip(0..).find(|(first, _)| std::ptr::eq(*first, stage)).map(|(_, index)| ValueId(index));
        index.filter(|input| !self.unknown_inputs.contains(input))
    }
}
