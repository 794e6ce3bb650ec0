//! The data set. Needs `alloc`.
use alloc::vec::Vec;

use rand::Rng;

use super::error::DataError;
use super::shuffle::swaps;
use crate::flat::{Flat, flatten, flatten_mut};
use crate::network::Network;
use crate::network::classes::class_of;
use crate::scalar::Scalar;

/// Samples: inputs, each with its target. There is at least one, and all values that come in are finite.
///
/// Its types are the input and the target of a network, so that targets of another shape than the output cannot be trained on:
///
/// ```
/// use castnet::prelude::*;
///
/// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
///
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let targets = [[0.0], [1.0], [1.0], [0.0]];
/// let data: DataFor<Xor> = Dataset::from_rows(&inputs, &targets)?;
/// assert_eq!(data.len(), 4);
/// # Ok::<(), castnet::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset<X, Y> {
    pub(super) inputs: Vec<X>,
    pub(super) targets: Vec<Y>,
    /// One for each sample, or none at all: then every sample counts once.
    pub(super) weights: Vec<f64>,
}

/// The data of a network whose targets have the shape of its output. The target of a network of several outputs is the struct of them, and
/// its row has the values of one output behind those of the other:
///
/// ```
/// use castnet::prelude::*;
///
/// network! { Heads< input 2 => trunk: dense 4 relu; trunk => age: dense 1; trunk => kind: dense 2 softmax > }
///
/// let data: DataFor<Heads> = Dataset::from_rows(&[[0.1, 0.2]], &[[0.5, 1.0, 0.0]])?;
/// assert_eq!(data.targets()[0], HeadsOutput { age: [0.5].into(), kind: [1.0, 0.0].into() });
/// let loss = Both(MeanSquaredError, CategoricalCrossentropy);
/// let history = Heads::init(&mut seeded(1)).compile(loss, Adam::default()).fit(&data, Fit::epochs(1).progress(false));
/// # assert_eq!(history.epochs().len(), 1);
/// # Ok::<(), castnet::DataError>(())
/// ```
pub type DataFor<N> = Dataset<<N as Network>::Input, <N as Network>::Output>;

impl<X: Flat, Y: Flat<Scalar = X::Scalar>> Dataset<X, Y> {
    /// Puts inputs and targets together.
    ///
    /// # Errors
    /// Not equally many, none at all, or a value that is NaN or infinite.
    pub fn new(inputs: impl Into<Vec<X>>, targets: impl Into<Vec<Y>>) -> Result<Self, DataError> {
        let (inputs, targets) = (inputs.into(), targets.into());
        Self::check(&inputs, &targets)?;
        Ok(Self { inputs, targets, weights: Vec::new() })
    }

    /// Refuses inputs and targets that make no data set.
    pub(super) fn check(inputs: &[X], targets: &[Y]) -> Result<(), DataError> {
        if inputs.len() != targets.len() {
            return Err(DataError::Lengths { inputs: inputs.len(), targets: targets.len() });
        }
        if inputs.is_empty() {
            return Err(DataError::Empty);
        }
        if let Some((sample, index, value)) = not_finite(inputs) {
            return Err(DataError::Input { sample, index, value });
        }
        if let Some((sample, index, value)) = not_finite(targets) {
            return Err(DataError::Target { sample, index, value });
        }
        Ok(())
    }

    /// Lets each sample count as often as its weight says, in the loss and in weighted metrics: Keras's `sample_weight`.
    /// Weights stay with their samples through [`shuffle`](Self::shuffle) and [`split`](Self::split).
    ///
    /// # Errors
    /// Not one weight for each sample; a weight that is negative, NaN or infinite; nothing but zeros.
    pub fn with_weights(mut self, weights: impl Into<Vec<f64>>) -> Result<Self, DataError> {
        let weights = weights.into();
        if weights.len() != self.len() {
            return Err(DataError::Weights { samples: self.len(), weights: weights.len() });
        }
        if let Some((sample, &weight)) =
            weights.iter().enumerate().find(|(_, weight)| !(0.0..f64::INFINITY).contains(*weight))
        {
            return Err(DataError::Weight { sample, weight });
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            return Err(DataError::NoWeight);
        }
        self.weights = weights;
        Ok(self)
    }

    /// Lets each sample count as often as the weight of its class says: Keras's `class_weight`. Weights that samples have
    /// already are multiplied.
    ///
    /// The class is the place of the highest value of a one-hot target, or the number in a target of one value.
    ///
    /// # Errors
    /// A class without a weight, a target that names no class, and the errors of [`with_weights`](Self::with_weights).
    pub fn with_class_weights(self, classes: &[f64]) -> Result<Self, DataError> {
        let mut weights = Vec::with_capacity(self.len());
        for (sample, target) in self.targets.iter().enumerate() {
            let class = class_of(target.as_flat()).ok_or(DataError::Class { sample, classes: classes.len() })?;
            let without = DataError::ClassWeight { sample, class, weights: classes.len() };
            let weight = classes.get(class).ok_or(without)?;
            weights.push(weight * self.weights.get(sample).unwrap_or(&1.0));
        }
        self.with_weights(weights)
    }

