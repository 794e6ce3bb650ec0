//! `rnn 32`, `gru 32 sequences`, `lstm 32`: recurrent layers.
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::identity::Identity;
use super::interface::only;
use super::{
    Backward, Constant, Context, Keyword, Layer, Life, Map, Misfit, Need, ParameterGroup, Parsed, Places, Purpose,
    Reads, Resolved, Room, Rules, Tensor,
};
use crate::activations::{self, Activation, Keeps, real};
use crate::errors::Help;
use crate::options::{self, Options, RECURRENT_INIT};
use crate::regularizers::{self, Regularizers};
use crate::shape::{Shape, literal};
use crate::size::Size;
use crate::suggest;
use crate::words::Words;

pub const KEYWORDS: &[Keyword] = &[
    Keyword::new("rnn", OF_RNN, parse).sequences().unhashed(UNHASHED),
    Keyword::new("gru", OF_GRU, parse).sequences().unhashed(UNHASHED),
    Keyword::new("lstm", OF_LSTM, parse).sequences().unhashed(UNHASHED),
];

/// The words of GRUs. Those of other layers lack the first ones: `reset_before`, and `gates` where there are none.
const OF_GRU: &[&str] = &[
    RESET_BEFORE,
    GATES,
    SEQUENCES,
    STATE,
    FROM,
    BACKWARDS,
    RECURRENT_INIT,
    DROPOUT,
    RECURRENT_DROPOUT,
    RECURRENT_L1,
    RECURRENT_L2,
];
const OF_LSTM: &[&str] = OF_GRU.split_at(1).1;
const OF_RNN: &[&str] = OF_GRU.split_at(2).1;

/// The words that are in no identity: they change training alone.
pub const UNHASHED: &[&str] = &[RECURRENT_INIT, DROPOUT, RECURRENT_DROPOUT, RECURRENT_L1, RECURRENT_L2];

const DROPOUT: &str = "dropout";
const RECURRENT_DROPOUT: &str = "recurrent_dropout";
const RECURRENT_L1: &str = "recurrent_l1";
const RECURRENT_L2: &str = "recurrent_l2";
pub const GATES: &str = "gates";
pub const SEQUENCES: &str = "sequences";
pub const STATE: &str = "state";
pub const FROM: &str = "from";
const BACKWARDS: &str = "backwards";
pub const RESET_BEFORE: &str = "reset_before";

/// The kinds of recurrent layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Simple,
    Gru { reset_after: bool },
    Lstm,
}

/// The order in which the steps are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Forwards,
    Backwards,
    /// Backwards, with the outputs in the order of the inputs.
    BackwardsInPlace,
}

impl Cell {
    /// The kind of a keyword.
    fn find(keyword: &Ident) -> Option<Self> {
        match keyword.to_string().as_str() {
            "rnn" => Some(Self::Simple),
            "gru" => Some(Self::Gru { reset_after: true }),
            "lstm" => Some(Self::Lstm),
            _ => None,
        }
    }

    fn gates(self) -> u64 {
        match self {
            Self::Simple => 1,
            Self::Gru { .. } => 3,
            Self::Lstm => 4,
        }
    }

    fn states(self) -> u64 {
        if self == Self::Lstm { 2 } else { 1 }
    }

    fn extras(self) -> u64 {
        if self == Self::Simple { 0 } else { 1 }
    }

    fn resets_after(self) -> bool {
        self == Self::Gru { reset_after: true }
    }

