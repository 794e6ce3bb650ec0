//! The batches of an epoch.
use alloc::vec::Vec;
use core::ops::Range;

use crate::data::Augment;
use crate::data::shuffle::shuffle;
use crate::flat::Flat;
use crate::random::TrainingRng;
use crate::training::buffers::Buffer;
use crate::training::error::FitError;
use crate::training::step::Samples;

/// Parts the samples of an epoch into batches: in a drawn order or as they lie, augmented or as they are.
pub(super) struct Batches<X: Flat, Y: Flat> {
    batch_size: usize,
    shuffle: bool,
    augment: Option<Augment>,
    /// The order of the samples in this epoch; empty where batches are samples that lie side by side.
    order: Vec<usize>,
    inputs: Buffer<X>,
    targets: Buffer<Y>,
    weights: Vec<f64>,
}

impl<X: Flat, Y: Flat> Batches<X, Y> {
    pub(super) fn new(batch_size: usize, shuffle: bool, augment: Option<Augment>) -> Self {
        let (inputs, targets) = (Buffer::default(), Buffer::default());
        Self { batch_size, shuffle, augment, order: Vec::new(), inputs, targets, weights: Vec::new() }
    }

    /// Whether there are such batches.
    pub(super) fn check(&self) -> Result<(), FitError> {
        if self.batch_size == 0 {
            return Err(FitError::BatchSize);
        }
        self.augment.map_or(Ok(()), |augment| augment.check::<X>())?;
        Ok(())
    }

    /// Draws the order of the samples of an epoch.
    pub(super) fn draw_order(&mut self, samples: usize, rng: &mut TrainingRng) {
        self.order.clear();
        // Augmented samples are copies, in whatever order.
        if self.shuffle || self.augment.is_some() {
            self.order.extend(0..samples);
        }
        if self.shuffle {
            shuffle(&mut self.order, rng);
        }
    }

    /// The places in the order that make a batch each.
    pub(super) fn ranges(&self, samples: usize) -> impl Iterator<Item = Range<usize>> + use<X, Y> {
        let batch_size = self.batch_size;
        let starts = (0..samples).step_by(batch_size.max(1));
        starts.map(move |start| start..samples.min(start.saturating_add(batch_size)))
    }

    /// The samples at these places.
    pub(super) fn batch<'s>(
        &'s mut self,
        all: Samples<'s, X, Y>,
        range: Range<usize>,
        rng: &mut TrainingRng,
    ) -> Samples<'s, X, Y> {
        let Some(indices) = self.order.get(range.clone()) else { return all.range(range) };
        self.weights.clear();
        self.weights.extend(indices.iter().filter_map(|&index| all.weights.get(index)));
        Samples {
            inputs: self.inputs.gather(all.inputs, indices, |image, copy| match &self.augment {
                Some(augment) => augment.change(image, rng, copy),
                None => copy.copy_from_slice(image),
            }),
            targets: self.targets.gather(all.targets, indices, |target, copy| copy.copy_from_slice(target)),
            weights: &self.weights,
        }
    }
}
