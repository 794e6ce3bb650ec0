//! Names for the values that lie in planned memory, and for callers' slices in other shapes.
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};

use crate::graph::{Node, ValueId};
use crate::layers::Purpose;
use crate::plan::{Location, Planned};
use crate::shape::literal;
use crate::size::Size;

/// A piece of memory that a statement reads or writes.
#[derive(Clone, Copy)]
pub enum Wanted<'a> {
    Value(ValueId),
    /// The [`Need`](crate::layers::Need) of a node.
    Need(&'a Node),
    /// A contribution to the gradient of a value, before it is added.
    Apart(ValueId, u64),
}

/// Gives names to pieces of one planned memory, and to callers' slices in other shapes.
pub struct Names<'a> {
    planned: &'a Planned,
    purpose: Purpose,
    /// Whether the slice of the input is mutable, and whether that of the output is.
    mutable: (bool, bool),
    /// The names that the last `let` of this memory gave: the next `let` ends them.
    bound: Vec<Ident>,
    /// The slices in another shape that have a name.
    viewed: Vec<Ident>,
}

impl<'a> Names<'a> {
    /// For a forward pass, which writes activations.
    pub fn of_forward(planned: &'a Planned, purpose: Purpose) -> Self {
        Self { planned, purpose, mutable: (false, true), bound: Vec::new(), viewed: Vec::new() }
    }

    /// For a backward pass, which reads the activations on the tape.
    pub fn of_tape(planned: &'a Planned) -> Self {
        Self { mutable: (false, false), ..Self::of_forward(planned, Purpose::Training) }
    }

    /// For a backward pass, which writes the gradients of activations.
    pub fn of_gradients(planned: &'a Planned) -> Self {
        Self { mutable: (true, true), ..Self::of_forward(planned, Purpose::Backward) }
    }

    /// The variable that holds the memory.
    fn memory(&self) -> Ident {
        format_ident!(
            "{}",
            match self.purpose {
                Purpose::Prediction => "arena",
                Purpose::Training => "tape",
                Purpose::Backward => "adjoints",
            }
        )
    }

