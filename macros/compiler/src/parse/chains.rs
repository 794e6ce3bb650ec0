//! Chains of stages, with their words.
use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::{Brackets, Chain, Stage, What, inputs, samples, semicolons};
use crate::errors::{Errors, Help};
use crate::expressions::{Term, terms};
use crate::foreign;
use crate::layers::{self, join};
use crate::print::rust;
use crate::reserved::{self, IDENTITY};
use crate::tokens::{commas, is_sign, push_bare, words_of};
use crate::words::Word;

/// The parser of chains, which knows the names of all blocks.
#[derive(Clone)]
pub struct Grammar {
    blocks: Vec<Ident>,
    /// The parameters of the block whose chain is read.
    parameters: Vec<Ident>,
    /// All words before parentheses, without those of the heads of blocks, with the number of arguments in the parentheses.
    calls: Vec<(Ident, usize)>,
    /// The labels of sequences, as far as the words say so.
    sequences: Vec<Ident>,
}

impl Grammar {
    /// The grammar of an invocation, with all of its blocks.
    pub fn of(tokens: TokenStream) -> Self {
        let mut calls = Vec::new();
        find_calls(tokens.clone(), &mut calls);
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let name = |tokens: &[TokenTree]| match tokens {
            [TokenTree::Ident(block), TokenTree::Ident(name), TokenTree::Group(_)] if block == "block" => {
                Some(name.clone())
            }
            _ => None,
        };
        let blocks = tokens.windows(3).filter_map(name).collect();
        Self { blocks, parameters: Vec::new(), calls, sequences: foreign::sequences(&tokens) }
    }

    /// The grammar inside of a block with these parameters.
    pub fn inside(&self, parameters: &[Ident]) -> Self {
        Self { parameters: parameters.to_vec(), ..self.clone() }
    }

    /// The number of arguments of the first call of a block, if there is one.
    pub fn arguments(&self, block: &Ident) -> Option<usize> {
        self.calls.iter().find(|(name, _)| name == block).map(|(_, arguments)| *arguments)
    }

    /// The parameters of the block whose chain is read.
    pub fn parameters(&self) -> &[Ident] {
        &self.parameters
    }

    /// The labels of sequences, as far as the words say so.
    pub fn sequences(&self) -> &[Ident] {
        &self.sequences
    }

    /// Whether a name is that of a block.
    pub fn is_block(&self, name: &Ident) -> bool {
        self.blocks.contains(name)
    }

    /// The chains of a network, with `;` between them.
    pub fn chains(&self, (open, tokens): Brackets, name: &Ident, errors: &mut Errors) -> Vec<Chain> {
        if tokens.is_empty() {
            let layers = "input 13 => dense 1";
            let help = Help::after(layers).of(&open).saying(format!("begin with its input: `{name}< {layers} >`"));
            errors.at(name, (format!("`{name}` has no layers"), help));
            return Vec::new();
        }
        let tokens = semicolons::between(self, self.labelled(tokens, errors), errors);
        let tokens = self.arrows(tokens, errors);
        let mut chains = Vec::new();
        let is_end = |token: &TokenTree| is_sign(token, ';');
        let mut parts = tokens.split(is_end).peekable();
        let mut ends = tokens.iter().filter(|token| is_end(token));
        while let Some(part) = parts.next() {
            let end = ends.next();
            // A `;` after the last chain is allowed.
            if part.is_empty() && parts.peek().is_none() && !chains.is_empty() {
                break;
            }
            if part.is_empty() {
                let semicolon = end.or(tokens.last());
                errors.at(semicolon, ("there is no chain of layers before this `;`", Help::leave_out()));
                continue;
            }
            for tokens in inputs::apart(part, errors) {
                chains.push(self.chain(tokens, errors));
            }
        }
        chains
    }

