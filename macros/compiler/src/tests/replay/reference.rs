//! The results of a network by its graph and its layers alone: every value has memory of its own, so none is overwritten. Uses neither
//! the plan nor the emitted passes.
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::machine::{Machine, Region, Terms};
use super::passes::{Callers, Results, collect, collect_penalties};
use super::statements::{self, Names};
use crate::graph::{Graph, Node, ValueId};
use crate::layers::{Backward, Dependence, InPlace, InputGradient, Join, Map, Operation, Places, Wants};

/// The memory that a caller of the network brings.
pub fn callers(graph: &Graph) -> Callers {
    let input = if let [input] = graph.inputs.as_slice() { input.shape.len() } else { 1 };
    let output = if let [output] = graph.outputs.as_slice() { graph.shape(logits(graph, *output)).len() } else { 1 };
    Callers { input, output }
}

/// Whether the gradient of the inputs can be computed: not through a frozen network.
pub fn gives_input_gradient(graph: &Graph) -> bool {
    let is_frozen = |node: &Node| match node.operation() {
        Operation::Map(map) => matches!(map.input_gradient(), InputGradient::Never),
        _ => false,
    };
    !graph.nodes.iter().any(is_frozen)
}

/// The logits of an output: the value before the head.
fn logits(graph: &Graph, output: ValueId) -> ValueId {
    head(graph, output).map_or(output, Node::input)
}

fn head(graph: &Graph, output: ValueId) -> Option<&Node> {
    graph.writer(output).filter(|writer| writer.layer.as_activation().is_some())
}

/// The results of a prediction and of a training step.
pub fn results(graph: &Graph, terms: &mut Terms) -> Results {
    let mut machine = Machine::new(terms);
    let callers = callers(graph);
    let mut walk = Walk { graph, names: Names::default(), machine: &mut machine };
    for name in ["input", "output", "grad_input", "grad_output"] {
        walk.names.regions.insert(name.to_string(), callers.region(name));
    }
    walk.machine.set(&callers.region("input"), "input");
    let mut results = Results::new();
    let has_penalties = walk.has_penalties();
    for pass in [Pass::Prediction, Pass::Evaluation, Pass::Training] {
        if pass == Pass::Evaluation && !has_penalties {
            continue;
        }
        walk.start_sum();
        walk.forward(pass);
        if pass == Pass::Training {
            walk.penalties();
        }
        if pass != Pass::Prediction && has_penalties {
            collect_penalties(pass.name(), walk.machine, &mut results);
        }
        collect(pass.name(), walk.machine, &callers.region("output"), &mut results);
    }
    walk.machine.set(&callers.region("grad_output"), "grad_output");
    walk.backward();
    collect("backward", walk.machine, &callers.region("grad_input"), &mut results);
    walk.update();
    collect("update", walk.machine, &callers.region("grad_input"), &mut results);
    results
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    Prediction,
    Evaluation,
    Training,
}

impl Pass {
    fn name(self) -> &'static str {
        match self {
            Self::Prediction => "prediction",
            Self::Evaluation => "evaluation",
            Self::Training => "training",
        }
    }
}

struct Walk<'a, 'b> {
    graph: &'a Graph,
    names: Names,
    machine: &'a mut Machine<'b>,
}