    /// The beginning of the names of values.
    fn prefix(&self) -> &'static str {
        if self.purpose == Purpose::Backward { "grad_" } else { "" }
    }

    /// The callers' slice of the input or of the output.
    fn slice(&self, port: &str) -> Ident {
        format_ident!("{}{port}", self.prefix())
    }

    /// The location of a value.
    pub fn location(&self, value: ValueId) -> Location {
        match self.purpose {
            Purpose::Prediction => self.planned.arena.of(value),
            Purpose::Training => self.planned.tape.of(value),
            Purpose::Backward => self.planned.grads.of(value),
        }
    }

    /// The offset of the need of a node.
    fn place_of_need(&self, node: &Node) -> Option<&'a Size> {
        match self.purpose {
            Purpose::Prediction => self.planned.arena.need(node),
            Purpose::Training => self.planned.tape.need(node),
            Purpose::Backward => self.planned.grads.need(node),
        }
    }

    /// The need of a node, if it has one.
    pub fn need<'b>(&self, node: &'b Node) -> Option<Wanted<'b>> {
        self.place_of_need(node).map(|_| Wanted::Need(node))
    }

    /// The name of a value: that of its row. If the value before the activation lies in other memory, its name ends in `_linear`.
    fn value_name(&self, value: ValueId) -> Ident {
        let graph = &self.planned.graph;
        let writer = graph.writer(value);
        let name = match writer {
            Some(writer) => graph.node_name(writer),
            None => graph.value_name(value).cloned(),
        };
        let Some(name) = name else { return self.slice("output") };
        let prefixed =
            || if self.prefix().is_empty() { name.clone() } else { format_ident!("{}{}", self.prefix(), name) };
        let Some(writer) = writer else {
            return if graph.inputs.len() == 1 { self.slice("input") } else { prefixed() };
        };
        let reader =
            graph.writer(ValueId(value.0 + 1)).filter(|reader| reader.row == writer.row && reader.part == writer.part);
        let apart = reader.is_some_and(|reader| self.location(reader.input()) != self.location(reader.to));
        if apart { format_ident!("{}{}_linear", self.prefix(), name) } else { prefixed() }
    }

    fn name(&self, wanted: Wanted<'_>) -> Ident {
        match wanted {
            Wanted::Value(value) => self.value_name(value),
            Wanted::Apart(value, _) => format_ident!("{}_contribution", self.value_name(value)),
            Wanted::Need(node) => {
                let row = self.planned.graph.node_name(node).unwrap_or_else(|| self.memory());
                let suffix = self.planned.need(node, self.purpose).map_or("", |need| need.life.suffix());
                format_ident!("{}{}{suffix}", self.prefix(), row)
            }
        }
    }

    fn location_of(&self, wanted: Wanted<'_>) -> Location {
        match wanted {
            Wanted::Value(value) => self.location(value),
            Wanted::Apart(_, offset) => Location::Place(offset),
            Wanted::Need(node) => {
                self.place_of_need(node).map_or(Location::Nowhere, |place| Location::Place(place.known))
            }
        }
    }

    /// The offset of a piece of this memory, as an argument.
    fn offset(&self, wanted: Wanted<'_>) -> Option<TokenStream> {
        if let Wanted::Need(node) = wanted
            && let Some(place) = self.place_of_need(node).filter(|place| place.exact().is_none())
        {
            return Some(quote!({ #place }));
        }
        match self.location_of(wanted) {
            Location::Place(offset) => Some(literal(offset).to_token_stream()),
            Location::Input | Location::Output | Location::Nowhere => None,
        }
    }

    fn rust_type(&self, wanted: Wanted<'_>) -> TokenStream {
        let graph = &self.planned.graph;
        match wanted {
            Wanted::Value(value) | Wanted::Apart(value, _) => graph.shape(value).rust_type(graph.scalar),
            Wanted::Need(node) => {
                let need = self.planned.need(node, self.purpose);
                need.map(|need| need.room.rust_type(graph.scalar)).unwrap_or_default()
            }
        }
    }

    /// An expression for one piece of memory, after the `let` that it needs.
    pub fn one(&mut self, wanted: Wanted<'_>, statements: &mut Vec<TokenStream>) -> TokenStream {
        let [expression] = self.some([Some(wanted)], statements);
        expression
    }

    /// Expressions for two pieces that one statement uses, after the `let`s that they need.
    pub fn two(&mut self, wanted: [Wanted<'_>; 2], statements: &mut Vec<TokenStream>) -> [TokenStream; 2] {
        self.some(wanted.map(Some), statements)
    }

    /// Expressions for up to four pieces of one memory that one statement uses, after the `let`s that they need.
    pub fn some<const N: usize>(
        &mut self,
        wanted: [Option<Wanted<'_>>; N],
        statements: &mut Vec<TokenStream>,
    ) -> [TokenStream; N] {
        let mut places: Vec<(Ident, TokenStream, TokenStream)> = Vec::new();
        let mut twins: Vec<(Ident, Ident)> = Vec::new();
        for wanted in wanted.into_iter().flatten() {
            let Some(place) = self.offset(wanted) else { continue };
            let name = self.name(wanted);
            // The same piece twice: a value that is read twice, or its alias.
            let twin = places.iter().find(|(other, _, at)| *other == name || at.to_string() == place.to_string());
            match twin {
                Some((other, ..)) => twins.push((name, other.clone())),
                None => places.push((name, self.rust_type(wanted), place)),
            }
        }
        self.bind(places, statements);
        wanted.map(|wanted| {
            let Some(wanted) = wanted else { return TokenStream::new() };
            self.view(wanted, statements);
            let expression = self.expression(wanted);
            let twin = twins.iter().find(|(twin, _)| *twin == expression.to_string());
            twin.map_or(expression, |(_, other)| quote!(#other))
        })
    }

    /// The expression for a piece whose `let` has been written.
    pub fn expression(&self, wanted: Wanted<'_>) -> TokenStream {
        let name = match (self.location_of(wanted), self.callers(wanted)) {
            (Location::Nowhere, _) => return TokenStream::new(),
            (_, Some((slice, value, _))) if self.has_shape_of(wanted, value) => slice,
            _ => self.name(wanted),
        };
        quote!(#name)
    }

    /// The caller's slice in which a piece lies, the value whose shape the slice has, and whether it is mutable.
    fn callers(&self, wanted: Wanted<'_>) -> Option<(Ident, ValueId, bool)> {
        match self.location_of(wanted) {
            Location::Input => Some((self.slice("input"), ValueId(0), self.mutable.0)),
            Location::Output => {
                Some((self.slice("output"), self.planned.only_output().unwrap_or(ValueId(0)), self.mutable.1))
            }
            Location::Place(_) | Location::Nowhere => None,
        }
    }

    fn has_shape_of(&self, wanted: Wanted<'_>, value: ValueId) -> bool {
        let graph = &self.planned.graph;
        match wanted {
            Wanted::Value(wanted) | Wanted::Apart(wanted, _) => graph.shape(wanted) == graph.shape(value),
            Wanted::Need(_) => false,
        }
    }

    /// Writes a `let` for a caller's slice as a slice of another shape, if the value has another shape.
    fn view(&mut self, wanted: Wanted<'_>, statements: &mut Vec<TokenStream>) {
        let Some((slice, value, mutable)) = self.callers(wanted) else { return };
        if self.has_shape_of(wanted, value) {
            return;
        }
        let (name, rust_type) = (self.name(wanted), self.rust_type(wanted));
        if mutable {
            // A mutable view ends with the next use of the slice, so every statement takes a new one.
            statements.push(quote!(let #name: &mut [#rust_type] = castnet::reshape_mut(#slice);));
        } else if !self.viewed.contains(&name) {
            statements.push(quote!(let #name: &[#rust_type] = castnet::reshape(#slice);));
            self.viewed.push(name);
        }
    }

    fn bind(&mut self, places: Vec<(Ident, TokenStream, TokenStream)>, statements: &mut Vec<TokenStream>) {
        if places.iter().all(|(name, ..)| self.bound.contains(name)) {
            return;
        }
        let memory = self.memory();
        let names: Vec<Ident> = places.iter().map(|(name, ..)| name.clone()).collect();
        let arguments = places.iter().map(|(_, rust_type, offset)| quote!(#rust_type, #offset));
        statements.push(match names.as_slice() {
            [name] => quote!(let #name = #memory.at::<#(#arguments),*>();),
            [_, _] => quote!(let (#(#names),*) = #memory.pair::<#(#arguments),*>();),
            [_, _, _] => quote!(let (#(#names),*) = #memory.triple::<#(#arguments),*>();),
            // There are never more than four, see `some`.
            _ => quote!(let (#(#names),*) = #memory.quadruple::<#(#arguments),*>();),
        });
        self.bound = names;
    }
}
