//! Expands blocks and repetitions.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;

use super::Lowering;
use crate::errors::{Errors, Help, place};
use crate::expressions::{CHANNELS, Term, Value, Wrong};
use crate::graph::ValueId;
use crate::layers::{self, join};
use crate::options;
use crate::parse::{Block, Chain, Stage, What, Written};
use crate::reserved;
use crate::words::Word;

/// Blocks and their parameters have names that nothing else has.
pub fn check_blocks(blocks: &[Block], networks: &[Written], errors: &mut Errors) {
    for (index, Block { name, parameters, .. }) in blocks.iter().enumerate() {
        let other = |name: &Ident| format!("{name}_2");
        if blocks.iter().take(index).any(|earlier| earlier.name == *name) {
            let help = Help::rename([name.clone()], &other(name));
            errors.at(name, (format!("a block named `{name}` exists already"), help));
        }
        let chains =
            || networks.iter().flat_map(|network| &network.body.chains).chain(blocks.iter().map(|block| &block.chain));
        for (word, is_block) in parameters.iter().map(|parameter| (parameter, false)).chain([(name, true)]) {
            // That `channels` is no parameter has been reported.
            // A word of a join never stands where a block is called.
            let is_of_join = !is_block && join::words().any(|known| word == known);
            if (is_word(word) || is_of_join) && (is_block || word != CHANNELS) {
                let mut places = vec![word.clone()];
                if is_block {
                    chains().for_each(|chain| calls_of(chain, word, &mut places));
                }
                let message =
                    format!("`{word}` is a word of the language and cannot be the name of a block or a parameter");
                errors.at(word, (message, Help::rename(places, &other(word))));
            }
        }
    }
}

/// Finds the calls of a block.
fn calls_of(chain: &Chain, block: &Ident, found: &mut Vec<Ident>) {
    for stage in &chain.stages {
        match &stage.what {
            What::Call(..) if stage.keyword == *block => found.push(stage.keyword.clone()),
            What::Repeat(body) => calls_of(body, block, found),
            What::Join(_, branches) => branches.iter().for_each(|branch| calls_of(branch, block, found)),
            What::Plain | What::Call(..) | What::Nested(_) | What::Lost => {}
        }
    }
}

/// Whether a word means something in the language.
fn is_word(word: &Ident) -> bool {
    layers::is_keyword(word)
        || layers::is_option(word)
        || join::is_keyword(word)
        || reserved::is_language(word)
        || options::is_word(word)
}

/// A call of a block that is being expanded.
pub(super) struct Call {
    /// The name of the block.
    pub(super) name: Ident,
    /// The tokens of the call.
    pub(super) tokens: TokenStream,
    /// The prefix of the names of its labelled layers.
    pub(super) prefix: String,
    pub(super) parameters: Vec<(Ident, Value)>,
    /// The number of scopes outside of the block. Their labels are not visible inside.
    pub(super) scopes: usize,
}

/// The largest number of layers. More are taken for an error, such as nested `repeat`s, or would overflow the stack of rustc: every pass of a
/// network is one function, and each `let` in it begins a scope inside of that before it, for which LLVM writes debug information by recursion.
/// Measured with rustc 1.95 on a chain of layers `dense 4 relu`, with two cores that had other work too: 1,001 layers are checked in 15 s, and
/// built in less than 90 s for debugging and in 28 s for release, with up to 1.2 GB of memory. 3,001 are checked in 54 s, but end a debug build by
/// an overflow of the stack of rustc; 10,001 end a check.
const MOST_LAYERS: usize = 1_000;

/// The most calls of blocks inside of one another. The compiler goes through them by recursion.
const MOST_CALLS: usize = 100;

