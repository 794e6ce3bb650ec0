//! Tests of the plan: the emitted passes, in planned memory, compute the same results as the graph, in separate memory.
//!
//! `reference` computes from the graph alone, with memory of its own for every value. `passes` runs the emitted statements in the places
//! of the plan. Both work on symbolic values, so results are equal if and only if each pass has read the right values: a value that is
//! overwritten too early causes another result, or a piece of memory that holds no value.
mod machine;
mod passes;
mod reference;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;

use super::random::{self, Random};
use super::repository;
use crate::Program;
use crate::parse::{Block, Written};
use crate::print::text_of;
use machine::{Access, Region, Terms};
use passes::{Callers, Passes, Results};

/// A network, compiled and ready to run.
struct Case {
    text: String,
    callers: Callers,
    passes: Passes,
    expected: Results,
    /// Whether the gradient of the inputs can be computed: not through a frozen network.
    gives_input_gradient: bool,
    terms: Terms,
}

impl Case {
    /// The networks of a source that have no errors.
    fn all(source: Program) -> Vec<Self> {
        let crate::parse::Invocation { networks, blocks, .. } = source.0;
        networks.into_iter().filter_map(|network| Self::new(network, &blocks)).collect()
    }

    fn new(network: Written, blocks: &[Block]) -> Option<Self> {
        let text = text_of(&network, blocks);
        let planned = crate::compile(network.body, blocks).ok()?;
        let code = crate::emit::network(&quote!(::castnet), &network.header, &text, &planned);
        let graph = &planned.graph;
        let callers = reference::callers(graph);
        let mut terms = Terms::default();
        let expected = reference::results(graph, &mut terms);
        let gives_input_gradient = reference::gives_input_gradient(graph);
        Some(Self { text, callers, passes: Passes::read(code, callers), expected, gives_input_gradient, terms })
    }

    /// Runs the passes; an error says how they differ from the graph.
    fn check(&mut self, moved: BTreeMap<usize, u64>) -> Result<Vec<Access>, String> {
        let (got, accesses) = self.passes.run(self.callers, self.gives_input_gradient, &mut self.terms, moved)?;
        for name in self.expected.keys().chain(got.keys()) {
            let [expected, got] = [&self.expected, &got].map(|results| results.get(name));
            if expected != got {
                let [expected, got] =
                    [expected, got].map(|term| term.map_or("nothing".to_string(), |term| self.terms.show(*term, 4)));
                return Err(format!("{name} is\n{got}, not\n{expected}"));
            }
        }
        Ok(accesses)
    }

    fn assert(&mut self) -> Vec<Access> {
        self.check(BTreeMap::new()).unwrap_or_else(|message| panic!("{message}\nin\n{}", self.text))
    }
}

fn source(text: &str) -> Program {
    Program::parse(text).unwrap_or_else(|errors| panic!("{errors:?} in {text}"))
}

#[test]
fn random_programs() {
    for seed in 0..random::PROGRAMS {
        let cases = Case::all(source(&random::program(seed)));
        assert_eq!(cases.len(), 1, "of {seed}");
        for mut case in cases {
            case.assert();
        }
    }
}

/// The networks with golden plans and expansions, and all others of the repository.
#[test]
fn networks_of_the_repository() {
    let mut seen = BTreeSet::new();
    let (mut golden, mut count) = (0, 0);
    for repository::Invocation { file, tokens } in repository::invocations() {
        let Ok(source) = Program::of_tokens(tokens) else { continue };
        golden += usize::from(file.ends_with("plans.rs") || file.ends_with("expansions.rs"));
        // Only one network of the zoo, to save time: it has several outputs, far from each other.
        let is_large = file.components().any(|part| part.as_os_str() == "zoo") && !file.ends_with("inception_v1.rs");
        if is_large || !seen.insert(source.to_string()) {
            continue;
        }
        for mut case in Case::all(source) {
            case.assert();
            count += 1;
        }
    }
    assert!(golden >= 20 && count >= 220, "only {count} networks, {golden} of them on record");
}

