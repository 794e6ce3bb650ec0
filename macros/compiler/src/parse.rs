//! Parses the tokens of an invocation to a tree with spans. It knows the grammar, and of layers their keywords; the branches of joins are
//! chains. Where a layer is written as in another framework, `foreign` asks the parser of the layer whether it reads the translation.
mod arrows;
mod bounds;
mod calls;
mod chains;
mod heads;
mod inputs;
mod labels;
mod samples;
mod semicolons;
mod types;

use proc_macro2::{Group, Ident, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token, Visibility};

use crate::errors::{Error, Errors, Help, Message};
use crate::expressions::Term;
use crate::number::Number;
use crate::optimize::{self, Goal};
use crate::shape::Shape;
use crate::tokens::push_bare;

use bounds::clause;
pub use bounds::{Bound, Comparison};
use chains::Grammar;
use heads::fresh;

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
    /// Whether its parameters have an error. Then nobody knows how many arguments its calls should have.
    pub is_uncertain: bool,
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
    /// The `=>` before it; the first stage of a chain has none.
    pub arrow: Option<TokenStream>,
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
    /// A stage with an error in its words, which has been reported.
    fn lost(label: Option<Ident>, keyword: Ident) -> Self {
        Self { arrow: None, label, keyword, what: What::Lost, words: Vec::new() }
    }

    /// The first token of its text behind the arrow.
    pub fn first(&self) -> &Ident {
        self.label.as_ref().unwrap_or(&self.keyword)
    }

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
pub fn shape(number: &Number, what: &str) -> Result<Shape, Message> {
    let sizes = number.sizes(what)?;
    if sizes.len() > 3 {
        let text = number.text();
        let message = format!("{what} `{text}` has {} dimensions, but there are at most three", sizes.len());
        let dimensions = "features, time steps x features, or height x width x channels";
        let others: Vec<String> = sizes.iter().filter(|&&size| size > 1).map(u64::to_string).collect();
        // A dimension of one value may be left out, and the last is that of the channels.
        let channels = if others.len() == 2 { "x1" } else { "" };
        let shorter = (1..=3).contains(&others.len()).then(|| others.join("x") + channels);
        return Err(match shorter {
            Some(shorter) => (message, Help::write(shorter).and(&format!("; a shape is {dimensions}"))).into(),
            None => (message, Help::prose(format!("a shape is {dimensions}"))).into(),
        });
    }
    Shape::new(sizes)
        .ok_or_else(|| format!("{what} `{}` holds more values than any machine can hold", number.text()).into())
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
        let help = Help::prose("give what is inside a label or a block of its own");
        errors.at(group, (format!("brackets stand here more than {MOST_NESTED} deep"), help));
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
                let message = format!("networks stand side by side without `{separator}`");
                errors.at(&separator, (message, Help::leave_out()));
                continue;
            }
            let item = match is_block(input) {
                true => block(input, &grammar, errors).map(|block| invocation.blocks.extend(block)),
                false => network(input, &invocation.runtime, &grammar).map(|network| invocation.networks.push(network)),
            };
            if let Err(error) = item {
                errors.push(error);
                // Nothing can be read behind an error that ends no network.
                input.parse::<TokenStream>()?;
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
    invocation
}

