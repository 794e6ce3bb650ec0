//! What was written, every piece with its place. Knows the grammar and no layer.
mod bounds;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Token, Visibility};

use crate::errors::Errors;
use crate::number::Number;
use crate::optimize::{self, Goal};
use crate::shape::Shape;
use crate::words::Word;

use bounds::clause;
pub use bounds::{Bound, Comparison};

/// All that one `network!` holds.
pub struct Invocation {
    /// The path of the crate castnet, which `castnet::network!` puts in front.
    pub runtime: TokenStream,
    pub blocks: Vec<Block>,
    pub networks: Vec<Written>,
}

/// `block name(parameters) < chain >`.
#[derive(Debug)]
pub struct Block {
    pub name: Ident,
    pub parameters: Vec<Ident>,
    pub chain: Chain,
}

/// A network as it was written.
pub struct Written {
    pub header: Header,
    pub body: Body,
}

/// What stands between `<` and `>` and after it.
pub struct Body {
    pub name: Ident,
    /// The path under which castnet's types stand.
    pub castnet: TokenStream,
    pub goal: Option<Goal>,
    pub chains: Vec<Chain>,
    pub bounds: Vec<Bound>,
    /// What was wrong with its grammar.
    pub errors: Errors,
}

/// What stands before the `<`: enough for the type to exist whatever is wrong inside.
pub struct Header {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    pub name: Ident,
}

/// Stages with `=>` between them.
#[derive(Clone, Debug)]
pub struct Chain {
    pub stages: Vec<Stage>,
    /// All of it, to point at.
    pub tokens: TokenStream,
}

/// What stands between two `=>`.
#[derive(Clone, Debug)]
pub struct Stage {
    pub label: Option<Ident>,
    pub keyword: Ident,
    pub what: What,
    pub words: Vec<Word>,
}

/// What follows the keyword of a stage, before its words.
#[derive(Clone, Debug)]
pub enum What {
    /// Nothing: a layer, or a label.
    Plain,
    /// `(...)`: the branches of a join, or the arguments of a block.
    Call(Group),
    /// `{...}`: what is repeated, as often as the words before it say.
    Repeat(Chain),
    /// A path, `->` and a shape: another network.
    Network(TokenStream),
}

impl Stage {
    /// All but the label.
    pub fn tokens(&self) -> TokenStream {
        let Self { keyword, what, words, .. } = self;
        match what {
            What::Plain => quote!(#keyword #(#words)*),
            What::Call(group) => quote!(#keyword #group #(#words)*),
            What::Repeat(_) => quote!(#keyword #(#words)*),
            What::Network(path) => quote!(#keyword #path -> #(#words)*),
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
    Shape::new(sizes).ok_or_else(|| format!("{what} `{}` holds more values than any machine can", number.text()))
}

/// Parses an invocation; what cannot be told to belong to a network goes to `errors`.
pub fn parse(tokens: TokenStream, errors: &mut Errors) -> Invocation {
    let mut invocation = Invocation { runtime: TokenStream::new(), blocks: Vec::new(), networks: Vec::new() };
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
                invocation.blocks.extend(block(input, errors)?);
                continue;
            }
            let network = network(input, &invocation.runtime)?;
            invocation.networks.push(network);
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
    invocation
}

fn network(input: ParseStream<'_>, runtime: &TokenStream) -> syn::Result<Written> {
    let mut header = header(input)?;
    let mut errors = Errors::default();
    let goal = optimize::goal(&mut header.attributes, &mut errors);
    let chains = match body(input, &header.name, &mut errors) {
        Ok(body) => chains(body, &header.name, &mut errors),
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

/// Whether `block name(` comes.
fn is_block(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok_and(|word| word == "block") && ahead.call(Ident::parse_any).is_ok()
}

/// `block name(parameters) < chain >`; `None` if what it consists of is wrong.
fn block(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Option<Block>> {
    let keyword = input.call(Ident::parse_any)?;
    let name = input.call(Ident::parse_any)?;
    if !input.peek(syn::token::Paren) {
        let message = format!(
            "the parameters of the block `{name}` are missing\nhelp: `block {name}(filters) < conv filters 3x3 >`, or `()` if there are none"
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
                errors.at(parameter, "`channels` is what comes in, always\nhelp: take another name for the parameter");
            }
            [TokenTree::Ident(parameter)] => parameters.push(parameter.clone()),
            tokens => {
                let tokens: TokenStream = tokens.iter().cloned().collect();
                errors.at(
                    &tokens,
                    format!("`{tokens}` is no parameter\nhelp: parameters are names with commas between them"),
                );
            }
        }
    }
    let tokens = body(input, &name, errors)?;
    let chain = chain(tokens, errors);
    if chain.stages.is_empty() && errors.is_empty() {
        errors.at(&name, format!("the block `{name}` has no layers\nhelp: they stand in `<` and `>`"));
    }
    Ok(Some(Block { name, parameters, chain }))
}

/// Tokens between commas; a comma at the end ends the last.
pub fn commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => parts.push(Vec::new()),
            (_, Some(part)) => push_bare(token, part),
            (_, None) => {}
        }
    }
    if parts.last().is_some_and(Vec::is_empty) {
        parts.pop();
    }
    parts
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
            format!("`{token}` stands where a network's name should: {expected}"),
        ));
    };
    if matches!(name.to_string().as_str(), "struct" | "enum" | "fn" | "mod" | "type" | "network")
        && input.peek(syn::Ident)
    {
        return Err(syn::Error::new_spanned(
            &name,
            format!(
                "`{name}` is not needed here\nhelp: leave it out, the name comes first: `pub HousePrice< input 13 => dense 1 >`"
            ),
        ));
    }
    if syn::parse2::<syn::Ident>(name.to_token_stream()).is_err() || name == "Self" {
        return Err(syn::Error::new_spanned(
            &name,
            format!("`{name}` is a word of Rust and cannot be a network's name"),
        ));
    }
    if matches!(name.to_string().as_str(), "castnet" | "f32" | "f64" | "u64" | "usize" | "bool" | "str") {
        return Err(syn::Error::new_spanned(
            &name,
            format!("`{name}` is a name that the generated code needs\nhelp: take another, such as `HousePrice`"),
        ));
    }
    Ok(Header { attributes, visibility, name })
}

/// The tokens between `<` and the `>` that is not part of an arrow.
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
    // An arrow ends in `>` too: that of `=>`, and the wrong one of `->`.
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

/// What `macro_rules` has put in place of a `$size:literal` comes in a group without delimiters: what is in it counts.
fn push_bare(token: TokenTree, tokens: &mut Vec<TokenTree>) {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            if is_computed(&group) {
                let mut whole = Group::new(Delimiter::Parenthesis, group.stream());
                whole.set_span(group.span());
                return tokens.push(whole.into());
            }
            group.stream().into_iter().for_each(|token| push_bare(token, tokens));
        }
        token => tokens.push(token),
    }
}