/// The accesses to a value in planned memory, from its first write to its last read.
struct Life {
    /// The accesses, with their numbers.
    accesses: Vec<(usize, Access)>,
}

impl Life {
    fn all(accesses: &[Access]) -> Vec<Self> {
        let mut lives: BTreeMap<usize, Self> = BTreeMap::new();
        for (number, access) in accesses.iter().enumerate() {
            if ["arena", "tape", "adjoints"].contains(&access.region.memory.as_str()) {
                let life = lives.entry(access.life).or_insert_with(|| Self { accesses: Vec::new() });
                life.accesses.push((number, access.clone()));
            }
        }
        lives.into_values().collect()
    }

    fn region(&self) -> &Region {
        &self.accesses[0].1.region
    }

    /// Whether one of two values would disturb the other if their places overlapped: it overwrites the other before the other's last read,
    /// or one statement accesses it and writes the other.
    fn disturbs(&self, other: &Self) -> bool {
        self.accesses.iter().filter(|(_, access)| access.is_write).any(|(write, access)| {
            let is_between = other.accesses[0].0 < *write
                && other.accesses.iter().any(|(read, access)| !access.is_write && read > write);
            is_between || other.accesses.iter().any(|(_, other)| other.step == access.step)
        })
    }
}

/// Moves a value to the place of another: the replay fails if and only if both live at the same time.
#[test]
fn values_on_their_neighbours_are_seen() {
    let (mut seen, mut harmless) = (0, 0);
    for seed in 0..60 {
        let mut random = Random::new(seed);
        for mut case in Case::all(source(&random::program(seed))) {
            let accesses = case.assert();
            let lives = Life::all(&accesses);
            for _ in 0..8 {
                let Some((moved, onto)) = pair(&lives, &mut random) else { break };
                let start = onto.region().start + random.below(onto.region().len);
                let place = Region { start, ..moved.region().clone() };
                let moves = moved.accesses.iter().map(|(number, _)| (*number, start)).collect();
                let others =
                    lives.iter().filter(|other| !std::ptr::eq(*other, moved) && other.region().overlaps(&place));
                let expected = others.clone().any(|other| other.disturbs(moved) || moved.disturbs(other));
                let is_beyond = start + place.len > case.passes.size(&place.memory);
                let result = case.check(moves);
                let what =
                    format!("{:?} moved to {start}: {:?}, in\n{}", moved.region(), result.as_ref().err(), case.text);
                assert_eq!(result.is_err(), expected || is_beyond, "{what}");
                seen += usize::from(expected && !is_beyond);
                harmless += usize::from(!expected && !is_beyond);
            }
        }
    }
    assert!(seen > 100 && harmless > 20, "{seen} were seen, {harmless} did no harm");
}

/// Two different values of the same memory.
fn pair<'a>(lives: &'a [Life], random: &mut Random) -> Option<(&'a Life, &'a Life)> {
    let memories: Vec<&Life> = lives.iter().collect();
    let moved = if memories.is_empty() { return None } else { *random.pick(&memories) };
    let onto: Vec<&Life> = lives
        .iter()
        .filter(|life| life.region().memory == moved.region().memory && life.region().start != moved.region().start)
        .collect();
    if onto.is_empty() { None } else { Some((moved, *random.pick(&onto))) }
}

/// The replay fails if any statement is left out.
#[test]
fn statements_that_are_missing_are_seen() {
    let mut count = 0;
    for seed in 0..10 {
        for mut case in Case::all(source(&random::program(seed))) {
            for place in case.passes.places() {
                let removed = case.passes.remove(place);
                let result = case.check(BTreeMap::new());
                // The same value may have been copied there before.
                let is_copy = removed.text == "castnet::copy(_,_)";
                assert!(result.is_err() || is_copy, "without {removed:?}\nin\n{}", case.text);
                count += usize::from(result.is_err());
                case.passes.insert(place, removed);
            }
            case.assert();
        }
    }
    assert!(count > 200, "{count} statements");
}
