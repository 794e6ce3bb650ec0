//! The canonical text of networks: one layout for everything that can be written.
//!
//! * Blocks come first, then networks, both in their order.
//! * A network stands on one line if the line has at most 100 columns. Else its chains stand between `<` and `>`, a line for each; a chain
//!   that is too long for one line has a line for each stage, which begins with `=>`. Branches of joins and chains in `repeat` are broken
//!   and indented in the same way.
//! * Whole numbers of more than four digits are grouped by underscores: `60_000`. All other numbers keep their text, without
//!   underscores and with a small `e`. Products and quotients have no spaces, sums have spaces: `(channels - 32)*width`.
//! * Documentation is written as `///`, its text unchanged. Other attributes keep their order; `#[optimize(..)]` stands right
//!   behind the documentation at the beginning.
mod tokens;

use std::fmt::{self, Display, Formatter};

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::errors::Errors;
use crate::optimize::Goal;
use crate::parse::{self, Block, Bound, Chain, Comparison, Invocation, Stage, What, Written};
pub use tokens::rust;

/// The largest number of columns of a line that can be broken.
const WIDTH: usize = 100;

/// The number of columns of one level of indentation.
const INDENT: usize = 4;

/// A text of networks and blocks, as it may stand between the braces of one `network!`. [`Display`] writes its canonical text.
///
/// ```
/// # fn main() -> Result<(), Vec<syn::Error>> {
/// let text = "
///     block residual(units, width) < add(identity, dense units relu=>dense width) relu >
///     Deep< input 8 => residual(3, 8) => dense 1 >  Plain< input 8 => dense 1 >";
/// let source = castnet_compiler::Program::parse(text)?;
/// assert_eq!(source.networks().collect::<Vec<_>>(), ["Deep", "Plain"]);
/// assert_eq!(source.text_of("Plain").as_deref(), Some("Plain< input 8 => dense 1 >"));
/// // The text includes the blocks that the network uses, so it can be compiled again.
/// let deep = source.text_of("Deep").unwrap_or_default();
/// assert_eq!(deep, "\
/// block residual(units, width) < add(identity, dense units relu => dense width) relu >
///
/// Deep< input 8 => residual(3, 8) => dense 1 >");
/// # Ok(())
/// # }
/// ```
pub struct Program(pub(crate) Invocation);

impl Program {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// All syntax errors of the text. It does not check whether the networks compile.
    pub fn parse(text: &str) -> Result<Self, Vec<syn::Error>> {
        Self::of_tokens(text.parse().map_err(|error| vec![syn::Error::from(error)])?)
    }

