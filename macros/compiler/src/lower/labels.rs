//! Labels, and errors for unknown words.
use proc_macro2::Ident;

use super::{LOST, Lowering, begins_layer};
use crate::activations;
use crate::errors::{Change, Error, Errors, Help};
use crate::expressions::Term;
use crate::foreign::{self, Answer};
use crate::graph::ValueId;
use crate::layers::{self, FROM, join};
use crate::parse::{Chain, Stage, What};
use crate::suggest;
use crate::words::{Word, Words};

impl Lowering<'_> {
    /// A stage that is a label: the value of the label.
    pub(super) fn label_stage(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let name = &stage.keyword;
        let value = self.find_label(name);
        if let Some(label) = &stage.label {
            let help = Help::leave_out_until(label, name, format!("leave `{label}:` out"));
            self.wrong(label, (format!("`{name}` has a name already"), help));
        }
        if !is_first {
            let shape = |value: Option<ValueId>| value.and_then(|value| self.graph.find_shape(value));
            let join = if shape(value) == shape(from) { "add" } else { "concat" };
            let help = match value == from {
                true => Help::leave_out_layer()
                    .of_layer(&stage.tokens(), stage.arrow.as_ref())
                    .and(": its value comes in already"),
                false => Help::write(format!("{join}(identity, {name})"))
                    .and(", or another join, to join its value with what comes in"),
            };
            self.wrong(name, (format!("`{name}` is a label, and a label can only begin a chain"), help));
        }
        value
    }

    /// The value of a label that a layer reads beside what comes in.
    pub(super) fn second(&mut self, label: &Ident, stage: &Stage) -> Option<ValueId> {
        if let Some(value) = self.find_label(label) {
            return Some(value);
        }
        let labels: Vec<String> = self.visible_labels().map(|(label, _)| label.to_string()).collect();
        let written = label.to_string();
        let is_somewhere = self.is_label_somewhere(&written);
        let has_stage = |chain: &&Chain| chain.stages.iter().any(|other| std::ptr::eq(other, stage));
        let is_own = self.written.iter().find(has_stage).is_some_and(|chain| has_label(chain, &written))
            || stage.label.as_ref() == Some(label);
        if is_somewhere && !is_own && self.calls.is_empty() {
            self.used_too_early(stage, label);
            return None;
        }
        let (message, help) = match suggest::nearest(&written, labels.iter().map(String::as_str)) {
            _ if is_own => (own_input(&written), Help::prose(NO_CYCLES)),
            _ if is_somewhere => {
                (format!("unknown label `{written}`"), Help::prose("a block does not see labels outside of it"))
            }
            Some(near) => {
                (format!("unknown label `{written}`"), Help::write(near).saying(format!("did you mean `{near}`?")))
            }
            None if labels.is_empty() => {
                let help = Help::prose(format!("give an earlier layer this label: `{written}: lstm 32 state`"));
                (format!("unknown label `{written}`"), help)
            }
            None => (format!("unknown label `{written}`"), Help::prose(format!("labels: {}", labels.join(", ")))),
        };
        self.wrong(label, (message, help));
        None
    }

    /// The help for a chain without an input: to begin with the label of an earlier layer.
    pub(super) fn read_a_label(&self, stage: &Stage) -> Help {
        let keyword = &stage.keyword;
        let rule = "a chain begins with `input`, or with the label of an earlier layer";
        if let Some(label) = stage.label.as_ref().filter(|label| self.find_label(label).is_some()) {
            return Help::between(label, keyword, "=>").saying(format!("write `{label} => {keyword}`: {rule}"));
        }
        let is_own = |chain: &Chain| chain.stages.first().is_some_and(|first| std::ptr::eq(first, stage));
        let before = self.written.iter().position(is_own).and_then(|own| self.written.get(own.checked_sub(1)?));
        let Some(last) = before.and_then(|chain| chain.stages.last()) else {
            return match self.visible_labels().last() {
                Some((label, _)) => Help::before(format!("{label} =>")).and(&format!(": {rule}")),
                None => Help::prose(rule),
            };
        };
        let is_label = last.words.is_empty() && self.find_label(&last.keyword).is_some();
        match &last.label {
            Some(label) => Help::before(format!("{label} =>")).and(&format!(": {rule}")),
            None if is_label => Help::before(format!("{} =>", last.keyword)).and(&format!(": {rule}")),
            None => {
                let label = self.free_name("hidden");
                let sentence = format!(
                    "{rule}: give `{}` a label, such as `{label}: {}`, and write `{label} => {keyword}`",
                    last.keyword, last.keyword
                );
                let labelled = Help::before(format!("{label}:")).of(&last.keyword);
                Help::before(format!("{label} =>")).of(stage.first()).with(labelled).saying(sentence)
            }
        }
    }

    /// A name that no layer has, and no help proposes: this, or this with a number.
    pub(super) fn free_name(&self, name: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.to_string()).chain(numbered);
        let is_free =
            |name: &String| !self.is_label_somewhere(name) && !self.is_in_block(name) && !self.is_proposed(name);
        names.find(is_free).unwrap_or_default()
    }

    /// Whether a name is that of a block, or stands in one as a parameter or a label.
    fn is_in_block(&self, name: &str) -> bool {
        self.blocks.iter().any(|block| {
            let mut names = block.parameters.iter().chain([&block.name]);
            names.any(|known| known == name) || has_label(&block.chain, name)
        })
    }

    /// Whether the edit of an error has this name. An error in a block is reported for one call only, so in all calls it has the same name.
    fn is_proposed(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let changes = self.errors.iter().filter_map(Error::help).flat_map(Help::changes);
        self.calls.is_empty()
            && changes.map(Change::text).any(|text| text.split(|c: char| !is_part(c)).any(|word| word == name))
    }

    /// The places of a label: where it stands, and where its value is read.
    pub(super) fn places_of(&self, label: &Ident) -> Vec<Ident> {
        let mut places = vec![label.clone()];
        let blocks = self.blocks.iter().map(|block| &block.chain);
        self.written.iter().chain(blocks).for_each(|chain| find_label(chain, label, &mut places));
        places
    }

    /// The value of a label that is visible here.
    pub(super) fn find_label(&self, name: &Ident) -> Option<ValueId> {
        self.visible_scopes().rev().flatten().find(|(label, _)| label == name).map(|(_, value)| *value)
    }

    /// The labels that are visible here, by scope.
    fn visible_scopes(&self) -> impl DoubleEndedIterator<Item = &Vec<(Ident, ValueId)>> {
        let hidden = self.calls.last().map_or(0, |call| call.scopes);
        self.labels.iter().skip(hidden)
    }

    fn visible_labels(&self) -> impl Iterator<Item = &(Ident, ValueId)> {
        self.visible_scopes().flatten()
    }

    /// Whether a stage reads a label. The keyword of a layer, which cannot be a label, reads one only where it can be no layer.
    pub(super) fn reads_label(&self, stage: &Stage) -> bool {
        let can_read = !layers::is_keyword(&stage.keyword) || stage.words.is_empty();
        can_read && self.find_label(&stage.keyword).is_some()
    }

    pub(super) fn bind(&mut self, label: &Ident, value: ValueId) {
        if layers::reads(label, &[]) {
            return;
        }
        let Some(scope) = self.labels.last_mut() else { return };
        let is_taken = scope.iter().any(|(other, _)| other == label);
        if is_taken && value != LOST && self.graph.value_name(value) != Some(label) {
            let help = Help::rename([label.clone()], &self.free_name(&label.to_string()));
            self.wrong(label, (format!("the label `{label}` exists already"), help));
        } else {
            scope.push((label.clone(), value));
        }
    }

    /// Reports a keyword that is no layer: a label that is used too early, or a typing error.
    pub(super) fn unknown(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) {
        let keyword = &stage.keyword;
        let written = keyword.to_string();
        if stage.words.is_empty() && self.calls.is_empty() && self.is_label_somewhere(&written) {
            let own = stage_chain(self.written, keyword).is_some_and(|chain| has_label(chain, &written));
            if own {
                return self.wrong(keyword, (own_input(&written), Help::prose(NO_CYCLES)));
            }
            return self.used_too_early(stage, keyword);
        }
        let blocks = self.blocks.iter().map(|block| block.name.to_string()).collect::<Vec<_>>();
        let labels: Vec<String> = self.visible_labels().map(|(label, _)| label.to_string()).collect();
        let is_reference = is_first && stage.words.is_empty();
        let words = layers::keywords().chain(join::keywords()).chain(activations::words()).map(str::to_string);
        let labels_here = labels.iter().filter(|_| stage.words.is_empty()).cloned();
        let known: Vec<String> = words.chain(blocks.iter().cloned()).chain(labels_here).collect();
        let near = suggest::nearest(&written, known.iter().map(String::as_str));
        let (layers, activations) = (join(layers::keywords().chain(join::keywords())), join(activations::words()));
        let more = match (blocks.is_empty(), is_reference && !labels.is_empty()) {
            (true, false) => String::new(),
            (false, false) => format!("; blocks: {}", blocks.join(", ")),
            (true, true) => format!("; labels: {}", labels.join(", ")),
            (false, true) => format!("; blocks: {}; labels: {}", blocks.join(", "), labels.join(", ")),
        };
        let what = if is_reference && !labels.is_empty() { "layer or label" } else { "layer" };
        if let Some(message) = foreign::message(keyword, what) {
            self.wrong(keyword, message);
            if let Some(Answer::Words(words)) = foreign::answer(&written) {
                self.read_as(stage, words, from);
            }
            return;
        }
        let help = suggest::one_of(near, &format!("layers: {layers}; activations: {activations}{more}"));
        self.wrong(keyword, (format!("unknown {what} `{written}`"), help));
        if let Some(near) = near {
            self.read_as(stage, near, from);
        }
    }

    /// Reports the errors in the words behind a keyword as if it were another.
    fn read_as(&mut self, stage: &Stage, keyword: &str, from: Option<ValueId>) {
        // The words for a layer of another framework may be two, and then they have no errors.
        let Ok(mut keyword) = syn::parse_str::<Ident>(keyword) else { return };
        keyword.set_span(stage.keyword.span());
        let Some(layer) = layers::find(&keyword) else { return };
        let Some(words) = from.and_then(|from| self.resolve(&stage.words, Some(from))) else { return };
        let mut errors = Errors::default();
        let mut words = Words::new(&keyword, layer.words, begins_layer, &words, &mut errors);
        words.separator = self.separator;
        _ = (layer.parse)(&mut words);
        self.report(errors);
    }

    /// Reports a label whose chain stands behind the stage that reads it.
    fn used_too_early(&mut self, stage: &Stage, label: &Ident) {
        let written = label.to_string();
        let sentence = format!("put the chain with the label `{written}:` before this one");
        let help = self.later(stage, &written).map_or_else(|| Help::prose(&sentence), |help| help.saying(&sentence));
        self.wrong(label, (format!("`{written}` is used before it exists"), help));
    }

    /// The help that moves the chain of a stage behind the chain with a label.
    fn later(&self, stage: &Stage, label: &str) -> Option<Help> {
        let own = self.written.iter().position(|chain| chain.stages.iter().any(|other| std::ptr::eq(other, stage)))?;
        let (chain, next) = (self.written.get(own)?, self.written.get(own + 1)?);
        let with_label = self.written.iter().skip(own).find(|chain| has_label(chain, label))?;
        let moved = Help::after(format!("; {}", chain.tokens)).of(&with_label.tokens);
        Some(Help::leave_out_until(&chain.tokens, &next.tokens, "").with(moved))
    }

    pub(super) fn is_label_somewhere(&self, name: &str) -> bool {
        self.written.iter().any(|chain| has_label(chain, name))
    }
}

