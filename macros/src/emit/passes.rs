//! Prediction, forward and backward pass: one statement per operation.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};

use crate::graph::{Node, ValueId};
use crate::layers::{Keeps, Operation, Role};
use crate::plan::{Layout, Location, Planned};
use crate::shape::literal;

pub fn passes(planned: &Planned) -> TokenStream {
    let scalar = planned.inferred.graph.scalar;
    let infer = forward(planned, "arena", &planned.arena, false);
    let arena = parameter("arena", &infer);
    let infer_isa = parameter("isa", &infer);
    let forward = forward(planned, "tape", &planned.tape, true);
    let (rng, tape, forward_isa) =
        (parameter("rng", &forward), parameter("tape", &forward), parameter("isa", &forward));
    let backward = backward(planned);
    let [isa, input, tape_back, output, grads, grad_output, gradient, grad_input] =
        ["isa", "input", "tape", "output", "grads", "grad_output", "gradient", "grad_input"]
            .map(|name| parameter(name, &backward));
    quote! {
        #[inline(always)]
        fn infer<I: castnet::Isa<#scalar>>(
            &self,
            #infer_isa: I,
            input: &[Self::Input],
            #arena: &mut castnet::Arena<'_, Self>,
            output: &mut [Self::Output],
        ) {
            #(#infer)*
        }
        #[inline(always)]
        fn forward<I: castnet::Isa<#scalar>>(
            &self,
            #forward_isa: I,
            #rng: &mut castnet::TrainingRng,
            input: &[Self::Input],
            #tape: &mut castnet::Tape<'_, Self>,
            output: &mut [Self::Output],
        ) {
            #(#forward)*
        }
        #[inline(always)]
        fn backward<I: castnet::Isa<#scalar>>(
            &self,
            #isa: I,
            #input: &[Self::Input],
            #tape_back: &mut castnet::Tape<'_, Self>,
            #output: &[Self::Output],
            #grads: &mut castnet::Gradients<'_, Self>,
            #grad_output: &mut [Self::Output],
            #gradient: &mut Self::Gradient,
            #grad_input: ::core::option::Option<&mut [Self::Input]>,
        ) {
            #(#backward)*
        }
    }
}

/// A parameter's name, with an underscore where no statement uses it.
pub fn parameter(name: &str, statements: &[TokenStream]) -> Ident {
    let used = statements.iter().any(|statement| mentions(statement.clone(), name));
    if used { format_ident!("{name}") } else { format_ident!("_{name}") }
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// Gives names to pieces of one planned memory, and to callers' slices in other shapes.
struct Names<'a> {
    planned: &'a Planned,
    layout: &'a Layout,
    /// The variable that holds the memory.
    memory: Ident,
    /// The callers' slices: what the first value lies in, and the last.
    input: Ident,
    output: Ident,
    /// Whether the input's slice can be written to, and the output's.
    mutable: (bool, bool),
    /// Put before the name of a value.
    prefix: &'static str,
    /// The names that the last `let` of this memory gave: the next `let` ends them.
    bound: Vec<Ident>,
    /// The slices in another shape that have a name.
    viewed: Vec<Ident>,
}

impl<'a> Names<'a> {
    fn new(
        planned: &'a Planned,
        layout: &'a Layout,
        memory: &str,
        slices: (&str, &str),
        mutable: (bool, bool),
    ) -> Self {
        Self {
            planned,
            layout,
            memory: format_ident!("{memory}"),
            input: format_ident!("{}", slices.0),
            output: format_ident!("{}", slices.1),
            mutable,
            prefix: if memory == "grads" { "grad_" } else { "" },
            bound: Vec::new(),
            viewed: Vec::new(),
        }
    }

    /// The name of a value: that of its row, or of what the row computes before its activation where both exist.
    fn name(&self, value: ValueId) -> Ident {
        let nodes = &self.planned.inferred.graph.nodes;
        let Some(writer) = value.0.checked_sub(1).and_then(|index| nodes.get(index)) else {
            return format_ident!("{}input", self.prefix);
        };
        let Some(row) = self.planned.inferred.graph.row_name(writer) else { return self.output.clone() };
        let reader = nodes.get(value.0).filter(|reader| reader.row == writer.row);
        let apart = reader.is_some_and(|reader| self.layout.of(reader.from) != self.layout.of(reader.to));
        if apart { format_ident!("{}{row}_linear", self.prefix) } else { format_ident!("{}{row}", self.prefix) }
    }

