//! Files that are written whole or not at all. Needs `std`.
//!
//! Everything that castnet writes goes through [`write()`]: a new file beside the old one takes its name at the end. So a file is complete, or it is
//! the one from before. In all else the file behaves as if it had been written in place: links are followed, a link that leads to no file
//! makes that file, and a file that exists keeps its permissions, and its owner where the system allows it. Hard links are the exception: the other
//! names of the file keep the old bytes.
//!
//! A path that leads to something else than a regular file is refused, and so is a file that is read-only.
mod target;
mod temporary;

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::vec::Vec;

use target::Target;
use temporary::Temporary;

/// A file that cannot be read or written.
#[derive(Debug)]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The error of the operating system, or why castnet does not use this path.
    pub error: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, error } = self;
        if path.as_os_str().is_empty() { write!(f, "{error}") } else { write!(f, "{}: {error}", path.display()) }
    }
}

impl core::error::Error for FileError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// How often a file is written anew whose new file has disappeared.
const ATTEMPTS: usize = 5;

/// Writes a file: all of it, or it stays as it was.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_whole(path, bytes).map_err(|error| FileError { path: path.to_path_buf(), error })
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = Target::of(path)?;
    temporary::remove_left_behind(&target);
    replace(&target, bytes, |_| ())
}

/// Puts a new file in the place of another one. `created` is called with every new file before it is written.
fn replace(target: &Target, bytes: &[u8], mut created: impl FnMut(&Temporary)) -> io::Result<()> {
    let mut attempt = 1;
    loop {
        let new = Temporary::beside(target)?;
        created(&new);
        match new.replace(target, bytes) {
            // In a folder that machines share without locks, another one can take the new file for one that was left behind.
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < ATTEMPTS => attempt += 1,
            written => return written,
        }
    }
}

/// Whether a file can be written later; nothing is changed.
pub(crate) fn check_writable(path: &Path) -> Result<(), FileError> {
    let check = || Temporary::beside(&Target::of(path)?).map(drop);
    check().map_err(|error| FileError { path: path.to_path_buf(), error })
}

/// Reads a regular file, perhaps over links: a FIFO would wait for ever, and a device may have no end.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let bytes = target::readable(path).and_then(std::fs::read);
    bytes.map_err(|error| FileError { path: path.to_path_buf(), error })
}

#[cfg(test)]
mod tests;
