//! From the tree to the graph: expands blocks and repetitions, resolves labels, names layers, and resolves every layer on the shapes of
//! its inputs.
mod blocks;
mod branches;
mod inputs;
mod joins;
mod labels;
mod names;
mod operations;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::check;
use crate::errors::{Errors, Help, Message};
use crate::expressions::{Known, Term, Value, Wrong};
use crate::graph::{Branch, Graph, Readers, ValueId};
use crate::layers::{self, Layer, NestedType, Parsed, join, nested};
use crate::optimize::{self, Goal};
use crate::parse::{self, Block, Body, Chain, Stage, What};
use crate::reserved::{IDENTITY, begins_layer};
use crate::shape::{Scalar, Shape};
use crate::words::{Word, Words};

use blocks::Call;
pub use blocks::check_blocks;

pub fn lower(written: Body, blocks: &[Block]) -> Result<Graph, Errors> {
    let Body { name, castnet, goal, chains, bounds, errors } = written;
    let complete = errors.is_empty();
    let graph = Graph {
        name,
        castnet,
        scalar: Scalar::F32,
        goal: Goal::default(),
        inputs: Vec::new(),
        rows: Vec::new(),
        nodes: Vec::new(),
        readers: Readers::default(),
        outputs: Vec::new(),
        bounds,
    };
    let mut lowering = Lowering {
        blocks,
        graph,
        written: &chains,
        scalar: None,
        labels: vec![Vec::new()],
        calls: Vec::new(),
        separator: "=>",
        vector_is_next: false,
        misspelt_input: false,
        counts: Vec::new(),
        errors,
        unknown_inputs: Vec::new(),
        is_lost: false,
    };
    if chains.iter().all(|chain| chain.stages.is_empty()) {
        // If a chain has an error, that is the reason, and it has been reported.
        if complete {
            let name = lowering.graph.name.clone();
            lowering.errors.at(&name, format!("`{name}` has no layers"));
        }
        return lowering.errors.or(lowering.graph);
    }
    lowering.inputs();
    let mut ends = Vec::new();
    for chain in &chains {
        ends.push((lowering.chain(chain, None), chain));
    }
    lowering.graph.goal = goal.unwrap_or_else(|| optimize::goal_of(lowering.graph.nodes.len()));
    lowering.outputs(ends, complete);
    lowering.names_are_unique();
    match lowering.is_lost || !lowering.errors.is_empty() {
        true => Err(check::check_known(&lowering.graph, lowering.errors)),
        false => Ok(lowering.graph),
    }
}

/// The value of a stage with an error, and of all stages behind it.
const LOST: ValueId = ValueId(usize::MAX);

struct Lowering<'a> {
    blocks: &'a [Block],
    graph: Graph,
    written: &'a [Chain],
    scalar: Option<Scalar>,
    /// The labels with their values, by scope: the network, then the blocks and repetitions that are being expanded.
    labels: Vec<Vec<(Ident, ValueId)>>,
    calls: Vec<Call>,
    /// The sign that is missing before a layer in the words of another: `,` in a join that has only one branch.
    separator: &'static str,
    /// Whether the layers behind this one want a vector.
    vector_is_next: bool,
    /// Whether the first word of the network is nearly `input`, which has been reported.
    misspelt_input: bool,
    /// Keywords and blocks, with the number of their uses without a label.
    counts: Vec<(String, usize)>,
    errors: Errors,
    /// The inputs with an error in their shapes.
    unknown_inputs: Vec<ValueId>,
    /// Whether a stage has no value, because of an error that is reported here or in a block.
    is_lost: bool,
}

