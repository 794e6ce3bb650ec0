//! The operations and the outputs of the graph.
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use super::{LOST, Lowering};
use crate::errors::Errors;
use crate::graph::{Node, Row, RowId, Tokens, ValueId};
use crate::layers::{self, Layer, Misfit, Operation, Parsed, Resolved};
use crate::parse::{Chain, Stage, What};
use crate::shape::Shape;

impl Lowering<'_> {
    /// Adds a row: a layer, and the activation written after it as an operation of its own.
    pub(super) fn add(
        &mut self,
        name: Ident,
        stage: &Stage,
        parsed: Parsed,
        from: Vec<ValueId>,
        branches: Vec<TokenStream>,
    ) -> ValueId {
        let Parsed { layer, activation } = parsed;
        self.graph.rows.push(Row { name, is_labelled: stage.label.is_some() });
        let tokens = layer.as_activation().map_or_else(|| stage.tokens(), ToTokens::to_token_stream);
        let value = self.operation(layer, from, Tokens { layer: tokens, branches, calls: self.call_tokens() });
        let Some(activation) = activation else { return value };
        let tokens = activation.to_token_stream();
        let tokens = Tokens { layer: tokens, branches: Vec::new(), calls: self.call_tokens() };
        self.operation(Box::new(activation), vec![value], tokens)
    }

    /// Adds an operation to the last row: a layer, resolved on its inputs.
    pub(super) fn operation(&mut self, layer: Box<dyn Layer>, from: Vec<ValueId>, tokens: Tokens) -> ValueId {
        let row = RowId(self.graph.rows.len().saturating_sub(1));
        let inputs: Option<Vec<&Shape>> = from.iter().map(|&value| self.graph.find_shape(value)).collect();
        let resolved = match inputs.map(|inputs| layer.resolve(&inputs)) {
            Some(Ok(resolved)) => resolved,
            Some(Err(misfit)) => {
                let mut errors = Errors::default();
                report(&tokens, misfit, &mut errors);
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
        self.graph.nodes.push(Node { row, layer, resolved, parameters, from, to, tokens });
        to
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
                    self.errors.at(&chain.tokens, "this chain has only a label, and computes nothing\nhelp: leave it out, or add a layer: `label => dense 10`");
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
        for (index, tokens) in self.input_tokens.iter().enumerate() {
            if self.graph.readers(ValueId(index)).next().is_some() {
                continue;
            }
            let message = match self.graph.inputs.as_slice() {
                [_] => format!("`{network}` has an input and no layer\nhelp: add one: `=> dense 1`"),
                _ => "nothing reads this input\nhelp: leave it out, or use its label: `concat(this, that)`".to_string(),
            };
            self.errors.at(tokens, message);
        }
    }
}

/// Reports a layer that does not fit its inputs: under the layer, or under the branch that does not fit to those before it.
fn report(tokens: &Tokens, misfit: Misfit, errors: &mut Errors) {
    match misfit {
        Misfit::Layer(message) => errors.at(&tokens.layer, message),
        Misfit::Branch(branch, message) => {
            errors.at(tokens.branches.get(branch).unwrap_or(&tokens.layer), message);
        }
    }
}
