//! From what was written to the graph: layers are found, blocks and repetitions are written out, labels are resolved, names are given.
mod names;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident};

use crate::activations::{self, Activation};
use crate::errors::Errors;
use crate::expressions::{Known, Term, Value, Wrong};
use crate::graph::{Graph, Input, Node, Row, RowId, Tokens, ValueId};
use crate::layers::nested;
use crate::layers::{self, Layer, Misfit, Operation, Parsed, join};
use crate::optimize::{self, Goal};
use crate::options;
use crate::parse::{self, Block, Body, Chain, Stage, What};
use crate::shape::{Scalar, Shape};
use crate::suggest;
use crate::words::{Word, Words};

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
        // Why there is none has been said, unless all that was written fell away.
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

/// Names of blocks and of their parameters mean nothing else.
pub fn check_blocks(blocks: &[Block], errors: &mut Errors) {
    for (index, Block { name, parameters, .. }) in blocks.iter().enumerate() {
        if blocks.iter().take(index).any(|earlier| earlier.name == *name) {
            errors.at(name, format!("a block named `{name}` exists already\nhelp: take another name"));
        }
        for name in parameters.iter().chain([name]) {
            if is_word(name) {
                errors.at(
                    name,
                    format!(
                        "`{name}` is a word of the language and would not be told from it\nhelp: take another name"
                    ),
                );
            }
        }
    }
}

/// Words that are no layers.
const LANGUAGE: &[&str] = &["input", "identity", "repeat", "block", "use"];

/// Whether a word means something in the language.
fn is_word(word: &Ident) -> bool {
    layers::is_keyword(word)
        || layers::is_option(word)
        || join::is_keyword(word)
        || LANGUAGE.iter().any(|known| word == known)
        || options::is_word(word)
}

/// A call of a block that is being written out.
struct Call {
    /// The block.
    name: Ident,
    /// The call.
    tokens: TokenStream,
    /// What the names of its labelled layers begin with.
    prefix: String,
    parameters: Vec<(Ident, Value)>,
    /// How many scopes of labels there were before: those are not seen from inside.
    scopes: usize,
}

/// What came of a mistake.
const LOST: ValueId = ValueId(usize::MAX);

/// More layers than this are a mistake: `repeat` in `repeat`.
const MOST_LAYERS: usize = 20_000;

struct Lowering<'a> {
    blocks: &'a [Block],
    graph: Graph,
    written: &'a [Chain],
    /// By input.
    input_tokens: Vec<TokenStream>,
    scalar: Option<Scalar>,
    /// What labels name, in scopes: the network, then the blocks and repetitions that are being written out.
    labels: Vec<Vec<(Ident, ValueId)>>,
    calls: Vec<Call>,
    /// How often a keyword without a label has occurred, and a block.
    counts: Vec<(String, usize)>,
    errors: Errors,
    /// Layers that do not fit their inputs. They are no errors as long as there are others, from which they may follow.
    misfits: Errors,
}

