//! From the gradient of the logits to those of the parameters, and to that of the input if it is asked for.
use proc_macro2::TokenStream;
use quote::quote;

use super::forward::{operand, places};
use super::names::{Names, Wanted};
use crate::graph::{Node, ValueId};
use crate::layers::{Dependence, InPlace, Join, Keeps, Map, Operation, Places};
use crate::plan::{Apart, BackwardStep, Contribution, Location, Planned};

pub fn backward(planned: &Planned) -> Vec<TokenStream> {
    let backward = &planned.grads.backward;
    let mut always = Pass::new(planned);
    let mut on_demand = Pass::new(planned);
    if planned.only_output().is_none() {
        let mut taken = Vec::new();
        for output in &planned.outputs {
            // An output that is an input, but for its activation, has no gradient but that.
            let is_input = planned.grads.of(output.logits) == Location::Input;
            let pass = if is_input { &mut on_demand } else { &mut always };
            let [to] = pass.grads.get([Wanted::Value(output.logits)], &mut pass.statements);
            let part = planned.inferred.graph.value_name(output.value);
            // Two activations may end in what one value is.
            let take = if taken.contains(&output.logits) { quote!(take_added) } else { quote!(take) };
            taken.push(output.logits);
            pass.statements.push(quote!(castnet::#take(grad_output, |sample| &sample.#part, #to);));
        }
    }
    backward.always.iter().for_each(|step| always.step(step));
    if backward.passes_through {
        on_demand.statements.push(quote!(castnet::copy(grad_output, grad_input);));
    }
    backward.on_demand.iter().for_each(|step| on_demand.step(step));
    if planned.only_input().is_none() {
        for (index, input) in planned.inferred.graph.inputs.iter().enumerate() {
            let [from] = on_demand.grads.get([Wanted::Value(ValueId(index))], &mut on_demand.statements);
            let part = &input.name;
            on_demand.statements.push(quote!(castnet::put(#from, grad_input, |sample| &mut sample.#part);));
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

/// Statements that follow one another.
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

    fn step(&mut self, step: &BackwardStep) {
        let Some(node) = self.planned.inferred.graph.writer(step.node) else { return };
        match node.layer.operation() {
            Operation::Alias => step.operands.iter().for_each(|contribution| self.hand_on(node, contribution)),
            Operation::InPlace(operation) => self.in_place(node, operation, step),
            Operation::Map(map) => self.map(node, map, step),
            Operation::Join(join) => {
                step.operands.iter().for_each(|contribution| self.join(node, join, contribution));
            }
        }
    }

    /// Where a contribution is written before it is added, or where it belongs.
    fn target(value: ValueId, contribution: &Contribution) -> Wanted<'static> {
        match contribution.apart {
            Some(Apart { place: Some(place) }) => Wanted::Apart(value, place),
            _ => Wanted::Value(value),
        }
    }

    /// Adds a contribution that was written apart.
    fn add(&mut self, value: ValueId, contribution: &Contribution) {
        if let Some(Apart { place: Some(place) }) = contribution.apart {
            let wanted = [Wanted::Apart(value, place), Wanted::Value(value)];
            let [from, to] = self.grads.get(wanted, &mut self.statements);
            self.statements.push(quote!(castnet::accumulate(#from, #to);));
        }
    }

    /// The gradient of the output is that of an operand, or a part of it.
    fn hand_on(&mut self, node: &Node, contribution: &Contribution) {
        let Some(&value) = node.from.get(contribution.operand) else { return };
        if contribution.in_place {
            return;
        }
        let [from, to] = self.grads.get([Wanted::Value(node.to), Wanted::Value(value)], &mut self.statements);
        self.statements.push(match contribution.apart {
            Some(_) => quote!(castnet::accumulate(#from, #to);),
            None => quote!(castnet::copy(#from, #to);),
        });
    }

    fn in_place(&mut self, node: &Node, operation: &dyn InPlace, step: &BackwardStep) {
        let [grad] = self.grads.get([Wanted::Value(node.to)], &mut self.statements);
        let kept = match operation.keeps() {
            Keeps::Mask => {
                let [mask] = self.values.get([Wanted::Extra(node)], &mut self.statements);
                mask
            }
            Keeps::Inputs => {
                let [kept] = self.values.get([Wanted::Value(node.input())], &mut self.statements);
                quote!(castnet::Inputs(#kept))
            }
            Keeps::Outputs => {
                let [kept] = self.values.get([Wanted::Value(node.to)], &mut self.statements);
                quote!(castnet::Outputs(#kept))
            }
            Keeps::Nothing => TokenStream::new(),
        };
        self.statements.push(operation.backward(&kept, &grad));
        step.operands.iter().for_each(|contribution| self.hand_on(node, contribution));
    }

    fn map(&mut self, node: &Node, map: &dyn Map, step: &BackwardStep) {
        if map.inner().is_some() {
            return self.inner(node, map, step);
        }
        let contribution = step.operands.first();
        let target = contribution.map(|contribution| Self::target(node.input(), contribution));
        let wanted = [Some(Wanted::Value(node.to)), target];
        let [grad_output, grad_input] = self.grads.get_some(wanted, &mut self.statements);
        let record = self.planned.tape.extra(node).map(|_| Wanted::Extra(node));
        if step.parameters {
            let [input, record] =
                self.values.get_some([Some(Wanted::Value(node.input())), record], &mut self.statements);
            let places = Places { input, record, grad_output: grad_output.clone(), ..places(self.planned, node) };
            if let Some(statement) = map.backward_parameters(&places) {
                self.statements.push(quote! {
                    if let ::core::option::Option::Some(gradient) = &mut gradient {
                        #statement
                    }
                });
            }
        }
        let Some(contribution) = contribution else { return };
        let reads = map.reads();
        let wanted = [
            reads.input.then_some(Wanted::Value(node.input())),
            reads.output.then_some(Wanted::Value(node.to)),
            record.filter(|_| reads.record),
        ];
        let [input, output, record] = self.values.get_some(wanted, &mut self.statements);
        let places = Places { input, output, record, grad_output, grad_input, ..places(self.planned, node) };
        self.statements.push(map.backward_input(&places));
        self.add(node.input(), contribution);
    }

    /// A network that is a layer computes both gradients in one pass.
    fn inner(&mut self, node: &Node, map: &dyn Map, step: &BackwardStep) {
        let contribution = step.operands.first();
        let target = contribution.map(|contribution| Self::target(node.input(), contribution));
        let wanted = [Some(Wanted::Value(node.to)), target, Some(Wanted::Inner(node))];
        let [grad_output, grad_input, inner_grads] = self.grads.get_some(wanted, &mut self.statements);
        let wanted = [Wanted::Value(node.input()), Wanted::Value(node.to), Wanted::Inner(node)];
        let [input, output, inner] = self.values.get(wanted, &mut self.statements);
        let places =
            Places { input, output, inner, inner_grads, grad_output, grad_input, ..places(self.planned, node) };
        match (step.parameters, contribution) {
            (true, Some(_)) => self.statements.extend(map.backward_both(&places)),
            (false, _) => self.statements.push(map.backward_input(&places)),
            (true, None) => {
                let statement = map.backward_parameters(&places);
                self.statements.push(quote! {
                    if let ::core::option::Option::Some(gradient) = &mut gradient {
                        #statement
                    }
                });
            }
        }
        if let Some(contribution) = contribution {
            self.add(node.input(), contribution);
        }
    }

    fn join(&mut self, node: &Node, join: &dyn Join, contribution: &Contribution) {
        let Some(&value) = node.from.get(contribution.operand) else { return };
        if join.is_sum() && self.planned.inferred.shape(value) == self.planned.inferred.shape(node.to) {
            return self.hand_on(node, contribution);
        }
        let operand = operand(self.planned, node, contribution.operand);
        let wanted = [Wanted::Value(node.to), Self::target(value, contribution)];
        let [grad_output, grad_input] = self.grads.get(wanted, &mut self.statements);
        self.statements.push(join.backward(&operand, &grad_output, &grad_input));
        for dependence in join.depends_on(&operand) {
            let other = |index: usize| Wanted::Value(node.from.get(index).copied().unwrap_or(value));
            let wanted = match dependence {
                Dependence::Operand(index) => [None, Some(other(index))],
                Dependence::Comparison(index) => [Some(Wanted::Value(value)), Some(other(index))],
            };
            let [own, read] = self.values.get_some(wanted, &mut self.statements);
            let statement = join.backward_with(&operand, dependence, &own, &read, &grad_output, &grad_input);
            self.statements.push(statement);
        }
        self.add(value, contribution);
    }
}
