//! `rnn 32`, `gru 32 sequences`, `lstm 32`: recurrent layers.
mod passes;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identity::Identity;
use super::interface::only;
use super::{Keyword, Layer, Misfit, Parsed, Resolved};
use crate::activations::{self, Activation};
use crate::errors::Help;
use crate::options::{self, Options, RECURRENT_INIT};
use crate::regularizers::{self, Regularizers};
use crate::shape::Shape;
use crate::suggest;
use crate::words::Words;

use passes::Recurrent;

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

pub const DROPOUT: &str = "dropout";
pub const RECURRENT_DROPOUT: &str = "recurrent_dropout";
pub const RECURRENT_L1: &str = "recurrent_l1";
pub const RECURRENT_L2: &str = "recurrent_l2";
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
    /// The label of its initial state.
    initial_state: Option<Ident>,
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
    let second = written.initial_state.clone();
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
            initial_state: None,
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
            FROM => self.initial_state = initial_state(name, words).or(self.initial_state.take()),
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

    /// The words that change its outputs for the same weights. `from` are those about its initial state.
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
fn initial_state(name: &Ident, words: &mut Words<'_>) -> Option<Ident> {
    let label = words.name_behind(name);
    if label.is_none() {
        let help = Help::prose("such as `from thought`, where an earlier chain has `thought: lstm 32 state`");
        words.errors.at(name, ("`from` wants the label of the initial state", help));
    }
    label
}

/// Reads the activation after `gates`.
fn gates(name: &Ident, words: &mut Words<'_>) -> Option<Activation> {
    let example = "gates hard_sigmoid";
    let Some(word) = words.name_behind(name) else {
        let help = Help::after("hard_sigmoid").saying(format!("such as `{example}`"));
        words.errors.at(name, ("`gates` wants the activation of the gates", help));
        return None;
    };
    let activation = Activation::parse(&word, words);
    match &activation {
        None => {
            let help = suggest::help(&word.to_string(), "activations", activations::words());
            words.errors.at(&word, (format!("unknown activation `{word}` of the gates"), help));
        }
        Some(activation) if activation.compares_channels() => {
            let help = Help::write("sigmoid").saying("write an activation of single values, such as `sigmoid`");
            words.errors.at(&word, (format!("`{word}` compares the gates with each other"), help));
        }
        Some(_) => {}
    }
    activation.filter(|activation| !activation.compares_channels())
}

impl Layer for Written {
    fn describe(&self) -> String {
        let from = self.initial_state.as_ref().map(|label| format!("{FROM} {label}"));
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
        let (input, initial_state) = match *inputs {
            [input, initial_state] => (input, Some(initial_state)),
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
        if let Some(initial_state) = initial_state {
            self.takes_state(initial_state)?;
        }
        let output = if self.sequences { vec![steps, self.width()] } else { vec![self.width()] };
        let output = Shape::new(output).ok_or_else(too_large)?;
        let layer = Recurrent { written: self.clone(), steps, features, gates };
        for values in [layer.saved(), layer.gradients()] {
            Shape::new(vec![values]).ok_or_else(too_large)?;
        }
        Ok(Resolved::map(output, self.cell.kind(), self.identity(initial_state.map(|_| FROM)), layer))
    }
}

impl Written {
    /// An error unless a value of this shape can be the initial state.
    fn takes_state(&self, state: &Shape) -> Result<(), Misfit> {
        let values = self.cell.states().saturating_mul(self.units);
        if *state.sizes() == [values] {
            return Ok(());
        }
        let (keyword, units, label) = (&self.keyword, self.units, self.initial_state.as_ref());
        let label = label.map(Ident::to_string).unwrap_or_default();
        let holds = if self.cell == Cell::Lstm { format!("{units} of h, then {units} of c") } else { "h".to_string() };
        let message = format!(
            "the initial state of `{keyword} {units}` has {values} values ({holds}), but `{label}` has the shape {state}"
        );
        let help = match *state.sizes() {
            [size] if size == units => Help::prose("`concat(h, c)` puts h and c side by side"),
            [_] => Help::prose(format!("a layer such as `dense {values}` gives as many values")),
            _ => {
                let state = if self.cell == Cell::Lstm { " state" } else { "" };
                Help::prose(format!("an initial state is a vector: that of a layer such as `{keyword} {units}{state}`, without `{SEQUENCES}`"))
            }
        };
        Err((message, help).into())
    }
}
