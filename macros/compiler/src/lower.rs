//! From the tree to the graph: expands blocks and repetitions, resolves labels, names layers, and resolves every layer on the shapes of
//! its inputs.
mod blocks;
mod inputs;
mod labels;
mod names;
mod operations;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use crate::activations::Activation;
use crate::errors::Errors;
use crate::expressions::{Known, Term, Wrong};
use crate::graph::{Graph, ValueId};
use crate::layers::{self, Parsed, join, nested};
use crate::optimize::{self, Goal};
use crate::parse::{self, Block, Body, Chain, Stage, What};
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
        outputs: Vec::new(),
        bounds,
    };
    let mut lowering = Lowering {
        blocks,
        graph,
        written: &chains,
        input_tokens: Vec::new(),
        scalar: None,
        labels: vec![Vec::new()],
        calls: Vec::new(),
        counts: Vec::new(),
        errors,
        misfits: Errors::default(),
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
    lowering.errors.or(())?;
    lowering.misfits.or(lowering.graph)
}

/// The words of the language that are not layers.
const LANGUAGE: &[&str] = &["input", "identity", "repeat", "block", "use"];

/// The value of a stage with an error, and of all stages behind it.
const LOST: ValueId = ValueId(usize::MAX);

struct Lowering<'a> {
    blocks: &'a [Block],
    graph: Graph,
    written: &'a [Chain],
    /// The tokens of each input.
    input_tokens: Vec<TokenStream>,
    scalar: Option<Scalar>,
    /// The labels with their values, by scope: the network, then the blocks and repetitions that are being expanded.
    labels: Vec<Vec<(Ident, ValueId)>>,
    calls: Vec<Call>,
    /// Keywords and blocks, with the number of their uses without a label.
    counts: Vec<(String, usize)>,
    errors: Errors,
    /// The errors of layers that do not fit their inputs. They are reported only if there are no other errors, which may be their cause.
    misfits: Errors,
}

