//! Classes: the numbers, one-hot targets and highest outputs that stand for them.
use crate::Scalar;

/// The class that a target names: the place of the highest value of several, or the number that stands alone.
pub(crate) fn class_of<T: Scalar>(target: &[T]) -> Option<usize> {
    match target {
        [number] => {
            let number = number.to_f64();
            let class = number as usize;
            (number >= 0.0 && class as f64 == number).then_some(class)
        }
        one_hot => highest(one_hot),
    }
}

/// Where the highest value stands; the first of several.
pub(crate) fn highest<T: Scalar>(values: &[T]) -> Option<usize> {
    let mut best: Option<(usize, T)> = None;
    for (index, &value) in values.iter().enumerate() {
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some((index, value));
        }
    }
    best.map(|(index, _)| index)
}
