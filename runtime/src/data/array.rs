//! Arrays of numbers from files: IDX, the format of MNIST, and NPY, the format of NumPy. Needs `std`.
mod error;
mod idx;
mod kind;
mod npy;

pub use error::{ArrayError, ArrayErrorKind};

use std::borrow::Cow;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use error::error;
use kind::Kind;

use super::{DataError, Dataset};
use crate::files;
use crate::flat::Flat;
use crate::scalar::Scalar;

/// An array of numbers from a file, whose first axis counts samples.
///
/// ```no_run
/// use castnet::{Array, prelude::*};
///
/// network! { Digits< input 28x28 => flatten => dense 128 relu => dense 10 softmax > }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let images = Array::read_idx("train-images-idx3-ubyte.gz")?;
/// let labels = Array::read_idx("train-labels-idx1-ubyte.gz")?;
/// let data: DataFor<Digits> = Dataset::from_arrays(&images, &labels)?.scale_inputs(1.0 / 255.0);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    name: String,
    shape: Vec<usize>,
    kind: Kind,
    big_endian: bool,
    bytes: Vec<u8>,
}

/// The contents of a header, and the bytes behind it.
struct Parsed<'a> {
    shape: Vec<usize>,
    kind: Kind,
    big_endian: bool,
    data: &'a [u8],
}

impl Array {
    /// Reads an IDX file, plain or compressed with gzip: unsigned bytes, and the other types of the format.
    ///
    /// Format: Y. LeCun, <http://yann.lecun.com/exdb/mnist/>.
    ///
    /// # Errors
    /// Files that cannot be read, that are no IDX file, or not all of one.
    pub fn read_idx<P: AsRef<Path>>(path: P) -> Result<Self, ArrayError> {
        let (name, bytes) = read(path.as_ref())?;
        Self::from_idx(&bytes, &name)
    }

    /// As [`read_idx`](Self::read_idx), from bytes; `name` stands in errors for the file's.
    ///
    /// # Errors
    /// As [`read_idx`](Self::read_idx).
    pub fn from_idx(bytes: &[u8], name: &str) -> Result<Self, ArrayError> {
        Self::parse(bytes, name, idx::parse)
    }

    /// Reads an NPY file, as `numpy.save` writes it: integers, floating-point numbers or booleans.
    ///
    /// Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.
    ///
    /// # Errors
    /// Files that cannot be read, that are no NPY file, or not all of one; arrays in Fortran's order.
    pub fn read_npy<P: AsRef<Path>>(path: P) -> Result<Self, ArrayError> {
        let (name, bytes) = read(path.as_ref())?;
        Self::from_npy(&bytes, &name)
    }

    /// As [`read_npy`](Self::read_npy), from bytes; `name` stands in errors for the file's.
    ///
    /// # Errors
    /// As [`read_npy`](Self::read_npy).
    pub fn from_npy(bytes: &[u8], name: &str) -> Result<Self, ArrayError> {
        Self::parse(bytes, name, npy::parse)
    }