impl Lowering<'_> {
    /// Reports an error, with the calls of blocks in which it happened. An error in a block is reported for one call only.
    fn wrong(&mut self, tokens: impl ToTokens, message: impl Into<Message>) {
        let mut errors = Errors::default();
        errors.at(tokens, message);
        self.report(errors);
    }

    fn report(&mut self, errors: Errors) {
        if errors.is_empty() {
            return;
        }
        let before = self.errors.len();
        self.errors.extend(errors, !self.calls.is_empty());
        let calls = self.call_tokens();
        self.errors.in_calls(before, &calls);
    }

    fn call_tokens(&self) -> Vec<TokenStream> {
        self.calls.iter().rev().map(|call| call.tokens.clone()).collect()
    }

    /// Lowers the stages of a chain, whose input is `from`; `None` if the chain has no input.
    fn chain(&mut self, chain: &Chain, from: Option<ValueId>) -> Option<ValueId> {
        let mut value = from;
        for (index, stage) in chain.stages.iter().enumerate() {
            if self.has_no_room(stage) {
                return Some(LOST);
            }
            self.vector_is_next = branches::takes_vector(chain.stages.iter().skip(index + 1));
            // A stage without a value has reported its error; the stages behind it report none.
            value = self.stage(stage, value, index == 0).or(Some(LOST));
            self.is_lost |= value == Some(LOST);
        }
        value
    }

    fn stage(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let keyword = stage.keyword.to_string();
        let is_join = join::is_keyword(&stage.keyword);
        let block = self.blocks.iter().find(|block| block.name == stage.keyword);
        let value = match (&stage.what, block) {
            (What::Lost, _) => Some(LOST),
            (What::Repeat(body), _) => self.repeat(stage, body, from),
            (What::Nested(path), _) => self.nested(stage, path, from),
            (What::Join(_, branches), _) => self.join(stage, branches, from),
            (What::Call(_, arguments), Some(block)) => self.call(stage, block, arguments, from),
            (What::Plain, _) if keyword == "input" => self.input_stage(stage, from, is_first),
            (What::Plain, _) if keyword == IDENTITY => {
                self.no_words(stage);
                from.or_else(|| self.nothing_comes_in(stage))
            }
            (What::Plain, _) if self.reads_label(stage) => {
                self.no_words(stage);
                self.label_stage(stage, from, is_first)
            }
            (What::Plain, _) if is_join => {
                self.no_branches(stage, from, "wants branches to join");
                None
            }
            (What::Plain, Some(block)) => {
                let parameters = block.parameters.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ");
                let message = format!("the block `{keyword}` wants its arguments in parentheses");
                let help = match stage.words.len() == block.parameters.len() {
                    true => {
                        let arguments = stage.words.iter().map(|word| word.to_token_stream().to_string());
                        Help::write(format!("{keyword}({})", arguments.collect::<Vec<_>>().join(", ")))
                    }
                    false => Help::prose(format!("`{keyword}({parameters})`")),
                };
                self.wrong(stage.tokens(), (message, help));
                None
            }
            (What::Plain | What::Call(..), _) => self.layer(stage, from, is_first),
        };
        if let Some(label) = &stage.label {
            self.bind(label, value.unwrap_or(LOST));
        }
        value
    }

    fn nothing_comes_in(&mut self, stage: &Stage) -> Option<ValueId> {
        let keyword = &stage.keyword;
        // Without any input the error has been reported for the first chain.
        if !self.graph.inputs.is_empty() {
            let help = self.read_a_label(stage);
            self.wrong(stage.tokens(), (format!("`{keyword}` has no input"), help));
        }
        None
    }

    /// Whether a parameter of a block stands for words of a layer.
    fn has_words_of_parameters(&self, stage: &Stage) -> bool {
        let parameters = self.calls.last().map_or(&[][..], |call| &call.parameters);
        let is_words = |term: &Term| {
            let Term::Word(Word::Name(name)) = term else { return false };
            parameters.iter().any(|(parameter, value)| parameter == name && matches!(value, Value::Words(_)))
        };
        stage.words.iter().any(is_words)
    }

    /// Reports words behind a label or `identity`. A comma is missing in a join, or an arrow.
    fn no_words(&mut self, stage: &Stage) {
        let Some(word) = stage.words.first() else { return };
        let keyword = &stage.keyword;
        let begins = |name: &Ident| {
            begins_layer(name) || self.find_label(name).is_some() || self.blocks.iter().any(|block| block.name == *name)
        };
        let separator = self.separator;
        let (tokens, help) = match word {
            Term::Word(Word::Name(name)) if begins(name) => (word.to_token_stream(), Help::before(separator)),
            _ => {
                let words = &stage.words;
                (quote!(#(#words)*), Help::leave_out())
            }
        };
        self.wrong(&tokens, (format!("`{keyword}` takes no words, but `{tokens}` follows it"), help));
    }

    /// `add(chain, chain)`.
    fn join(&mut self, stage: &Stage, branches: &[Chain], from: Option<ValueId>) -> Option<ValueId> {
        let mut values = Vec::new();
        let before = self.errors.len();
        let separator = std::mem::replace(&mut self.separator, if branches.len() == 1 { "," } else { "=>" });
        for branch in branches {
            values.extend(self.chain(branch, from));
        }
        self.separator = separator;
        let words = self.words_of_join(stage);
        if branches.is_empty() {
            self.no_branches(stage, from, "has no branches to join");
        }
        if self.errors.len() > before || values.len() != branches.len() {
            return None;
        }
        let branches: Vec<Branch> = branches.iter().map(branches::branch).collect();
        let (own, activation) = words?;
        let layer = join::find(&stage.keyword, own)?;
        if let ([branch], [value]) = (branches.as_slice(), values.as_slice()) {
            self.one_branch((stage, layer.as_ref()), branch, from, *value);
            return Some(LOST);
        }
        if self.has_no_room(stage) {
            return None;
        }
        let name = self.row_name(stage);
        Some(self.add(name, stage, Parsed::with_activation(layer, activation), values, branches))
    }

    /// Reports a join without branches.
    fn no_branches(&mut self, stage: &Stage, from: Option<ValueId>, wrong: &str) {
        let keyword = &stage.keyword;
        let words = if matches!(stage.what, What::Join(..)) { stage.words.as_slice() } else { &[] };
        let input = from.and_then(|from| self.graph.find_shape(from));
        let example = |layer: &dyn Layer| branches::example((&keyword.to_string(), layer), input, words);
        let help = match join::find(keyword, join::Own::default()).and_then(|layer| example(layer.as_ref())) {
            Some(text) => Help::write(&text).saying(format!("such as `{text}`")),
            None => Help::prose("branches are layers, or labels of earlier layers, with commas between them"),
        };
        self.wrong(stage.tokens(), (format!("`{keyword}` {wrong}"), help));
    }

    /// Reports a join with one branch.
    fn one_branch(
        &mut self,
        (stage, layer): (&Stage, &dyn Layer),
        branch: &Branch,
        from: Option<ValueId>,
        value: ValueId,
    ) {
        let keyword = stage.keyword.to_string();
        // Behind an error the shape is unknown.
        let Some(shape) = self.graph.find_shape(value) else { return };
        let message = format!("`{keyword}` joins at least two branches, and there is one of shape {shape}");
        let from = from.and_then(|from| self.graph.find_shape(from));
        let help = from.and_then(|from| branches::with_identity((&keyword, layer), branch, from, shape));
        let help = help.unwrap_or_else(|| Help::prose("add the label of another layer, behind a comma"));
        self.wrong(stage.tokens(), (message, help));
    }

    /// `use path::Network -> 7x7x64`.
    fn nested(&mut self, stage: &Stage, path: &TokenStream, from: Option<ValueId>) -> Option<ValueId> {
        let from = from.or_else(|| self.nothing_comes_in(stage))?;
        let words = self.resolve(&stage.words, Some(from))?;
        let (number, frozen) = match words.as_slice() {
            [Word::Number(number)] => (number, false),
            [Word::Number(number), Word::Name(frozen)] if frozen == "frozen" => (number, true),
            _ => {
                let more: Vec<&Word> =
                    words.iter().skip(1).filter(|word| !matches!(word, Word::Name(name) if name == "frozen")).collect();
                let message = "only the shape of the output and `frozen` may stand behind `->`";
                let help = match words.first() {
                    Some(Word::Number(_)) if !more.is_empty() => {
                        let more = quote!(#(#more)*);
                        Help::leave_out().of(&more).saying(format!("leave `{more}` out"))
                    }
                    _ => Help::prose("such as `use Encoder -> 7x7x64 frozen`"),
                };
                self.wrong(stage.tokens(), (message, help));
                return None;
            }
        };
        let output = match parse::shape(number, "the shape of the output") {
            Ok(output) => output,
            Err(message) => {
                self.wrong(number, message);
                return None;
            }
        };
        let name = match &stage.label {
            Some(_) => self.row_name(stage),
            // `use` itself cannot be the name of a field.
            None => self.counted("network"),
        };
        let nested = nested::Written { network: NestedType::new(path, &name), output, frozen };
        Some(self.add(name, stage, Parsed::alone(nested), vec![from], Vec::new()))
    }

    /// The values of names here.
    fn known(&self, from: Option<ValueId>) -> Known<'_> {
        // Behind an error the number is unknown. No word is resolved that reads it.
        let channels = from.map(|from| self.graph.find_shape(from).map_or(1, Shape::channels));
        let parameters = self.calls.last().map_or(&[][..], |call| &call.parameters);
        Known { parameters, channels }
    }

    /// Whether a word reads the number of channels behind an error.
    fn reads_lost(&self, words: &[Term], from: Option<ValueId>) -> bool {
        from.is_some_and(|from| self.graph.find_shape(from).is_none()) && words.iter().any(Term::reads_channels)
    }

    fn resolve(&mut self, words: &[Term], from: Option<ValueId>) -> Option<Vec<Word>> {
        if self.reads_lost(words, from) {
            return None;
        }
        let resolved: Result<Vec<Word>, Wrong> = self.known(from).resolve(words);
        resolved.map_err(|(tokens, message)| self.wrong(tokens, message)).ok()
    }

    fn layer(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let name = self.row_name(stage);
        let Some(keyword) = layers::find(&stage.keyword) else {
            if !std::mem::take(&mut self.misspelt_input) {
                self.unknown(stage, from, is_first);
            }
            return None;
        };
        let words = self.resolve(&stage.words, from)?;
        let mut errors = Errors::default();
        let mut words = Words::new(&stage.keyword, keyword.words, begins_layer, &words, &mut errors);
        words.input = from.and_then(|from| self.graph.find_shape(from)).cloned();
        words.separator = self.separator;
        let parsed = (keyword.parse)(&mut words);
        let had_list = words.had_list;
        // A word with an error might have changed the shape of the output, but for a layer between vectors.
        let is_vector = |value| self.graph.find_shape(value).is_some_and(|shape| shape.rank() == 1);
        let is_certain = !had_list && (errors.is_empty() || from.is_some_and(is_vector));
        if self.has_words_of_parameters(stage) {
            // The argument is wrong, not the layer in the block.
            errors.remove_edits();
        }
        self.report(errors);
        let parsed = parsed?;
        let from = from.or_else(|| self.nothing_comes_in(stage))?;
        let mut read = vec![from];
        if let Some(label) = &parsed.second {
            read.push(self.second(label, stage)?);
        }
        is_certain.then(|| self.add(name, stage, parsed, read, Vec::new()))
    }
}
