//! The emitted passes of a network.
use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::machine::{Access, Machine, Region, Step, Term, Terms};
use super::statements::{self, Names};

/// The results of a network by name: its outputs, and the gradients of its parameters and inputs.
pub type Results = BTreeMap<String, Term>;

/// The statements of the passes.
pub struct Passes {
    prediction: Vec<Step>,
    evaluation: Vec<Step>,
    training: Vec<Step>,
    activity: Vec<Step>,
    backward: Vec<Step>,
    update: Vec<Step>,
    sizes: BTreeMap<String, u64>,
}

/// The sizes of the caller's memory for the input and the output: 1 if there are several inputs or outputs, which are copied one by one.
#[derive(Clone, Copy)]
pub struct Callers {
    pub input: u64,
    pub output: u64,
}

impl Callers {
    pub fn region(self, name: &str) -> Region {
        let len = if name.ends_with("input") { self.input } else { self.output };
        Region { memory: name.to_string(), start: 0, len }
    }
}

impl Passes {
    /// Reads the code of a network.
    pub fn read(code: TokenStream, callers: Callers) -> Self {
        let code = plain(code);
        // The last block of the code, which has the constants and implementations.
        let groups = code.into_iter().filter_map(braces);
        let items = items(groups.last().expect("it has a block"));
        let mut names = Names::default();
        for name in ["input", "output", "grad_input", "grad_output"] {
            names.regions.insert(name.to_string(), callers.region(name));
        }
        let constants = items.iter().filter(|item| item.head.ends_with("::MaxPool"));
        names.largest.extend(constants.filter_map(|item| item.name("const")));
        let is_network = |item: &&Item| {
            ["Predict", "Network"].iter().any(|name| item.head.contains(&format!("impl castnet::{name} for")))
        };
        let bodies = items.iter().filter(is_network).filter_map(|item| item.body.clone());
        let items: Vec<Item> = bodies.flat_map(self::items).collect();
        let find = |keyword: &str, name: &str| items.iter().find(|item| item.name(keyword).as_deref() == Some(name));
        let pass = |name: &str| {
            let body = find("fn", name).and_then(|item| item.body.clone()).unwrap_or_default();
            statements::read(body, &mut names.clone())
        };
        let size = |name: &str| statements::number(&find("const", name).expect("it is there").value);
        let sizes = [("arena", "ARENA"), ("tape", "TAPE"), ("adjoints", "ADJOINTS")];
        Self {
            prediction: pass("forward"),
            evaluation: pass("forward_evaluation"),
            training: pass("forward_training"),
            activity: pass("activity_penalty"),
            backward: pass("backward"),
            update: pass("update_state"),
            sizes: sizes.into_iter().map(|(memory, constant)| (memory.to_string(), size(constant))).collect(),
        }
    }

    /// The size of a memory in scalars.
    pub fn size(&self, memory: &str) -> u64 {
        self.sizes.get(memory).copied().unwrap_or_default()
    }

    fn passes(&mut self) -> [&mut Vec<Step>; 6] {
        let Self { prediction, evaluation, training, activity, backward, update, .. } = self;
        [prediction, evaluation, training, activity, backward, update]
    }

    /// The positions of all statements: the index of the pass, and the index in it.
    pub fn places(&mut self) -> Vec<(usize, usize)> {
        let all = self.passes().into_iter().enumerate();
        all.flat_map(|(pass, steps)| (0..steps.len()).map(move |step| (pass, step))).collect()
    }

    /// Removes a statement.
    pub fn remove(&mut self, (pass, step): (usize, usize)) -> Step {
        self.passes()[pass].remove(step)
    }

    /// Inserts a statement.
    pub fn insert(&mut self, (pass, step): (usize, usize), statement: Step) {
        self.passes()[pass].insert(step, statement);
    }

