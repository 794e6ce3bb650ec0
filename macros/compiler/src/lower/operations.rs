//! The operations and the outputs of the graph.
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use super::{LOST, Lowering};
use crate::errors::Errors;
use crate::graph::{Node, Row, RowId, Tokens, ValueId};
use crate::layers::{self, Layer, Misfit, Operation, Parsed};
use crate::parse::{Chain, Stage, What};
use crate::regularizers::Regularizers;
use crate::shape::Shape;

impl Lowering<'_> {
    /// Adds a row: a layer, and the activation written after it as an operation of its own. The penalties on the output belong to the last
    /// operation.
    pub(super) fn add(
        &mut self,
        name: Ident,
        stage: &Stage,
        parsed: Parsed,
        from: Vec<ValueId>,
        branches: Vec<TokenStream>,
    ) -> ValueId {
        let Parsed { layer, activation, activity } = parsed;
        self.graph.rows.push(Row { name, is_labelled: stage.label.is_some() });
        let tokens = layer.as_activation().map_or_else(|| stage.tokens(), ToTokens::to_token_stream);
        let value = self.operation(layer, from, Tokens { layer: tokens, branches, calls: self.call_tokens() });
        let value = match activation {
            None => value,
            Some(activation) => {
                let tokens = activation.to_token_stream();
                let tokens = Tokens { layer: tokens, branches: Vec::new(), calls: self.call_tokens() };
                self.operation(Box::new(activation), vec![value], tokens)
            }
        };
        if let Some(last) = self.graph.nodes.last_mut().filter(|node| node.to == value) {
            last.activity = activity;
        }
        value
    }

    /// Adds an operation to the last row: a layer, resolved on its inputs.
    pub(super) fn operation(&mut self, layer: Box<dyn Layer>, from: Vec<ValueId>, tokens: Tokens) -> ValueId {
        let row = RowId(self.graph.rows.len().saturating_sub(1));
        let inputs: Option<Vec<&Shape>> = from.iter().map(|&value| self.graph.find_shape(value)).collect();
        // Behind an error the shape of the input is unknown.
        let Some(inputs) = inputs else { return LOST };
        let resolved = match layer.resolve(&inputs) {
            Ok(resolved) => resolved,
            Err(misfit) => {
                report(&tokens, misfit, &mut self.misfits);
                return LOST;
            }
        };
        let parameters = match &resolved.operation {
            Operation::Map(map) => map.parameters(&self.graph.context()),
            Operation::InPlace(_) | Operation::Alias | Operation::Join(_) => Vec::new(),
        };
        let to = ValueId(self.graph.values());
        let activity = Regularizers::default();
        self.graph.nodes.push(Node { row, layer, resolved, parameters, activity, from, to, tokens });
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
        if !complete || !self.errors.is_empty() || !self.misfits.is_empty() {
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

/// Reports a layer that does not fit its inputs: under the layer, or under the branches that do not fit together.
fn report(tokens: &Tokens, misfit: Misfit, errors: &mut Errors) {
    match misfit {
        Misfit::Layer(message) => errors.at(&tokens.layer, message),
        Misfit::Branches(branches) => {
            for (branch, message) in branches {
                errors.at(tokens.branches.get(branch).unwrap_or(&tokens.layer), message);
            }
        }
    }
    errors.in_calls(&tokens.calls);
}
