//! The names of rows: their labels, or their keywords with a number.
use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt;

use super::Lowering;
use crate::errors::Help;
use crate::layers;
use crate::parse::Stage;
use crate::reserved;

impl Lowering<'_> {
    /// A name behind the prefix of the call around it.
    pub(super) fn prefixed(&self, name: &str) -> String {
        match self.calls.last() {
            Some(call) => format!("{}_{name}", call.prefix),
            None => name.to_string(),
        }
    }

    /// The keyword with a number, which counts its uses without a label as Keras does.
    pub(super) fn counted(&mut self, keyword: &str) -> Ident {
        let count = match self.counts.iter_mut().find(|(known, _)| known == keyword) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                self.counts.push((keyword.to_string(), 1));
                1
            }
        };
        format_ident!("{keyword}_{count}", span = Span::call_site())
    }

    /// The name of a row: its label, or its keyword with a number.
    pub(super) fn row_name(&mut self, stage: &Stage) -> Ident {
        let Some(label) = &stage.label else { return self.counted(&stage.keyword.to_string()) };
        self.check_label(label);
        if self.calls.is_empty() && self.labels.len() == 1 {
            return label.clone();
        }
        // A label in a block or a repetition names several layers, so they are numbered.
        let name = self.prefixed(&label.unraw().to_string());
        match self.calls.is_empty() || self.labels.len() > self.calls.last().map_or(0, |call| call.scopes) + 1 {
            true => self.counted(&name),
            false => Ident::new(&name, label.span()),
        }
    }

    pub(super) fn check_label(&mut self, label: &Ident) {
        let text = label.to_string();
        let is_block = || self.blocks.iter().any(|block| block.name == *label);
        let Some(wrong) = reserved::reason(label).or_else(|| is_block().then_some("is the name of a block")) else {
            return;
        };
        // A word that means something else alone is only here a label.
        let is_word = layers::reads(label, &[]) || reserved::is_language(label);
        let places = if is_word { vec![label.clone()] } else { self.places_of(label) };
        let help = Help::rename(places, &self.free_name("hidden"));
        self.wrong(label, (format!("`{text}` {wrong} and cannot be a label"), help));
    }

    /// Whether no layer has a name that differs from this only in case.
    fn is_free(&self, name: &str) -> bool {
        !self.graph.rows.iter().any(|row| row.name.unraw().to_string().eq_ignore_ascii_case(name))
    }

    /// Reports layers that have the same name.
    pub(super) fn names_are_unique(&mut self) {
        let inputs = self.graph.inputs.iter();
        let names: Vec<(Ident, bool)> = inputs
            .map(|input| (input.name.clone(), true))
            .chain(self.graph.rows.iter().map(|row| (row.name.clone(), row.is_labelled)))
            .collect();
        let mut sorted: Vec<(String, usize)> =
            // The constants of layers are named in capitals, so case does not tell two names apart.
            names.iter().enumerate().map(|(index, (name, _))| (name.unraw().to_string().to_lowercase(), index)).collect();
        sorted.sort();
        for pair in sorted.windows(2) {
            let [(first, earlier), (second, later)] = pair else { continue };
            if first != second {
                continue;
            }
            let (Some((earlier, _)), Some((name, is_labelled))) = (names.get(*earlier), names.get(*later)) else {
                continue;
            };
            let (wrong, message) = match is_labelled {
                true => (name.clone(), format!("a layer named `{name}` exists already")),
                false => (earlier.clone(), format!("`{name}` is also the name of a later layer that has no label")),
            };
            let more =
                " (upper and lower case count as the same); layers without a label are named `dense_1`, `dense_2`, ...";
            let text = wrong.to_string();
            // The first layer keeps the name and its readers. The name of a layer in a block is not written anywhere.
            let help = match self.is_label_somewhere(&text) {
                true => {
                    let places = if *is_labelled { vec![wrong.clone()] } else { self.places_of(&wrong) };
                    let base = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
                    let base = if *is_labelled || base.is_empty() { &text } else { "hidden" };
                    let free = (2..).map(|number| format!("{base}_{number}")).find(|free| self.is_free(free));
                    Help::rename(places, &free.unwrap_or_default())
                }
                false => Help::prose("take another label"),
            };
            self.errors.at(wrong, (message, help.and(more)));
        }
    }
}
