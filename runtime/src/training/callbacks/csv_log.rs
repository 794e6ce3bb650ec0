//! A log of the epochs as CSV. Needs `std`.
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use super::{Callback, CallbackError, Training};
use crate::files::FileError;
use crate::network::Network;
use crate::training::history::{csv, csv_line};

/// Writes a line of CSV for each epoch as soon as it is completed.
///
/// The columns are those of [`History::to_csv`](crate::History::to_csv). A file of that name is overwritten at the first
/// epoch; a training that was resumed writes its earlier epochs again. The folder must exist: a file that cannot be written is an
/// error before the first epoch. Keras's [`CSVLogger`](https://keras.io/api/callbacks/csv_logger/).
#[derive(Debug)]
pub struct CsvLog {
    path: PathBuf,
    file: Option<File>,
}

impl CsvLog {
    /// A log in a file.
    pub fn new<P: Into<PathBuf>>(path: P) -> Self {
        Self { path: path.into(), file: None }
    }
}

impl<N: Network> Callback<N> for CsvLog {
    fn on_train_begin(&mut self, _: &mut Training<'_, N>) -> Result<(), CallbackError> {
        self.file = None;
        Ok(crate::files::check_writable(&self.path)?)
    }

    fn on_epoch_end(&mut self, training: &mut Training<'_, N>) -> Result<(), CallbackError> {
        let failed = |error| FileError { path: self.path.clone(), error };
        match (&mut self.file, training.epochs().last()) {
            (Some(file), Some(epoch)) => {
                file.write_all(csv_line(training.epoch(), epoch).as_bytes()).map_err(failed)?;
            }
            _ => {
                crate::files::write(&self.path, csv(training.epochs()).as_bytes())?;
                self.file = Some(OpenOptions::new().append(true).open(&self.path).map_err(failed)?);
            }
        }
        Ok(())
    }
}
