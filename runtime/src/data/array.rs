//! Arrays of numbers from files: IDX, which MNIST comes in, and NPY, which NumPy writes.
mod idx;
mod npy;

use std::borrow::Cow;
use std::boxed::Box;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use thiserror::Error;

use super::{DataError, Dataset};
use crate::{Flat, Scalar, files};

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

/// An array that cannot be read or used.
#[derive(Debug, Error)]
#[error("{name}: {kind}")]
pub struct ArrayError {
    /// The file, or the name that was given for bytes.
    pub name: String,
    /// What is wrong.
    pub kind: Box<ArrayErrorKind>,
}

/// What is wrong with an array.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ArrayErrorKind {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(std::io::Error),
    /// The file is compressed, and this build cannot read that.
    #[error("the file is compressed with gzip: enable the feature `gzip`, or decompress it")]
    Gzip,
    /// The file is of another kind.
    #[error("no {format} file: {reason}")]
    Format {
        /// `IDX` or `NPY`.
        format: &'static str,
        /// What it should begin with, and does not.
        reason: String,
    },
    /// The file is shorter or longer than its header says.
    #[error(
        "the header promises {shape:?} values of {size} bytes, but {found} bytes follow: the file is damaged or cut short"
    )]
    Size {
        /// Of the array.
        shape: Vec<usize>,
        /// Bytes of one value.
        size: usize,
        /// Bytes in the file.
        found: usize,
    },
    /// A sample has not as many values as the network's input or target.
    #[error("a sample of the array has {found} values, but the network's {what} has {expected}")]
    Sample {
        /// `input` or `target`.
        what: &'static str,
        /// In the array.
        found: usize,
        /// In the network.
        expected: usize,
    },
    /// A label is no class of the network.
    #[error("label {index} (counted from 0) is {label}, but the network has the classes 0 to {}", classes.saturating_sub(1))]
    Label {
        /// Its place.
        index: usize,
        /// What it is.
        label: f64,
        /// How many classes the network has.
        classes: usize,
    },
    /// Arrays whose samples have different shapes.
    #[error("its samples have the shape {found:?}, but those before it have {expected:?}")]
    Shapes {
        /// Of this array.
        found: Vec<usize>,
        /// Of the arrays before it.
        expected: Vec<usize>,
    },
    /// Inputs and targets that do not make a data set.
    #[error("{0}")]
    Data(DataError),
}

/// The type of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F32,
    F64,
}

impl Kind {
    fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The number of some bytes, as many as its size.
    fn number(self, bytes: &[u8], big_endian: bool) -> f64 {
        let mut word = [0; 8];
        for (index, byte) in word.iter_mut().take(self.size()).enumerate() {
            let from = if big_endian { self.size() - 1 - index } else { index };
            *byte = bytes.get(from).copied().unwrap_or_default();
        }
        let word = u64::from_le_bytes(word);
        match self {
            Self::U8 => f64::from(word as u8),
            Self::I8 => f64::from(word as i8),
            Self::U16 => f64::from(word as u16),
            Self::I16 => f64::from(word as i16),
            Self::U32 => f64::from(word as u32),
            Self::I32 => f64::from(word as i32),
            Self::U64 => word as f64,
            Self::I64 => word as i64 as f64,
            Self::F32 => f64::from(f32::from_bits(word as u32)),
            Self::F64 => f64::from_bits(word),
        }
    }
}

fn error(name: &str, kind: ArrayErrorKind) -> ArrayError {
    ArrayError { name: name.to_string(), kind: Box::new(kind) }
}

/// What a header says, and the bytes behind it.
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

    /// Reads an NPY file: what `numpy.save` writes of whole and of real numbers and of truth values.
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
        if size != Some(data.len()) {
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
            let same = array.sample_shape() == all.sample_shape();
            if !same || (array.kind, array.big_endian) != (all.kind, all.big_endian) {
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
