//! Branches of a join that do not fit together, and the edits that make them fit.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

use crate::errors::{Errors, Help};
use crate::expressions::{CHANNELS, Term};
use crate::graph::Branch;
use crate::layers::{self, Layer, Rule, Takes, join};
use crate::parse::{Chain, Stage};
use crate::reserved::IDENTITY;
use crate::shape::Shape;
use crate::window::{CAUSAL, DILATION, PAD, SAME, STRIDE, VALID};
use crate::words::Word;

/// The branch that an error is about, in helps.
const THIS_BRANCH: &str = "this branch";

/// Whether the first layer that does not keep the shape is one that takes a vector.
pub(super) fn takes_vector<'a>(stages: impl Iterator<Item = &'a Stage>) -> bool {
    let mut stages = stages.skip_while(|stage| is_keeping(&stage.keyword));
    let is_each = |word: &Term| matches!(word, Term::Word(Word::Name(name)) if name == "each");
    let takes_vector =
        |stage: &Stage| layers::find(&stage.keyword).is_some_and(|keyword| keyword.takes() == Takes::Vector);
    stages.next().is_some_and(|stage| takes_vector(stage) && !stage.words.iter().any(is_each))
}

/// Whether the output of a layer has the shape of its input.
fn is_keeping(keyword: &Ident) -> bool {
    keyword == IDENTITY || layers::find(keyword).is_some_and(|keyword| keyword.keeps_shape())
}

/// A branch as it was written, with the number of the channels of its output.
pub(super) fn branch(chain: &Chain) -> Branch {
    let last = chain.stages.iter().rev().find(|stage| !is_keeping(&stage.keyword));
    let sized = last.filter(|stage| layers::find(&stage.keyword).is_some_and(|keyword| keyword.is_sized()));
    let number = sized.and_then(|stage| match stage.words.first()? {
        Term::Word(Word::Number(number)) => Some((stage.keyword.clone(), number.to_token_stream())),
        _ => None,
    });
    let place = |stage: &Stage| layers::find(&stage.keyword)?.place_of_window();
    let windows = chain.stages.iter().filter_map(|stage| Some(window(stage, place(stage)?)));
    let windows: Option<Vec<_>> = windows.collect();
    let is_one = chain.stages.len() == 1;
    Branch { tokens: chain.tokens.clone(), number, windows: windows.unwrap_or_default(), is_one }
}

/// The window of a convolution, which stands at this place, if there are no words about padding or strides.
fn window(stage: &Stage, place: usize) -> Option<(TokenStream, [u64; 2])> {
    const WORDS: &[&str] = &[SAME, VALID, CAUSAL, PAD, STRIDE, DILATION];
    let is_word = |term: &Term| matches!(term, Term::Word(Word::Name(name)) if WORDS.iter().any(|word| name == word));
    let window = stage.words.get(place)?;
    let Term::Word(Word::Number(number)) = window else { return None };
    let sizes = match *number.sizes("the window").ok()?.as_slice() {
        [size] => [size, size],
        [height, width] => [height, width],
        _ => return None,
    };
    (!stage.words.iter().any(is_word)).then(|| (stage.tokens(), sizes))
}

/// Reports branches of these shapes, which `join` cannot join: it wants `rule`. `join` is the keyword, and `stage` all of its tokens.
pub(super) fn report(
    (join, stage): (&str, &TokenStream),
    branches: &[Branch],
    shapes: &[Shape],
    (rule, in_block): (Rule, bool),
    errors: &mut Errors,
) {
    let Some(first) = shapes.first() else { return };
    let is_right = |shape: &Shape| rule.free.map_or(shape == first, |axis| join::is_beside(axis, first, shape));
    let Some(index) = shapes.iter().position(|shape| !is_right(shape)) else { return };
    let (Some(other), Some(branch)) = (shapes.get(index), branches.get(index)) else { return };
    let help = match rule {
        Rule { along: Some(along), .. } => along_another(along, shapes).map(|help| help.of(stage)),
        Rule { free: Some(_), .. } => beside(stage, branches, shapes),
        Rule { .. } => alike(branches, shapes, in_block),
    };
    let rule = format!("`{join}` wants {}", rule.text);
    let help = match help {
        Some(help) => help.and(&format!(": {rule}")),
        None => Help::prose(rule),
    };
    errors.at(&branch.tokens, (format!("this branch has the shape {other}, but the first has {first}"), help));
}

/// Reports branches that are no vectors.
pub(super) fn no_vectors(
    (join, stage): (&str, &TokenStream),
    branches: &[Branch],
    shapes: &[Shape],
    errors: &mut Errors,
) {
    let Some(shape) = shapes.first() else { return };
    let help = joined(branches.iter().zip(shapes).filter_map(flat).collect());
    errors.at(stage, (format!("`{join}` takes vectors, but its branches have the shape {shape}"), help));
}

