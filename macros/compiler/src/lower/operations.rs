//! The operations and the outputs of the graph.
use proc_macro2::Ident;
use quote::ToTokens;

use super::{LOST, Lowering, branches};
use crate::errors::{Errors, Help, Message};
use crate::graph::{Branch, Node, Row, RowId, Tokens, ValueId};
use crate::layers::{self, Layer, Misfit, Operation, Parsed, Resolved, SEQUENCES, STATE};
use crate::parse::{Chain, Stage, What};
use crate::regularizers::Regularizers;
use crate::shape::Shape;

/// The most channels of an image in a data set: colors and transparency.
const MOST_CHANNELS: u64 = 4;

impl Lowering<'_> {
    /// Adds a row: a layer, and the activation written after it as an operation of its own. The penalties on the output belong to the last
    /// operation.
    pub(super) fn add(
        &mut self,
        name: Ident,
        stage: &Stage,
        parsed: Parsed,
        from: Vec<ValueId>,
        branches: Vec<Branch>,
    ) -> ValueId {
        let Parsed { parts, layer, activation, activity, second: _ } = parsed;
        self.graph.rows.push(Row { name, is_labelled: stage.label.is_some() });
        let tokens = layer.as_activation().map_or_else(|| stage.tokens(), ToTokens::to_token_stream);
        let tokens = Tokens {
            layer: tokens,
            branches,
            arrow: stage.arrow.clone(),
            vector_is_next: self.vector_is_next,
            calls: self.call_tokens(),
        };
        let mut joined = Vec::new();
        for (part, layer) in parts {
            let value = self.operation(part, layer, from.clone(), tokens.clone());
            if value == LOST {
                return LOST;
            }
            joined.push(value);
        }
        let from = if joined.is_empty() { from } else { joined };
        let value = self.operation("", layer, from, tokens);
        let value = match activation {
            None => value,
            Some(activation) => {
                let tokens = activation.to_token_stream();
                let tokens = Tokens { layer: tokens, calls: self.call_tokens(), ..Tokens::default() };
                self.operation("", Box::new(activation), vec![value], tokens)
            }
        };
        if let Some(last) = self.graph.nodes.last_mut().filter(|node| node.to == value) {
            last.activity = activity;
        }
        value
    }

    /// Adds an operation to the last row: a layer, resolved on its inputs.
    pub(super) fn operation(
        &mut self,
        part: &'static str,
        layer: Box<dyn Layer>,
        from: Vec<ValueId>,
        tokens: Tokens,
    ) -> ValueId {
        let row = RowId(self.graph.rows.len().saturating_sub(1));
        let inputs: Option<Vec<&Shape>> = from.iter().map(|&value| self.graph.find_shape(value)).collect();
        let resolved = match inputs.as_ref().map(|inputs| layer.resolve(inputs)) {
            Some(Ok(resolved)) => resolved,
            Some(Err(misfit)) => {
                let mut errors = Errors::default();
                let shapes: Vec<Shape> = inputs.into_iter().flatten().cloned().collect();
                let misfit = self.steps_are_missing(layer.as_ref(), &from, misfit);
                let misfit = self.state_is_missing(&shapes, &from, misfit);
                let misfit = self.last_step_is_meant(layer.as_ref(), &shapes, &from, misfit);
                let misfit = self.image_is_meant(layer.as_ref(), &from, misfit);
                report(&tokens, (&layer.describe(), misfit), &shapes, &mut errors);
                self.report(errors);
                return LOST;
            }
            // Behind an error the shape of the input is unknown, but that of the output may be known all the same.
            None => match layer.output() {
                Some(output) => Resolved::lost(output),
                None => return LOST,
            },
        };
        let parameters = match &resolved.operation {
            Operation::Map(map) => map.parameters(&self.graph.context()),
            Operation::InPlace(_) | Operation::Alias | Operation::Join(_) => Vec::new(),
        };
        let to = ValueId(self.graph.values());
        let activity = Regularizers::default();
        self.graph.push(Node { row, part, layer, resolved, parameters, activity, from, to, tokens });
        to
    }

    /// Where a layer wants a sequence and the layer before it gives only the last step: the word of that layer is missing.
    fn steps_are_missing(&self, layer: &dyn Layer, from: &[ValueId], misfit: Misfit) -> Misfit {
        let before = from.first().filter(|_| layer.takes_sequence()).and_then(|&value| self.graph.writer(value));
        word_is_missing(
            before,
            Layer::word_for_all_steps,
            "the layer before it, which gives its last step only",
            misfit,
        )
    }

    /// Where a layer wants the state of another, and that gives only a part: the word of that layer is missing.
    fn state_is_missing(&self, shapes: &[Shape], from: &[ValueId], misfit: Misfit) -> Misfit {
        let is_sequence = shapes.first().is_some_and(|shape| shape.rank() == 2);
        let before = from.get(1).filter(|_| is_sequence).and_then(|&value| self.graph.writer(value));
        word_is_missing(before, Layer::word_for_state, "that layer, which gives h alone", misfit)
    }

    /// Where the initial state of a layer is all steps of another, which no other layer reads: that should give its last state.
    fn last_step_is_meant(&self, layer: &dyn Layer, shapes: &[Shape], from: &[ValueId], misfit: Misfit) -> Misfit {
        let (Misfit::Layer(Message { text, .. }), [input, first], &[_, value]) = (&misfit, shapes, from) else {
            return misfit;
        };
        let is_read_elsewhere = || {
            let places = self.graph.value_name(value).map_or(0, |label| self.places_of(label).len());
            // Its label, and the word behind `from`.
            places != 2 || self.graph.readers(value).next().is_some()
        };
        let before = self.graph.writer(value).filter(|_| self.calls.is_empty() && first.rank() == 2);
        let Some(before) = before.filter(|_| !is_read_elsewhere()) else { return misfit };
        let fits = |values: u64| Shape::new(vec![values]).is_some_and(|first| layer.resolve(&[input, &first]).is_ok());
        let units = first.channels();
        // An LSTM wants c beside h.
        let wants_both = layer.describe().starts_with("lstm");
        let help = if !wants_both && fits(units) {
            Help::leave_out_words(SEQUENCES).and(" of that layer: it gives all steps")
        } else if wants_both && before.resolved.kind == "LSTM" && fits(units.saturating_mul(2)) {
            Help::write_for(SEQUENCES, STATE).and(&format!(" in that layer: `{SEQUENCES}` gives all steps"))
        } else {
            return misfit;
        };
        let text = text.clone();
        Misfit::Layer(Message { text, help: Some(help.of(&before.tokens.layer)) })
    }

    /// Where a layer does not fit an input, but fits an image that the user may have meant by its shape: one with the channels first, or
    /// without channels.
    fn image_is_meant(&self, layer: &dyn Layer, from: &[ValueId], misfit: Misfit) -> Misfit {
        let (Misfit::Layer(Message { text, .. }), &[value]) = (&misfit, from) else { return misfit };
        let Some(input) = self.graph.inputs.get(self.before_same_shapes(value).0) else { return misfit };
        let meant = match *input.shape.sizes() {
            [channels, height, width] if channels <= MOST_CHANNELS && channels < height.min(width) => {
                vec![height, width, channels]
            }
            [height, width] => vec![height, width, 1],
            _ => return misfit,
        };
        let Some(meant) = Shape::new(meant).filter(|meant| layer.resolve(&[meant]).is_ok()) else { return misfit };
        let (text, written, meant) = (text.clone(), input.shape.to_string(), meant.to_string());
        let help = Help::write_for(written, &meant).of(&input.tokens);
        let sentence = format!("an image is height x width x channels: write `input {meant}`");
        Misfit::Layer(Message { text, help: Some(help.saying(sentence)) })
    }

    /// The first of the values before this one that have its shape, each computed from the one before.
    fn before_same_shapes(&self, value: ValueId) -> ValueId {
        match self.graph.writer(value).map(|node| node.from.as_slice()) {
            Some(&[before]) if self.graph.find_shape(before) == self.graph.find_shape(value) => {
                self.before_same_shapes(before)
            }
            _ => value,
        }
    }

    /// Finds the outputs: the values that no operation reads. An input that no operation reads is an error.
    pub(super) fn outputs(&mut self, ends: Vec<(Option<ValueId>, &Chain)>, complete: bool) {
        for (end, chain) in ends {
            let Some(end) = end.filter(|&end| end != LOST) else { continue };
            if self.graph.readers(end).next().is_some() {
                let adds_nothing = matches!(chain.stages.as_slice(), [stage] if stage.keyword != "input");
                let is_label = chain
                    .stages
                    .first()
                    .is_some_and(|stage| matches!(stage.what, What::Plain) && layers::find(&stage.keyword).is_none());
                if adds_nothing && is_label {
                    let add = format!("=> {}: linear", self.free_name("out"));
                    let sentence = format!("to make it an output that is also read, add `{add}`; else leave it out");
                    let help = Help::after(add).saying(sentence);
                    self.errors.at(&chain.tokens, ("this chain has only a label, and computes nothing", help));
                }
                continue;
            }
            if end.0 >= self.graph.inputs.len() && !self.graph.outputs.contains(&end) {
                self.graph.outputs.push(end);
            }
        }
        if !complete || self.is_lost || !self.errors.is_empty() {
            return;
        }
        let network = self.graph.name.clone();
        for (index, input) in self.graph.inputs.iter().enumerate() {
            if self.graph.readers(ValueId(index)).next().is_some() {
                continue;
            }
            let layer = if input.shape.rank() == 1 { "=> dense 1" } else { "=> flatten => dense 1" };
            let begins = |chain: &&Chain| chain.stages.first().is_some_and(|stage| stage.keyword == "input");
            let chain = self.written.iter().filter(begins).nth(index);
            let help = chain.map_or(Help::prose(""), |chain| Help::after(layer).of(&chain.tokens));
            let (message, help) = match self.graph.inputs.as_slice() {
                [_] => {
                    let message = format!("`{network}` has an input and no layer");
                    (message, help.saying(format!("add one: `{layer}`")))
                }
                _ => {
                    let sentence = format!("add a layer: `{layer}`; or use its label: `concat(this, that)`");
                    ("nothing reads this input".to_string(), help.saying(sentence))
                }
            };
            self.errors.at(&input.tokens, (message, help));
        }
    }
}