impl Lowering<'_> {
    /// Reports an error, and in which calls of blocks it happened; what a block does wrong in several calls is said once.
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

    /// The inputs come first among the values, wherever their chains stand.
    fn inputs(&mut self) {
        let firsts: Vec<&Stage> = self.written.iter().filter_map(|chain| chain.stages.first()).collect();
        let inputs: Vec<&Stage> = firsts.iter().copied().filter(|stage| stage.keyword == "input").collect();
        if inputs.is_empty()
            && let Some(first) = firsts.first()
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
                    self.errors.at(stage.tokens(), format!("this input is of `{second}`, another is of `{first}`\nhelp: a network computes with one of them"));
                }
                (first, second) => self.scalar = first.or(second),
            }
            self.graph.inputs.push(Input { name, shape });
            self.input_tokens.push(stage.tokens());
        }
        self.graph.scalar = self.scalar.unwrap_or(Scalar::F32);
    }

    /// Reads an input.
    fn input(&mut self, first: &Stage) -> (Shape, Option<Scalar>) {
        let Some(resolved) = self.resolve(&first.words, None) else { return (Shape::default(), None) };
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
                let message = format!(
                    "`{name}` is no type that a network computes with\nhelp: `f32`, which needs no word, or `f64`"
                );
                words.errors.at(name, message);
            }
        }
        words.end();
        (shape.unwrap_or_default(), scalar)
    }

    /// The stages of a chain, from what comes in; `None` if nothing has come in.
    fn chain(&mut self, chain: &Chain, from: Option<ValueId>) -> Option<ValueId> {
        let mut value = from;
        for (index, stage) in chain.stages.iter().enumerate() {
            // Where nothing came of a stage its mistake has been reported; what follows is no second one.
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
                self.wrong(stage.tokens(), format!("`{keyword}` wants the branches that it joins\nhelp: such as `{keyword}(identity, dense 10 relu)`"));
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
        // Said of the first chain already.
        if !self.graph.inputs.is_empty() {
            self.wrong(stage.tokens(), format!("nothing comes in before `{keyword}`\nhelp: a chain begins with an input, or with the label of what it goes on from: `label => {keyword}`"));
        }
        None
    }

    /// An input that stands where it may has been read before.
    fn input_stage(&mut self, stage: &Stage, from: Option<ValueId>, is_first: bool) -> Option<ValueId> {
        let is_top = is_first && self.calls.is_empty() && self.labels.len() == 1 && from.is_none();
        if !is_top {
            self.wrong(stage.tokens(), "a second `input`: it begins a chain, and stands nowhere else\nhelp: leave it out; `reshape` changes a shape on the way, and `;` begins another chain");
            return from;
        }
        let place =
            self.written.iter().filter_map(|chain| chain.stages.first()).filter(|first| first.keyword == "input");
        place.zip(0..).find(|(first, _)| std::ptr::eq(*first, stage)).map(|(_, index)| ValueId(index))
    }

    /// A label alone goes on from what it names.
    fn label_stage(&mut self, stage: &Stage, is_first: bool) -> Option<ValueId> {
        let name = &stage.keyword;
        let value = self.find_label(name);
        if let Some(label) = &stage.label {
            self.wrong(label, format!("`{name}` has a name already\nhelp: leave `{label}:` out"));
        }
        if !is_first {
            self.wrong(name, format!("`{name}` is what a label names, and stands at the beginning of a chain\nhelp: to join it with what comes in: `add(identity, {name})`, or another join"));
        }
        value
    }

    /// What a label names, as far as it is seen from here.
    fn find_label(&self, name: &Ident) -> Option<ValueId> {
        let hidden = self.calls.last().map_or(0, |call| call.scopes);
        let scopes = self.labels.iter().skip(hidden).rev();
        scopes.flatten().find(|(label, _)| label == name).map(|(_, value)| *value)
    }

    fn bind(&mut self, label: &Ident, value: ValueId) {
        let Some(scope) = self.labels.last_mut() else { return };
        let is_taken = scope.iter().any(|(other, _)| other == label);
        if is_taken && value != LOST && self.graph.value_name(value) != Some(label) {
            self.wrong(label, format!("`{label}` is the label of something else already\nhelp: take another"));
        } else {
            scope.push((label.clone(), value));
        }
    }

    /// `repeat 3 { chain }`.
    fn repeat(&mut self, stage: &Stage, body: &Chain, from: Option<ValueId>) -> Option<ValueId> {
        let mut value = from.or_else(|| self.nothing_comes_in(stage));
        let Some(words) = self.resolve(&stage.words, from) else { return value };
        let count = match words.as_slice() {
            [Word::Number(number)] => {
                number.size("the number of repetitions").map_err(|message| (number.to_token_stream(), message))
            }
            _ => Err((
                stage.tokens(),
                "`repeat` wants one number\nhelp: such as `repeat 3 { dense 10 relu }`".to_string(),
            )),
        };
        let count = match count {
            Ok(count) => count,
            Err((tokens, message)) => {
                self.wrong(tokens, message);
                return value;
            }
        };
        let before = self.errors.len();
        for _ in 0..count {
            self.labels.push(Vec::new());
            value = self.chain(body, value);
            self.labels.pop();
            // One mistake, or one layer too many, is said once.
            if self.errors.len() > before || self.is_too_large(stage) {
                break;
            }
        }
        value
    }

    fn is_too_large(&mut self, stage: &Stage) -> bool {
        let layers = self.graph.rows.len();
        if layers > MOST_LAYERS {
            self.wrong(stage.tokens(), format!("with this the network has more than {MOST_LAYERS} layers"));
        }
        layers > MOST_LAYERS
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
        Some(self.add(name, stage, Parsed { layer, activation }, values, branches))
    }

    /// The activation behind a join.
    fn activation_of(&mut self, stage: &Stage) -> Option<Activation> {
        let words = self.resolve(&stage.words, None)?;
        let (first, rest) = words.split_first()?;
        let Word::Name(name) = first else {
            self.wrong(
                first,
                format!(
                    "`{}` takes its branches, and an activation\nhelp: leave `{}` out",
                    stage.keyword,
                    first.to_token_stream()
                ),
            );
            return None;
        };
        let mut errors = Errors::default();
        let mut words = Words::new(name, &[], layers::is_keyword, rest, &mut errors);
        let Some(activation) = Activation::parse(name, &mut words) else {
            self.wrong(name, format!("`{}` takes its branches, and an activation, but `{name}` is none\nhelp: put `=>` before another layer", stage.keyword));
            return None;
        };
        words.end();
        self.report(errors);
        Some(activation)
    }

    /// `block(arguments)`.
    fn call(
        &mut self,
        stage: &Stage,
        block: &Block,
        arguments: &[Vec<Term>],
        from: Option<ValueId>,
    ) -> Option<ValueId> {
        let name = &block.name;
        if let Some(word) = stage.words.first() {
            self.wrong(
                word,
                format!(
                    "`{name}` is a block, and takes nothing but its arguments\nhelp: put `=>` before another layer"
                ),
            );
        }
        if self.calls.iter().any(|call| call.name == *name) {
            let path = self.calls.iter().map(|call| call.name.to_string()).chain([name.to_string()]);
            let path = path.collect::<Vec<_>>().join(" => ");
            self.wrong(
                stage.tokens(),
                format!("the block `{name}` uses itself: {path}\nhelp: `repeat` writes layers several times"),
            );
            return from;
        }
        let Some(parameters) = self.parameters(stage, block, arguments, from) else { return from };
        let prefix = match &stage.label {
            Some(label) => {
                self.check_label(label);
                self.prefixed(&label.to_string())
            }
            None => {
                let counted = self.counted(&name.to_string()).to_string();
                self.prefixed(&counted)
            }
        };
        let scopes = self.labels.len();
        self.labels.push(Vec::new());
        self.calls.push(Call { name: name.clone(), tokens: stage.tokens(), prefix, parameters, scopes });
        let value = self.chain(&block.chain, from);
        self.calls.pop();
        self.labels.pop();
        self.is_too_large(stage);
        value
    }

    /// The parameters of a block with their meanings in a call.
    fn parameters(
        &mut self,
        stage: &Stage,
        block: &Block,
        arguments: &[Vec<Term>],
        from: Option<ValueId>,
    ) -> Option<Vec<(Ident, Value)>> {
        let known = self.known(from);
        let values: Result<Vec<Value>, Wrong> = arguments.iter().map(|argument| known.argument(argument)).collect();
        let values = values.map_err(|(tokens, message)| self.wrong(tokens, message)).ok()?;
        let (name, wanted, given) = (&block.name, block.parameters.len(), values.len());
        if wanted != given {
            let names = block.parameters.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ");
            self.wrong(
                stage.tokens(),
                format!(
                    "the block `{name}` takes {wanted} {}, but gets {given} here\nhelp: `{name}({names})`",
                    if wanted == 1 { "argument" } else { "arguments" }
                ),
            );
            self.errors.at(name, format!("the block `{name}` stands here, with the parameters ({names})"));
            return None;
        }
        Some(block.parameters.iter().cloned().zip(values).collect())
    }

    /// `use path::Network -> 7x7x64`.
    fn nested(&mut self, stage: &Stage, path: &TokenStream, from: Option<ValueId>) -> Option<ValueId> {
        let from = from.or_else(|| self.nothing_comes_in(stage))?;
        let words = self.resolve(&stage.words, Some(from))?;
        let (number, frozen) = match words.as_slice() {
            [Word::Number(number)] => (number, false),
            [Word::Number(number), Word::Name(frozen)] if frozen == "frozen" => (number, true),
            _ => {
                self.wrong(stage.tokens(), "behind `->` stands the shape of the output, and perhaps `frozen`\nhelp: such as `use Encoder -> 7x7x64 frozen`");
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

    /// What names stand for here.
    fn known(&self, from: Option<ValueId>) -> Known<'_> {
        // After a mistake one does not know; any number will do.
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

    /// A keyword that is no layer: a label that is used too early, or a slip.
    fn unknown(&mut self, stage: &Stage, is_first: bool) {
        let keyword = &stage.keyword;
        let written = keyword.to_string();
        if stage.words.is_empty() && self.calls.is_empty() && self.is_label_somewhere(&written) {
            let own = stage_chain(self.written, keyword).is_some_and(|chain| has_label(chain, &written));
            let message = match own {
                true => format!(
                    "`{written}` would be made from itself: its label stands in the chain that begins with it\nhelp: a network has no cycles"
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

    fn is_label_somewhere(&self, name: &str) -> bool {
        self.written.iter().any(|chain| has_label(chain, name))
    }

    /// Adds a layer, and the activation behind it as an operation of its own in the same row.
    fn add(
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

    /// Adds an operation to the last row: the layer on its inputs.
    fn operation(&mut self, layer: Box<dyn Layer>, from: Vec<ValueId>, tokens: Tokens) -> ValueId {
        let row = RowId(self.graph.rows.len().saturating_sub(1));
        let inputs: Option<Vec<&Shape>> = from.iter().map(|&value| self.graph.find_shape(value)).collect();
        // A layer behind a mistake would be judged by a shape that is not known.
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
        self.graph.nodes.push(Node { row, layer, resolved, parameters, from, to, tokens });
        to
    }

    /// What no operation reads is an output; an input that none reads is a mistake.
    fn outputs(&mut self, ends: Vec<(Option<ValueId>, &Chain)>, complete: bool) {
        for (end, chain) in ends {
            let Some(end) = end.filter(|&end| end != LOST) else { continue };
            if self.graph.readers(end).next().is_some() {
                let adds_nothing = matches!(chain.stages.as_slice(), [stage] if stage.keyword != "input");
                let is_label = chain
                    .stages
                    .first()
                    .is_some_and(|stage| matches!(stage.what, What::Plain) && layers::find(&stage.keyword).is_none());
                if adds_nothing && is_label {
                    self.errors.at(&chain.tokens, "nothing is made here of what this label names\nhelp: leave the chain out, or go on: `label => dense 10`");
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

/// Whether a chain, or what is inside of it, has a label.
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

/// The chain of the network in which a word stands.
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
