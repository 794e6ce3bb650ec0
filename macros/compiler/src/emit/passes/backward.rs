//! The backward pass: from the gradient of the logits to the gradients of the parameters and, if the caller wants it, of the input.
use proc_macro2::TokenStream;
use quote::quote;

use super::activity;
use super::forward::places;
use super::places::{Names, Wanted};
use crate::graph::{Node, ValueId};
use crate::layers::{Backward, Dependence, InPlace, Join, Map, Operation, Places, Wants};
use crate::plan::{Apart, BackwardStep, Contribution, Location, Output, Planned};

pub fn backward(planned: &Planned) -> Vec<TokenStream> {
    let backward = &planned.grads.backward;
    let mut always = Pass::new(planned);
    let mut on_demand = Pass::new(planned);
    if planned.only_output().is_none() {
        let mut taken = Vec::new();
        for output in &planned.outputs {
            // If the logits of an output are an input, only the gradient of the inputs depends on them.
            let is_input = planned.grads.of(output.logits) == Location::Input;
            let pass = if is_input { &mut on_demand } else { &mut always };
            let to = pass.grads.one(Wanted::Value(output.logits), &mut pass.statements);
            let port = planned.graph.value_name(output.value);
            // Two outputs may have the same logits: then their gradients are added.
            let take = if taken.contains(&output.logits) { quote!(take_added) } else { quote!(take) };
            taken.push(output.logits);
            pass.statements.push(quote!(castnet::#take(grad_output, |sample| &sample.#port, #to);));
        }
    }
    planned.outputs.iter().for_each(|output| always.head(output));
    backward.always.iter().for_each(|step| always.step(step));
    if backward.passes_through {
        on_demand.statements.push(quote!(castnet::copy(grad_output, grad_input);));
    }
    backward.on_demand.iter().for_each(|step| on_demand.step(step));
    if planned.only_input().is_none() {
        for (index, input) in planned.graph.inputs.iter().enumerate() {
            let from = on_demand.grads.one(Wanted::Value(ValueId(index)), &mut on_demand.statements);
            let port = &input.name;
            on_demand.statements.push(quote!(castnet::put(#from, grad_input, |sample| &mut sample.#port);));
        }
    }
    let (mut statements, on_demand) = (always.statements, on_demand.statements);
    if !on_demand.is_empty() {
        statements.push(quote! {
            if let ::core::option::Option::Some(grad_input) = grad_input {
                #(#on_demand)*
            }
        });
    }
    statements
}

/// The statements so far.
struct Pass<'a> {
    planned: &'a Planned,
    values: Names<'a>,
    grads: Names<'a>,
    statements: Vec<TokenStream>,
}

impl<'a> Pass<'a> {
    fn new(planned: &'a Planned) -> Self {
        let (values, grads) = (Names::of_tape(planned), Names::of_gradients(planned));
        Self { planned, values, grads, statements: Vec::new() }
    }

    /// The gradient of the penalties on an output behind its head, which no step contains.
    fn head(&mut self, output: &Output) {
        let Some(activation) = &output.head else { return };
        let Some(node) = self.planned.graph.writer(output.value).filter(|node| !node.activity.is_empty()) else {
            return;
        };
        let logits = self.values.one(Wanted::Value(output.logits), &mut self.statements);
        let wanted = [Wanted::Need(node), Wanted::Value(output.logits)];
        let [memory, grad] = self.grads.two(wanted, &mut self.statements);
        self.statements.push(activity::head_gradient(node, &activation.value(), &logits, &memory, &grad));
    }

    /// The gradient of the penalties on the output of an operation.
    fn activity(&mut self, node: &Node) {
        let output = self.values.one(Wanted::Value(node.to), &mut self.statements);
        let grad = self.grads.one(Wanted::Value(node.to), &mut self.statements);
        let regularizers = node.activity.values().into_iter();
        let gradients = regularizers.map(|regularizer| quote!(#regularizer.add_activity_gradient(#output, #grad);));
        self.statements.extend(gradients);
    }

    fn step(&mut self, step: &BackwardStep) {
        let Some(node) = self.planned.graph.writer(step.node) else { return };
        if step.activity {
            self.activity(node);
        }
        match node.operation() {
            Operation::Alias => step.operands.iter().for_each(|contribution| self.hand_on(node, contribution)),
            Operation::InPlace(operation) => self.in_place(node, operation.as_ref(), step),
            Operation::Map(map) => self.map(node, map.as_ref(), step),
            Operation::Join(join) => {
                step.operands.iter().for_each(|contribution| self.join(node, join.as_ref(), contribution));
            }
        }
    }

    /// The memory that a contribution is written to: the gradient, or memory of its own from which it is then added.
    fn target(value: ValueId, contribution: &Contribution) -> Wanted<'static> {
        match contribution.apart {
            Some(Apart { place: Some(place) }) => Wanted::Apart(value, place),
            _ => Wanted::Value(value),
        }
    }

    /// Adds a contribution to the gradient, if it was written to memory of its own.
    fn add(&mut self, value: ValueId, contribution: &Contribution) {
        if let Some(Apart { place: Some(place) }) = contribution.apart {
            let wanted = [Wanted::Apart(value, place), Wanted::Value(value)];
            let [from, to] = self.grads.two(wanted, &mut self.statements);
            self.statements.push(quote!(castnet::accumulate(#from, #to);));
        }
    }

    /// The gradient of the output is a contribution to the gradient of an operand, unchanged.
    fn hand_on(&mut self, node: &Node, contribution: &Contribution) {
        let Some(&value) = node.from.get(contribution.operand) else { return };
        if contribution.in_place {
            return;
        }
        let [from, to] = self.grads.two([Wanted::Value(node.to), Wanted::Value(value)], &mut self.statements);
        self.statements.push(match contribution.apart {
            Some(_) => quote!(castnet::accumulate(#from, #to);),
            None => quote!(castnet::copy(#from, #to);),
        });
    }

    fn in_place(&mut self, node: &Node, operation: &dyn InPlace, step: &BackwardStep) {
        let grad_output = self.grads.one(Wanted::Value(node.to), &mut self.statements);
        let reads = operation.reads();
        let wanted = [
            reads.input.then_some(Wanted::Value(node.input())),
            reads.output.then_some(Wanted::Value(node.to)),
            self.values.need(node).filter(|_| reads.need),
        ];
        let [input, output, need] = self.values.some(wanted, &mut self.statements);
        let places = Places { input, output, need, grad_output, ..places(self.planned, node) };
        self.statements.push(operation.backward(&places));
        step.operands.iter().for_each(|contribution| self.hand_on(node, contribution));
    }

    fn map(&mut self, node: &Node, map: &dyn Map, step: &BackwardStep) {
        let contributions = [0, 1].map(|operand| {
            let contribution = step.operands.iter().find(|contribution| contribution.operand == operand)?;
            Some((*node.from.get(operand)?, contribution))
        });
        let [target, second] =
            contributions.map(|it| it.map(|(value, contribution)| Self::target(value, contribution)));
        let wanted = [Some(Wanted::Value(node.to)), target, self.grads.need(node), second];
        let [grad_output, grad_input, grad_need, grad_second] = self.grads.some(wanted, &mut self.statements);
        let (input, output) = (Some(Wanted::Value(node.input())), Some(Wanted::Value(node.to)));
        let (need, reads) = (self.values.need(node), map.reads());
        let read = [input.filter(|_| reads.input), output.filter(|_| reads.output), need.filter(|_| reads.need)];
        let wants = match (step.parameters, step.operands.is_empty()) {
            (true, false) => Wants::Both,
            (true, true) => Wants::Parameters,
            (false, _) => Wants::Input,
        };
        let expression = |wanted| self.values.expression(wanted);
        let [at_input, at_output, at_need] =
            [input, output, need].map(|wanted| wanted.map(expression).unwrap_or_default());
        let places = Places {
            input: at_input,
            output: at_output,
            need: at_need,
            grad_need,
            grad_output,
            grad_input,
            grad_second,
            wants,
            ..places(self.planned, node)
        };
        match map.backward(&places) {
            Backward::Apart { parameters, input: statement } => {
                if let Some(parameters) = parameters.filter(|_| step.parameters) {
                    self.values.some([input, need], &mut self.statements);
                    self.statements.push(if_wanted(&parameters));
                }
                if !step.operands.is_empty() {
                    self.values.some(read, &mut self.statements);
                    self.statements.push(statement);
                }
            }
            Backward::Together(statement) => {
                self.values.some(read, &mut self.statements);
                self.statements.push(if wants == Wants::Parameters { if_wanted(&statement) } else { statement });
            }
        }
        for (value, contribution) in contributions.into_iter().flatten() {
            self.add(value, contribution);
        }
    }

    fn join(&mut self, node: &Node, join: &dyn Join, contribution: &Contribution) {
        let Some(&value) = node.from.get(contribution.operand) else { return };
        if join.is_sum() && self.planned.graph.shape(value) == self.planned.graph.shape(node.to) {
            return self.hand_on(node, contribution);
        }
        let operand = contribution.operand;
        let wanted = [Wanted::Value(node.to), Self::target(value, contribution)];
        let [grad_output, grad_input] = self.grads.two(wanted, &mut self.statements);
        self.statements.push(join.backward(operand, &grad_output, &grad_input));
        for dependence in join.depends_on(operand) {
            let other = |index: usize| Wanted::Value(node.from.get(index).copied().unwrap_or(value));
            let wanted = match dependence {
                Dependence::Operand(index) => [None, Some(other(index))],
                Dependence::Comparison(index) => [Some(Wanted::Value(value)), Some(other(index))],
            };
            let [own, read] = self.values.some(wanted, &mut self.statements);
            let statement = join.backward_with(operand, dependence, &own, &read, &grad_output, &grad_input);
            self.statements.push(statement);
        }
        self.add(value, contribution);
    }
}

/// A statement that runs only if the caller wants the gradient of the parameters.
fn if_wanted(statement: &TokenStream) -> TokenStream {
    quote! {
        if let ::core::option::Option::Some(gradient) = &mut gradient {
            #statement
        }
    }
}
