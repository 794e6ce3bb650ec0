//! Reads the statements of a pass: the regions that each reads and writes.
use std::collections::BTreeMap;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::machine::{LARGEST, Region, Step, Written};

/// The names of regions, and the constants that are max poolings.
#[derive(Clone, Default)]
pub struct Names {
    pub regions: BTreeMap<String, Region>,
    /// The constants that are max poolings.
    pub largest: Vec<String>,
}

/// Reads statements in their order.
pub fn read(tokens: TokenStream, names: &mut Names) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut statement = Vec::new();
    for token in tokens {
        if is(&token, ';') {
            let statement = std::mem::take(&mut statement);
            match statement.as_slice() {
                [TokenTree::Ident(word), TokenTree::Ident(mutable), name, ..] if word == "let" && mutable == "mut" => {
                    assert_eq!(name.to_string(), SUM);
                    names.regions.insert(SUM.to_string(), sum());
                }
                [TokenTree::Ident(word), ..] if word == "let" => bind(&statement, names),
                [TokenTree::Ident(word), _, _, penalty @ ..] if word == SUM => steps.extend(add(penalty, names)),
                _ => steps.push(call(&statement, names)),
            }
            continue;
        }
        let inside = match (&token, statement.first()) {
            (TokenTree::Group(group), Some(TokenTree::Ident(word)))
                if word == "if" && group.delimiter() == Delimiter::Brace =>
            {
                group.stream()
            }
            _ => {
                statement.push(token);
                continue;
            }
        };
        let condition = text(&std::mem::take(&mut statement), None);
        for mut step in read(inside, &mut names.clone()) {
            step.for_input |= condition.contains("grad_input");
            steps.push(step);
        }
    }
    let rest = text(&statement, None);
    assert!(rest.is_empty() || rest == SUM, "a statement of another kind: {rest}");
    steps
}

/// The variable that adds up the penalties on activities.
const SUM: &str = "loss_contribution";

/// The place of the sum of the penalties.
pub fn sum() -> Region {
    Region { memory: SUM.to_string(), start: 0, len: 1 }
}

/// The steps of a statement that adds a penalty to the sum: a nested network computes its output, too.
fn add(penalty: &[TokenTree], names: &Names) -> Vec<Step> {
    let step = call(penalty, names);
    let outputs: Vec<Region> = step.writes.iter().map(|(region, _)| region.clone()).collect();
    let read = if outputs.is_empty() { &step.reads } else { &outputs };
    let reads = read.iter().cloned().chain([sum()]).collect();
    let added = Step { reads, writes: vec![(sum(), Written::AddedComputed)], ..step.clone() };
    if outputs.is_empty() { vec![added] } else { vec![step, added] }
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

/// `let (a, b) = tape.pair::<..>();` or `let c: &[..] = castnet::reshape(input);`
fn bind(statement: &[TokenTree], names: &mut Names) {
    let equals = statement.iter().position(|token| is(token, '=')).expect("a name has a value");
    let (pattern, value) = (&statement[1..equals], &statement[equals + 1..]);
    let bound: Vec<String> = match &pattern[0] {
        TokenTree::Group(group) => idents(group.stream()),
        name => vec![name.to_string()],
    };
    if let [TokenTree::Ident(memory), dot, TokenTree::Ident(_), _, _, _, arguments @ .., end, _] = value
        && is(dot, '.')
    {
        assert!(is(end, '>'), "{}", text(value, None));
        let arguments = between_commas(arguments);
        let regions: Vec<Region> = arguments
            .chunks(2)
            .map(|pair| Region { memory: memory.to_string(), start: number(pair[1]), len: len(pair[0]) })
            .collect();
        for (index, region) in regions.iter().enumerate() {
            assert!(!regions[..index].iter().any(|other| other.overlaps(region)), "{} overlap", text(value, None));
        }
        assert_eq!(bound.len(), regions.len(), "{}", text(value, None));
        names.regions.extend(bound.into_iter().zip(regions));
    } else {
        let region = region(value, names).unwrap_or_else(|| panic!("a name of something else: {}", text(value, None)));
        names.regions.insert(bound[0].clone(), region);
    }
}

fn idents(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .filter_map(|token| if let TokenTree::Ident(name) = token { Some(name.to_string()) } else { None })
        .collect()
}

/// Arguments, of functions or of types.
fn between_commas(tokens: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut depth = 0;
    let is_end = |token: &TokenTree| {
        depth += i32::from(is(token, '<')) - i32::from(is(token, '>'));
        depth == 0 && is(token, ',')
    };
    tokens.split(is_end).filter(|argument| !argument.is_empty()).collect()
}

/// The region that an argument is, perhaps inside of `castnet::positions(..)`, `castnet::Outputs(..)` or `Some(..)`.
fn region(argument: &[TokenTree], names: &Names) -> Option<Region> {
    match argument {
        [TokenTree::Ident(name)] => names.regions.get(&name.to_string()).cloned(),
        [.., TokenTree::Ident(_), TokenTree::Group(group)] => {
            region(&group.stream().into_iter().collect::<Vec<_>>(), names)
        }
        _ => None,
    }
}

/// The size of a type in scalars. That of a nested network is unknown: any number will do.
fn len(of: &[TokenTree]) -> u64 {
    let words = idents(of.iter().cloned().collect());
    let has = |name: &str| words.iter().any(|word| word == name);
    if has("SVector") || has("SMatrix") {
        let sizes = of
            .iter()
            .filter_map(|token| if let TokenTree::Literal(size) = token { Some(size.to_string()) } else { None });
        return sizes.map(|size| size.parse::<u64>().expect("a size")).product();
    }
    match () {
        () if has("NestedTape") => 11,
        () if has("NestedAdjoints") => 7,
        () if has("Arena") => 5,
        () => panic!("another type: {}", text(of, None)),
    }
}

/// The value of a constant: a sum of numbers, of sizes of types, and of the larger of two sizes.
pub fn number(tokens: &[TokenTree]) -> u64 {
    let terms = tokens.split(|token| is(token, '+')).filter(|term| !term.is_empty());
    let value = |term: &[TokenTree]| match term {
        [TokenTree::Literal(number)] => number.to_string().parse().expect("a number"),
        [.., TokenTree::Group(group)] => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            between_commas(&inside).into_iter().map(number).max().expect("there are some")
        }
        of_type => len(of_type),
    };
    terms.map(value).sum()
}