/// The help where a value would be its own input.
const NO_CYCLES: &str = "a network has no cycles; use the label of an earlier layer";

/// The message for a label that its own chain reads.
fn own_input(label: &str) -> String {
    format!("`{label}` would be its own input: its label stands in the same chain")
}

/// Finds the stages that read a label.
fn find_label(chain: &Chain, label: &Ident, found: &mut Vec<Ident>) {
    for stage in &chain.stages {
        match &stage.what {
            What::Plain if stage.words.is_empty() && stage.keyword == *label => found.push(stage.keyword.clone()),
            What::Plain => found.extend(second(stage).filter(|second| *second == label).cloned()),
            What::Repeat(body) => find_label(body, label, found),
            What::Join(_, branches) => branches.iter().for_each(|branch| find_label(branch, label, found)),
            What::Call(..) | What::Nested(_) | What::Lost => {}
        }
    }
}

/// The label behind the word `from` of a layer.
fn second(stage: &Stage) -> Option<&Ident> {
    let names = stage.words.iter().map(|word| match word {
        Term::Word(Word::Name(name)) => Some(name),
        _ => None,
    });
    names
        .clone()
        .zip(names.skip(1))
        .find(|(word, _)| word.is_some_and(|word| word == FROM))
        .and_then(|(_, label)| label)
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
