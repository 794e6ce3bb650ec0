//! Names for what lies in planned memory, and for callers' slices in other shapes.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::super::inner::{self, Purpose};
use crate::graph::{Node, ValueId};
use crate::layers::Operation;
use crate::plan::{Layout, Location, Planned};
use crate::shape::{Shape, literal};

/// Something in memory.
#[derive(Clone, Copy)]
pub enum Wanted<'a> {
    Value(ValueId),
    /// The mask or record of a node.
    Extra(&'a Node),
    /// A part of the gradient of a value, before it is added.
    Apart(ValueId, u64),
    /// The memory of a node that is a network.
    Inner(&'a Node),
}

/// Gives names to pieces of one planned memory, and to callers' slices in other shapes.
pub struct Names<'a> {
    planned: &'a Planned,
    /// Where values lie.
    location: Box<dyn Fn(ValueId) -> Location + 'a>,
    layout: Option<&'a Layout>,
    /// The variable that holds the memory.
    memory: Ident,
    /// The callers' slices: what the first value lies in, and the last.
    slices: (Ident, Ident),
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
    /// The activations of a forward pass, which writes them.
    pub fn of_forward(planned: &'a Planned, layout: &'a Layout, memory: &str) -> Self {
        Self::of_layout(planned, layout, memory, (false, true))
    }

    /// The activations of a forward pass, to read them again.
    pub fn of_tape(planned: &'a Planned) -> Self {
        Self::of_layout(planned, &planned.tape, "tape", (false, false))
    }

    fn of_layout(planned: &'a Planned, layout: &'a Layout, memory: &str, mutable: (bool, bool)) -> Self {
        Self {
            planned,
            location: Box::new(|value| layout.of(value)),
            layout: Some(layout),
            memory: format_ident!("{memory}"),
            slices: (format_ident!("input"), format_ident!("output")),
            mutable,
            prefix: "",
            bound: Vec::new(),
            viewed: Vec::new(),
        }
    }

    /// The gradients of activations.
    pub fn of_gradients(planned: &'a Planned) -> Self {
        Self {
            planned,
            location: Box::new(|value| planned.grads.of(value)),
            layout: None,
            memory: format_ident!("adjoints"),
            slices: (format_ident!("grad_input"), format_ident!("grad_output")),
            mutable: (true, true),
            prefix: "grad_",
            bound: Vec::new(),
            viewed: Vec::new(),
        }
    }

    /// Where a value lies.
    pub fn location(&self, value: ValueId) -> Location {
        (self.location)(value)
    }

    /// The name of a value: that of its row, or of what the row computes before its activation where both exist.
    fn value_name(&self, value: ValueId) -> Ident {
        let graph = &self.planned.inferred.graph;
        let Some(name) = graph.value_name(value) else { return self.slices.1.clone() };
        let Some(writer) = graph.writer(value) else {
            return if graph.inputs.len() == 1 {
                self.slices.0.clone()
            } else {
                if self.prefix.is_empty() { name.clone() } else { format_ident!("{}{}", self.prefix, name) }
            };
        };
        let reader = graph.writer(ValueId(value.0 + 1)).filter(|reader| reader.row == writer.row);
        let apart = reader.is_some_and(|reader| self.location(reader.input()) != self.location(reader.to));
        if apart {
            format_ident!("{}{}_linear", self.prefix, name)
        } else {
            if self.prefix.is_empty() { name.clone() } else { format_ident!("{}{}", self.prefix, name) }
        }
    }

    fn name(&self, wanted: Wanted<'_>) -> Ident {
        let graph = &self.planned.inferred.graph;
        match wanted {
            Wanted::Value(value) => self.value_name(value),
            Wanted::Extra(node) => {
                let what = if matches!(node.layer.operation(), Operation::InPlace(_)) { "mask" } else { "record" };
                format_ident!("{}_{what}", self.row(graph.row_name(node.row)))
            }
            Wanted::Apart(value, _) => format_ident!("{}_part", self.value_name(value)),
            Wanted::Inner(node) => format_ident!("{}{}_memory", self.prefix, self.row(graph.row_name(node.row))),
        }
    }

    fn row(&self, name: Option<&Ident>) -> Ident {
        name.cloned().unwrap_or_else(|| self.memory.clone())
    }

    fn shape(&self, wanted: Wanted<'_>) -> Shape {
        let inferred = &self.planned.inferred;
        match wanted {
            Wanted::Value(value) | Wanted::Apart(value, _) => inferred.shape(value).clone(),
            Wanted::Inner(_) => Shape::default(),
            Wanted::Extra(node) => {
                let output = inferred.shape(node.to);
                match node.layer.operation() {
                    Operation::Map(map) => map.record(inferred.shape(node.input()), output).unwrap_or_default(),
                    _ => output.clone(),
                }
            }
        }
    }

    fn place(&self, wanted: Wanted<'_>) -> Location {
        match wanted {
            Wanted::Value(value) => self.location(value),
            Wanted::Extra(node) => {
                let offset = self.layout.and_then(|layout| layout.extra(node));
                offset.map_or(Location::Nowhere, Location::Place)
            }
            Wanted::Apart(_, offset) => Location::Place(offset),
            Wanted::Inner(_) => Location::Place(0),
        }
    }

    /// Expressions for what is wanted at the same time, and the `let`s that they need.
    pub fn get<const COUNT: usize>(
        &mut self,
        wanted: [Wanted<'_>; COUNT],
        statements: &mut Vec<TokenStream>,
    ) -> [TokenStream; COUNT] {
        self.get_some(wanted.map(Some), statements)
    }

    /// As [`get`](Self::get), for what may not be wanted at all.
    pub fn get_some<const COUNT: usize>(
        &mut self,
        wanted: [Option<Wanted<'_>>; COUNT],
        statements: &mut Vec<TokenStream>,
    ) -> [TokenStream; COUNT] {
        let mut places: Vec<(Ident, TokenStream, TokenStream)> = Vec::new();
        let mut twins: Vec<(Ident, Ident)> = Vec::new();
        for wanted in wanted.iter().flatten() {
            if let Location::Place(offset) = self.place(*wanted) {
                let name = self.name(*wanted);
                let place = match wanted {
                    Wanted::Inner(node) => inner::offset(self.planned, node, self.purpose()),
                    _ => literal(offset).to_token_stream(),
                };
                // Two names of one value, which is read twice.
                let twin = places.iter().find(|(other, _, at)| *other == name || at.to_string() == place.to_string());
                match twin {
                    Some((other, ..)) => twins.push((name, other.clone())),
                    None => places.push((name, self.rust_type(*wanted), place)),
                }
            }
        }
        self.bind(places, statements);
        wanted.map(|wanted| {
            let Some(wanted) = wanted else { return TokenStream::new() };
            match self.place(wanted) {
                Location::Place(_) => {
                    let name = self.name(wanted);
                    let name = twins.iter().find(|(twin, _)| *twin == name).map_or(&name, |(_, other)| other);
                    quote!(#name)
                }
                Location::Input => self.view(wanted, self.slices.0.clone(), ValueId(0), self.mutable.0, statements),
                Location::Output => {
                    let logits = self.planned.only_output().unwrap_or(ValueId(0));
                    self.view(wanted, self.slices.1.clone(), logits, self.mutable.1, statements)
                }
                Location::Nowhere => TokenStream::new(),
            }
        })
    }

    /// What the memory is for.
    fn purpose(&self) -> Purpose {
        match (self.layout.is_some(), self.memory == "arena") {
            (true, true) => Purpose::Prediction,
            (true, false) => Purpose::Recording,
            (false, _) => Purpose::Returning,
        }
    }

    fn rust_type(&self, wanted: Wanted<'_>) -> TokenStream {
        if let Wanted::Inner(node) = wanted {
            return inner::memory_type(node, self.purpose());
        }
        self.shape(wanted).rust_type(self.planned.inferred.graph.scalar)
    }

    fn bind(&mut self, places: Vec<(Ident, TokenStream, TokenStream)>, statements: &mut Vec<TokenStream>) {
        if places.iter().all(|(name, ..)| self.bound.contains(name)) {
            return;
        }
        let memory = &self.memory;
        let names: Vec<Ident> = places.iter().map(|(name, ..)| name.clone()).collect();
        let arguments = places.iter().map(|(_, rust_type, offset)| quote!(#rust_type, #offset));
        statements.push(match names.as_slice() {
            [name] => quote!(let #name = #memory.at::<#(#arguments),*>();),
            [_, _] => quote!(let (#(#names),*) = #memory.pair::<#(#arguments),*>();),
            _ => quote!(let (#(#names),*) = #memory.triple::<#(#arguments),*>();),
        });
        self.bound = names;
    }

    /// A caller's slice, in the shape of a value.
    fn view(
        &mut self,
        wanted: Wanted<'_>,
        slice: Ident,
        slice_value: ValueId,
        mutable: bool,
        statements: &mut Vec<TokenStream>,
    ) -> TokenStream {
        if self.shape(wanted) == *self.planned.inferred.shape(slice_value) {
            return quote!(#slice);
        }
        let (name, rust_type) = (self.name(wanted), self.rust_type(wanted));
        if mutable {
            // A view that can be written to ends with the next use of the slice, so it is taken anew.
            statements.push(quote!(let #name: &mut [#rust_type] = castnet::reshape_mut(#slice);));
        } else if !self.viewed.contains(&name) {
            statements.push(quote!(let #name: &[#rust_type] = castnet::reshape(#slice);));
            self.viewed.push(name.clone());
        }
        quote!(#name)
    }
}