    /// Runs a prediction, an evaluation if there are penalties on activities, and a training step, with the gradient of the inputs if it can be computed. The accesses in `moved` are
    /// redirected.
    pub fn run(
        &self,
        callers: Callers,
        gives_input_gradient: bool,
        terms: &mut Terms,
        moved: BTreeMap<usize, u64>,
    ) -> Result<(Results, Vec<Access>), String> {
        let mut machine = Machine::new(terms);
        machine.moved = moved;
        machine.sizes.clone_from(&self.sizes);
        machine.set(&callers.region("input"), "input");
        let mut results = Results::new();
        self.prediction.iter().try_for_each(|step| machine.run(step))?;
        collect("prediction", &mut machine, &callers.region("output"), &mut results);
        if !self.evaluation.is_empty() {
            machine.forget("arena");
            machine.set(&statements::sum(), "no penalty");
            self.evaluation.iter().try_for_each(|step| machine.run(step))?;
            collect_penalties("evaluation", &machine, &mut results);
            collect("evaluation", &mut machine, &callers.region("output"), &mut results);
        }
        self.training.iter().try_for_each(|step| machine.run(step))?;
        collect("training", &mut machine, &callers.region("output"), &mut results);
        if !self.activity.is_empty() {
            machine.set(&statements::sum(), "no penalty");
            self.activity.iter().try_for_each(|step| machine.run(step))?;
            collect_penalties("training", &machine, &mut results);
        }
        machine.set(&callers.region("grad_output"), "grad_output");
        let asked = self.backward.iter().filter(|step| !step.for_input || gives_input_gradient);
        asked.into_iter().try_for_each(|step| machine.run(step))?;
        collect("backward", &mut machine, &callers.region("grad_input"), &mut results);
        self.update.iter().try_for_each(|step| machine.run(step))?;
        collect("update", &mut machine, &callers.region("grad_input"), &mut results);
        let accesses = std::mem::take(&mut machine.accesses);
        Ok((results, accesses))
    }
}

/// Adds the values in the caller's output, and the sinks of a pass, to the results.
pub fn collect(pass: &str, machine: &mut Machine<'_>, output: &Region, results: &mut Results) {
    let sinks = std::mem::take(&mut machine.sinks);
    results.extend(sinks.into_iter().map(|(name, term)| (format!("{pass} {name}"), term)));
    if pass != "update"
        && let Ok(term) = machine.get(output)
    {
        results.insert(format!("{pass} whole"), term);
    }
    // The next pass writes the output again.
    if pass == "prediction" || pass == "evaluation" {
        machine.set(output, "nothing");
    }
}

/// The code with the names of locals as layers and passes write them, without the underscores in front.
fn plain(code: TokenStream) -> TokenStream {
    let plain = |token| match token {
        TokenTree::Group(group) => Group::new(group.delimiter(), plain(group.stream())).into(),
        TokenTree::Ident(name) => match name.to_string().strip_prefix("__") {
            Some(local) if local != "private" => Ident::new(local, name.span()).into(),
            _ => name.into(),
        },
        token => token,
    };
    code.into_iter().map(plain).collect()
}

/// Adds the sum of the penalties on activities to the results.
pub fn collect_penalties(pass: &str, machine: &Machine<'_>, results: &mut Results) {
    if let Ok(term) = machine.get(&statements::sum()) {
        results.insert(format!("{pass} penalties"), term);
    }
}

/// A constant, a function or an implementation.
struct Item {
    /// The tokens before its body or its value.
    head: String,
    body: Option<TokenStream>,
    value: Vec<TokenTree>,
}

impl Item {
    fn name(&self, keyword: &str) -> Option<String> {
        let (_, name) = self.head.split_once(&format!("{keyword} "))?;
        Some(name.split(|c: char| !c.is_alphanumeric() && c != '_').next()?.to_string())
    }
}

/// The items in a block: each ends with `;`, or with braces.
fn items(block: TokenStream) -> Vec<Item> {
    let mut items = Vec::new();
    let mut tokens: Vec<TokenTree> = Vec::new();
    for token in block {
        let is = |token: &TokenTree, sign: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign);
        let equals = tokens.iter().position(|token| is(token, '='));
        match (braces(token.clone()), equals) {
            (Some(body), None) => {
                items.push(Item { head: statements::text(&tokens, None), body: Some(body), value: Vec::new() });
                tokens.clear();
            }
            _ if is(&token, ';') => {
                let (head, value) = tokens.split_at(equals.unwrap_or(tokens.len()));
                let value = value.iter().skip(1).cloned().collect();
                items.push(Item { head: statements::text(head, None), body: None, value });
                tokens.clear();
            }
            _ => tokens.push(token),
        }
    }
    items
}

fn braces(token: TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    }
}
