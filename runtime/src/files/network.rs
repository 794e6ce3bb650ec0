//! The weights of networks, from bytes and files and back.
use alloc::boxed::Box;
use alloc::vec::Vec;
#[cfg(feature = "std")]
use std::path::Path;

#[cfg(feature = "std")]
use super::disk;
use super::error::WeightsError;
#[cfg(feature = "std")]
use super::error::{LoadError, SaveError};
#[cfg(feature = "std")]
use super::weights::not_finite;
use super::weights::{read_into, writer};
#[cfg(feature = "std")]
use crate::flat::Flat;
use crate::network::Network;
#[cfg(feature = "std")]
use crate::network::Workspace;

/// Reads and writes the weights of a network. Every [`Network`] can; the trait is in the [`prelude`](crate::prelude).
pub trait WeightFiles: Network {
    /// The weights as the bytes of a safetensors file, with the fingerprint and the summary of the network.
    fn to_safetensors(&self) -> Vec<u8> {
        writer(self, &[]).finish()
    }

    /// A network with weights from the bytes of a safetensors file.
    ///
    /// # Errors
    /// Names the tensor that is missing, superfluous, of another shape or type, or not finite, or says where the file is
    /// damaged.
    fn from_safetensors(bytes: &[u8]) -> Result<Box<Self>, WeightsError> {
        let mut network = Self::zeroed_boxed();
        network.read_safetensors(bytes)?;
        Ok(network)
    }

    /// Reads weights from the bytes of a safetensors file into this network: all of them, or none on an error.
    ///
    /// # Errors
    /// As [`from_safetensors`](Self::from_safetensors).
    fn read_safetensors(&mut self, bytes: &[u8]) -> Result<(), WeightsError> {
        read_into(self, bytes)
    }

    /// Writes the weights to a safetensors file: all of it, or the file stays as it was.
    ///
    /// A new file beside the old one takes its place at the end, as with everything that castnet writes. Links are followed, and a file that
    /// exists keeps its permissions. A process that is killed while it writes can leave a file `.castnet-*` behind; the next save of the
    /// same path removes it.
    ///
    /// # Errors
    /// Weights that are not finite; files that cannot be written, files that are read-only (even for root), and paths of folders, devices,
    /// FIFOs and sockets.
    #[cfg(feature = "std")]
    fn save<P: AsRef<Path>>(&self, path: P) -> Result<(), SaveError> {
        let path = path.as_ref();
        check_finite(self, path)?;
        Ok(disk::write(path, &self.to_safetensors())?)
    }

    /// As [`save`](Self::save), with some inputs and the predictions for them, to compare with elsewhere: see
    /// [`Check`](crate::Check).
    ///
    /// # Errors
    /// As [`save`](Self::save).
    #[cfg(feature = "std")]
    fn save_with_checks<P: AsRef<Path>>(&self, path: P, inputs: &[Self::Input]) -> Result<(), SaveError> {
        let path = path.as_ref();
        check_finite(self, path)?;
        let mut workspace = Workspace::boxed();
        let mut values = Vec::new();
        for input in inputs {
            values.extend_from_slice(input.as_flat());
            values.extend_from_slice(self.predict_in(input, &mut workspace).as_flat());
        }
        let mut writer = writer(self, &[]);
        writer.scalars("castnet.checks", &[inputs.len(), Self::Input::LEN + Self::Output::LEN], &values);
        Ok(disk::write(path, &writer.finish())?)
    }

    /// A network with weights from a safetensors file: of [`save`](Self::save), of a checkpoint, or of another program.
    ///
    /// The checksum of castnet's files shows any changed byte. It costs 15 ms for a file of 100 MB, of the 500 ms that such a file takes to load
    /// (one core of an AMD EPYC, the file in memory).
    ///
    /// # Errors
    /// Files that cannot be read, and the errors of [`from_safetensors`](Self::from_safetensors).
    #[cfg(feature = "std")]
    fn load<P: AsRef<Path>>(path: P) -> Result<Box<Self>, LoadError> {
        let path = path.as_ref();
        let bytes = disk::read(path)?;
        Self::from_safetensors(&bytes).map_err(|error| LoadError::Weights { path: path.to_path_buf(), error })
    }
}

impl<N: Network> WeightFiles for N {}

/// Weights that are not finite are not saved: a file of them could not be loaded.
#[cfg(feature = "std")]
fn check_finite<N: Network>(network: &N, path: &Path) -> Result<(), SaveError> {
    match not_finite(network) {
        Some(error) => Err(SaveError::Weights { path: path.to_path_buf(), error }),
        None => Ok(()),
    }
}
