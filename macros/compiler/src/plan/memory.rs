//! Offsets of pieces of memory. Pieces with different lifetimes may share memory.
use proc_macro2::TokenStream;
use quote::quote;

use crate::graph::ValueId;
use crate::layers::{Life, Need, Room};
use crate::size::Size;

/// A piece of memory: the first and the last step that uses it, and its length in scalars per sample.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    pub first: usize,
    pub last: usize,
    pub len: u64,
}

/// The offsets of pieces, and the length of the memory. Pieces that live at the same time do not overlap.
///
/// Each piece is put into the lowest gap that is large enough, in the order of their first steps or by falling length: the order that
/// takes less memory.
pub fn pack(lives: &[Period]) -> (Vec<u64>, u64) {
    let as_they_begin: Vec<usize> = (0..lives.len()).collect();
    let mut large_first = as_they_begin.clone();
    large_first.sort_by_key(|&index| std::cmp::Reverse(lives.get(index).map(|life| life.len)));
    let (first, second) = (pack_in(&as_they_begin, lives), pack_in(&large_first, lives));
    if second.1 < first.1 { second } else { first }
}

fn pack_in(order: &[usize], lives: &[Period]) -> (Vec<u64>, u64) {
    let mut placed: Vec<(usize, Period, u64)> = Vec::new();
    for &index in order {
        let Some(life) = lives.get(index) else { continue };
        let mut taken: Vec<(u64, u64)> = placed
            .iter()
            .filter(|(_, other, _)| other.first <= life.last && life.first <= other.last)
            .map(|(_, other, offset)| (*offset, offset + other.len))
            .collect();
        taken.sort_unstable();
        let offset = taken.iter().fold(
            0,
            |offset, &(start, end)| {
                if offset + life.len <= start { offset } else { offset.max(end) }
            },
        );
        placed.push((index, *life, offset));
    }
    let len = placed.iter().map(|(_, life, offset)| offset + life.len).max().unwrap_or_default();
    placed.sort_unstable_by_key(|(index, ..)| *index);
    (placed.into_iter().map(|(.., offset)| offset).collect(), len)
}

/// The needs of operations, by the values that the operations write.
#[derive(Default)]
pub struct Needs {
    pub known: Vec<(ValueId, Period)>,
    pub unknown: Vec<Unknown>,
}

impl Needs {
    /// Adds the need of an operation. `step` is the number of the operation's step, `end` that of the last step.
    pub fn add(&mut self, node: ValueId, need: Need, step: usize, end: usize) {
        let (first, last) = match need.life {
            Life::Step => (step, step),
            Life::ForwardToBackward => (step, end),
        };
        match need.room {
            Room::Shape(shape) => self.known.push((node, Period { first, last, len: shape.len() })),
            Room::Type(rust_type) => {
                self.unknown.push((node, need.life, quote!(<#rust_type as castnet::Flat>::LEN)));
            }
        }
    }
}

/// A need of unknown size: the value that its node writes, its life, and the constant for its size.
pub type Unknown = (ValueId, Life, TokenStream);

/// The offsets of needs of unknown size, and the end of the last. They lie behind all memory of known size: the needs of a single step
/// share one place, the others follow one another.
pub fn behind(known: u64, needs: &[Unknown]) -> (Vec<(ValueId, Size)>, Size) {
    let of = |wanted: Life| needs.iter().filter(move |(_, life, _)| *life == wanted);
    let start = Size::known(known);
    let shared = of(Life::Step).map(|(.., size)| size.clone());
    let shared = shared.reduce(|a, b| quote!(castnet::nested::larger(#a, #b)));
    let mut end = Size { known, more: shared.into_iter().collect() };
    let mut places: Vec<(ValueId, Size)> = of(Life::Step).map(|(node, ..)| (*node, start.clone())).collect();
    for (node, _, size) in of(Life::ForwardToBackward) {
        places.push((*node, end.clone()));
        end.more.push(size.clone());
    }
    (places, end)
}
