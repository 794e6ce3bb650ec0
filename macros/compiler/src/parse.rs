//! Parses the tokens of an invocation to a tree with spans. Knows the grammar and no layers, but for the keywords of joins, whose
//! branches are chains.
mod bounds;
mod chains;

use proc_macro2::{Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, Visibility};

use crate::errors::Errors;
use crate::expressions::Term;
use crate::number::Number;
use crate::optimize::{self, Goal};
use crate::shape::Shape;

use bounds::clause;
pub use bounds::{Bound, Comparison};
use chains::{Grammar, commas, push_bare};

/// The content of one `network!`.
pub struct Invocation {
    /// The path of the crate castnet, with which the tokens of `castnet::network!` begin.
    pub runtime: TokenStream,
    pub blocks: Vec<Block>,
    pub networks: Vec<Written>,
}

/// `block name(parameters) < chain >`.
pub struct Block {
    /// Documentation, and lints such as `#[allow(dead_code)]`.
    pub attributes: Vec<Attribute>,
    pub name: Ident,
    pub parameters: Vec<Ident>,
    pub chain: Chain,
}

/// A network in the tree.
pub struct Written {
    pub header: Header,
    pub body: Body,
}

/// The chains between `<` and `>`, and the `where` clause.
pub struct Body {
    pub name: Ident,
    /// The path of castnet's types.
    pub castnet: TokenStream,
    pub goal: Option<Goal>,
    pub chains: Vec<Chain>,
    pub bounds: Vec<Bound>,
    /// The syntax errors in it.
    pub errors: Errors,
}

/// The attributes, visibility and name before the `<`. They are enough to emit a type if the body has errors.
pub struct Header {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    pub name: Ident,
}

impl Header {
    /// The attributes `cfg`, which every item that the network is written as has.
    pub fn conditions(&self) -> TokenStream {
        self.attributes.iter().filter_map(condition).collect()
    }
}