impl<'a> Walk<'a, '_> {
    fn body(&self) -> Vec<&'a Node> {
        let is_head = |node: &&Node| self.graph.outputs.contains(&node.to) && head(self.graph, node.to).is_some();
        self.graph.nodes.iter().filter(|node| !is_head(node)).collect()
    }

    /// The name of separate memory for a value.
    fn place(&mut self, what: &str, value: ValueId) -> Ident {
        let name = format_ident!("{what}_{}", value.0);
        self.names.regions.insert(name.to_string(), Region { memory: name.to_string(), start: 0, len: 1 });
        name
    }

    fn run(&mut self, statements: TokenStream) {
        for step in statements::read(statements, &mut self.names) {
            self.machine.run(&step).expect("nothing is overwritten");
        }
    }

    fn places(&mut self, node: &Node) -> Places {
        let graph = self.graph;
        let name = graph.node_name(node);
        let mut constant = None;
        if let (Operation::Map(map), Some(name)) = (node.operation(), &name)
            && let Some(value) = map.constant(&graph.context())
        {
            let name = name.to_string().to_uppercase();
            let name = Ident::new(name.trim_start_matches("R#"), Span::call_site());
            if value.rust_type.to_string().ends_with(":: MaxPool") {
                self.names.largest.push(name.to_string());
            }
            constant = Some(name);
        }
        let [input, output] = [self.place("value", node.input()), self.place("value", node.to)];
        let [need, grad_need] = ["need", "need_of_backward"].map(|what| self.place(what, node.to));
        let grad_output = format_ident!("grad_{}", node.to.0);
        let grad_input = self.place("part", node.to);
        let second = node.from.get(1).filter(|_| matches!(node.operation(), Operation::Map(_))).copied();
        let grad_second = second.map(|_| self.place("second_part", node.to));
        let second = second.map(|second| self.place("value", second));
        Places {
            name,
            goal: graph.goal,
            input: quote!(#input),
            second: quote!(#second),
            output: quote!(#output),
            need: quote!(#need),
            grad_need: quote!(#grad_need),
            grad_output: quote!(#grad_output),
            grad_input: quote!(#grad_input),
            grad_second: quote!(#grad_second),
            constant: quote!(#constant),
            ..Places::default()
        }
    }

    /// Whether some activities before the heads have penalties, or may have some in a nested network.
    fn has_penalties(&self) -> bool {
        self.body().into_iter().any(|node| {
            let is_nested =
                matches!(node.operation(), Operation::Map(map) if map.activity(&Places::default()).is_some());
            is_nested || !node.activity.is_empty()
        })
    }

    fn start_sum(&mut self) {
        self.names.regions.insert(statements::sum().memory, statements::sum());
        self.machine.set(&statements::sum(), "no penalty");
    }

    /// Adds the penalties on the output of an operation to the sum.
    fn penalty(&mut self, node: &Node) {
        for regularizer in node.activity.values() {
            let value = self.place("value", node.to);
            self.run(quote!(loss_contribution += #regularizer.activity_penalty(#value);));
        }
    }

    /// The penalties after a forward pass of training.
    fn penalties(&mut self) {
        for node in self.body() {
            self.penalty(node);
            let Operation::Map(map) = node.operation() else { continue };
            let places = self.places(node);
            if let Some(penalty) = map.activity(&places) {
                self.run(quote!(loss_contribution += #penalty;));
            }
        }
    }

    fn forward(&mut self, pass: Pass) {
        let graph = self.graph;
        let training = pass == Pass::Training;
        for (index, input) in graph.inputs.iter().enumerate() {
            let (place, part) = (self.place("value", ValueId(index)), &input.name);
            self.run(match graph.inputs.len() {
                1 => quote!(castnet::copy(input, #place);),
                _ => quote!(castnet::take(input, |sample| &sample.#part, #place);),
            });
        }
        for node in self.body() {
            let [from, to] = [self.place("value", node.input()), self.place("value", node.to)];
            match node.operation() {
                Operation::Alias => self.run(quote!(castnet::copy(#from, #to);)),
                Operation::Map(map) => {
                    let places = self.places(node);
                    let evaluation = map.forward_evaluation(&places).filter(|_| pass == Pass::Evaluation);
                    self.run(match evaluation {
                        Some(penalty) => quote!(loss_contribution += #penalty;),
                        None if training => map.forward_training(&places),
                        None => map.forward(&places),
                    });
                }
                Operation::InPlace(operation) => {
                    self.run(quote!(castnet::copy(#from, #to);));
                    if training || operation.acts_in_prediction() {
                        let places = self.places(node);
                        self.run(operation.forward(&places));
                    }
                }
                Operation::Join(join) if join.reads_both() => {
                    let operands: Vec<Ident> = node.from.iter().map(|&value| self.place("value", value)).collect();
                    let [a, b] = operands.as_slice() else { panic!("a join of two") };
                    self.run(join.forward_both(&quote!(#a), &quote!(#b), &quote!(#to)));
                }
                Operation::Join(join) => {
                    for (index, &value) in node.from.iter().enumerate() {
                        let from = self.place("value", value);
                        self.run(join.forward(index, index == 0, &quote!(#from), &quote!(#to)));
                    }
                    self.run(join.finish(&quote!(#to)).unwrap_or_default());
                }
            }
            if pass == Pass::Evaluation {
                self.penalty(node);
            }
        }
        for &output in &graph.outputs {
            let from = self.place("value", logits(self.graph, output));
            let part = graph.value_name(output);
            self.run(match graph.outputs.len() {
                1 => quote!(castnet::copy(#from, output);),
                _ => quote!(castnet::put(#from, output, |sample| &mut sample.#part);),
            });
        }
    }

    /// Adds a contribution to the gradient of a value, or makes it the gradient if it is the first.
    fn contribute(&mut self, part: &Ident, value: ValueId) {
        let is_first = !self.names.regions.contains_key(&format!("grad_{}", value.0));
        let grad = self.place("grad", value);
        self.run(if is_first {
            quote!(castnet::copy(#part, #grad);)
        } else {
            quote!(castnet::accumulate(#part, #grad);)
        });
    }

    fn backward(&mut self) {
        let graph = self.graph;
        for &output in &graph.outputs {
            let part = self.place("output", output);
            let name = graph.value_name(output);
            self.run(match graph.outputs.len() {
                1 => quote!(castnet::copy(grad_output, #part);),
                _ => quote!(castnet::take(grad_output, |sample| &sample.#name, #part);),
            });
            self.contribute(&part, logits(self.graph, output));
        }
        graph.outputs.iter().filter_map(|&output| head(graph, output)).for_each(|head| self.penalties_of_head(head));
        for node in self.body().into_iter().rev() {
            // It is a frozen network, or its output goes into one.
            if !self.names.regions.contains_key(&format!("grad_{}", node.to.0)) {
                continue;
            }
            for regularizer in node.activity.values() {
                let [value, grad] = [self.place("value", node.to), self.place("grad", node.to)];
                self.run(quote!(#regularizer.add_activity_gradient(#value, #grad);));
            }
            match node.operation() {
                Operation::Alias => {
                    let grad = self.place("grad", node.to);
                    self.contribute(&grad, node.input());
                }
                Operation::InPlace(operation) => self.in_place(node, operation.as_ref()),
                Operation::Map(map) => self.map(node, map.as_ref()),
                Operation::Join(join) => (0..node.from.len()).for_each(|index| self.join(node, join.as_ref(), index)),
            }
        }
        let asked = if gives_input_gradient(self.graph) { graph.inputs.as_slice() } else { &[] };
        for (index, input) in asked.iter().enumerate() {
            let (grad, part) = (self.place("grad", ValueId(index)), &input.name);
            self.run(match graph.inputs.len() {
                1 => quote!(castnet::copy(#grad, grad_input);),
                _ => quote!(castnet::put(#grad, grad_input, |sample| &mut sample.#part);),
            });
        }
    }

    /// The gradient of the penalties on the output of a head.
    fn penalties_of_head(&mut self, head: &Node) {
        let Some(activation) = head.layer.as_activation().filter(|_| !head.activity.is_empty()) else { return };
        let activation = activation.value();
        let gradients = head.activity.values().into_iter();
        let gradients = gradients.map(|regularizer| quote!(#regularizer.add_activity_gradient(outputs, grads);));
        let [logits, memory, grad] = ["value", "memory", "grad"].map(|what| self.place(what, head.input()));
        self.run(quote! {
            castnet::add_gradient_of_outputs(
                isa, #activation, |outputs, grads| { #(#gradients)* }, #logits, #memory, #grad
            );
        });
    }

    fn in_place(&mut self, node: &Node, operation: &dyn InPlace) {
        let [grad, part] = [self.place("grad", node.to), self.place("part", node.to)];
        self.run(quote!(castnet::copy(#grad, #part);));
        let places = Places { grad_output: quote!(#part), ..self.places(node) };
        self.run(operation.backward(&places));
        self.contribute(&part, node.input());
    }

    fn map(&mut self, node: &Node, map: &dyn Map) {
        if matches!(map.input_gradient(), InputGradient::Never) {
            return;
        }
        let wants = if node.is_trainable() { Wants::Both } else { Wants::Input };
        let places = Places { wants, ..self.places(node) };
        match map.backward(&places) {
            Backward::Apart { parameters, input } => {
                if node.is_trainable() {
                    self.run(parameters.unwrap_or_default());
                }
                self.run(input);
            }
            Backward::Together(statement) => self.run(statement),
        }
        for (part, &value) in ["part", "second_part"].iter().zip(&node.from) {
            let part = self.place(part, node.to);
            self.contribute(&part, value);
        }
    }

    fn join(&mut self, node: &Node, join: &dyn Join, index: usize) {
        let [grad, part] = [self.place("grad", node.to), self.place("part", node.to)];
        let (grad, part_tokens) = (quote!(#grad), quote!(#part));
        let value = |index: usize| node.from.get(index).copied().expect("an operand");
        self.run(join.backward(index, &grad, &part_tokens));
        for dependence in join.depends_on(index) {
            let (Dependence::Operand(other) | Dependence::Comparison(other)) = dependence;
            let [own, other] = [self.place("value", value(index)), self.place("value", value(other))];
            let statement = join.backward_with(index, dependence, &quote!(#own), &quote!(#other), &grad, &part_tokens);
            self.run(statement);
        }
        self.contribute(&part, value(index));
    }

    /// The update of state after a step.
    fn update(&mut self) {
        for node in self.body() {
            if let Operation::Map(map) = node.operation() {
                let places = self.places(node);
                self.run(map.update_state(&places).unwrap_or_default());
            }
        }
    }
}
