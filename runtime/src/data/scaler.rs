//! Scales of inputs or targets, with statistics that are stored.
use nalgebra::{SMatrix, SVector};

#[cfg(feature = "std")]
use crate::files::weights::Writer;
use crate::flat::Flat;
#[cfg(feature = "std")]
use crate::info::TensorInfo;
use crate::layers::Normalize;
use crate::scalar::Scalar;

/// `x' = (x - offset) * factor` for every channel.
///
/// Inputs are better scaled by the layer `normalize`, whose statistics are part of the network. A scaler is for targets, and
/// for other scales. It is made of plain numbers, so that it can be a `const` of a firmware.
///
/// ```
/// use castnet::prelude::*;
/// use castnet::nalgebra::Vector1;
///
/// let prices = [[120_000.0_f32], [200_000.0], [280_000.0]].map(Vector1::from);
/// let scaler = Scaler::min_max(&prices);
/// assert_eq!(scaler.apply(&prices[1])[0], 0.5);
/// assert_eq!(scaler.invert(&Vector1::new(0.25))[0], 160_000.0);
/// ```
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaler<const C: usize, T = f32> {
    /// Subtracted from each channel.
    pub offset: SVector<T, C>,
    /// Each channel is then multiplied by it.
    pub factor: SVector<T, C>,
}

// SAFETY: two vectors of scalars, in order.
unsafe impl<const C: usize, T: Scalar> Flat for Scaler<C, T> {
    type Scalar = T;
}

impl<const C: usize, T: Scalar> Scaler<C, T> {
    /// Standardization: each channel gets the mean 0 and the deviation 1 (of the population; the deviation counts as at least
    /// `1e-7`). A channel that is constant becomes 0, and its factor is 1, which is the sign to look for: a later value keeps its distance
    /// from the others.
    pub fn standard<const P: usize>(samples: &[SMatrix<T, C, P>]) -> Self {
        let mut statistics = Normalize { mean: SVector::from_element(T::ZERO), scale: SVector::from_element(T::ONE) };
        statistics.adapt(samples);
        Self { offset: statistics.mean, factor: statistics.scale }
    }

    /// Each channel reaches from 0 to 1. One that is constant becomes 0.
    pub fn min_max<const P: usize>(samples: &[SMatrix<T, C, P>]) -> Self {
        let mut scaler = Self { offset: SVector::from_element(T::ZERO), factor: SVector::from_element(T::ONE) };
        for (channel, (offset, factor)) in scaler.offset.iter_mut().zip(&mut scaler.factor).enumerate() {
            let columns = samples.iter().flat_map(|sample| &sample.data.0);
            let values = columns.filter_map(|column| column.get(channel)).copied();
            let range = values.fold(None, |range: Option<(T, T)>, value| match range {
                None => Some((value, value)),
                Some((least, most)) => {
                    Some((if value < least { value } else { least }, if value > most { value } else { most }))
                }
            });
            if let Some((least, most)) = range {
                *offset = least;
                *factor = if most > least { T::ONE / (most - least) } else { T::ONE };
            }
        }
        scaler
    }

    /// `(x - offset) * factor`.
    pub fn apply<const P: usize>(&self, values: &SMatrix<T, C, P>) -> SMatrix<T, C, P> {
        let mut scaled = *values;
        for mut column in scaled.column_iter_mut() {
            for ((x, &offset), &factor) in column.iter_mut().zip(&self.offset).zip(&self.factor) {
                *x = (*x - offset) * factor;
            }
        }
        scaled
    }

    /// The values before [`apply`](Self::apply): `x / factor + offset`.
    pub fn invert<const P: usize>(&self, scaled: &SMatrix<T, C, P>) -> SMatrix<T, C, P> {
        let mut values = *scaled;
        for mut column in values.column_iter_mut() {
            for ((x, &offset), &factor) in column.iter_mut().zip(&self.offset).zip(&self.factor) {
                *x = *x / factor + offset;
            }
        }
        values
    }
}

#[cfg(feature = "std")]
impl<const C: usize, T: Scalar> Scaler<C, T> {
    const TENSORS: &'static [TensorInfo] = &[
        TensorInfo { name: "offset", dtype: T::DTYPE, shape: &[C] },
        TensorInfo { name: "factor", dtype: T::DTYPE, shape: &[C] },
    ];

    /// Writes the statistics to a safetensors file: all of it, or the file stays as it was.
    ///
    /// # Errors
    /// Files that cannot be written.
    pub fn save<P: AsRef<std::path::Path>>(&self, path: P) -> Result<(), crate::files::FileError> {
        let mut writer = Writer::new(&[]);
        writer.scalars("offset", &[C], self.offset.as_slice());
        writer.scalars("factor", &[C], self.factor.as_slice());
        crate::files::write(path.as_ref(), &writer.finish())
    }

    /// Reads the statistics from a safetensors file.
    ///
    /// # Errors
    /// Files that cannot be read, that are damaged, or hold something else.
    pub fn load<P: AsRef<std::path::Path>>(path: P) -> Result<Self, crate::files::LoadError> {
        let mut scaler = Self::zeroed();
        crate::files::weights::load_tensors(path.as_ref(), Self::TENSORS, scaler.as_flat_mut())?;
        Ok(scaler)
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