    /// Reads tokens, as a macro gets them.
    pub(crate) fn of_tokens(tokens: TokenStream) -> Result<Self, Vec<syn::Error>> {
        let mut errors = Errors::default();
        let mut invocation = parse::parse(quote!([::castnet] #tokens), &mut errors);
        for network in &mut invocation.networks {
            errors.extend(std::mem::take(&mut network.body.errors), false);
        }
        errors.or(Self(invocation)).map_err(Errors::into_vec)
    }

    /// The names of the networks, in their order.
    pub fn networks(&self) -> impl Iterator<Item = String> {
        self.0.networks.iter().map(|network| network.header.name.to_string())
    }

    /// The canonical text of a network, with the blocks that it uses in front of it; `None` if no network has this name.
    pub fn text_of(&self, network: &str) -> Option<String> {
        let network = self.0.networks.iter().find(|written| written.header.name == network)?;
        Some(text_of(network, &self.0.blocks))
    }
}

impl Display for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The canonical text of networks and blocks.
///
/// ```
/// # fn main() -> Result<(), Vec<syn::Error>> {
/// let text = castnet_compiler::format("
///     /// Median value of a house, in $1000s.
///     pub HousePrice<input 13=>dense 10 relu=>dense 10 relu=>dense 1> where params==261")?;
/// assert_eq!(text, "\
/// /// Median value of a house, in $1000s.
/// pub HousePrice< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params == 261");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// All syntax errors of the text. It does not check whether the networks compile.
pub fn format(text: &str) -> Result<String, Vec<syn::Error>> {
    Program::parse(text).map(|source| source.to_string())
}

/// The text of a network by itself. All blocks that it uses, directly or through other blocks, stand in front of it.
pub fn text_of(network: &Written, blocks: &[Block]) -> String {
    let used = used(network, blocks);
    let blocks = blocks.iter().enumerate().filter(|(index, _)| used.contains(index)).map(|(_, block)| block);
    text(blocks, [network].into_iter())
}

/// The indices of the blocks that a network uses, directly or through other blocks.
pub fn used(network: &Written, blocks: &[Block]) -> Vec<usize> {
    let mut used = Vec::new();
    network.body.chains.iter().for_each(|chain| add_used(chain, blocks, &mut used));
    let mut done = 0;
    while let Some(block) = used.get(done).and_then(|&index: &usize| blocks.get(index)) {
        add_used(&block.chain, blocks, &mut used);
        done += 1;
    }
    used
}

/// Adds the indices of the blocks that a chain calls.
fn add_used(chain: &Chain, blocks: &[Block], used: &mut Vec<usize>) {
    for stage in &chain.stages {
        match &stage.what {
            What::Join(_, branches) => branches.iter().for_each(|branch| add_used(branch, blocks, used)),
            What::Repeat(chain) => add_used(chain, blocks, used),
            What::Call(..) => {
                let found = blocks.iter().position(|block| block.name == stage.keyword);
                used.extend(found.filter(|index| !used.contains(index)));
            }
            What::Plain | What::Nested(_) | What::Lost => {}
        }
    }
}

/// Blocks, one below the other, and networks with empty lines between them.
fn text<'a>(blocks: impl Iterator<Item = &'a Block>, networks: impl Iterator<Item = &'a Written>) -> String {
    let blocks = blocks.map(Block::to_string).collect::<Vec<_>>().join("\n");
    let networks = networks.map(Written::to_string);
    Some(blocks).into_iter().filter(|blocks| !blocks.is_empty()).chain(networks).collect::<Vec<_>>().join("\n\n")
}

impl Display for Invocation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self.blocks.iter(), self.networks.iter()))
    }
}

impl Display for Block {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { attributes, name, parameters, is_uncertain: _, chain } = self;
        attributes.iter().try_for_each(|attribute| f.write_str(&self::attribute(attribute)))?;
        let parameters = parameters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let head = format!("block {name}({parameters}) <");
        let line = format!("{head} {chain} >");
        if columns(&line) <= WIDTH {
            return f.write_str(&line);
        }
        write!(f, "{head}\n{}{}\n>", spaces(INDENT), lay_out(chain, INDENT, INDENT, 0))
    }
}

impl Display for Written {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { header, body } = self;
        let is_documentation = |attribute: &&Attribute| attribute.path().is_ident("doc");
        let (first, others) = header.attributes.split_at(header.attributes.iter().take_while(is_documentation).count());
        first.iter().try_for_each(|attribute| f.write_str(&self::attribute(attribute)))?;
        match body.goal {
            Some(Goal::Size) => f.write_str("#[optimize(size)]\n")?,
            Some(Goal::Speed) => f.write_str("#[optimize(speed)]\n")?,
            None => {}
        }
        others.iter().try_for_each(|attribute| f.write_str(&self::attribute(attribute)))?;
        let visibility = tokens::rust(header.visibility.to_token_stream());
        let space = if visibility.is_empty() { "" } else { " " };
        let head = format!("{visibility}{space}{}<", header.name);
        let mut end = ">".to_string();
        if !body.bounds.is_empty() {
            end.push_str(" where ");
            end.push_str(&join(&body.bounds, ", "));
        }
        let line = format!("{head} {} {end}", join(&body.chains, "; "));
        if columns(&line) <= WIDTH {
            return f.write_str(&line);
        }
        let chains = body.chains.iter().map(|chain| spaces(INDENT) + &lay_out(chain, INDENT, INDENT, 1));
        write!(f, "{head}\n{}\n{end}", chains.collect::<Vec<_>>().join(";\n"))
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { quantity, comparison, number, unit } = self;
        let sign = match comparison {
            Comparison::Equal => "==",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        let (digits, suffix) = number.with_suffix();
        match unit {
            Some(unit) => write!(f, "{quantity} {sign} {} {unit}", tokens::number(number)),
            // `2KiB` is one token; its canonical text is `2 KiB`.
            None if !suffix.is_empty() && suffix.chars().all(|c| c.is_ascii_alphabetic()) => {
                write!(f, "{quantity} {sign} {} {suffix}", tokens::grouped(&digits))
            }
            None => write!(f, "{quantity} {sign} {}", tokens::number(number)),
        }
    }
}