    fn parse(
        bytes: &[u8],
        name: &str,
        parse: for<'b> fn(&'b [u8]) -> Result<Parsed<'b>, ArrayErrorKind>,
    ) -> Result<Self, ArrayError> {
        let bytes = decompressed(bytes).map_err(|kind| error(name, kind))?;
        let Parsed { shape, kind, big_endian, data } = parse(&bytes).map_err(|kind| error(name, kind))?;
        let size = shape.iter().try_fold(kind.size(), |product, &axis| product.checked_mul(axis));
        // An empty array may have axes whose product is beyond all numbers, too.
        let is_sound = shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis.max(1))).is_some();
        if size != Some(data.len()) || !is_sound {
            let kind = ArrayErrorKind::Size { shape, size: kind.size(), found: data.len() };
            return Err(error(name, kind));
        }
        Ok(Self { name: name.to_string(), shape, kind, big_endian, bytes: data.to_vec() })
    }

    /// Puts the samples of several arrays one after the other, such as a data set that comes in several files.
    ///
    /// # Errors
    /// Samples of different shapes or types of numbers; no array.
    pub fn concat(arrays: &[Self]) -> Result<Self, ArrayError> {
        let Some((first, rest)) = arrays.split_first() else {
            return Err(error("concat", ArrayErrorKind::Data(DataError::Empty)));
        };
        let mut all = first.clone();
        for array in rest {
            if (array.kind, array.big_endian) != (all.kind, all.big_endian) {
                return Err(error(&array.name, ArrayErrorKind::Types));
            }
            if array.sample_shape() != all.sample_shape() {
                let (found, expected) = (array.sample_shape().to_vec(), all.sample_shape().to_vec());
                return Err(error(&array.name, ArrayErrorKind::Shapes { found, expected }));
            }
            all.bytes.extend_from_slice(&array.bytes);
            if let (Some(samples), Some(more)) = (all.shape.first_mut(), array.shape.first()) {
                *samples += more;
            }
        }
        Ok(all)
    }

    /// The first samples, at most so many.
    #[must_use]
    pub fn take(mut self, samples: usize) -> Self {
        let values: usize = self.sample_shape().iter().product();
        if let Some(all) = self.shape.first_mut() {
            *all = samples.min(*all);
            self.bytes.truncate(*all * values * self.kind.size());
        }
        self
    }

    /// The length of each axis; the first counts samples.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// All values, the last axis fastest.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.bytes.chunks_exact(self.kind.size()).map(|bytes| self.kind.number(bytes, self.big_endian))
    }

    fn sample_shape(&self) -> &[usize] {
        self.shape.get(1..).unwrap_or_default()
    }

    fn samples<A: Flat>(&self, what: &'static str) -> Result<Vec<A>, ArrayError> {
        let found: usize = self.sample_shape().iter().product();
        if found != A::LEN {
            return Err(error(&self.name, ArrayErrorKind::Sample { what, found, expected: A::LEN }));
        }
        let mut values = self.values();
        let samples = (0..self.shape.first().copied().unwrap_or_default()).map(|_| {
            let mut sample = A::zeroed();
            for (value, read) in sample.as_flat_mut().iter_mut().zip(&mut values) {
                *value = A::Scalar::from_f64(read);
            }
            sample
        });
        Ok(samples.collect())
    }

    /// One-hot targets from labels.
    fn one_hot<A: Flat>(&self) -> Result<Vec<A>, ArrayError> {
        let sample = |(index, label): (usize, f64)| {
            let mut sample = A::zeroed();
            let class = label as usize;
            match sample.as_flat_mut().get_mut(class) {
                Some(value) if class as f64 == label => *value = A::Scalar::ONE,
                _ => return Err(error(&self.name, ArrayErrorKind::Label { index, label, classes: A::LEN })),
            }
            Ok(sample)
        };
        self.values().enumerate().map(sample).collect()
    }
}

impl<X: Flat, Y: Flat<Scalar = X::Scalar>> Dataset<X, Y> {
    /// Makes a data set of two arrays with as many samples. Targets of one value per sample become one-hot if the network's
    /// target has more than one: they are labels then, counted from 0.
    ///
    /// # Errors
    /// Samples that have not as many values as the network's input or target; labels that are no class; not as many inputs
    /// as targets, none at all, or a value that is NaN or infinite.
    pub fn from_arrays(inputs: &Array, targets: &Array) -> Result<Self, ArrayError> {
        let are_labels = targets.sample_shape().iter().product::<usize>() == 1 && Y::LEN > 1;
        let targets_read = if are_labels { targets.one_hot()? } else { targets.samples("target")? };
        let name = std::format!("{} and {}", inputs.name, targets.name);
        Self::new(inputs.samples("input")?, targets_read).map_err(|kind| error(&name, ArrayErrorKind::Data(kind)))
    }
}

fn read(path: &Path) -> Result<(String, Vec<u8>), ArrayError> {
    let name = path.display().to_string();
    match files::read(path) {
        Ok(bytes) => Ok((name, bytes)),
        Err(unreadable) => Err(error(&name, ArrayErrorKind::Unreadable(unreadable.error))),
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b];

#[cfg(feature = "gzip")]
fn decompressed(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ArrayErrorKind> {
    if !bytes.starts_with(GZIP) {
        return Ok(Cow::Borrowed(bytes));
    }
    use std::io::Read;
    let mut all = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut all).map_err(ArrayErrorKind::Unreadable)?;
    Ok(Cow::Owned(all))
}

#[cfg(not(feature = "gzip"))]
fn decompressed(bytes: &[u8]) -> Result<Cow<'_, [u8]>, ArrayErrorKind> {
    if bytes.starts_with(GZIP) { Err(ArrayErrorKind::Gzip) } else { Ok(Cow::Borrowed(bytes)) }
}

#[cfg(all(test, feature = "gzip"))]
mod tests;
