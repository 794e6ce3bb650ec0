//! Labels, and errors for unknown words.
use proc_macro2::Ident;

use super::{LOST, Lowering};
use crate::activations;
use crate::graph::ValueId;
use crate::layers::{self, join};
use crate::parse::{Chain, Stage, What};
use crate::suggest;

impl Lowering<'_> {
    /// A stage that is a label: the value of the label.
    pub(super) fn label_stage(&mut self, stage: &Stage, is_first: bool) -> Option<ValueId> {
        let name = &stage.keyword;
        let value = self.find_label(name);
        if let Some(label) = &stage.label {
            self.wrong(label, format!("`{name}` has a name already\nhelp: leave `{label}:` out"));
        }
        if !is_first {
            self.wrong(name, format!("`{name}` is a label, and a label can only begin a chain\nhelp: to join its value with what comes in: `add(identity, {name})`, or another join"));
        }
        value
    }

    /// The value of a label that is visible here.
    pub(super) fn find_label(&self, name: &Ident) -> Option<ValueId> {
        let hidden = self.calls.last().map_or(0, |call| call.scopes);
        let scopes = self.labels.iter().skip(hidden).rev();
        scopes.flatten().find(|(label, _)| label == name).map(|(_, value)| *value)
    }

    pub(super) fn bind(&mut self, label: &Ident, value: ValueId) {
        let Some(scope) = self.labels.last_mut() else { return };
        let is_taken = scope.iter().any(|(other, _)| other == label);
        if is_taken && value != LOST && self.graph.value_name(value) != Some(label) {
            self.wrong(label, format!("the label `{label}` exists already\nhelp: take another, such as `{label}_2`"));
        } else {
            scope.push((label.clone(), value));
        }
    }

    /// Reports a keyword that is no layer: a label that is used too early, or a typing error.
    pub(super) fn unknown(&mut self, stage: &Stage, is_first: bool) {
        let keyword = &stage.keyword;
        let written = keyword.to_string();
        if stage.words.is_empty() && self.calls.is_empty() && self.is_label_somewhere(&written) {
            let own = stage_chain(self.written, keyword).is_some_and(|chain| has_label(chain, &written));
            let message = match own {
                true => format!(
                    "`{written}` would be its own input: its label stands in the same chain\nhelp: a network has no cycles; use the label of an earlier layer"
                ),
                false => format!(
                    "`{written}` is used before it exists\nhelp: put the chain with the label `{written}:` before this one"
                ),
            };
            self.wrong(keyword, message);
            return;
        }
        let blocks = self.blocks.iter().map(|block| block.name.to_string()).collect::<Vec<_>>();
        let hidden = self.calls.last().map_or(0, |call| call.scopes);
        let labels: Vec<String> =
            self.labels.iter().skip(hidden).flatten().map(|(label, _)| label.to_string()).collect();
        let is_reference = is_first && stage.words.is_empty();
        let words = layers::keywords().chain(join::keywords()).chain(activations::words()).map(str::to_string);
        let labels_here = labels.iter().filter(|_| stage.words.is_empty()).cloned();
        let known: Vec<String> = words.chain(blocks.iter().cloned()).chain(labels_here).collect();
        let near = match suggest::nearest(&written, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        let (layers, activations) = (join(layers::keywords().chain(join::keywords())), join(activations::words()));
        let more = match (blocks.is_empty(), is_reference && !labels.is_empty()) {
            (true, false) => String::new(),
            (false, false) => format!("; blocks: {}", blocks.join(", ")),
            (true, true) => format!("; labels: {}", labels.join(", ")),
            (false, true) => format!("; blocks: {}; labels: {}", blocks.join(", "), labels.join(", ")),
        };
        let what = if is_reference && !labels.is_empty() { "layer or label" } else { "layer" };
        self.wrong(
            keyword,
            format!("unknown {what} `{written}`\nhelp: {near}layers: {layers}; activations: {activations}{more}"),
        );
    }

    pub(super) fn is_label_somewhere(&self, name: &str) -> bool {
        self.written.iter().any(|chain| has_label(chain, name))
    }
}

/// Whether a chain has a label, or a chain inside of it has.
fn has_label(chain: &Chain, name: &str) -> bool {
    chain.stages.iter().any(|stage| {
        let inside = match &stage.what {
            What::Repeat(body) => has_label(body, name),
            What::Join(_, branches) => branches.iter().any(|branch| has_label(branch, name)),
            What::Plain | What::Call(..) | What::Nested(_) | What::Lost => false,
        };
        inside || stage.label.as_ref().is_some_and(|label| label == name)
    })
}

/// The chain of the network that contains a word.
fn stage_chain<'a>(chains: &'a [Chain], keyword: &Ident) -> Option<&'a Chain> {
    fn contains(chain: &Chain, keyword: &Ident) -> bool {
        chain.stages.iter().any(|stage| {
            let inside = match &stage.what {
                What::Join(_, branches) => branches.iter().any(|branch| contains(branch, keyword)),
                What::Repeat(body) => contains(body, keyword),
                What::Plain | What::Call(..) | What::Nested(_) | What::Lost => false,
            };
            inside || stage.keyword == *keyword
        })
    }
    chains.iter().find(|chain| contains(chain, keyword))
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