/// The text of tokens. With `names`, regions are written as `_`.
pub fn text(tokens: &[TokenTree], names: Option<&Names>) -> String {
    let mut all = String::new();
    add_text(tokens.iter().cloned(), names, &mut all);
    all
}

fn add_text(tokens: impl Iterator<Item = TokenTree>, names: Option<&Names>, text: &mut String) {
    let mut tokens = tokens.peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = if group.delimiter() == Delimiter::Brace { (" {", '}') } else { ("(", ')') };
                text.push_str(open);
                add_text(group.stream().into_iter(), names, text);
                text.push(close);
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                // As in the code that `passes::plain` has changed.
                let name = name.strip_prefix("__").map_or(name.clone(), str::to_string);
                let is_region =
                    names.is_some_and(|names| names.regions.contains_key(&name)) && !text.ends_with(['.', ':']);
                // `Dropout { rate: 0.5 }`
                let is_region = is_region && !tokens.peek().is_some_and(|next| is(next, ':'));
                if text.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    text.push(' ');
                }
                text.push_str(if is_region { "_" } else { &name });
            }
            TokenTree::Literal(literal) => {
                if text.ends_with(|c: char| c.is_alphanumeric()) {
                    text.push(' ');
                }
                text.push_str(&literal.to_string());
            }
            TokenTree::Punct(punct) => text.push(punct.as_char()),
        }
    }
}

/// A call in a statement.
struct Call {
    text: String,
    receiver: String,
    regions: Vec<Region>,
    sink: Option<String>,
    is_random: bool,
}

/// `receiver.method(arguments)`, or `castnet::function(arguments)`.
fn call(statement: &[TokenTree], names: &Names) -> Step {
    let Some((TokenTree::Group(arguments), callee)) = statement.split_last() else {
        panic!("another statement: {}", text(statement, None))
    };
    let inside: Vec<TokenTree> = arguments.stream().into_iter().collect();
    let arguments = between_commas(&inside);
    let path = text(callee, None);
    let path = path.strip_suffix('>').and_then(|path| path.rsplit_once("::<")).map_or(path.as_str(), |(path, _)| path);
    let (receiver, name) = match path.rsplit_once('.') {
        Some(method) => method,
        None => ("", path.trim_start_matches("castnet::")),
    };
    let call = Call {
        text: text(statement, Some(names)),
        receiver: receiver.to_string(),
        regions: regions(name, &arguments, names),
        sink: arguments.iter().rev().find_map(|argument| sink(&text(argument, None))),
        is_random: arguments.iter().any(|argument| matches!(argument, [TokenTree::Ident(name)] if name == "rng")),
    };
    let takes_largest =
        names.largest.iter().any(|constant| constant == receiver) || receiver == "castnet::GlobalMaxPool";
    let mut step = effect(name, call);
    if takes_largest && name == "forward" {
        step.text = format!("{LARGEST}{}", step.text);
    }
    step
}

/// The regions among arguments. A gradient that a recurrent layer does not compute, because nobody wants it, has a place all the same: the
/// others keep their numbers.
fn regions(name: &str, arguments: &[&[TokenTree]], names: &Names) -> Vec<Region> {
    let unwanted = |index: usize, argument: &[TokenTree]| {
        let is_gradient = name == "backward_through_time" && index + 2 >= arguments.len();
        let is_none = text(argument, None).ends_with("Option::None");
        (is_gradient && is_none).then(|| Region { memory: "unwanted".to_string(), start: index as u64, len: 1 })
    };
    let found =
        |(index, argument): (usize, &&[TokenTree])| region(argument, names).or_else(|| unwanted(index, argument));
    arguments.iter().enumerate().filter_map(found).collect()
}