impl Lowering<'_> {
    /// `repeat 3 { chain }`.
    pub(super) fn repeat(&mut self, stage: &Stage, body: &Chain, from: Option<ValueId>) -> Option<ValueId> {
        let mut value = from.or_else(|| self.nothing_comes_in(stage));
        let words = self.resolve(&stage.words, from)?;
        let count = match words.as_slice() {
            [Word::Number(number)] => {
                number.size("the number of repetitions").map_err(|message| (number.to_token_stream(), message))
            }
            _ => Err((stage.tokens(), "`repeat` wants one number\nhelp: such as `repeat 3 { dense 10 relu }`".into())),
        };
        let count = match count {
            Ok(count) => count,
            Err((tokens, message)) => {
                self.wrong(tokens, message);
                return None;
            }
        };
        let before = self.errors.len();
        for _ in 0..count {
            self.labels.push(Vec::new());
            value = self.chain(body, value);
            self.labels.pop();
            // After the first error the other repetitions would only report it again.
            if self.errors.len() > before || self.is_too_large(stage) {
                break;
            }
        }
        value
    }

    /// Whether the network has as many layers as it may have, and this stage would be one more; if so, that is reported once.
    pub(super) fn has_no_room(&mut self, stage: &Stage) -> bool {
        let is_layer = layers::find(&stage.keyword).is_some() || matches!(stage.what, What::Nested(_) | What::Join(..));
        let most = if is_layer { MOST_LAYERS - 1 } else { MOST_LAYERS };
        // In a repetition or a block, the error is reported at the outermost of them.
        let is_full = self.labels.len() == 1 && self.graph.rows.len() > most;
        if is_full {
            self.is_lost = true;
            if self.errors.is_empty() {
                self.no_room(stage);
            }
        }
        is_full
    }

    fn no_room(&mut self, stage: &Stage) {
        self.wrong(
            stage.tokens(),
            format!(
                "the network has more than {MOST_LAYERS} layers here, which rustc may not compile\nhelp: write parts of it as networks of their own, and nest them by `use`"
            ),
        );
    }

    pub(super) fn is_too_large(&mut self, stage: &Stage) -> bool {
        let layers = self.graph.rows.len();
        if layers > MOST_LAYERS {
            self.no_room(stage);
        }
        layers > MOST_LAYERS
    }

    /// `block(arguments)`.
    pub(super) fn call(
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
                (
                    format!("`{name}` is a block, and takes nothing but its arguments"),
                    Help::before("=>").saying("put `=>` before the next layer"),
                ),
            );
        }
        // An empty block has an error.
        if !self.may_call(stage, name) || block.chain.stages.is_empty() {
            return None;
        }
        let parameters = self.parameters(stage, block, arguments, from)?;
        let prefix = match &stage.label {
            Some(label) => {
                self.check_label(label);
                self.prefixed(&label.unraw().to_string())
            }
            None => {
                let counted = self.counted(&name.unraw().to_string()).to_string();
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

    /// Whether the call of a block comes to an end in the limits of this compiler; if not, there is an error.
    fn may_call(&mut self, stage: &Stage, name: &Ident) -> bool {
        if self.calls.iter().any(|call| call.name == *name) {
            let path = self.calls.iter().map(|call| call.name.to_string()).chain([name.to_string()]);
            let path = path.collect::<Vec<_>>().join(" => ");
            self.wrong(
                stage.tokens(),
                format!("the block `{name}` uses itself: {path}\nhelp: a block cannot call itself; `repeat 3 {{ .. }}` repeats layers"),
            );
            return false;
        }
        if self.calls.len() >= MOST_CALLS {
            self.wrong(
                stage.tokens(),
                format!(
                    "blocks call one another more than {MOST_CALLS} deep here\nhelp: write fewer blocks of more layers"
                ),
            );
            return false;
        }
        // Blocks that call blocks twice would be written out for hours.
        let is_too_large = self.graph.rows.len() > MOST_LAYERS;
        if is_too_large && self.errors.is_empty() {
            self.is_too_large(stage);
        }
        !is_too_large
    }

    /// The parameters of a block with their values in a call.
    pub(super) fn parameters(
        &mut self,
        stage: &Stage,
        block: &Block,
        arguments: &[Vec<Term>],
        from: Option<ValueId>,
    ) -> Option<Vec<(Ident, Value)>> {
        if arguments.iter().any(|argument| self.reads_lost(argument, from)) {
            return None;
        }
        let known = self.known(from);
        let values: Result<Vec<Value>, Wrong> = arguments.iter().map(|argument| known.argument(argument)).collect();
        let values = values.map_err(|(tokens, message)| self.wrong(tokens, message)).ok()?;
        let (name, wanted, given) = (&block.name, block.parameters.len(), values.len());
        if wanted != given && block.is_uncertain {
            return None;
        }
        if wanted != given {
            let declared = place(name.span());
            let declared = if declared.is_empty() { declared } else { format!("; it is declared{declared}") };
            let names = block.parameters.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ");
            let counted = if wanted == 1 { "argument" } else { "arguments" };
            let message = format!("the block `{name}` takes {wanted} {counted}, but gets {given} here{declared}");
            let help = match given > wanted {
                true => {
                    let kept = arguments.iter().take(wanted).map(|argument| quote!(#(#argument)*).to_string());
                    Help::write(format!("{name}({})", kept.collect::<Vec<_>>().join(", ")))
                }
                false => Help::prose(format!("`{name}({names})`")),
            };
            self.wrong(stage.tokens(), (message, help));
            return None;
        }
        Some(block.parameters.iter().cloned().zip(values).collect())
    }
}