/// Reports more branches than two.
pub(super) fn more_than_two((join, stage): (&str, &TokenStream), branches: &[Branch], errors: &mut Errors) {
    let message = format!("`{join}` takes two branches, and there are {}", branches.len());
    let help = match branches {
        [_, second, .., last] if join == "subtract" => Help::before("add(")
            .of(&second.tokens)
            .with(Help::after(")").of(&last.tokens))
            .saying("subtract the sum of the others: `subtract(this, add(that, ..))`"),
        _ => Help::prose("leave the others out"),
    };
    errors.at(stage, (message, help));
}

/// The layer at the end of a branch that makes it a vector.
fn flat((branch, shape): (&Branch, &Shape)) -> Option<Help> {
    (shape.rank() > 1)
        .then(|| Help::after("=> flatten").of(&branch.tokens).saying("add `=> flatten` at the end of the branches"))
}

/// The help that joins branches along another axis than the one that is written.
fn along_another(along: u64, shapes: &[Shape]) -> Option<Help> {
    let first = shapes.first()?;
    let axis = (0..first.rank()).find(|&axis| shapes.iter().all(|shape| join::is_beside(axis, first, shape)))?;
    Some(Help::write_for(format!("along {along}"), format!("along {}", axis + 1)))
}

/// The help that gives all branches one shape: by the numbers in their last layers, else by layers at their ends.
fn alike(branches: &[Branch], shapes: &[Shape], in_block: bool) -> Option<Help> {
    // In a block other calls may have other sizes.
    let mut identities = branches.iter().zip(shapes).filter(|(branch, _)| is_identity(branch)).map(|(_, shape)| shape);
    let comes_in = identities.next().filter(|_| in_block);
    let written = |branch: &Branch, from: &Shape, to: &Shape| written(branch, from, to, comes_in);
    let all = |target: &Shape, change: &dyn Fn(&Branch, &Shape, &Shape) -> Option<Help>| {
        let wrong = branches.iter().zip(shapes).filter(|(_, shape)| *shape != target);
        let helps: Option<Vec<Help>> = wrong.map(|(branch, shape)| change(branch, shape, target)).collect();
        let help = joined(helps?)?;
        let sentence = help.sentence();
        Some(match (shapes.first() == Some(target), sentence.contains(THIS_BRANCH)) {
            (true, _) => help,
            (false, true) => {
                let sentence = sentence.replace(THIS_BRANCH, "the first branch");
                help.saying(sentence)
            }
            (false, false) => help.and(" in the first branch"),
        })
    };
    let padded = |branch: &Branch, from: &Shape, to: &Shape| padded(branch, from, to);
    let by_number = shapes.iter().find_map(|target| all(target, &written));
    let by_padding = || shapes.iter().find_map(|target| all(target, &padded));
    by_number.or_else(by_padding).or_else(|| shapes.iter().find_map(|target| all(target, &extended)))
}

/// The help that puts the branches of `concat` side by side: it joins them along another axis, gives them the positions of the first, or
/// flattens them all.
fn beside(stage: &TokenStream, branches: &[Branch], shapes: &[Shape]) -> Option<Help> {
    let first = shapes.first()?;
    if shapes.iter().any(|shape| shape.rank() == 1) {
        return joined(branches.iter().zip(shapes).filter_map(flat).collect());
    }
    let axis = (0..first.rank()).find(|&axis| shapes.iter().all(|shape| join::is_beside(axis, first, shape)));
    if let Some(axis) = axis {
        let along = format!("along {}", axis + 1);
        let branches: TokenStream = stage.clone().into_iter().take(2).collect();
        let sentence = format!("add `{along}` to join them along this axis");
        return Some(Help::after(along).of(&branches).saying(sentence));
    }
    let wrong = branches.iter().zip(shapes).filter(|(_, shape)| place(shape) != place(first));
    let widest = shapes.iter().max_by_key(|shape| shape.positions()).filter(|_| first.rank() > 1)?;
    let narrow = branches.iter().zip(shapes).filter(|(_, shape)| place(shape) != place(widest));
    let same =
        narrow.map(|(branch, shape)| same(branch, shape, widest)).collect::<Option<Vec<Help>>>().and_then(joined);
    same.or_else(|| {
        let helps: Option<Vec<Help>> = wrong.map(|(branch, shape)| moved(branch, shape, first)).collect();
        joined(helps?)
    })
}

/// The convolutions of a branch with the padding `same`, if that gives it the positions of another shape.
fn same(branch: &Branch, from: &Shape, to: &Shape) -> Option<Help> {
    let lost = |axis: usize| -> Option<u64> {
        branch.windows.iter().map(|(_, sizes)| sizes.get(axis).map(|size| size - 1)).sum()
    };
    let axes = if from.rank() == 2 { vec![lost(1)?] } else { vec![lost(0)?, lost(1)?] };
    let grown: Vec<u64> = place(from).iter().zip(axes).map(|(size, lost)| size + lost).collect();
    let helps =
        branch.windows.iter().map(|(layer, _)| Help::after("same").of(layer).saying("add `same` to the convolutions"));
    joined(helps.collect()).filter(|_| grown == place(to))
}

/// As [`same`], with the number of channels of the other shape.
fn padded(branch: &Branch, from: &Shape, to: &Shape) -> Option<Help> {
    let same = same(branch, from, to)?;
    if from.channels() == to.channels() {
        return Some(same);
    }
    let sizes = place(to).iter().copied().chain([from.channels()]).collect();
    joined(vec![same, written(branch, &Shape::new(sizes)?, to, None)?])
}