impl Lowering<'_> {
    /// Reports an error, with the calls of blocks in which it happened. An error in a block is reported for one call only.
    fn wrong(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        let mut errors = Errors::default();
        errors.at(tokens, message);
        self.report(errors);
    }

    fn report(&mut self, errors: Errors) {
        if errors.is_empty() {
            return;
        }
        let is_new = self.errors.extend(errors, !self.calls.is_empty());
        if is_new {
            let calls = self.call_tokens();
            self.errors.in_calls(&calls);
        }
    }

    fn call_tokens(&self) -> Vec<TokenStream> {
        self.calls.iter().rev().map(|call| call.tokens.clone()).collect()
    }

    /// Lowers the stages of a chain, whose input is `from`; `None` if the chain has no input.
    fn chain(&mut self, chain: &Chain, from: Option<ValueId>) -> Option<ValueId> {
        let mut value = from;
        for (index, stage) in chain.stages.iter().enumerate() {
            // A stage without a value has reported its error; the stages behind it report none.
            value = self.stage(stage, value, index == 0).or(Some(LOST));
        }
        value
    }

    fn stage(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let keyword = stage.keyword.to_string();
        let is_join = join::is_keyword(&stage.keyword);
        let block = self.blocks.iter().find(|block| block.name == stage.keyword);
        let value = match (&stage.what, block) {
            (What::Lost, _) => from,
            (What::Repeat(body), _) => self.repeat(stage, body, from),
            (What::Nested(path), _) => self.nested(stage, path, from),
            (What::Join(_, branches), _) => self.join(stage, branches, from),
            (What::Call(_, arguments), Some(block)) => self.call(stage, block, arguments, from),
            (What::Plain, _) if keyword == "input" => self.input_stage(stage, from, is_first),
            (What::Plain, _) if keyword == "identity" && stage.words.is_empty() => {
                from.or_else(|| self.nothing_comes_in(stage))
            }
            (What::Plain, _) if stage.words.is_empty() && self.find_label(&stage.keyword).is_some() => {
                self.label_stage(stage, is_first)
            }
            (What::Plain, _) if is_join => {
                self.wrong(
                    stage.tokens(),
                    format!("`{keyword}` wants branches to join\nhelp: such as `{keyword}(identity, dense 10 relu)`"),
                );
                from
            }
            (What::Plain, Some(block)) => {
                let parameters = block.parameters.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ");
                self.wrong(
                    stage.tokens(),
                    format!(
                        "the block `{keyword}` wants its arguments in parentheses\nhelp: `{keyword}({parameters})`"
                    ),
                );
                from
            }
            (What::Plain | What::Call(..), _) => self.layer(stage, from, is_first),
        };
        if let (Some(label), Some(value)) = (&stage.label, value) {
            self.bind(label, value);
        }
        value
    }

    fn nothing_comes_in(&mut self, stage: &Stage) -> Option<ValueId> {
        let keyword = &stage.keyword;
        // Without any input the error has been reported for the first chain.
        if !self.graph.inputs.is_empty() {
            self.wrong(stage.tokens(), format!("`{keyword}` has no input\nhelp: a chain begins with `input`, or with the label of an earlier layer: `label => {keyword}`"));
        }
        None
    }

    /// `add(chain, chain)`.
    fn join(&mut self, stage: &Stage, branches: &[Chain], from: Option<ValueId>) -> Option<ValueId> {
        let keyword = stage.keyword.to_string();
        let mut values = Vec::new();
        let before = self.errors.len();
        for branch in branches {
            values.extend(self.chain(branch, from));
        }
        let activation = self.activation_of(stage);
        if branches.is_empty() {
            self.wrong(
                stage.tokens(),
                format!("`{keyword}` has no branches to join\nhelp: such as `{keyword}(identity, dense 10 relu)`"),
            );
        }
        if self.errors.len() > before || values.len() != branches.len() {
            return from.or_else(|| values.first().copied());
        }
        let layer = join::find(&stage.keyword)?;
        let name = self.row_name(stage);
        let branches = branches.iter().map(|branch| branch.tokens.clone()).collect();
        Some(self.add(name, stage, Parsed::with_activation(layer, activation), values, branches))
    }

    /// The activation behind a join.
    fn activation_of(&mut self, stage: &Stage) -> Option<Activation> {
        let words = self.resolve(&stage.words, None)?;
        let (first, rest) = words.split_first()?;
        let Word::Name(name) = first else {
            self.wrong(
                first,
                format!(
                    "`{}` takes its branches and an activation\nhelp: leave `{}` out",
                    stage.keyword,
                    first.to_token_stream()
                ),
            );
            return None;
        };
        let mut errors = Errors::default();
        let mut words = Words::new(name, &[], layers::is_keyword, rest, &mut errors);
        let Some(activation) = Activation::parse(name, &mut words) else {
            self.wrong(name, format!("`{}` takes its branches and an activation, but `{name}` is not an activation\nhelp: put `=>` before the next layer", stage.keyword));
            return None;
        };
        words.end();
        self.report(errors);
        Some(activation)
    }

    /// `use path::Network -> 7x7x64`.
    fn nested(&mut self, stage: &Stage, path: &TokenStream, from: Option<ValueId>) -> Option<ValueId> {
        let from = from.or_else(|| self.nothing_comes_in(stage))?;
        let words = self.resolve(&stage.words, Some(from))?;
        let (number, frozen) = match words.as_slice() {
            [Word::Number(number)] => (number, false),
            [Word::Number(number), Word::Name(frozen)] if frozen == "frozen" => (number, true),
            _ => {
                self.wrong(stage.tokens(), "only the shape of the output and `frozen` may stand behind `->`\nhelp: such as `use Encoder -> 7x7x64 frozen`");
                return Some(from);
            }
        };
        let output = match parse::shape(number, "the shape of the output") {
            Ok(output) => output,
            Err(message) => {
                self.wrong(number, message);
                return Some(from);
            }
        };
        let name = match &stage.label {
            Some(_) => self.row_name(stage),
            // `use` itself cannot be the name of a field.
            None => self.counted("network"),
        };
        let nested = nested::Written { path: path.clone(), output, frozen };
        Some(self.add(name, stage, Parsed::alone(nested), vec![from], Vec::new()))
    }

    /// The values of names here.
    fn known(&self, from: Option<ValueId>) -> Known<'_> {
        // Behind an error the number is unknown; any will do.
        let channels = from.map(|from| self.graph.find_shape(from).map_or(64, Shape::channels));
        let parameters = self.calls.last().map_or(&[][..], |call| &call.parameters);
        Known { parameters, channels }
    }

    fn resolve(&mut self, words: &[Term], from: Option<ValueId>) -> Option<Vec<Word>> {
        let resolved: Result<Vec<Word>, Wrong> = self.known(from).resolve(words);
        resolved.map_err(|(tokens, message)| self.wrong(tokens, message)).ok()
    }

    fn layer(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let name = self.row_name(stage);
        let Some(keyword) = layers::find(&stage.keyword) else {
            self.unknown(stage, is_first);
            return from;
        };
        let words = self.resolve(&stage.words, from)?;
        let mut errors = Errors::default();
        let parsed =
            (keyword.parse)(&mut Words::new(&stage.keyword, keyword.words, layers::is_keyword, &words, &mut errors));
        self.report(errors);
        let Some(parsed) = parsed else { return from };
        let from = from.or_else(|| self.nothing_comes_in(stage))?;
        Some(self.add(name, stage, parsed, vec![from], Vec::new()))
    }
}