/// Whether what `macro_rules` has put in place of an `$size:expr` is computed: then it stays together.
fn is_computed(group: &Group) -> bool {
    let is_operator = |token: TokenTree| matches!(token, TokenTree::Punct(punct) if "+-*/%".contains(punct.as_char()));
    group.stream().into_iter().skip(1).any(is_operator)
}

/// The chains of a network, with `;` between them.
fn chains(tokens: Vec<TokenTree>, name: &Ident, errors: &mut Errors) -> Vec<Chain> {
    if tokens.is_empty() {
        errors.at(name, format!("`{name}` has no layers\nhelp: begin with its input: `{name}< input 13 => dense 1 >`"));
        return Vec::new();
    }
    let mut chains = Vec::new();
    let is_end = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let mut parts = tokens.split(is_end).peekable();
    while let Some(part) = parts.next() {
        // A `;` after the last chain is no mistake.
        if part.is_empty() && parts.peek().is_none() && !chains.is_empty() {
            break;
        }
        if part.is_empty() {
            let semicolons: TokenStream = tokens.iter().filter(|token| is_end(token)).cloned().collect();
            errors.at(semicolons, "there is no chain of layers before or after a `;`\nhelp: leave it out");
            continue;
        }
        chains.push(chain(part.to_vec(), errors));
    }
    chains
}

/// Stages with `=>` between them.
pub fn chain(tokens: Vec<TokenTree>, errors: &mut Errors) -> Chain {
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
                    errors.at(&arrow, "there is no layer before this `=>`\nhelp: leave the arrow out, or write the layer that is missing");
                } else {
                    stages.extend(stage(std::mem::take(&mut words), errors));
                }
                last_arrow = Some(arrow);
            }
            ('-', Some(TokenTree::Punct(next))) if next.as_char() == '>' && !begins_with_use(&words) => {
                let mut arrow = token.to_token_stream();
                arrow.extend(tokens.next().map(TokenTree::into_token_stream));
                errors.at(arrow, "layers are joined by another arrow\nhelp: write `=>`");
                stages.extend(stage(std::mem::take(&mut words), errors));
            }
            _ => words.push(token),
        }
    }
    match (words.is_empty(), last_arrow) {
        (true, Some(arrow)) => errors
            .at(arrow, "nothing comes after this `=>`\nhelp: add a layer, such as `dense 1`, or leave the arrow out"),
        (true, None) => {}
        (false, _) => stages.extend(stage(words, errors)),
    }
    Chain { stages, tokens: all }
}