    /// The kind, as Keras names it.
    fn kind(self) -> &'static str {
        match self {
            Self::Simple => "SimpleRNN",
            Self::Gru { .. } => "GRU",
            Self::Lstm => "LSTM",
        }
    }

    /// The name of the type of its parameters.
    fn type_name(self) -> &'static str {
        match self {
            Self::Simple => "Rnn",
            Self::Gru { reset_after: true } => "Gru",
            Self::Gru { reset_after: false } => "GruResetBefore",
            Self::Lstm => "Lstm",
        }
    }

    fn value(self, castnet: &TokenStream) -> TokenStream {
        match self {
            Self::Simple => quote!(#castnet::Cell::Simple),
            Self::Gru { reset_after } => quote!(#castnet::Cell::Gru { reset_after: #reset_after }),
            Self::Lstm => quote!(#castnet::Cell::Lstm),
        }
    }
}

/// A recurrent layer as it was written.
#[derive(Clone, Debug)]
pub struct Written {
    /// `rnn`, `gru` or `lstm`.
    keyword: String,
    cell: Cell,
    units: u64,
    pub sequences: bool,
    /// Whether it gives its state: h, and c of an LSTM behind it.
    state: bool,
    /// The label of its first state.
    first: Option<Ident>,
    order: Order,
    gates: Option<Activation>,
    recurrent_init: Option<TokenStream>,
    dropout: f64,
    recurrent_dropout: f64,
    /// The penalties on the recurrent weights.
    recurrent: Regularizers,
    pub options: Options,
}

fn parse(words: &mut Words<'_>) -> Option<Parsed> {
    let keyword = words.keyword;
    let mut written = Written::parse(keyword, &quote!(#keyword), words, |_, _| false)?;
    let activity = std::mem::take(&mut written.options.activity);
    let second = written.first.clone();
    Some(Parsed { second, parts: Vec::new(), layer: Box::new(written), activation: None, activity })
}

impl Written {
    /// Reads the units and the words behind them; `start` are the tokens in front. `take` reads a word that the layer does not know itself, and
    /// says whether it was one.
    pub fn parse(
        keyword: &Ident,
        start: &TokenStream,
        words: &mut Words<'_>,
        mut take: impl FnMut(&Ident, &mut Words<'_>) -> bool,
    ) -> Option<Self> {
        let missing = format!("`{start}` wants the number of its units");
        let number = words.expected(start, &missing, "32", format!("such as `{start} 32`"));
        let number = number.map(|number| words.units(number));
        let units = number.and_then(|number| words.read(number, |number| number.size("the number of units")));
        let mut written = Self {
            keyword: keyword.to_string(),
            cell: Cell::find(keyword)?,
            units: 1,
            sequences: false,
            state: false,
            first: None,
            order: Order::Forwards,
            gates: None,
            recurrent_init: None,
            dropout: 0.0,
            recurrent_dropout: 0.0,
            recurrent: Regularizers::default(),
            options: Options::default(),
        };
        let mut seen: Vec<String> = Vec::new();
        written.options = Options::parse(words, |name, words| {
            let left = words.left();
            if !take(name, words) {
                written.word(name, words);
            }
            let value = left.iter().take(left.len() - words.left().len());
            if seen.contains(&name.to_string()) {
                words.twice(name, quote!(#(#value)*));
            }
            seen.push(name.to_string());
        });
        written.units = units?;
        if let (Some(frozen), Some(rule)) = (written.options.frozen(), written.recurrent.words().next()) {
            let help = Help::leave_out().of(frozen).saying(format!("leave out `frozen` or `{rule}`"));
            words.errors.at(quote!(#rule #frozen), (format!("`{rule}` has no effect on a frozen layer"), help));
        }
        Some(written)
    }

    /// The same layer, reading from the last step to the first. The outputs of all steps stand in the order of the inputs.
    pub fn turned(&self) -> Self {
        Self { order: if self.sequences { Order::BackwardsInPlace } else { Order::Backwards }, ..self.clone() }
    }

    /// Reads a word of its own, with its number or name.
    fn word(&mut self, name: &Ident, words: &mut Words<'_>) {
        match name.to_string().as_str() {
            SEQUENCES => self.sequences = true,
            STATE => self.state = true,
            FROM => self.first = first(name, words).or(self.first.take()),
            BACKWARDS => self.order = Order::Backwards,
            RESET_BEFORE => self.cell = Cell::Gru { reset_after: false },
            GATES => self.gates = gates(name, words),
            RECURRENT_INIT => self.recurrent_init = Some(options::parse_initializer(name, words)),
            RECURRENT_L1 => self.recurrent.l1 = Some((name.clone(), regularizers::factor(name, words))),
            RECURRENT_L2 => self.recurrent.l2 = Some((name.clone(), regularizers::factor(name, words))),
            word => {
                let example = format!("{word} 0.2");
                let rate =
                    words.real_of(name, &example, "must be at least 0 and below 1", |rate| (0.0..1.0).contains(&rate));
                let place = if word == DROPOUT { &mut self.dropout } else { &mut self.recurrent_dropout };
                *place = rate.unwrap_or_default();
            }
        }
    }

    /// Its activation, if it is not tanh.
    fn activation(&self) -> Option<&Activation> {
        self.options.activation.as_ref().filter(|activation| activation.keras_word() != "tanh")
    }

    /// The activation of its gates, if it is not sigmoid.
    fn gates(&self) -> Option<&Activation> {
        self.gates.as_ref().filter(|gates| gates.keras_word() != "sigmoid")
    }

    /// Whether it gives values beside h.
    fn gives_state(&self) -> bool {
        self.state && self.cell == Cell::Lstm
    }

    /// The values that it gives of a step.
    fn width(&self) -> u64 {
        if self.gives_state() { self.units.saturating_mul(self.cell.states()) } else { self.units }
    }

    /// The words that change its outputs for the same weights. `from` are those about its first state.
    fn identity(&self, from: Option<&str>) -> Identity {
        let identity = Identity::new(&self.keyword).whole(self.units);
        let identity = match self.activation() {
            Some(activation) => identity.word(&activation.describe()),
            None => identity,
        };
        let identity = match self.gates() {
            Some(gates) => identity.word(GATES).word(&gates.describe()),
            None => identity,
        };
        identity
            .word_if(self.sequences, SEQUENCES)
            .word_if(self.gives_state(), STATE)
            .word_if(from.is_some(), from.unwrap_or_default())
            .word_if(self.order == Order::Backwards, BACKWARDS)
            .word_if(self.order == Order::BackwardsInPlace, "backwards_in_place")
            .word_if(self.cell == Cell::Gru { reset_after: false }, RESET_BEFORE)
            .word_if(!self.options.has_bias(), "nobias")
    }
}

/// Reads the label after `from`.
fn first(name: &Ident, words: &mut Words<'_>) -> Option<Ident> {
    let label = words.name();
    if label.is_none() {
        let help = Help::prose("such as `from thought`, where an earlier chain has `thought: lstm 32 state`");
        words.errors.at(name, ("`from` wants the label of the first state", help));
    }
    label.cloned()
}

/// Reads the activation after `gates`.
fn gates(name: &Ident, words: &mut Words<'_>) -> Option<Activation> {
    let example = "gates hard_sigmoid";
    let Some(word) = words.name() else {
        let help = Help::after("hard_sigmoid").saying(format!("such as `{example}`"));
        words.errors.at(name, ("`gates` wants the activation of the gates", help));
        return None;
    };
    let activation = Activation::parse(word, words);
    match &activation {
        None => {
            let help = suggest::help(&word.to_string(), "activations", activations::words());
            words.errors.at(word, (format!("unknown activation `{word}` of the gates"), help));
        }
        Some(activation) if activation.compares_channels() => {
            let help = Help::write("sigmoid").saying("write an activation of single values, such as `sigmoid`");
            words.errors.at(word, (format!("`{word}` compares the gates with each other"), help));
        }
        Some(_) => {}
    }
    activation.filter(|activation| !activation.compares_channels())
}

impl Layer for Written {
    fn describe(&self) -> String {
        let from = self.first.as_ref().map(|label| format!("{FROM} {label}"));
        self.identity(from.as_deref()).to_string()
    }

    fn output(&self) -> Option<Shape> {
        Shape::new(vec![self.width()]).filter(|_| !self.sequences)
    }

    fn takes_sequence(&self) -> bool {
        true
    }

    fn word_for_all_steps(&self) -> Option<&'static str> {
        (!self.sequences).then_some(SEQUENCES)
    }

    fn word_for_state(&self) -> Option<&'static str> {
        (self.cell == Cell::Lstm && !self.state && !self.sequences).then_some(STATE)
    }

    fn resolve(&self, inputs: &[&Shape]) -> Result<Resolved, Misfit> {
        let (input, first) = match *inputs {
            [input, first] => (input, Some(first)),
            _ => (only(inputs)?, None),
        };
        let (keyword, units) = (&self.keyword, self.units);
        let [steps, features] = match *input.sizes() {
            [steps, features] => [steps, features],
            [size] => {
                let help = Help::before(format!("reshape {size}x1 =>"))
                    .saying(format!("put `reshape {size}x1` before it: steps of one value each"));
                return Err((format!("`{keyword}` takes a sequence, steps x features, but what comes in has the shape {input}"), help).into());
            }
            [height, width, channels] => {
                let rows = width.saturating_mul(channels);
                let help = Help::before(format!("reshape {height}x{rows} =>"))
                    .saying(format!("to read an image row by row: `reshape {height}x{rows}`"));
                return Err((format!("`{keyword}` takes a sequence, steps x features, but what comes in has the shape {input}"), help).into());
            }
            _ => return Err(format!("`{keyword}` takes a sequence, but what comes in has the shape {input}").into()),
        };
        if let Some(activation) = self.activation().filter(|activation| activation.compares_channels()) {
            let word = activation.keras_word();
            let message = format!("`{word}` compares the units of `{keyword}` with each other, and stands behind it");
            let help = Help::write_for(word, format!("=> {word}"));
            return Err((message, help).into());
        }
        let too_large = || format!("`{keyword} {units}` on {input} has more values than any machine can hold");
        let gates = self.cell.gates().checked_mul(units).ok_or_else(too_large)?;
        Shape::new(vec![features.saturating_add(units), gates]).ok_or_else(too_large)?;
        if let Some(first) = first {
            self.fits_first(first)?;
        }
        let output = if self.sequences { vec![steps, self.width()] } else { vec![self.width()] };
        let output = Shape::new(output).ok_or_else(too_large)?;
        let layer = Recurrent { written: self.clone(), steps, features, gates };
        for values in [layer.saved(), layer.gradients()] {
            Shape::new(vec![values]).ok_or_else(too_large)?;
        }
        Ok(Resolved::map(output, self.cell.kind(), self.identity(first.map(|_| FROM)), layer))
    }
}

impl Written {
    /// An error unless a value of this shape can be the first state.
    fn fits_first(&self, first: &Shape) -> Result<(), Misfit> {
        let values = self.cell.states().saturating_mul(self.units);
        if *first.sizes() == [values] {
            return Ok(());
        }
        let (keyword, units, label) = (&self.keyword, self.units, self.first.as_ref());
        let label = label.map(Ident::to_string).unwrap_or_default();
        let holds = if self.cell == Cell::Lstm { format!("{units} of h, then {units} of c") } else { "h".to_string() };
        let message = format!(
            "the first state of `{keyword} {units}` has {values} values ({holds}), but `{label}` has the shape {first}"
        );
        let help = match *first.sizes() {
            [size] if size == units => Help::prose("`concat(h, c)` puts h and c side by side"),
            [_] => Help::prose(format!("a layer such as `dense {values}` gives as many values")),
            _ => {
                let state = if self.cell == Cell::Lstm { " state" } else { "" };
                Help::prose(format!("a first state is a vector: that of a layer such as `{keyword} {units}{state}`, without `{SEQUENCES}`"))
            }
        };
        Err((message, help).into())
    }
}

/// A recurrent layer whose sizes are known.
#[derive(Debug)]
struct Recurrent {
    written: Written,
    steps: u64,
    features: u64,
    /// The values of all gates.
    gates: u64,
}

impl Recurrent {
    fn keeps_inputs(&self) -> bool {
        let of_inputs = |activation: Option<&Activation>| activation.is_some_and(|it| it.keeps() == Keeps::Inputs);
        of_inputs(self.written.activation()) || (self.written.cell != Cell::Simple && of_inputs(self.written.gates()))
    }

    fn state(&self) -> u64 {
        self.written.cell.states().saturating_mul(self.written.units)
    }

    fn extras(&self) -> u64 {
        self.written.cell.extras() * self.written.units
    }

    /// The memory of a prediction.
    fn memory(&self) -> u64 {
        self.state().saturating_add(self.gates).saturating_add(self.extras())
    }

    /// The values that training keeps.
    fn saved(&self) -> u64 {
        let Written { units, dropout, recurrent_dropout, .. } = self.written;
        let gates = self.gates.saturating_mul(if self.keeps_inputs() { 2 } else { 1 });
        let dropped = if recurrent_dropout > 0.0 { units } else { 0 };
        let factors = if dropout > 0.0 { self.features } else { 0 };
        let step = [self.features, gates, self.extras(), dropped].into_iter().fold(self.state(), u64::saturating_add);
        self.steps.saturating_mul(step).saturating_add(self.state()).saturating_add(factors).saturating_add(dropped)
    }

    /// The memory of the backward pass.
    fn gradients(&self) -> u64 {
        let gates = self.gates.saturating_mul(if self.written.cell.resets_after() { 2 } else { 1 });
        let steps = self.steps.saturating_mul(gates.saturating_add(self.features));
        steps.saturating_add(self.state()).saturating_add(self.written.units)
    }
}

/// The values that a pass reads beside the inputs.
fn given(at: &Places) -> TokenStream {
    match &at.second {
        first if first.is_empty() => quote!(castnet::Given::nothing()),
        first => quote!(castnet::Given::nothing().state(#first)),
    }
}

/// An activation of the gates or of the candidate.
fn gate(activation: Option<&Activation>, usual: &str, castnet: &TokenStream) -> TokenStream {
    let Some(activation) = activation else {
        let usual = format_ident!("{usual}");
        return quote!(#castnet::Gate::#usual);
    };
    match (activation.keras_word(), activation.keeps()) {
        ("tanh", _) => quote!(#castnet::Gate::Tanh),
        ("sigmoid", _) => quote!(#castnet::Gate::Sigmoid),
        (_, keeps) => {
            let variant = if keeps == Keeps::Inputs { quote!(OfInputs) } else { quote!(OfOutputs) };
            let value = activation.value_in(castnet);
            quote!(#castnet::Gate::#variant(&#value))
        }
    }
}

impl Map for Recurrent {
    fn parameters(&self, network: &Context<'_>) -> Vec<ParameterGroup> {
        let Self { written, features, gates, .. } = self;
        let (units, cell) = (written.units, written.cell);
        let weights = [
            Tensor { name: "weight", shape: vec![*features, *gates] },
            Tensor { name: "recurrent_weight", shape: vec![units, *gates] },
        ];
        let order = if written.order == Order::Forwards { "" } else { ", from the last step to the first" };
        let description = format!("{features} inputs to {units} units{order}");
        let sizes = [*features, units, *gates];
        let bias = if cell.resets_after() { vec![2, *gates] } else { vec![*gates] };
        vec![written.options.group(network, cell.type_name(), &sizes, description, &weights, bias)]
    }

    fn macs(&self) -> Size {
        let step = self.gates.saturating_mul(self.features.saturating_add(self.written.units));
        Size::known(self.steps.saturating_mul(step))
    }

    fn constant(&self, network: &Context<'_>) -> Option<Constant> {
        let castnet = network.castnet;
        let Written { cell, order, dropout, recurrent_dropout, .. } = self.written;
        let scalar = network.scalar.rust_type(castnet);
        let [steps, inputs, units] = [self.steps, self.features, self.written.units].map(literal);
        let activation = gate(self.written.activation(), "Tanh", castnet);
        let gates = gate(self.written.gates(), "Sigmoid", castnet);
        let gives = match (self.written.sequences, self.written.gives_state()) {
            (false, false) => quote!(Last),
            (true, false) => quote!(Sequence),
            (false, true) => quote!(State),
            (true, true) => quote!(States),
        };
        let order = format_ident!("{order:?}");
        let cell = cell.value(castnet);
        let [dropout, recurrent_dropout] = [dropout, recurrent_dropout].map(real);
        let [memory, saved, gradients] = [self.memory(), self.saved(), self.gradients()].map(literal);
        Some(Constant {
            rust_type: quote!(#castnet::Recurrence<#scalar>),
            value: quote! {
                #castnet::Recurrence {
                    cell: #cell,
                    steps: #steps,
                    inputs: #inputs,
                    units: #units,
                    activation: #activation,
                    gates: #gates,
                    gives: #castnet::Gives::#gives,
                    order: #castnet::Order::#order,
                    dropout: #dropout,
                    recurrent_dropout: #recurrent_dropout,
                    zero_masked: false,
                }
                .with_memory(#memory, #saved, #gradients)
            },
        })
    }

    fn need(&self, purpose: Purpose) -> Option<Need> {
        let (values, life) = match purpose {
            Purpose::Prediction => (self.memory(), Life::Step),
            Purpose::Training => (self.saved(), Life::ForwardToBackward),
            Purpose::Backward => (self.gradients(), Life::Step),
        };
        Some(Need { room: Room::Shape(Shape::new(vec![values])?), life })
    }

    fn reads(&self) -> Reads {
        Reads { need: true, ..Reads::default() }
    }

    fn keeps_input(&self) -> bool {
        true
    }

    fn init(&self, at: &Places) -> Option<TokenStream> {
        let (field, initializer) = (at.field(""), self.written.options.initializer());
        let recurrent = self.written.recurrent_init.clone().unwrap_or_else(|| quote!(castnet::Orthogonal));
        let unit_forget_bias = self.written.cell == Cell::Lstm;
        Some(quote!(#field.init(#initializer, #recurrent, #unit_forget_bias, rng);))
    }

    fn forward(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, need, constant, .. }) = (at.field(""), at);
        let given = given(at);
        quote!(#field.recur(isa, &#constant, #input, #given, #need, #output);)
    }

    fn forward_training(&self, at: &Places) -> TokenStream {
        let (field, Places { input, output, need, constant, .. }) = (at.field(""), at);
        let given = given(at);
        match self.written.dropout > 0.0 || self.written.recurrent_dropout > 0.0 {
            true => quote! {
                #field.recur_dropping(isa, rng, &#constant, #input, #given, #need, #output);
            },
            false => quote! {
                #field.recur_in_training(isa, &#constant, #input, #given, #need, #output);
            },
        }
    }

    fn backward(&self, at: &Places) -> Backward {
        let Places { need, grad_need, grad_output, grad_input, grad_second, constant, .. } = at;
        let (field, gradient) = (at.field(""), at.wanted_gradient());
        let [grad_input, grad_first] = [grad_input, grad_second].map(|gradient| match gradient.is_empty() {
            true => quote!(::core::option::Option::None),
            false => quote!(::core::option::Option::Some(castnet::flatten_mut(#gradient))),
        });
        Backward::Together(quote! {
            #field.backward_through_time(
                isa, &#constant, castnet::Given::nothing(), #need, #grad_output, #grad_need, #gradient, #grad_input, #grad_first,
            );
        })
    }

    fn rules(&self, at: &Places) -> Rules {
        let mut rules = self.written.options.rules(at, "weight");
        let (field, gradient) = (at.field(""), at.gradient(""));
        for regularizer in self.written.recurrent.values() {
            rules.penalties.push(quote!(#regularizer.penalty(&#field.recurrent_weight)));
            rules.gradients.push(
                quote!(#regularizer.add_gradient(&#field.recurrent_weight, &mut #gradient.recurrent_weight);),
            );
        }
        rules
    }
}