    /// Expressions for values, and the `let`s that they need.
    fn get<const COUNT: usize>(
        &mut self,
        values: [ValueId; COUNT],
        statements: &mut Vec<TokenStream>,
    ) -> [TokenStream; COUNT] {
        let mut places = Vec::new();
        for value in values {
            if let Location::Place(offset) = self.layout.of(value) {
                places.push((self.name(value), self.rust_type(value), literal(offset)));
            }
        }
        self.bind(places, statements);
        values.map(|value| match self.layout.of(value) {
            Location::Place(_) => {
                let name = self.name(value);
                quote!(#name)
            }
            Location::Input => self.view(value, self.input.clone(), ValueId(0), self.mutable.0, statements),
            Location::Output => {
                self.view(value, self.output.clone(), self.planned.logits(), self.mutable.1, statements)
            }
        })
    }

    fn rust_type(&self, value: ValueId) -> TokenStream {
        let inferred = &self.planned.inferred;
        inferred.shape(value).rust_type(inferred.graph.scalar)
    }

    fn bind(&mut self, places: Vec<(Ident, TokenStream, proc_macro2::Literal)>, statements: &mut Vec<TokenStream>) {
        if places.iter().all(|(name, ..)| self.bound.contains(name)) {
            return;
        }
        let memory = &self.memory;
        statements.extend(match places.as_slice() {
            [(name, rust_type, offset)] => Some(quote!(let #name = #memory.at::<#rust_type, #offset>();)),
            [(a, a_type, a_offset), (b, b_type, b_offset)] => {
                Some(quote!(let (#a, #b) = #memory.pair::<#a_type, #a_offset, #b_type, #b_offset>();))
            }
            _ => None,
        });
        self.bound = places.into_iter().map(|(name, ..)| name).collect();
    }

    /// A caller's slice, in the shape of a value.
    fn view(
        &mut self,
        value: ValueId,
        slice: Ident,
        slice_value: ValueId,
        mutable: bool,
        statements: &mut Vec<TokenStream>,
    ) -> TokenStream {
        let inferred = &self.planned.inferred;
        if inferred.shape(value) == inferred.shape(slice_value) {
            return quote!(#slice);
        }
        let (name, rust_type) = (self.name(value), self.rust_type(value));
        if mutable {
            // A view that can be written to ends with the next use of the slice, so it is taken anew.
            statements.push(quote!(let #name: &mut [#rust_type] = castnet::reshape_mut(#slice);));
        } else if !self.viewed.contains(&name) {
            statements.push(quote!(let #name: &[#rust_type] = castnet::reshape(#slice);));
            self.viewed.push(name.clone());
        }
        quote!(#name)
    }

    /// The memory of a node's mask.
    fn mask(&self, node: &Node) -> TokenStream {
        let (memory, rust_type) = (&self.memory, self.rust_type(node.to));
        let offset = literal(self.layout.mask(node).unwrap_or_default());
        quote!(#memory.at::<#rust_type, #offset>())
    }

    /// What a value lies in, and whether the mask lies in the same memory and so cannot be borrowed beside it.
    fn with_mask(&mut self, node: &Node, statements: &mut Vec<TokenStream>) -> [TokenStream; 2] {
        match self.layout.of(node.to) {
            Location::Place(offset) => {
                let name = self.name(node.to);
                let mask = format_ident!("{name}_mask");
                let (rust_type, mask_offset) = (self.rust_type(node.to), self.layout.mask(node).unwrap_or_default());
                self.bind(
                    vec![
                        (name.clone(), rust_type.clone(), literal(offset)),
                        (mask.clone(), rust_type, literal(mask_offset)),
                    ],
                    statements,
                );
                [quote!(#name), quote!(#mask)]
            }
            _ => {
                let [values] = self.get([node.to], statements);
                [values, self.mask(node)]
            }
        }
    }
}

/// From the input to the logits.
fn forward(planned: &Planned, memory: &str, layout: &Layout, training: bool) -> Vec<TokenStream> {
    let mut statements = Vec::new();
    let mut names = Names::new(planned, layout, memory, ("input", "output"), (false, true));
    for node in planned.body() {
        match node.layer.operation() {
            Operation::Alias => {}
            Operation::Map(map) => {
                let [input, output] = names.get([node.from, node.to], &mut statements);
                statements.push(map.forward(&field(planned, node), &input, &output));
            }
            Operation::InPlace(operation) => {
                if layout.of(node.from) != layout.of(node.to) {
                    let [from, to] = names.get([node.from, node.to], &mut statements);
                    statements.push(quote!(castnet::copy(#from, #to);));
                }
                if !training && !operation.acts_in_prediction() {
                    continue;
                }
                let [values, mask] = match operation.keeps() {
                    Keeps::Mask => names.with_mask(node, &mut statements),
                    Keeps::Inputs | Keeps::Outputs => {
                        let [values] = names.get([node.to], &mut statements);
                        [values, TokenStream::new()]
                    }
                };
                statements.push(operation.forward(&values, &mask));
            }
        }
    }
    if layout.of(planned.logits()) == Location::Input {
        statements.push(quote!(castnet::copy(input, output);));
    }
    statements
}

/// `self.dense_1`.
fn field(planned: &Planned, node: &Node) -> TokenStream {
    let name = planned.inferred.graph.row_name(node);
    quote!(self.#name)
}

/// From the gradient of the logits to those of the parameters, and to that of the input if it is asked for.
fn backward(planned: &Planned) -> Vec<TokenStream> {
    let is_trainable = |node: &&Node| {
        let parameters = planned.inferred.nodes().nth(node.from.0).and_then(|(_, parameters)| parameters);
        parameters.is_some_and(|parameters| parameters.role == Role::Trainable)
    };
    let lowest = planned.body().iter().find(is_trainable).map(|node| node.from);
    let mut always = Vec::new();
    let mut on_demand = Vec::new();
    let new_grads = || Names::new(planned, &planned.grads, "grads", ("grad_input", "grad_output"), (true, true));
    let new_values = || Names::new(planned, &planned.tape, "tape", ("input", "output"), (false, false));
    let (mut grads, mut values) = (new_grads(), new_values());
    if lowest.is_none() && planned.is_above_no_map(planned.logits()) {
        on_demand.push(quote!(castnet::copy(grad_output, grad_input);));
    }
    for node in planned.body().iter().rev() {
        let is_below = lowest.is_none_or(|lowest| node.from < lowest);
        let is_lowest = lowest == Some(node.from);
        match node.layer.operation() {
            Operation::Alias => {}
            Operation::InPlace(operation) => {
                let statements = if is_below { &mut on_demand } else { &mut always };
                let [grad] = grads.get([node.to], statements);
                let kept = match operation.keeps() {
                    Keeps::Mask => values.mask(node),
                    Keeps::Inputs => {
                        let [kept] = values.get([node.from], statements);
                        quote!(castnet::Inputs(#kept))
                    }
                    Keeps::Outputs => {
                        let [kept] = values.get([node.to], statements);
                        quote!(castnet::Outputs(#kept))
                    }
                };
                if operation.keeps() == Keeps::Mask {
                    // The mask is borrowed from the same memory as the values that had a name.
                    values.bound.clear();
                }
                statements.push(operation.backward(&kept, &grad));
            }
            Operation::Map(map) => {
                let field = field(planned, node);
                if !is_below {
                    let grad_output = if is_lowest {
                        let [grad_output] = grads.get([node.to], &mut always);
                        grad_output
                    } else {
                        let [grad_output, _] = grads.get([node.to, node.from], &mut always);
                        grad_output
                    };
                    if is_trainable(&node) {
                        let [input] = values.get([node.from], &mut always);
                        let name = planned.inferred.graph.row_name(node);
                        always.extend(map.backward_parameters(&field, &input, &grad_output, &quote!(gradient.#name)));
                    }
                }
                if is_lowest {
                    (grads, values) = (new_grads(), new_values());
                }
                let statements = if is_below || is_lowest { &mut on_demand } else { &mut always };
                let [grad_output, grad_input] = grads.get([node.to, node.from], statements);
                statements.push(map.backward_input(&field, &grad_output, &grad_input));
            }
        }
    }
    if !on_demand.is_empty() {
        always.push(quote! {
            if let ::core::option::Option::Some(grad_input) = grad_input {
                #(#on_demand)*
            }
        });
    }
    always
}