fn network(input: ParseStream<'_>, runtime: &TokenStream, grammar: &Grammar) -> Result<Written, Error> {
    let mut header = header(input)?;
    let mut errors = Errors::default();
    let goal = optimize::goal(&mut header.attributes, &mut errors);
    types::skip(input, &mut errors);
    let chains = match body(input, &header.name, grammar, &mut errors) {
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
fn block(input: ParseStream<'_>, grammar: &Grammar, errors: &mut Errors) -> Result<Option<Block>, Error> {
    let attributes = input.call(Attribute::parse_outer)?;
    for attribute in &attributes {
        if !ATTRIBUTES_OF_BLOCKS.iter().any(|known| attribute.path().is_ident(known)) {
            let known = ATTRIBUTES_OF_BLOCKS.join(", ");
            let help = Help::leave_out().and(&format!("; attributes of blocks: {known}"));
            errors.at(attribute, ("a block cannot have this attribute", help));
        }
    }
    let keyword = input.call(Ident::parse_any)?;
    let name = input.call(Ident::parse_any)?;
    if !input.peek(syn::token::Paren) {
        let message = format!("the parameters of the block `{name}` are missing");
        let parameters = (1..=grammar.arguments(&name).unwrap_or(0)).map(fresh).collect::<Vec<_>>().join(", ");
        let help = Help::after(format!("({parameters})")).of(&name);
        let help = help.saying(format!("such as `block {name}({parameters}) < .. >`, with a name for each"));
        skip_to_next_network(input);
        return Err(Error::at(quote!(#keyword #name), (message, help)));
    }
    let group: Group = input.parse()?;
    let (open, tokens) = body(input, &name, grammar, errors)?;
    let tokens = semicolons::in_block(grammar, grammar.labelled(tokens, errors), errors);
    let tokens = grammar.arrows(tokens, errors);
    let before = errors.len();
    let parameters = heads::parameters(&name, &group, &tokens, grammar.arguments(&name), errors);
    let is_uncertain = errors.len() > before;
    let chain = grammar.inside(&parameters).chain(tokens, errors);
    if chain.stages.is_empty() && errors.is_empty() {
        let help = Help::after("relu").of(&open).saying("they stand in `<` and `>`, such as `relu`");
        errors.at(&name, (format!("the block `{name}` has no layers"), help));
    }
    Ok(Some(Block { attributes, name, parameters, is_uncertain, chain }))
}

fn header(input: ParseStream<'_>) -> Result<Header, Error> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    let expected = "a network has a name and then its layers in `<` and `>`";
    let example = "such as `pub HousePrice< input 13 => dense 1 >`";
    if input.is_empty() {
        let written = quote!(#(#attributes)* #visibility);
        let help = Help::after("HousePrice< input 13 => dense 1 >").of(&written).saying(example);
        return Err(Error::at(written, (format!("a name is missing: {expected}"), help)));
    }
    let at_name = input.fork();
    let Ok(name) = input.call(Ident::parse_any) else {
        let token: TokenTree = at_name.parse()?;
        let help = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '<' && punct.spacing() == Spacing::Alone => {
                Help::before("HousePrice").saying(example)
            }
            TokenTree::Literal(_) if at_name.peek(Token![<]) => Help::write("HousePrice").saying(example),
            TokenTree::Punct(punct) if "=<>".contains(punct.as_char()) => {
                Help::before("where params").and(", which begins a bound of the network before it")
            }
            _ => Help::prose(example),
        };
        return Err(Error::at(
            &token,
            (format!("`{token}` stands where the name of a network should: {expected}"), help),
        ));
    };
    check_name(&name, input)?;
    Ok(Header { attributes, visibility, name })
}

/// Refuses names that a network cannot have.
fn check_name(name: &Ident, input: ParseStream<'_>) -> Result<(), Error> {
    let another = Help::rename([name.clone()], "HousePrice");
    if matches!(name.to_string().as_str(), "struct" | "enum" | "fn" | "mod" | "type" | "network")
        && input.peek(syn::Ident)
    {
        return Err(Error::at(name, (format!("the name of a network stands without `{name}`"), Help::leave_out())));
    }
    if syn::parse2::<syn::Ident>(name.to_token_stream()).is_err() || name == "Self" {
        let message = format!("`{name}` is a keyword of Rust and cannot be the name of a network");
        return Err(Error::at(name, (message, another)));
    }
    if matches!(name.to_string().as_str(), "castnet" | "f32" | "f64" | "u64" | "usize" | "bool" | "str") {
        let message = format!("`{name}` is reserved for the generated code and cannot be the name of a network");
        return Err(Error::at(name, (message, another)));
    }
    Ok(())
}

/// The `<` and the tokens between it and its `>`.
type Brackets = (Token![<], Vec<TokenTree>);

/// Reads the `<`, the `>` and the tokens between them.
fn body(input: ParseStream<'_>, name: &Ident, grammar: &Grammar, errors: &mut Errors) -> Result<Brackets, Error> {
    if !input.peek(Token![<]) {
        return Err(no_body(input, name));
    }
    let open: Token![<] = input.parse()?;
    let mut tokens = Vec::new();
    // The arrows `=>` and `->` end in `>` too.
    let mut arrow = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        if let TokenTree::Punct(punct) = &token {
            if punct.as_char() == '>' && !arrow && !grammar.is_in_arrow(&tokens, punct, input) {
                if input.peek(Token![<]) {
                    let generics: TokenStream = tokens.into_iter().collect();
                    let help = Help::leave_out().saying(format!("leave out `<{generics}>`"));
                    let help = types::moved(help, &quote!(#open #generics #punct), input);
                    errors.at(&generics, ("a network has no generic parameters: its sizes are numbers", help));
                    return body(input, name, grammar, errors);
                }
                return Ok((open, tokens));
            }
            arrow = matches!(punct.as_char(), '=' | '-') && punct.spacing() == Spacing::Joint;
        } else {
            arrow = false;
        }
        push_bare(token, &mut tokens);
    }
    let is_alone = !tokens.iter().any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<'));
    let layers: TokenStream = tokens.into_iter().collect();
    let help = is_alone.then(|| Help::after(">").of(&quote!(#open #layers)).saying("add `>` behind its layers"));
    Err(Error::at(open, (format!("the `>` that ends `{name}` is missing"), help)))
}

/// The error of a name without `<`.
fn no_body(input: ParseStream<'_>, name: &Ident) -> Error {
    let message = format!("the layers of `{name}` are missing");
    let example = "< input 13 => dense 1 >";
    let sentence = format!("they stand in `<` and `>`: `{name}{example}`");
    let token = input.fork().parse::<TokenTree>();
    skip_to_next_network(input);
    match token {
        Ok(TokenTree::Group(group)) => {
            let help = Help::write(format!("< {} >", group.stream())).saying(sentence);
            Error::at(group, (message, help))
        }
        Ok(token) => Error::at(token, (message, Help::prose(sentence))),
        Err(_) => Error::at(name, (message, Help::after(example).saying(sentence))),
    }
}

/// Continues after an error: skips tokens up to the probable beginning of another network.
fn skip_to_next_network(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![pub]) && !input.peek(Token![#]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
