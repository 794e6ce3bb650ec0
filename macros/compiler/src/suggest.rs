//! "did you mean": the valid word that is nearest to a wrong one.

use crate::errors::Help;

/// The nearest candidate, if one is near, in the place of the wrong word; then all candidates.
pub fn help<'a>(written: &str, what: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Help {
    let all = candidates.clone().collect::<Vec<_>>().join(", ");
    one_of(nearest(written, candidates), &format!("{what}: {all}"))
}

/// The nearest word, if one is near, in the place of the wrong one; then the text that lists all words.
pub fn one_of(near: Option<&str>, all: &str) -> Help {
    match near {
        Some(near) => Help::write(near).saying(format!("did you mean `{near}`? {all}")),
        None => Help::prose(all),
    }
}

/// The candidate with the fewest letters to change, if these are at most a third of all; else a candidate that begins with the word.
pub fn nearest<'a>(written: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let written = written.to_lowercase();
    let longer = candidates.clone().find(|candidate| written.len() > 1 && candidate.starts_with(&written));
    let (changes, candidate) =
        candidates.map(|candidate| (distance(&written, candidate), candidate)).min_by_key(|&(changes, _)| changes)?;
    let letters = written.chars().count().max(candidate.chars().count());
    (changes * 3 <= letters).then_some(candidate).or(longer)
}

/// The number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    let at = |rows: &[Vec<usize>], i: usize, j: usize| {
        rows.get(i).and_then(|row| row.get(j)).copied().unwrap_or(usize::MAX / 2)
    };
    for (i, x) in a.iter().enumerate() {
        rows.push(vec![i + 1]);
        for (j, y) in b.iter().enumerate() {
            let mut best =
                (at(&rows, i, j) + usize::from(x != y)).min(at(&rows, i, j + 1) + 1).min(at(&rows, i + 1, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&rows, i - 1, j - 1) + 1);
            }
            if let Some(row) = rows.last_mut() {
                row.push(best);
            }
        }
    }
    at(&rows, a.len(), b.len())
}
