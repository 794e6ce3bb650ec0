//! All networks of the repository: in its sources, in its documents, and in the strings of these tests.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The tokens between the braces of a `network!`, and the file that contains it.
pub struct Invocation {
    pub file: PathBuf,
    pub tokens: TokenStream,
}

/// Every `network!` of the repository without `$`, every use of a macro that puts blocks in front of networks, and every string of these
/// tests, except for the tests of canonical texts. Some have errors on purpose.
pub fn invocations() -> Vec<Invocation> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    add_files(&root, &mut files);
    let pieces: Vec<(PathBuf, TokenStream)> = files
        .into_iter()
        .flat_map(|file| {
            let tokens = pieces(&file).into_iter().filter_map(|piece| piece.parse().ok());
            tokens.map(|tokens| (file.clone(), tokens)).collect::<Vec<_>>()
        })
        .collect();
    let mut macros = BTreeMap::new();
    pieces.iter().for_each(|(_, tokens)| add_macros(tokens.clone(), &mut macros));
    let mut found = Vec::new();
    for (file, tokens) in pieces {
        let is_test = file.to_string_lossy().contains("compiler/src/tests") && !file.ends_with("text.rs");
        let mut streams = Vec::new();
        add_invocations(tokens.clone(), &macros, &mut streams);
        if is_test {
            add_strings(tokens, &mut streams);
        }
        found.extend(streams.into_iter().map(|tokens| Invocation { file: file.clone(), tokens }));
    }
    found
}

fn add_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).expect("it is a folder").map(|entry| entry.expect("it is there").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                add_files(&path, files);
            }
        } else if name.ends_with(".rs") || name.ends_with(".md") {
            files.push(path);
        }
    }
}

/// The code of a file, and the blocks of code in its documentation.
fn pieces(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("it is a text");
    if file.extension().is_some_and(|extension| extension == "md") {
        return code(text.lines());
    }
    let documentation = text.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("//!").or_else(|| line.strip_prefix("///"))
    });
    let mut pieces = code(documentation.map(|line| line.strip_prefix(' ').unwrap_or(line)));
    pieces.push(text);
    pieces
}

/// The code blocks between fences.
fn code<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in lines {
        if line.trim_start().starts_with("```") {
            match block.take() {
                Some(block) => blocks.push(block),
                None => block = Some(String::new()),
            }
        } else if let Some(block) = &mut block {
            block.push_str(line.strip_prefix("# ").unwrap_or(line));
            block.push('\n');
        }
    }
    blocks
}

/// `name ! { .. }`, or with other delimiters.
fn calls(tokens: &[TokenTree]) -> impl Iterator<Item = (String, &Group, &[TokenTree])> {
    tokens.windows(3).enumerate().filter_map(|(index, window)| match window {
        [TokenTree::Ident(name), TokenTree::Punct(mark), TokenTree::Group(group)] if mark.as_char() == '!' => {
            Some((name.to_string(), group, &tokens[index..]))
        }
        _ => None,
    })
}

/// Macros that call `network!` with tokens of their own before their arguments: the tokens, by the name of the macro.
fn add_macros(tokens: TokenStream, macros: &mut BTreeMap<String, TokenStream>) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    for window in all.windows(4) {
        let [TokenTree::Ident(word), TokenTree::Punct(_), TokenTree::Ident(name), TokenTree::Group(rules)] = window
        else {
            continue;
        };
        if word == "macro_rules"
            && let Some(network) = find_network(rules.stream())
        {
            // `$($network)*`
            let body: Vec<TokenTree> = network.into_iter().collect();
            let is_dollar = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '$');
            if body.iter().filter(|token| is_dollar(token)).count() == 1
                && body.iter().rev().nth(2).is_some_and(is_dollar)
            {
                macros.insert(name.to_string(), body[..body.len() - 3].iter().cloned().collect());
            }
        }
    }
    let groups =
        all.into_iter().filter_map(|token| if let TokenTree::Group(group) = token { Some(group) } else { None });
    groups.for_each(|group| add_macros(group.stream(), macros));
}

fn find_network(tokens: TokenStream) -> Option<TokenStream> {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    let here = calls(&all).find(|(name, ..)| name == "network").map(|(_, group, _)| group.stream());
    here.or_else(|| {
        all.iter()
            .find_map(|token| if let TokenTree::Group(group) = token { find_network(group.stream()) } else { None })
    })
}

fn add_invocations(tokens: TokenStream, macros: &BTreeMap<String, TokenStream>, found: &mut Vec<TokenStream>) {
    let all: Vec<TokenTree> = tokens.into_iter().collect();
    for (name, group, _) in calls(&all) {
        let prefix = if name == "network" { Some(TokenStream::new()) } else { macros.get(&name).cloned() };
        let is_written_out = !group.stream().to_string().contains('$');
        if let Some(prefix) = prefix.filter(|_| is_written_out && group.delimiter() != Delimiter::None) {
            found.push(prefix.into_iter().chain(group.stream()).collect());
        }
    }
    for token in all {
        if let TokenTree::Group(group) = token {
            add_invocations(group.stream(), macros, found);
        }
    }
}

fn add_strings(tokens: TokenStream, found: &mut Vec<TokenStream>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => add_strings(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text = syn::parse2::<syn::LitStr>(TokenTree::from(literal).into());
                found.extend(text.ok().and_then(|text| text.value().parse::<TokenStream>().ok()));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}
