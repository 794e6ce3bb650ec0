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
    // In the order of their offsets, without the empty ones, so that no search has to sort.
    let mut placed: Vec<(u64, Period)> = Vec::new();
    let mut offsets = vec![0; lives.len()];
    let mut len = 0;
    for &index in order {
        let (Some(life), Some(place)) = (lives.get(index), offsets.get_mut(index)) else { continue };
        // An empty piece lies at the beginning, and is in nobody's way.
        if life.len == 0 {
            continue;
        }
        let mut offset = 0;
        for (start, other) in &placed {
            if offset + life.len <= *start {
                break;
            }
            if other.first <= life.last && life.first <= other.last {
                offset = offset.max(start + other.len);
            }
        }
        *place = offset;
        len = len.max(offset + life.len);
        let at = placed.partition_point(|(start, _)| *start <= offset);
        placed.insert(at, (offset, *life));
    }
    (offsets, len)
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
        self.add_over(node, need, first, last);
    }

    /// Adds the need of an operation, from one step to another.
    pub fn add_over(&mut self, node: ValueId, need: Need, first: usize, last: usize) {
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
