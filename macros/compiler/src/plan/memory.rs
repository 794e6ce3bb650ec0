//! Pieces of memory that are used again as soon as what lies in them is no longer needed.

/// A piece of memory: the first and the last step that touches it, and its scalars per sample.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub first: usize,
    pub last: usize,
    pub len: u64,
}

/// Offsets such that pieces that live at the same time do not overlap, and how much memory they take.
///
/// Each goes to the lowest gap that it fits: in the order in which they begin, or the large ones first, whichever takes less.
pub fn pack(lives: &[Life]) -> (Vec<u64>, u64) {
    let as_they_begin: Vec<usize> = (0..lives.len()).collect();
    let mut large_first = as_they_begin.clone();
    large_first.sort_by_key(|&index| std::cmp::Reverse(lives.get(index).map(|life| life.len)));
    let (first, second) = (pack_in(&as_they_begin, lives), pack_in(&large_first, lives));
    if second.1 < first.1 { second } else { first }
}

fn pack_in(order: &[usize], lives: &[Life]) -> (Vec<u64>, u64) {
    let mut placed: Vec<(usize, Life, u64)> = Vec::new();
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
