//! Data to train with and to evaluate on. A [`Scaler`] needs no allocator, all else needs `alloc`, and files need `std`.
#[cfg(feature = "std")]
mod array;
#[cfg(feature = "alloc")]
mod augment;
#[cfg(feature = "csv")]
mod csv;
#[cfg(feature = "alloc")]
mod dataset;
#[cfg(feature = "alloc")]
mod error;
#[cfg(feature = "alloc")]
mod folds;
mod scaler;
#[cfg(feature = "alloc")]
mod series;
#[cfg(feature = "alloc")]
pub(crate) mod shuffle;

#[cfg(feature = "std")]
pub use array::{Array, ArrayError, ArrayErrorKind};
#[cfg(feature = "alloc")]
pub use augment::{Augment, AugmentError};
#[cfg(feature = "csv")]
pub use csv::{Csv, CsvError, CsvErrorKind, CsvPlace, Missing};
#[cfg(feature = "alloc")]
pub(crate) use dataset::first_part;
#[cfg(feature = "alloc")]
pub use dataset::{DataFor, Dataset};
#[cfg(feature = "alloc")]
pub use error::DataError;
pub use scaler::Scaler;
#[cfg(feature = "alloc")]
pub use series::{Gaps, Sequence, Series, SeriesError, SplitSeries, Windows};

#[cfg(all(test, feature = "alloc"))]
mod tests;