/// On one line.
impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&join(&self.stages, " => "))
    }
}

/// On one line.
impl Display for Stage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let head = head(self);
        match &self.what {
            What::Join(_, branches) => write!(f, "{head}({}){}", join(branches, ", "), behind(self)),
            What::Repeat(chain) => write!(f, "{head}{} {{ {chain} }}", behind(self)),
            What::Plain | What::Call(..) | What::Nested(_) | What::Lost => write!(f, "{head}{}", behind(self)),
        }
    }
}

/// A stage without its words, its branches and the chain that it repeats.
fn head(stage: &Stage) -> String {
    let label = stage.label.as_ref().map(|label| format!("{label}: ")).unwrap_or_default();
    let keyword = &stage.keyword;
    match &stage.what {
        What::Call(_, arguments) => {
            let arguments = arguments.iter().map(|argument| tokens::words(argument)).collect::<Vec<_>>();
            format!("{label}{keyword}({})", arguments.join(", "))
        }
        What::Nested(path) => format!("{label}{keyword} {} ->", tokens::rust(path.clone())),
        What::Plain | What::Join(..) | What::Repeat(_) | What::Lost => format!("{label}{keyword}"),
    }
}

/// The words of a stage, behind a space.
fn behind(stage: &Stage) -> String {
    if stage.words.is_empty() { String::new() } else { format!(" {}", tokens::words(&stage.words)) }
}

/// The text of a chain: one line if it fits, else a line for each stage. `indent` is the indentation of its line, `column` the column at
/// which it begins, `behind` the number of columns that follow it.
fn lay_out(chain: &Chain, indent: usize, column: usize, behind: usize) -> String {
    let line = chain.to_string();
    if column + columns(&line) + behind <= WIDTH {
        return line;
    }
    let mut stages = chain.stages.iter();
    let first = stages.next().map(|stage| lay_out_stage(stage, indent, column, behind));
    let indent = indent + INDENT;
    let arrow = format!("\n{}=> ", spaces(indent));
    let others = stages.map(|stage| lay_out_stage(stage, indent, indent + "=> ".len(), behind));
    first.into_iter().chain(others).collect::<Vec<_>>().join(&arrow)
}

fn lay_out_stage(stage: &Stage, indent: usize, column: usize, after: usize) -> String {
    let line = stage.to_string();
    if column + columns(&line) + after <= WIDTH {
        return line;
    }
    let (outer, inner) = (spaces(indent), spaces(indent + INDENT));
    let within = indent + INDENT;
    match &stage.what {
        What::Join(_, branches) => {
            let branches = branches.iter().map(|branch| inner.clone() + &lay_out(branch, within, within, 1));
            let branches = branches.collect::<Vec<_>>().join(",\n");
            format!("{}(\n{branches}\n{outer}){}", head(stage), behind(stage))
        }
        What::Repeat(chain) => {
            let chain = lay_out(chain, within, within, 0);
            format!("{}{} {{\n{inner}{chain}\n{outer}}}", head(stage), behind(stage))
        }
        What::Plain | What::Call(..) | What::Nested(_) | What::Lost => line,
    }
}

/// The text of an attribute, with line breaks.
fn attribute(attribute: &Attribute) -> String {
    match documentation(attribute) {
        // With a fourth `/` it would be a comment.
        Some(text) if !text.contains('\r') && text.lines().all(|line| !line.starts_with('/')) => {
            text.split('\n').map(|line| format!("///{line}\n")).collect()
        }
        _ => tokens::rust(attribute.to_token_stream()) + "\n",
    }
}

/// The text of an attribute, if it is documentation.
pub fn documentation(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn join<T: Display>(items: &[T], between: &str) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(between)
}

fn spaces(columns: usize) -> String {
    " ".repeat(columns)
}

fn columns(line: &str) -> usize {
    line.chars().count()
}