/// The misfit of a layer with the help to add a word to the layer before it, if that layer has such a word.
fn word_is_missing(
    before: Option<&Node>,
    word: fn(&(dyn Layer + 'static)) -> Option<&'static str>,
    place: &str,
    misfit: Misfit,
) -> Misfit {
    match (misfit, before.and_then(|before| Some((before, word(before.layer.as_ref())?)))) {
        (Misfit::Layer(Message { text, .. }), Some((before, word))) => {
            let sentence = format!("add `{word}` to {place}");
            let help = Help::after(word).of(&before.tokens.layer).saying(sentence);
            Misfit::Layer(Message { text, help: Some(help) })
        }
        (misfit, _) => misfit,
    }
}

/// Reports a layer that does not fit its inputs: under the layer, or under the branches that do not fit together.
fn report(tokens: &Tokens, (layer, misfit): (&str, Misfit), shapes: &[Shape], errors: &mut Errors) {
    match misfit {
        Misfit::Layer(Message { text, help }) => {
            let help = help.map(|help| {
                help.of_layer(&tokens.layer, tokens.arrow.as_ref()).flattened(&tokens.layer, tokens.vector_is_next)
            });
            errors.at(&tokens.layer, Message { text, help });
        }
        Misfit::Branches(rule) => {
            branches::report(
                (layer, &tokens.layer),
                &tokens.branches,
                shapes,
                (rule, !tokens.calls.is_empty()),
                errors,
            );
        }
        Misfit::NoVectors => branches::no_vectors((layer, &tokens.layer), &tokens.branches, shapes, errors),
        Misfit::MoreThanTwo => branches::more_than_two((layer, &tokens.layer), &tokens.branches, errors),
    }
}