    /// Stages with `=>` between them.
    pub fn chain(&self, tokens: Vec<TokenTree>, errors: &mut Errors) -> Chain {
        let all: TokenStream = tokens.iter().cloned().collect();
        let mut stages = Vec::new();
        let mut words: Vec<TokenTree> = Vec::new();
        let mut last_arrow: Option<TokenStream> = None;
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let TokenTree::Punct(punct) = &token else {
                words.push(token);
                continue;
            };
            match (punct.as_char(), tokens.peek()) {
                ('=', Some(TokenTree::Punct(next))) if next.as_char() == '>' && punct.spacing() == Spacing::Joint => {
                    let mut arrow = token.to_token_stream();
                    arrow.extend(tokens.next().map(TokenTree::into_token_stream));
                    if words.is_empty() {
                        let help = Help::leave_out().saying("leave the arrow out, or write the layer that is missing");
                        errors.at(&arrow, ("there is no layer before this `=>`", help));
                        // At the beginning of a chain the arrow is the mistake.
                        if !stages.is_empty() {
                            stages.push(lost());
                        }
                    } else {
                        let stage = self.stage_or_lost(std::mem::take(&mut words), errors);
                        stages.push(Stage { arrow: last_arrow, ..stage });
                    }
                    last_arrow = Some(arrow);
                }
                _ => words.push(token),
            }
        }
        match (words.is_empty(), last_arrow) {
            (true, Some(arrow)) => {
                let help = match stages.as_slice() {
                    [input] if input.keyword == "input" => add_a_layer(input),
                    _ => Help::leave_out().saying("leave the arrow out, or add a layer"),
                };
                errors.at(arrow, ("nothing comes after this `=>`", help));
                stages.push(lost());
            }
            (true, None) => {}
            (false, arrow) => {
                let stage = self.stage_or_lost(words, errors);
                stages.push(Stage { arrow, ..stage });
            }
        }
        Chain { stages, tokens: all }
    }

    /// A stage; a lost one after an error.
    fn stage_or_lost(&self, tokens: Vec<TokenTree>, errors: &mut Errors) -> Stage {
        self.stage(tokens, errors).unwrap_or_else(lost)
    }

    /// `label: keyword word word`.
    fn stage(&self, tokens: Vec<TokenTree>, errors: &mut Errors) -> Option<Stage> {
        let words = words_of(tokens);
        let has_label = !is_sign_of_number(&words);
        let mut words = words.into_iter().peekable();
        let mut first = words.next()?;
        let mut label: Option<Ident> = None;
        while has_label
            && let (Word::Name(name), Some(Word::Other(TokenTree::Punct(colon)))) = (&first, words.peek())
            && colon.as_char() == ':'
            // `::` is part of a path.
            && colon.spacing() == Spacing::Alone
        {
            if let Some(earlier) = &label {
                let help =
                    Help::leave_out().of(&quote!(#name #colon)).saying(format!("leave `{name}:` out: a layer has one"));
                errors.at(name, (format!("`{name}` is a second label, after `{earlier}`"), help));
                return None;
            }
            let name = name.clone();
            let colon = words.next();
            let Some(keyword) = words.next() else {
                let help = Help::after(IDENTITY).saying(format!("such as `{name}: {IDENTITY}`, or a layer"));
                errors.at(colon, (format!("the layer after the label `{name}` is missing"), help));
                return None;
            };
            label = Some(name);
            first = keyword;
        }
        let Word::Name(keyword) = first else {
            let shown = first.to_token_stream().to_string();
            let help = match &first {
                Word::Number(_) => {
                    Help::before("dense").saying(format!("a layer begins with a word, such as `dense {shown}`"))
                }
                Word::Other(TokenTree::Group(group)) => Help::write(group.stream().to_string()),
                _ => Help::prose("a layer begins with a word, such as `dense 10`"),
            };
            errors.at(&first, (format!("`{shown}` stands where the name of a layer should"), help));
            return None;
        };
        let words = match keyword.to_string().as_str() {
            "repeat" => return self.repeat(label, keyword, words.collect(), errors),
            "use" => return nested(label, keyword, words.collect(), errors),
            "input" => {
                let words: Vec<Word> = words.collect();
                if let Some((tokens, message)) = samples::check(&words) {
                    errors.at(tokens, message);
                    return Some(Stage { arrow: None, label, keyword, what: What::Lost, words: Vec::new() });
                }
                words
            }
            _ => words.collect::<Vec<Word>>(),
        };
        Some(self.plain(label, keyword, words, errors))
    }

    /// A layer, a label, a join or a call of a block.
    fn plain(&self, label: Option<Ident>, first: Ident, mut words: Vec<Word>, errors: &mut Errors) -> Stage {
        let keyword = match self.keyword(label.as_ref(), &first, &mut words, errors) {
            Some(keyword) if self.options(label.as_ref(), &keyword, &mut words, errors) => keyword,
            _ => return Stage::lost(label, first),
        };
        let is_join = join::is_keyword(&keyword);
        let what = match words.first() {
            Some(Word::Other(TokenTree::Group(group))) if group.delimiter() == Delimiter::Parenthesis => {
                let group = group.clone();
                let parts = commas(group.stream());
                if is_join {
                    words.remove(0);
                    let branches = parts.into_iter().map(|tokens| self.chain(tokens, errors));
                    What::Join(group, branches.filter(|branch| !branch.stages.is_empty()).collect())
                } else if self.blocks.contains(&keyword) {
                    words.remove(0);
                    let arguments: Option<Vec<_>> =
                        parts.into_iter().map(|tokens| read(words_of(tokens), errors)).collect();
                    arguments.map_or(What::Lost, |arguments| What::Call(group, arguments))
                } else {
                    What::Plain
                }
            }
            _ => What::Plain,
        };
        match read(words, errors) {
            Some(words) => Stage { arrow: None, label, keyword, what, words },
            None => Stage::lost(label, keyword),
        }
    }

    /// Whether a word begins a stage: a layer, a join, or a call of a block.
    pub fn is_known(&self, word: &Ident) -> bool {
        self.blocks.contains(word) || reserved::begins_layer(word)
    }

    /// `repeat 3 { chain }`.
    fn repeat(&self, label: Option<Ident>, keyword: Ident, mut words: Vec<Word>, errors: &mut Errors) -> Option<Stage> {
        let is_braces =
            |word: &Word| matches!(word, Word::Other(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
        let behind = words.iter().position(is_braces).map_or(Vec::new(), |braces| words.split_off(braces + 1));
        if let Some(first) = behind.first() {
            let message = format!("`{}` stands behind the braces of `repeat`", first.to_token_stream());
            errors.at(first, (message, Help::before("=>")));
        }
        let group = match words.pop() {
            Some(Word::Other(TokenTree::Group(group)))
                if group.delimiter() == Delimiter::Brace && !words.is_empty() =>
            {
                group
            }
            last => {
                words.extend(last);
                errors.at(&keyword, ("`repeat` wants a number, and a chain in braces", no_braces(&keyword, &words)));
                return None;
            }
        };
        let mut tokens = Vec::new();
        group.stream().into_iter().for_each(|token| push_bare(token, &mut tokens));
        let chain = self.chain(tokens, errors);
        if chain.stages.is_empty() {
            let help = Help::write("{ batchnorm => relu }").saying("such as `repeat 3 { batchnorm => relu }`");
            errors.at(&group, ("there is no chain in these braces", help));
            return None;
        }
        Some(match read(words, errors) {
            Some(words) => Stage { arrow: None, label, keyword, what: What::Repeat(chain), words },
            None => Stage::lost(label, keyword),
        })
    }
}

/// The help for a repetition without its number or its braces.
fn no_braces(keyword: &Ident, words: &[Word]) -> Help {
    let body = "{ batchnorm => relu }";
    let help = match words {
        [Word::Other(TokenTree::Group(group))] if group.delimiter() == Delimiter::Brace => Help::after("3"),
        [Word::Number(_)] => Help::after(body).of(&quote!(#(#words)*)),
        // The chain stands in parentheses, or in nothing.
        [Word::Number(_), chain @ ..] => {
            let inside = match chain {
                [chain] => parentheses(chain).map(|group| group.stream()),
                _ => None,
            };
            let inside = rust(inside.unwrap_or_else(|| quote!(#(#chain)*)));
            return Help::write(format!("{{ {inside} }}")).of(&quote!(#(#chain)*));
        }
        _ => Help::write(format!("repeat 3 {body}")).of(&quote!(#keyword #(#words)*)),
    };
    help.saying(format!("such as `repeat 3 {body}`"))
}

/// The group of a word in parentheses.
pub fn parentheses(word: &Word) -> Option<Group> {
    match word {
        Word::Other(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => Some(group.clone()),
        _ => None,
    }
}

/// The help that adds a layer behind an input.
fn add_a_layer(input: &Stage) -> Help {
    let is_vector = input.words.first().is_some_and(|shape| !shape.to_token_stream().to_string().contains('x'));
    let layer = if is_vector { "dense 1" } else { "flatten => dense 1" };
    Help::after(layer).saying(format!("add a layer, such as `{layer}`"))
}

/// The place of a stage that is missing, or has an error in its keyword: what comes out of it is not known.
fn lost() -> Stage {
    Stage { arrow: None, label: None, keyword: format_ident!("lost"), what: What::Lost, words: Vec::new() }
}

/// `use path::Network -> 7x7x64`.
fn nested(label: Option<Ident>, keyword: Ident, words: Vec<Word>, errors: &mut Errors) -> Option<Stage> {
    let arrow =
        words.iter().zip(words.iter().skip(1)).position(|(first, second)| first.is_sign('-') && second.is_sign('>'));
    let parts = arrow.and_then(|arrow| Some((words.get(..arrow)?, words.get(arrow + 2..)?)));
    let Some((path @ [_, ..], words @ [_, ..])) = parts else {
        let tokens = quote!(#keyword #(#words)*);
        errors.at(
            tokens,
            "`use` wants another network and the shape of its output\nhelp: such as `use Encoder -> 7x7x64`",
        );
        return None;
    };
    let path = quote!(#(#path)*);
    if let Err(error) = syn::parse2::<syn::Path>(path.clone()) {
        errors.at(
            &path,
            format!("`{path}` is not the path of a network: {error}\nhelp: such as `use models::Encoder -> 7x7x64`"),
        );
        return None;
    }
    Some(match read(words.to_vec(), errors) {
        Some(words) => Stage { arrow: None, label, keyword, what: What::Nested(path), words },
        None => Stage { arrow: None, label, keyword, what: What::Lost, words: Vec::new() },
    })
}

/// The terms of words. Reports an error in them.
fn read(words: Vec<Word>, errors: &mut Errors) -> Option<Vec<Term>> {
    terms(words).map_err(|(tokens, message)| errors.at(tokens, message)).ok()
}

/// Whether words begin with a keyword and its number, with a colon between them: a keyword is no label.
fn is_sign_of_number(words: &[Word]) -> bool {
    match words {
        [Word::Name(name), _, Word::Number(_), ..] => layers::is_keyword(name) || name == "input",
        [Word::Name(name), _, Word::Name(_), Word::Number(_), ..] => name == "input",
        _ => false,
    }
}

/// Finds words before parentheses, and the numbers of arguments in them.
fn find_calls(tokens: TokenStream, calls: &mut Vec<(Ident, usize)>) {
    let mut is_head = false;
    let mut name = None;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Parenthesis {
                    calls.extend(name.take().map(|name| (name, commas(group.stream()).len())));
                }
                find_calls(group.stream(), calls);
                (is_head, name) = (false, None);
            }
            TokenTree::Ident(word) => {
                name = (!is_head).then(|| word.clone());
                is_head = word == "block";
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => (is_head, name) = (false, None),
        }
    }
}