fn is_identity(branch: &Branch) -> bool {
    branch.tokens.to_string() == IDENTITY
}

/// All sizes but the channels.
fn place(shape: &Shape) -> &[u64] {
    shape.sizes().split_last().map_or(&[], |(_, place)| place)
}

/// One help of several: the sentences of different helps with "and" between them.
fn joined(helps: Vec<Help>) -> Option<Help> {
    helps.into_iter().reduce(|first, second| {
        let sentence = if first.sentence().contains(second.sentence()) {
            String::new()
        } else {
            format!(", and {}", second.sentence())
        };
        first.with(second).and(&sentence)
    })
}

/// The number of channels in the last layer of a branch, written for another shape.
/// If it is that of what comes in, it is written as `channels`.
fn written(branch: &Branch, from: &Shape, to: &Shape, comes_in: Option<&Shape>) -> Option<Help> {
    let (keyword, number) = branch.number.as_ref()?;
    let fits = place(from) == place(to) && number.to_string() == from.channels().to_string();
    let is_from_outside = branch.is_one && comes_in == Some(to);
    let channels = if is_from_outside { CHANNELS.to_string() } else { to.channels().to_string() };
    fits.then(|| Help::write(&channels).of(number).saying(format!("write `{keyword} {channels}`")))
}

/// Layers at the end of a branch that give it another shape.
fn extended(branch: &Branch, from: &Shape, to: &Shape) -> Option<Help> {
    let layers = if place(from) == place(to) {
        layer_to(to)
    } else if from.len() == to.len() {
        format!("reshape {to}")
    } else if to.rank() == 1 {
        format!("flatten => {}", layer_to(to))
    } else {
        let moved = resized(place(from), place(to))?;
        if from.channels() == to.channels() { moved } else { format!("{moved} => {}", layer_to(to)) }
    };
    Some(at_end(branch, &layers))
}

/// Layers at the end of a branch that give it other positions.
fn moved(branch: &Branch, from: &Shape, to: &Shape) -> Option<Help> {
    let as_many = from.rank() > 1 && from.positions() == to.positions();
    let sizes = place(to).iter().chain([&from.channels()]).map(u64::to_string).collect::<Vec<_>>().join("x");
    let resized = resized(place(from), place(to)).or_else(|| as_many.then(|| format!("reshape {sizes}")));
    Some(at_end(branch, &resized?))
}

fn at_end(branch: &Branch, layers: &str) -> Help {
    let text = format!("=> {layers}");
    Help::after(&text).of(&branch.tokens).saying(format!("add `{text}` at the end of {THIS_BRANCH}"))
}

/// The layer that changes height and width by whole factors.
fn resized(from: &[u64], to: &[u64]) -> Option<String> {
    let factors = |large: &[u64], small: &[u64]| {
        let divides =
            large.len() == small.len() && large.iter().zip(small).all(|(large, small)| large.is_multiple_of(*small));
        let factors = large.iter().zip(small).map(|(large, small)| (large / small).to_string());
        divides.then(|| factors.collect::<Vec<_>>().join("x"))
    };
    let smaller = factors(from, to).map(|factors| format!("avgpool {factors}"));
    smaller.or_else(|| factors(to, from).map(|factors| format!("upsample {factors}")))
}

/// A layer whose output has this shape, if only the channels of its input differ.
pub(super) fn layer_to(shape: &Shape) -> String {
    let channels = shape.channels();
    match shape.rank() {
        1 => format!("dense {channels}"),
        2 => format!("conv {channels} 1"),
        _ => format!("conv {channels} 1x1"),
    }
}

/// The help for a join with one branch: it reads what comes in as well.
pub(super) fn with_identity(
    (join, layer): (&str, &dyn Layer),
    branch: &Branch,
    from: &Shape,
    to: &Shape,
) -> Option<Help> {
    let identity = match is_identity(branch) {
        true => Help::after(format!(", {}", layer_to(from))).of(&branch.tokens),
        false => Help::before("identity,").of(&branch.tokens),
    };
    if layer.resolve(&[from, to]).is_ok() {
        return Some(identity.and(": a join reads several values, and `identity` is what comes in"));
    }
    let fitting = written(branch, to, from, None).or_else(|| extended(branch, to, from));
    let fitting = fitting.filter(|_| join != "concat" && layer.resolve(&[from, from]).is_ok())?;
    let sentence = format!("put `identity,` before it, which is what comes in, and {}", fitting.sentence());
    Some(identity.with(fitting).saying(sentence))
}

/// The text of a join without branches, with two.
pub(super) fn example((join, layer): (&str, &dyn Layer), input: Option<&Shape>, words: &[Term]) -> Option<String> {
    let input = input.filter(|input| layer.resolve(&[input, input]).is_ok())?;
    let layer = layer_to(input);
    Some(quote!(#(#words)*).to_string())
        .map(|words| format!("{join}(identity, {layer}) {words}").trim_end().to_string())
}
