//! Parameters of other frameworks among castnet's words: `dense 10 use_bias=False`.
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::parameters::{Meaning, initializer, meaning};
use super::translation::{Translation, reads};
use super::values::Value;
use crate::errors::{Errors, Help, Message};
use crate::{activations, layers, options};

/// A layer among whose words parameters of other frameworks may stand.
pub struct Stage<'a> {
    /// The keyword as it is written.
    pub keyword: &'a Ident,
    /// Castnet's keyword.
    pub word: &'a str,
    pub has_label: bool,
    /// The parameters of the block around it, which stand for words of castnet.
    pub parameters: &'a [Ident],
}

/// A parameter with its value.
struct Parameter {
    /// Its name; empty for sizes in parentheses.
    name: String,
    /// All of its tokens.
    tokens: TokenStream,
    correction: Correction,
    /// Whether the layer's parser reports it, if that parser runs.
    layer_reports_it: bool,
}

/// The correction of a parameter.
enum Correction {
    /// These words stand for it.
    Words(String),
    /// These words stand for it, with its sizes as one word.
    Sizes(String),
    /// Its number stands alone; the number of tokens before the number.
    Number(usize),
    /// It becomes a label.
    Label(String),
    /// It is left out, for this reason.
    LeftOut(&'static str),
    /// It is done elsewhere, as this sentence says.
    Elsewhere(&'static str),
}

/// A token of the words, or a parameter among them.
enum Item {
    Token(TokenTree),
    Parameter(Parameter),
}

/// Reports the parameters of other frameworks in the words of a layer, and takes them out of the words. The result is false if they
/// might have changed the shape of the output.
pub fn report(stage: &Stage<'_>, words: &mut Vec<TokenTree>, errors: &mut Errors) -> bool {
    let mut items = Vec::new();
    let mut rest = words.as_slice();
    while let [first, behind @ ..] = rest {
        let found = stage.parameter(rest);
        rest = found.as_ref().map_or(behind, |(_, behind)| *behind);
        items.push(found.map_or_else(|| Item::Token(first.clone()), |(parameter, _)| Item::Parameter(parameter)));
    }
    let changes = |item: &Item| matches!(item, Item::Parameter(parameter) if parameter.changes_shape());
    let is_certain = !items.iter().any(changes);
    words.clear();
    for item in items {
        match item {
            Item::Token(token) => words.push(token),
            Item::Parameter(parameter) if parameter.layer_reports_it && is_certain => words.extend(parameter.tokens),
            Item::Parameter(parameter) => stage.wrong(parameter, errors),
        }
    }
    is_certain
}

impl Parameter {
    /// Whether the shape of the output is not known without it.
    fn changes_shape(&self) -> bool {
        match &self.correction {
            Correction::Words(words) | Correction::Sizes(words) if !self.layer_reports_it => {
                let first = words.split(' ').next().unwrap_or_default();
                !first.is_empty() && !options::all_words().any(|word| word == first)
            }
            _ => false,
        }
    }
}

impl Stage<'_> {
    /// The parameter at the beginning of tokens, and the tokens behind it.
    fn parameter<'t>(&self, tokens: &'t [TokenTree]) -> Option<(Parameter, &'t [TokenTree])> {
        let (name, rest) = match tokens {
            [TokenTree::Ident(first), TokenTree::Ident(second), rest @ ..] if self.is_split(first, second) => {
                return Some(split(first, second, rest));
            }
            [TokenTree::Ident(name), rest @ ..] if !self.parameters.contains(name) => (name.to_string(), rest),
            [shape @ TokenTree::Group(_), rest @ ..] => {
                let words = sizes(&Value::read(std::slice::from_ref(shape))?.0)?;
                let correction = Correction::Sizes(words);
                return Some((
                    Parameter { name: String::new(), tokens: quote!(#shape), correction, layer_reports_it: true },
                    rest,
                ));
            }
            [comma @ TokenTree::Punct(punct), rest @ ..] if punct.as_char() == ',' => {
                let correction = Correction::LeftOut("words stand side by side");
                let tokens = quote!(#comma);
                return Some((Parameter { name: ",".to_string(), tokens, correction, layer_reports_it: true }, rest));
            }
            _ => return None,
        };
        let (signs, value) = match rest {
            [TokenTree::Punct(sign), value @ ..] if matches!(sign.as_char(), '=' | ':') => (1, value),
            value => (0, value),
        };
        let found = meaning(self.word, &name).and_then(|meaning| {
            let (value, behind) = Value::read(value)?;
            Some((
                self.correction(&name, meaning, &value, signs)?,
                self.layer_reports_it(&name, meaning, &value, signs),
                behind,
            ))
        });
        let (correction, layer_reports_it, behind) = match found {
            Some(found) => found,
            None if signs == 0 => (self.lone_initializer(tokens)?, false, rest),
            None => return None,
        };
        let written = tokens.iter().take(tokens.len() - behind.len());
        Some((Parameter { name, tokens: quote!(#(#written)*), correction, layer_reports_it }, behind))
    }

    /// Whether two words are one of castnet with a `_` between them, of which the first is none: `recurrent dropout`.
    fn is_split(&self, first: &Ident, second: &Ident) -> bool {
        let is_word = |word: &str| self.is_own(word) || activations::words().any(|activation| activation == word);
        !self.parameters.contains(first) && !is_word(&first.to_string()) && is_word(&format!("{first}_{second}"))
    }

    /// The correction of a parameter with this value, before which stand so many signs. Nothing if castnet has no words for it.
    fn correction(&self, name: &str, meaning: Meaning, value: &Value, signs: usize) -> Option<Correction> {
        let is_number = matches!(value, Value::Number(_));
        match meaning {
            Meaning::Number(_) | Meaning::Window(_) | Meaning::Factor | Meaning::Shape | Meaning::Sides
                if is_number =>
            {
                return Some(Correction::Number(signs + 1));
            }
            Meaning::Elsewhere(sentence) => return Some(Correction::Elsewhere(sentence)),
            Meaning::LeftOut(reason) if value.sizes().is_some() => return Some(Correction::LeftOut(reason)),
            // These are castnet's words.
            Meaning::Initializer(_)
                if signs == 0 && self.is_own(name) && value.word() == initializer(value).as_deref() =>
            {
                let words = || Some(Correction::Words(format!("{name} {}", value.word()?)));
                return matches!(value, Value::Text(_)).then(words).flatten();
            }
            _ if signs == 0 && self.is_own(name) && is_number => return None,
            _ => {}
        }
        let translation = Translation::of_parameter(self.word, name, value)?;
        match (meaning, &translation.label) {
            (Meaning::Label, _) if self.has_label => return Some(Correction::LeftOut("the layer has a label")),
            (Meaning::Label, None) => {
                return Some(Correction::LeftOut("castnet has no such labels, and numbers its layers"));
            }
            (_, Some(label)) => return Some(Correction::Label(label.clone())),
            (_, None) => {}
        }
        let words = translation.text_of_words();
        let has_sizes = matches!(value, Value::Sequence(_));
        let correction = if has_sizes { Correction::Sizes } else { Correction::Words };
        (words.is_empty() || self.takes(&words)).then(|| correction(words))
    }

    /// Whether the layer's parser reports a parameter with this value, if that parser runs.
    fn layer_reports_it(&self, name: &str, meaning: Meaning, value: &Value, signs: usize) -> bool {
        let is_number = matches!(value, Value::Number(_));
        match meaning {
            Meaning::Number(_) | Meaning::Window(_) | Meaning::Factor | Meaning::Shape | Meaning::Sides => is_number,
            Meaning::Activation("") => match value {
                Value::Name(name) => !name.is_path && name.arguments.is_none() && !value.is_none(),
                Value::Text(_) => true,
                Value::Number(_) | Value::Sequence(_) => false,
            },
            Meaning::Padding | Meaning::Sizes(_) | Meaning::Word(_) | Meaning::Momentum if signs == 0 => {
                !matches!(value, Value::Sequence(_))
            }
            _ => self.is_own(name) && is_number,
        }
    }

    /// The correction of the name of an initializer of another framework that stands alone.
    fn lone_initializer(&self, tokens: &[TokenTree]) -> Option<Correction> {
        let (value, _) = Value::read(tokens.get(..1)?)?;
        let word = initializer(&value).filter(|word| value.word() != Some(word))?;
        let words = format!("{} {word}", options::INIT);
        self.takes(&words).then_some(Correction::Words(words))
    }

    /// Whether a word is castnet's word of this layer.
    fn is_own(&self, name: &str) -> bool {
        let own = layers::all().find(|layer| layer.word == self.word).map_or(&[][..], |layer| layer.words);
        own.contains(&name) || options::all().any(|option| option == name)
    }

    /// Whether the layer takes these words, behind the numbers that it needs.
    fn takes(&self, words: &str) -> bool {
        self.word == "input"
            || ["", "1", "1 1", "gru 1"].iter().any(|numbers| reads(self.word, &format!("{numbers} {words}")))
    }

    /// Reports a parameter.
    fn wrong(&self, parameter: Parameter, errors: &mut Errors) {
        let Parameter { name, tokens, correction, .. } = parameter;
        let word = self.word;
        let text = match (&correction, self.is_own(&name)) {
            (Correction::Words(_), true) if options::takes_initializer(&name) => {
                format!("`{name}` is followed by castnet's name of an initializer")
            }
            (Correction::Words(_), true) => format!("a sign stands behind `{name}`"),
            (Correction::Sizes(_), is_own) if is_own || name.is_empty() => {
                "a shape is one word, without parentheses or commas".to_string()
            }
            (Correction::Number(_), _) => format!("`{word}` takes its number without `{name}`"),
            _ => format!("`{word}` takes no `{name}`"),
        };
        let (fault, help) = match correction {
            Correction::Words(words) | Correction::Sizes(words) if words.is_empty() => {
                (tokens, Help::leave_out().and(": it is so without a word"))
            }
            Correction::Words(words) | Correction::Sizes(words) => (tokens, Help::write(words)),
            Correction::Number(before) => (tokens.into_iter().take(before).collect(), Help::leave_out()),
            Correction::Label(label) => {
                let named = Help::before(format!("{label}:")).of(self.keyword);
                let help = named.with(Help::leave_out().of(&tokens));
                (tokens, help.saying(format!("a name stands before its layer: `{label}: {word}`")))
            }
            Correction::LeftOut(reason) => (tokens, Help::leave_out().and(&format!(": {reason}"))),
            Correction::Elsewhere(sentence) => (tokens, Help::prose(sentence)),
        };
        errors.at(fault.into_token_stream(), Message::from((text, help)));
    }
}

/// Two words that are one with a `_` between them, with the number behind them; and the tokens behind it.
fn split<'t>(first: &Ident, second: &Ident, rest: &'t [TokenTree]) -> (Parameter, &'t [TokenTree]) {
    let word = format!("{first}_{second}");
    let (number, rest) = match rest {
        [number @ TokenTree::Literal(_), rest @ ..] if options::takes_value(&word) => (Some(number), rest),
        rest => (None, rest),
    };
    let words = number.map_or_else(|| word.clone(), |number| format!("{word} {number}"));
    let tokens = quote!(#first #second #number);
    (Parameter { name: first.to_string(), tokens, correction: Correction::Words(words), layer_reports_it: false }, rest)
}

/// Several sizes as one word.
pub fn sizes(value: &Value) -> Option<String> {
    let Value::Sequence(_) = value else { return None };
    let sizes: Vec<String> = value.sizes()?.iter().map(u64::to_string).collect();
    (!sizes.is_empty()).then(|| sizes.join("x"))
}
