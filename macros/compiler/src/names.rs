//! Rules over the networks of one invocation: names that clash, and networks that are layers of themselves.
use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::errors::{Errors, Help, Message, place};
use crate::parse::{Block, Chain, Header, What, Written};

/// Whether no condition decides that one of two networks is not there.
fn are_both_there(first: &Header, second: &Header) -> bool {
    first.conditions().is_empty() || second.conditions().is_empty()
}

/// Removes every network whose name an earlier one has: rustc would report all of its items.
pub fn remove_twins(networks: &mut Vec<Written>, errors: &mut Errors) {
    let mut kept: Vec<Written> = Vec::new();
    for network in std::mem::take(networks) {
        let name = &network.header.name;
        let is_twin =
            |earlier: &&Written| earlier.header.name == *name && are_both_there(&earlier.header, &network.header);
        match kept.iter().find(is_twin) {
            Some(earlier) => {
                let at = place(earlier.header.name.span());
                errors.at(name, (format!("a network named `{name}` exists already{at}"), another(name)));
            }
            None => kept.push(network),
        }
    }
    *networks = kept;
}

/// The help that gives a network another name.
fn another(name: &Ident) -> Help {
    Help::rename([name.clone()], &format!("{name}2"))
}

/// The network whose name a struct of another network has, and this other network with a word for the struct.
pub fn clash<'a>(
    header: &Header,
    others: impl Iterator<Item = (&'a Header, Vec<(Ident, &'static str)>)>,
) -> Option<Message> {
    let name = &header.name;
    for (other, structs) in others {
        let found = structs.iter().find(|(of_other, _)| of_other == name && are_both_there(header, other));
        if let Some((_, what)) = found {
            let (network, at) = (&other.name, place(other.name.span()));
            let message = format!("`{name}` is the name of the struct for the {what} of `{network}`{at}");
            return Some((message, another(name)).into());
        }
    }
    None
}

/// Reports networks that are layers of themselves, directly or through others.
pub fn check_layers(networks: &mut [Written], blocks: &[Block]) {
    let nested: Vec<(Ident, Vec<(Ident, TokenStream)>)> = networks
        .iter()
        .map(|network| {
            let (mut found, mut seen) = (Vec::new(), Vec::new());
            network.body.chains.iter().for_each(|chain| add_nested(chain, blocks, &mut seen, &mut found));
            let name = &network.header.name;
            // `use Self` would be the network too.
            found.iter_mut().filter(|(path, _)| path == "Self").for_each(|(path, _)| *path = name.clone());
            (name.clone(), found)
        })
        .collect();
    let mut in_cycles: Vec<Ident> = Vec::new();
    for network in networks {
        let name = &network.header.name;
        let Some((tokens, path)) = path_to(name, &nested).filter(|_| !in_cycles.contains(name)) else { continue };
        let through = path.iter().map(Ident::to_string).collect::<Vec<_>>().join(" => ");
        network.body.errors.at(
            tokens,
            format!(
                "`{name}` is a layer of itself: {through}\nhelp: declare the layers that both have as a network of their own"
            ),
        );
        in_cycles.extend(path);
    }
}

/// Adds the names of the nested networks that a chain names without a module, with their tokens.
fn add_nested(chain: &Chain, blocks: &[Block], seen: &mut Vec<Ident>, found: &mut Vec<(Ident, TokenStream)>) {
    for stage in &chain.stages {
        match &stage.what {
            What::Join(_, branches) => branches.iter().for_each(|branch| add_nested(branch, blocks, seen, found)),
            What::Repeat(chain) => add_nested(chain, blocks, seen, found),
            What::Nested(path) => found.extend(last_of(path).map(|name| (name, path.clone()))),
            // Every block is gone through once: blocks that call others twice would take hours.
            What::Call(..) if !seen.contains(&stage.keyword) => {
                seen.push(stage.keyword.clone());
                let block = blocks.iter().find(|block| block.name == stage.keyword);
                block.into_iter().for_each(|block| add_nested(&block.chain, blocks, seen, found));
            }
            What::Plain | What::Call(..) | What::Lost => {}
        }
    }
}

/// `Net` of the paths `Net` and `self::Net`.
fn last_of(path: &TokenStream) -> Option<Ident> {
    match path.clone().into_iter().collect::<Vec<_>>().as_slice() {
        [TokenTree::Ident(name)] => Some(name.clone()),
        [TokenTree::Ident(module), _, _, TokenTree::Ident(name)] if module == "self" => Some(name.clone()),
        _ => None,
    }
}

/// The path of networks from a network to itself, with the tokens of its first step.
fn path_to(name: &Ident, nested: &[(Ident, Vec<(Ident, TokenStream)>)]) -> Option<(TokenStream, Vec<Ident>)> {
    let mut paths: Vec<(TokenStream, Vec<Ident>)> =
        of(name, nested).map(|(to, tokens)| (tokens.clone(), vec![name.clone(), to.clone()])).collect();
    let mut seen: Vec<Ident> = Vec::new();
    while let Some((tokens, path)) = paths.pop() {
        let Some(last) = path.last() else { continue };
        if last == name {
            return Some((tokens, path));
        }
        if seen.contains(last) {
            continue;
        }
        seen.push(last.clone());
        paths.extend(of(last, nested).map(|(to, _)| (tokens.clone(), path.iter().chain([to]).cloned().collect())));
    }
    None
}

/// The networks that are layers of a network.
fn of<'a>(
    network: &Ident,
    nested: &'a [(Ident, Vec<(Ident, TokenStream)>)],
) -> impl Iterator<Item = &'a (Ident, TokenStream)> {
    nested.iter().filter(move |(name, _)| name == network).flat_map(|(_, nested)| nested)
}