/// `gradient.dense_1` of `&mut gradient.dense_1`, `sample.left` of `|sample| &mut sample.left`.
fn sink(argument: &str) -> Option<String> {
    let place = argument.trim_end_matches(')').rsplit("&mut ").next()?;
    let is_sink = argument.contains("&mut ") && (place.starts_with("gradient.") || place.starts_with("sample."));
    is_sink.then(|| place.to_string())
}

/// The regions that a call of a kernel reads and writes.
fn effect(name: &str, call: Call) -> Step {
    let Call { text, receiver, regions, sink, is_random } = call;
    let joins = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"];
    let is_join = joins.iter().any(|join| receiver.strip_prefix("castnet::") == Some(join));
    let is_concat = receiver.starts_with("castnet::Concatenate");
    let begins = receiver == "castnet::Concatenate::<0>";
    let (last, others) = regions.split_last().unwrap_or_else(|| panic!("`{text}` has no memory"));
    let (first, behind) = regions.split_first().unwrap_or_else(|| panic!("`{text}` has no memory"));
    let step = |reads: &[Region], writes: &[Region], how: Written| Step {
        text: text.clone(),
        reads: reads.to_vec(),
        writes: writes.iter().map(|region| (region.clone(), how)).collect(),
        sink: None,
        is_random,
        for_input: false,
    };
    let last = std::slice::from_ref(last);
    // Changes the last region in place.
    let change = |how| step(&regions, last, how);
    let write = |how| step(others, last, how);
    match name {
        "copy" => write(Written::Copied),
        "broadcast" | "take" => write(Written::Computed),
        "accumulate" => change(Written::Added),
        "take_added" => Step { text: text.replace("take_added", "take"), ..change(Written::AddedComputed) },
        "put" => Step { sink, ..step(std::slice::from_ref(first), &[], Written::Computed) },
        // The values are the last region; a mask before them is written too.
        "apply" => {
            let masks = if others.is_empty() { &[][..] } else { others };
            let mut step = step(last, last, Written::Computed);
            step.writes.extend(masks.iter().map(|mask| (mask.clone(), Written::Computed)));
            step
        }
        "add_activity_gradient" => change(Written::AddedComputed),
        "activity_penalty" | "nested::activity_penalty" => step(&regions, &[], Written::Computed),
        "add_gradient_of_outputs" => {
            let [logits, memory, grad] = regions.as_slice() else { panic!("`{text}` has other regions") };
            let mut step = step(&[logits.clone(), grad.clone()], last, Written::AddedComputed);
            step.writes.push((memory.clone(), Written::Computed));
            step
        }
        "apply_compact" | "finish" => change(Written::Computed),
        "forward" if receiver == "castnet::Add" => change(Written::Added),
        "forward" | "forward_channels" if is_join => change(Written::Computed),
        "forward" | "forward_along" if is_concat && !begins => change(Written::Computed),
        "forward" | "forward_along" | "forward_both" | "forward_compact" => write(Written::Computed),
        "forward_training" => step(std::slice::from_ref(first), behind, Written::Computed),
        "recur" | "recur_in_training" | "recur_dropping" => {
            // The input, perhaps an initial state, the memory and the output.
            let (reads, writes) = regions.split_at(regions.len() - 2);
            step(reads, writes, Written::Computed)
        }
        "backward_through_time" => {
            let [saved, grad_output, grads, grad_input @ ..] = regions.as_slice() else {
                panic!("`{text}` has other regions")
            };
            gradients(text.clone(), &[saved, grad_output], grads, grad_input, sink)
        }
        "backward" if !is_concat => change(Written::Computed),
        "backward" | "backward_along" | "backward_branch" | "backward_second" => write(Written::Computed),
        "backward_input" | "backward_frozen" | "backward_channels" => write(Written::Computed),
        "backward_parameters" => Step { sink, ..step(&regions, &[], Written::Computed) },
        "update" | "nested::update_state" => {
            Step { sink: Some(format!("update {text}")), ..step(&regions, &[], Written::Computed) }
        }
        "nested::forward" | "nested::forward_evaluation" | "nested::forward_training" => {
            step(std::slice::from_ref(first), behind, Written::Computed)
        }
        "nested::backward" => nested_backward(text.clone(), &regions, sink),
        _ => panic!("`{text}`: say here what it reads and writes"),
    }
}

/// A nested network.
fn nested_backward(text: String, regions: &[Region], sink: Option<String>) -> Step {
    let [input, memory, output, grads, grad_output, grad_input @ ..] = regions else {
        panic!("`{text}` has other regions")
    };
    gradients(text, &[input, memory, output, grad_output], grads, grad_input, sink)
}

/// A layer that computes the gradient of its parameters, of its input, or of both by one statement, whose text does not tell which.
fn gradients(text: String, reads: &[&Region], grads: &Region, grad_input: &[Region], sink: Option<String>) -> Step {
    let text: String = text.split(',').take(2).collect();
    let writes = grad_input.iter().chain([grads]).map(|region| (region.clone(), Written::Computed)).collect();
    Step { text, reads: reads.iter().copied().cloned().collect(), writes, sink, is_random: false, for_input: false }
}