/// Whether a stage says `use`, perhaps behind a label.
fn begins_with_use(words: &[TokenTree]) -> bool {
    let is_use = |token: &TokenTree| matches!(token, TokenTree::Ident(name) if name == "use");
    match words {
        [first, ..] if is_use(first) => true,
        [_, TokenTree::Punct(colon), third, ..] => colon.as_char() == ':' && is_use(third),
        _ => false,
    }
}

/// `label: keyword word word`.
fn stage(tokens: Vec<TokenTree>, errors: &mut Errors) -> Option<Stage> {
    let mut words = words(tokens).into_iter().peekable();
    let mut first = words.next()?;
    let mut label: Option<Ident> = None;
    while let (Word::Name(name), Some(Word::Other(TokenTree::Punct(colon)))) = (&first, words.peek())
        && colon.as_char() == ':'
    {
        if let Some(earlier) = &label {
            errors.at(name, format!("`{name}` is a second label, after `{earlier}`\nhelp: a layer has one"));
            return None;
        }
        let name = name.clone();
        let colon = words.next();
        let Some(keyword) = words.next() else {
            let message = format!("the layer after the label `{name}` is missing\nhelp: such as `{name}: dense 10`");
            errors.at(colon, message);
            return None;
        };
        label = Some(name);
        first = keyword;
    }
    let Word::Name(keyword) = first else {
        let shown = first.to_token_stream().to_string();
        errors.at(
            &first,
            format!(
                "`{shown}` stands where a layer's name should\nhelp: a layer begins with a word, such as `dense 10`"
            ),
        );
        return None;
    };
    if keyword == "repeat" {
        return repeat(label, keyword, words.collect(), errors);
    }
    if keyword == "use" {
        return another_network(label, keyword, words.collect(), errors);
    }
    let is_group = |word: &Word| matches!(word, Word::Other(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    let what = match words.next_if(is_group) {
        Some(Word::Other(TokenTree::Group(group))) => What::Call(group),
        _ => What::Plain,
    };
    Some(Stage { label, keyword, what, words: words.collect() })
}

/// `repeat 3 { chain }`.
fn repeat(label: Option<Ident>, keyword: Ident, mut words: Vec<Word>, errors: &mut Errors) -> Option<Stage> {
    let group = match words.pop() {
        Some(Word::Other(TokenTree::Group(group))) if group.delimiter() == Delimiter::Brace && !words.is_empty() => {
            group
        }
        _ => {
            errors.at(
                &keyword,
                "`repeat` wants a number, and in braces what is repeated\nhelp: such as `repeat 3 { dense 10 relu }`",
            );
            return None;
        }
    };
    let mut tokens = Vec::new();
    group.stream().into_iter().for_each(|token| push_bare(token, &mut tokens));
    let chain = chain(tokens, errors);
    if chain.stages.is_empty() {
        errors.at(&group, "there is nothing to repeat in these braces\nhelp: such as `repeat 3 { dense 10 relu }`");
        return None;
    }
    Some(Stage { label, keyword, what: What::Repeat(chain), words })
}

/// `use path::Network -> 7x7x64`.
fn another_network(label: Option<Ident>, keyword: Ident, words: Vec<Word>, errors: &mut Errors) -> Option<Stage> {
    let is = |word: &Word, c: char| matches!(word, Word::Other(TokenTree::Punct(punct)) if punct.as_char() == c);
    let arrow = words.iter().zip(words.iter().skip(1)).position(|(first, second)| is(first, '-') && is(second, '>'));
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
            format!("`{path}` is no path of a network: {error}\nhelp: such as `use models::Encoder -> 7x7x64`"),
        );
        return None;
    }
    Some(Stage { label, keyword, what: What::Network(path), words: words.to_vec() })
}

/// The words of a stage, or of an argument.
pub fn words(tokens: Vec<TokenTree>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut minus: Option<Punct> = None;
    for token in tokens {
        match token {
            TokenTree::Literal(literal) if literal.to_string().starts_with(|c: char| c.is_ascii_digit()) => {
                words.push(Word::Number(Number::new(minus.take(), literal)));
                continue;
            }
            TokenTree::Ident(name) => {
                words.extend(minus.take().map(|minus| Word::Other(minus.into())));
                words.push(Word::Name(name));
            }
            TokenTree::Punct(punct) if punct.as_char() == '-' => {
                words.extend(minus.replace(punct).map(|minus| Word::Other(minus.into())));
            }
            other => {
                words.extend(minus.take().map(|minus| Word::Other(minus.into())));
                words.push(Word::Other(other));
            }
        }
    }
    words.extend(minus.map(|minus| Word::Other(minus.into())));
    words
}

/// After an error: to where another network seems to begin.
fn skip_to_next_network(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![pub]) && !input.peek(Token![#]) {
        if input.parse::<TokenTree>().is_err() {
            return;
        }
    }
}
