//! Weights in files.
use std::boxed::Box;
use std::path::{Path, PathBuf};

use std::vec::Vec;

use thiserror::Error;

use super::{File, WeightsError, not_finite, read_tensors, to_safetensors, writer};
use crate::{FileError, Flat, Network, Scalar, TensorInfo, Workspace};

/// Weights that were not written to a file.
#[derive(Debug, Error)]
pub enum SaveError {
    /// The file cannot be written.
    #[error("the weights were not saved: {0}")]
    File(#[from] FileError),
    /// The weights are not finite: a file of them could not be loaded.
    #[error("the weights were not saved to {path}: {error}; the training has diverged")]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        #[source]
        error: WeightsError,
    },
}

/// Weights that were not read from a file.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the weights were not loaded: {0}")]
    File(#[from] FileError),
    /// The weights do not belong to the network.
    #[error("the weights were not loaded: {path}: {error}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        #[source]
        error: WeightsError,
    },
}

pub(crate) fn save<N: Network>(network: &N, path: &Path) -> Result<(), SaveError> {
    if let Some(error) = not_finite(network) {
        return Err(SaveError::Weights { path: path.to_path_buf(), error });
    }
    Ok(crate::files::write(path, &to_safetensors(network))?)
}

pub(crate) fn save_with_checks<N: Network>(network: &N, path: &Path, inputs: &[N::Input]) -> Result<(), SaveError> {
    if let Some(error) = not_finite(network) {
        return Err(SaveError::Weights { path: path.to_path_buf(), error });
    }
    let mut workspace = Workspace::boxed();
    let mut values = Vec::new();
    for input in inputs {
        values.extend_from_slice(input.as_flat());
        values.extend_from_slice(network.predict_in(input, &mut workspace).as_flat());
    }
    let mut writer = writer(network, &[]);
    writer.scalars("castnet.checks", &[inputs.len(), N::Input::LEN + N::Output::LEN], &values);
    Ok(crate::files::write(path, &writer.finish())?)
}

pub(crate) fn load<N: Network>(path: &Path) -> Result<Box<N>, LoadError> {
    let bytes = crate::files::read(path)?;
    N::from_safetensors(&bytes).map_err(|error| LoadError::Weights { path: path.to_path_buf(), error })
}

/// Reads a file that is no network's: tensors of these names and shapes.
pub(crate) fn load_tensors<T: Scalar>(
    path: &Path,
    expected: &'static [TensorInfo],
    values: &mut [T],
) -> Result<(), LoadError> {
    let bytes = crate::files::read(path)?;
    File::open(&bytes)
        .and_then(|file| read_tensors(&file, expected, values))
        .map_err(|error| LoadError::Weights { path: path.to_path_buf(), error })
}