    /// Copies rows of numbers: arrays, slices or vectors with the values of a sample as they lie in memory (images
    /// row by row, channels last).
    ///
    /// # Errors
    /// As [`new`](Self::new), and rows that have not as many values as the network's input or target.
    pub fn from_rows<I, T>(inputs: &[I], targets: &[T]) -> Result<Self, DataError>
    where
        I: AsRef<[X::Scalar]>,
        T: AsRef<[X::Scalar]>,
    {
        Self::new(samples::<X, I>("input", inputs)?, samples::<Y, T>("target", targets)?)
    }
}

fn samples<A: Flat, R: AsRef<[A::Scalar]>>(what: &'static str, rows: &[R]) -> Result<Vec<A>, DataError> {
    let sample = |(row, values): (usize, &R)| {
        let values = values.as_ref();
        if values.len() != A::LEN {
            return Err(DataError::Row { what, row, found: values.len(), expected: A::LEN });
        }
        let mut sample = A::zeroed();
        sample.as_flat_mut().copy_from_slice(values);
        Ok(sample)
    };
    rows.iter().enumerate().map(sample).collect()
}

/// The first value that is NaN or infinite: its sample, its place in the sample, and the value.
fn not_finite<A: Flat>(samples: &[A]) -> Option<(usize, usize, f64)> {
    let values = flatten(samples);
    let (index, value) = values.iter().enumerate().find(|(_, value)| !value.is_finite())?;
    Some((index / A::LEN, index % A::LEN, value.to_f64()))
}

impl<X: Flat, Y> Dataset<X, Y> {
    /// The inputs times a factor: `1.0 / 255.0` turns pixels into numbers from 0 to 1. A factor that is not finite, or so
    /// large that the products are not, shows in training as a loss that is not finite.
    #[must_use]
    pub fn scale_inputs(mut self, factor: f64) -> Self {
        for value in flatten_mut(&mut self.inputs) {
            *value = X::Scalar::from_f64(value.to_f64() * factor);
        }
        self
    }
}

impl<X, Y> Dataset<X, Y> {
    /// The same samples with other inputs, such as scaled ones: see [`Scaler`](crate::Scaler).
    ///
    /// # Errors
    /// A function that gives NaN or infinite values.
    pub fn map_inputs<A>(self, map: impl FnMut(&X) -> A) -> Result<Dataset<A, Y>, DataError>
    where
        A: Flat,
        Y: Flat<Scalar = A::Scalar>,
    {
        let inputs: Vec<A> = self.inputs.iter().map(map).collect();
        Ok(Dataset { weights: self.weights, ..Dataset::new(inputs, self.targets)? })
    }

    /// The same samples with other targets.
    ///
    /// # Errors
    /// A function that gives NaN or infinite values.
    pub fn map_targets<B>(self, map: impl FnMut(&Y) -> B) -> Result<Dataset<X, B>, DataError>
    where
        X: Flat<Scalar = B::Scalar>,
        B: Flat,
    {
        let targets: Vec<B> = self.targets.iter().map(map).collect();
        Ok(Dataset { weights: self.weights, ..Dataset::new(self.inputs, targets)? })
    }

    /// How many samples; at least one.
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// The inputs.
    pub fn inputs(&self) -> &[X] {
        &self.inputs
    }

    /// The targets.
    pub fn targets(&self) -> &[Y] {
        &self.targets
    }

    /// The weights of the samples; empty if every sample counts once.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The samples in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&X, &Y)> {
        self.inputs.iter().zip(&self.targets)
    }

    /// Puts the samples into a random order.
    pub fn shuffle<R: Rng + ?Sized>(&mut self, rng: &mut R) {
        let Self { inputs, targets, weights } = self;
        swaps(inputs.len(), rng, |a, b| {
            inputs.swap(a, b);
            targets.swap(a, b);
            if !weights.is_empty() {
                weights.swap(a, b);
            }
        });
    }

    /// Splits off the last part: `split(0.2)` gives four fifths and a fifth.
    ///
    /// # Errors
    /// A fraction that leaves no sample on one side.
    pub fn split(mut self, fraction: f64) -> Result<(Self, Self), DataError> {
        let samples = self.len();
        let first = first_part(samples, fraction).ok_or(DataError::Split { samples, fraction })?;
        let second = Self {
            inputs: self.inputs.split_off(first),
            targets: self.targets.split_off(first),
            weights: self.weights.split_off(first.min(self.weights.len())),
        };
        Ok((self, second))
    }
}

/// How many samples stay when a part is split off the end; `None` if one side would be empty.
///
/// Rounded down, as Keras does, but not for an error of rounding: nine tenths of ten samples leave one.
pub(crate) fn first_part(samples: usize, fraction: f64) -> Option<usize> {
    let first = ((1.0 - fraction) * samples as f64 + 1e-9) as usize;
    (0 < first && first < samples).then_some(first)
}

/// The inputs, from which [`Network::adapt`] learns.
impl<X, Y> AsRef<[X]> for Dataset<X, Y> {
    fn as_ref(&self) -> &[X] {
        &self.inputs
    }
}
