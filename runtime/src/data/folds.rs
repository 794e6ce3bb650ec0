//! Parts of a data set: with the same share of every class, and for cross-validation. Needs `alloc`.
use alloc::vec::Vec;

use super::{DataError, Dataset, first_part};
use crate::flat::Flat;
use crate::network::classes::class_of;

impl<X: Clone, Y: Clone> Dataset<X, Y> {
    /// The samples with these numbers, in this order; numbers without a sample are left out.
    fn select(&self, indices: &[usize]) -> Self {
        fn pick<T: Clone>(values: &[T], indices: &[usize]) -> Vec<T> {
            indices.iter().filter_map(|&index| values.get(index)).cloned().collect()
        }
        Self {
            inputs: pick(&self.inputs, indices),
            targets: pick(&self.targets, indices),
            weights: pick(&self.weights, indices),
        }
    }

    /// The first samples, at most so many; at least one.
    #[must_use]
    pub fn take(mut self, samples: usize) -> Self {
        let samples = samples.max(1);
        self.inputs.truncate(samples);
        self.targets.truncate(samples);
        self.weights.truncate(samples);
        self
    }

    /// Splits into so many parts for cross-validation: each part once is the second of a pair, all others are the first.
    ///
    /// The parts are consecutive samples, and differ by at most one in size; [`shuffle`](Self::shuffle) first.
    ///
    /// ```
    /// use castnet::prelude::*;
    ///
    /// let data: Dataset<[f32; 1], [f32; 1]> =
    ///     Dataset::from_rows(&[[1.0], [2.0], [3.0], [4.0], [5.0]], &[[1.0], [2.0], [3.0], [4.0], [5.0]])?;
    /// for (train, validation) in data.folds(5)? {
    ///     assert_eq!((train.len(), validation.len()), (4, 1));
    /// }
    /// # Ok::<(), castnet::DataError>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than two folds, or more than samples.
    pub fn folds(&self, folds: usize) -> Result<impl Iterator<Item = (Self, Self)>, DataError> {
        let samples = self.len();
        if folds < 2 || folds > samples {
            return Err(DataError::Folds { folds, samples });
        }
        let fold_of = move |index: usize| index * folds / samples;
        Ok(self.pairs(folds, (0..samples).map(fold_of).collect()))
    }

    /// A pair for each fold: the samples of all other folds, and the samples of this one.
    fn pairs(&self, folds: usize, fold_of: Vec<usize>) -> impl Iterator<Item = (Self, Self)> {
        (0..folds).map(move |fold| {
            let (validation, train): (Vec<usize>, Vec<usize>) =
                (0..fold_of.len()).partition(|&index| fold_of.get(index) == Some(&fold));
            (self.select(&train), self.select(&validation))
        })
    }
}

impl<X: Clone, Y: Flat + Clone> Dataset<X, Y> {
    /// The samples of each class, in order. A target names the class by its highest value, or, if it has one value, by its
    /// number.
    fn classes(&self) -> Result<Vec<Vec<usize>>, DataError> {
        let mut classes: Vec<Vec<usize>> = Vec::new();
        for (sample, target) in self.targets.iter().enumerate() {
            let class = class_of(target.as_flat());
            // A number that is far too high is no class, and no reason to fill the memory.
            let class = class.filter(|&class| class < self.len().max(Y::LEN));
            let class = class.ok_or(DataError::Class { sample, classes: self.len() })?;
            if classes.len() <= class {
                classes.resize(class + 1, Vec::new());
            }
            if let Some(samples) = classes.get_mut(class) {
                samples.push(sample);
            }
        }
        Ok(classes)
    }

    /// As [`split`](Self::split), with the same share of every class in both parts, to within a sample: of each class the
    /// last samples go into the second part. The order of the samples stays; [`shuffle`](Self::shuffle) first.
    ///
    /// # Errors
    /// A class with too few samples to be in both parts; targets that name no class; a fraction that is not between 0 and 1.
    pub fn split_stratified(&self, fraction: f64) -> Result<(Self, Self), DataError> {
        if !(fraction > 0.0 && fraction < 1.0) {
            return Err(DataError::Split { samples: self.len(), fraction });
        }
        let mut is_second = alloc::vec![false; self.len()];
        for (class, samples) in self.classes()?.iter().enumerate().filter(|(_, samples)| !samples.is_empty()) {
            let few = DataError::FewOfClass { class, samples: samples.len(), parts: 2 };
            let first = first_part(samples.len(), fraction).ok_or(few)?;
            for &sample in samples.iter().skip(first) {
                if let Some(is_second) = is_second.get_mut(sample) {
                    *is_second = true;
                }
            }
        }
        let (second, first): (Vec<usize>, Vec<usize>) =
            (0..self.len()).partition(|&sample| is_second.get(sample) == Some(&true));
        Ok((self.select(&first), self.select(&second)))
    }

    /// As [`folds`](Self::folds), with the same share of every class in all parts, to within a sample.
    ///
    /// # Errors
    /// Fewer than two folds; a class with fewer samples than folds; targets that name no class.
    pub fn folds_stratified(&self, folds: usize) -> Result<impl Iterator<Item = (Self, Self)>, DataError> {
        if folds < 2 || folds > self.len() {
            return Err(DataError::Folds { folds, samples: self.len() });
        }
        let mut fold_of = alloc::vec![0; self.len()];
        // Classes are dealt out one after the other, so that the folds differ by at most one sample in all.
        let mut next = 0;
        for (class, samples) in self.classes()?.iter().enumerate().filter(|(_, samples)| !samples.is_empty()) {
            if samples.len() < folds {
                return Err(DataError::FewOfClass { class, samples: samples.len(), parts: folds });
            }
            for &sample in samples {
                if let Some(fold) = fold_of.get_mut(sample) {
                    *fold = next % folds;
                }
                next += 1;
            }
        }
        Ok(self.pairs(folds, fold_of))
    }
}