/// An attribute, if it is `cfg`; of a `cfg_attr` its `cfg` alone.
fn condition(attribute: &Attribute) -> Option<TokenStream> {
    if attribute.path().is_ident("cfg") {
        return Some(attribute.to_token_stream());
    }
    let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    let parts = attribute.path().is_ident("cfg_attr").then_some(parts)?.ok()?;
    let predicate = parts.first()?;
    let conditions: Vec<&Meta> = parts.iter().skip(1).filter(|part| part.path().is_ident("cfg")).collect();
    (!conditions.is_empty()).then(|| quote!(#[cfg_attr(#predicate, #(#conditions),*)]))
}

/// Stages with `=>` between them.
#[derive(Clone, Debug)]
pub struct Chain {
    pub stages: Vec<Stage>,
    /// All of its tokens, for errors.
    pub tokens: TokenStream,
}

/// A stage between two `=>`.
#[derive(Clone, Debug)]
pub struct Stage {
    pub label: Option<Ident>,
    pub keyword: Ident,
    pub what: What,
    pub words: Vec<Term>,
}

/// The kind of a stage.
#[derive(Clone, Debug)]
pub enum What {
    /// A layer, or a label.
    Plain,
    /// A join: its branches, in parentheses.
    Join(Group, Vec<Chain>),
    /// A call of a block: the arguments, in parentheses.
    Call(Group, Vec<Vec<Term>>),
    /// A repetition: the chain in braces. The words hold the number of repetitions.
    Repeat(Chain),
    /// A nested network: the path before `->`. The words hold the shape of the output.
    Nested(TokenStream),
    /// A stage with an error in its words, which has been reported.
    Lost,
}

impl Stage {
    /// All tokens but the label.
    pub fn tokens(&self) -> TokenStream {
        let Self { keyword, what, words, .. } = self;
        match what {
            What::Plain | What::Repeat(_) | What::Lost => quote!(#keyword #(#words)*),
            What::Join(group, _) | What::Call(group, _) => quote!(#keyword #group #(#words)*),
            What::Nested(path) => quote!(#keyword #path -> #(#words)*),
        }
    }
}

/// A shape of one to three sizes.
pub fn shape(number: &Number, what: &str) -> Result<Shape, String> {
    let sizes = number.sizes(what)?;
    if sizes.len() > 3 {
        let text = number.text();
        return Err(format!(
            "{what} `{text}` has {} dimensions, but there are at most three\nhelp: features, time steps x features, or height x width x channels",
            sizes.len()
        ));
    }
    Shape::new(sizes).ok_or_else(|| format!("{what} `{}` holds more values than any machine can hold", number.text()))
}

/// The most brackets inside of one another. The compiler goes through them by recursion, and must not overflow its stack.
const MOST_NESTED: usize = 64;

/// The first group inside of more than [`MOST_NESTED`] others.
fn too_deep(tokens: TokenStream, depth: usize) -> Option<Group> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) if depth >= MOST_NESTED => Some(group),
        TokenTree::Group(group) => too_deep(group.stream(), depth + 1),
        _ => None,
    })
}

/// Parses an invocation. Errors that belong to no network are added to `errors`.
pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Invocation {
    let mut invocation = Invocation { runtime: TokenStream::new(), blocks: Vec::new(), networks: Vec::new() };
    if let Some(group) = too_deep(tokens.clone(), 0) {
        errors.at(group, format!("brackets stand here more than {MOST_NESTED} deep\nhelp: give what is inside a label or a block of its own"));
        return invocation;
    }
    let grammar = Grammar::of(tokens.clone());
    let parser = |input: ParseStream<'_>| {
        if let Ok(runtime) = input.parse::<Group>() {
            invocation.runtime = runtime.stream();
        }
        while !input.is_empty() {
            if input.peek(Token![;]) || input.peek(Token![,]) {
                let separator: TokenTree = input.parse()?;
                errors.at(&separator, format!("networks stand side by side without `{separator}`\nhelp: leave it out"));
                continue;
            }
            if is_block(input) {
                invocation.blocks.extend(block(input, &grammar, errors)?);
                continue;
            }
            let network = network(input, &invocation.runtime, &grammar)?;
            invocation.networks.push(network);
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
    invocation
}

fn network(input: ParseStream<'_>, runtime: &TokenStream, grammar: &Grammar) -> syn::Result<Written> {
    let mut header = header(input)?;
    let mut errors = Errors::default();
    let goal = optimize::goal(&mut header.attributes, &mut errors);
    let chains = match body(input, &header.name, &mut errors) {
        Ok(body) => grammar.chains(body, &header.name, &mut errors),
        Err(error) => {
            errors.push(error);
            Vec::new()
        }
    };
    let mut bounds = Vec::new();
    while input.peek(Token![where]) {
        if let Err(error) = clause(input, &mut bounds, &mut errors) {
            errors.push(error);
            skip_to_next_network(input);
        }
    }
    let body = Body { name: header.name.clone(), castnet: quote!(#runtime::__private), goal, chains, bounds, errors };
    Ok(Written { header, body })
}

/// Whether the next tokens are `block name`, perhaps behind attributes.
fn is_block(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let attributes = ahead.call(Attribute::parse_outer);
    attributes.is_ok()
        && ahead.call(Ident::parse_any).is_ok_and(|word| word == "block")
        && ahead.call(Ident::parse_any).is_ok()
}

/// The attributes that a block may have.
const ATTRIBUTES_OF_BLOCKS: &[&str] = &["doc", "allow", "expect", "warn", "deny"];

/// `block name(parameters) < chain >`; `None` after an error in it.
fn block(input: ParseStream<'_>, grammar: &Grammar, errors: &mut Errors) -> syn::Result<Option<Block>> {
    let attributes = input.call(Attribute::parse_outer)?;
    for attribute in &attributes {
        if !ATTRIBUTES_OF_BLOCKS.iter().any(|known| attribute.path().is_ident(known)) {
            let known = ATTRIBUTES_OF_BLOCKS.join(", ");
            errors.at(attribute, format!("a block cannot have this attribute\nhelp: attributes of blocks: {known}"));
        }
    }
    let keyword = input.call(Ident::parse_any)?;
    let name = input.call(Ident::parse_any)?;
    if !input.peek(syn::token::Paren) {
        let message = format!(
            "the parameters of the block `{name}` are missing\nhelp: such as `block {name}(filters) < conv filters 3x3 >`, or `block {name}() < .. >` without any"
        );
        skip_to_next_network(input);
        return Err(syn::Error::new_spanned(quote!(#keyword #name), message));
    }
    let group: Group = input.parse()?;
    let mut parameters: Vec<Ident> = Vec::new();
    for parameter in commas(group.stream()) {
        match parameter.as_slice() {
            [TokenTree::Ident(parameter)] if parameters.contains(parameter) => {
                errors.at(parameter, format!("`{parameter}` is a parameter of `{name}` twice\nhelp: rename one"));
            }
            [TokenTree::Ident(parameter)] if parameter == "channels" => {
                errors.at(parameter, "`channels` cannot be a parameter: it is the number of channels of what comes in\nhelp: take another name");
            }
            [TokenTree::Ident(parameter)] => parameters.push(parameter.clone()),
            tokens => {
                let tokens: TokenStream = tokens.iter().cloned().collect();
                errors.at(
                    &tokens,
                    format!("`{tokens}` is not a name\nhelp: parameters are names with commas between them"),
                );
            }
        }
    }
    let tokens = body(input, &name, errors)?;
    let chain = grammar.chain(tokens, errors);
    if chain.stages.is_empty() && errors.is_empty() {
        errors.at(&name, format!("the block `{name}` has no layers\nhelp: they stand in `<` and `>`"));
    }
    Ok(Some(Block { attributes, name, parameters, chain }))
}

fn header(input: ParseStream<'_>) -> syn::Result<Header> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility = input.parse()?;
    let expected = "a network has a name and then its layers in `<` and `>`\nhelp: such as `pub HousePrice< input 13 => dense 1 >`";
    if input.is_empty() {
        return Err(syn::Error::new(input.span(), format!("a name is missing: {expected}")));
    }
    let at_name = input.fork();
    let Ok(name) = input.call(Ident::parse_any) else {
        let token: TokenTree = at_name.parse()?;
        return Err(syn::Error::new_spanned(
            &token,
            format!("`{token}` stands where the name of a network should: {expected}"),
        ));
    };
    if matches!(name.to_string().as_str(), "struct" | "enum" | "fn" | "mod" | "type" | "network")
        && input.peek(syn::Ident)
    {
        return Err(syn::Error::new_spanned(
            &name,
            format!(
                "the name of a network stands without `{name}`\nhelp: leave it out: `pub HousePrice< input 13 => dense 1 >`"
            ),
        ));
    }
    if syn::parse2::<syn::Ident>(name.to_token_stream()).is_err() || name == "Self" {
        return Err(syn::Error::new_spanned(
            &name,
            format!(
                "`{name}` is a keyword of Rust and cannot be the name of a network\nhelp: take another, such as `HousePrice`"
            ),
        ));
    }
    if matches!(name.to_string().as_str(), "castnet" | "f32" | "f64" | "u64" | "usize" | "bool" | "str") {
        return Err(syn::Error::new_spanned(
            &name,
            format!(
                "`{name}` is reserved for the generated code and cannot be the name of a network\nhelp: take another, such as `HousePrice`"
            ),
        ));
    }
    Ok(Header { attributes, visibility, name })
}

/// The tokens between `<` and its `>`, without the brackets.
fn body(input: ParseStream<'_>, name: &Ident, errors: &mut Errors) -> syn::Result<Vec<TokenTree>> {
    if !input.peek(Token![<]) {
        let message = format!(
            "the layers of `{name}` are missing\nhelp: they stand in `<` and `>`: `{name}< input 13 => dense 1 >`"
        );
        if input.is_empty() {
            return Err(syn::Error::new_spanned(name, message));
        }
        let token: TokenTree = input.fork().parse()?;
        skip_to_next_network(input);
        return Err(syn::Error::new_spanned(token, message));
    }
    let open: Token![<] = input.parse()?;
    let mut tokens = Vec::new();
    // The arrows `=>` and `->` end in `>` too.
    let mut arrow = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &token {
            if punct.as_char() == '>' && !arrow {
                if input.peek(Token![<]) {
                    let generics: TokenStream = tokens.into_iter().collect();
                    errors.at(
                        &generics,
                        format!(
                            "a network has no generic parameters: its sizes are numbers\nhelp: leave out `<{generics}>`"
                        ),
                    );
                    return body(input, name, errors);
                }
                return Ok(tokens);
            }
            arrow = matches!(punct.as_char(), '=' | '-') && punct.spacing() == Spacing::Joint;
        } else {
            arrow = false;
        }
        push_bare(token, &mut tokens);
    }
    Err(syn::Error::new_spanned(open, format!("the `>` that ends `{name}` is missing")))
}

/// Continues after an error: skips tokens up to the probable beginning of another network.
fn skip_to_next_network(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![pub]) && !input.peek(Token![#]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
