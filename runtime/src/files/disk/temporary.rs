//! The new file that takes the place of another one.
//!
//! It lies in the same folder, and its name is `.castnet-`, a checksum of the other file's name, and a number that is drawn. The process that
//! writes it holds a lock on it. The system releases the lock when the process ends, however it ends: so a file of this name without a lock was left
//! behind, and the next file of the same path removes it. Locks hold between containers that share a folder, where process ids do not tell
//! who is alive.
use core::hash::{BuildHasher, Hasher};
use std::format;
use std::fs::{self, File, OpenOptions};
use std::hash::RandomState;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::string::String;

use super::target::Target;

/// The digits of the number that is drawn.
const DIGITS: usize = 16;

/// A file that disappears again unless it takes the place of another one.
pub(super) struct Temporary {
    file: File,
    path: PathBuf,
}

impl Temporary {
    /// A new file beside the one that it will replace.
    pub(super) fn beside(target: &Target) -> io::Result<Self> {
        let drawn = RandomState::new().build_hasher().finish();
        let path = target.folder().join(format!("{}{drawn:0DIGITS$x}", beginning(target)));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if target.existing.is_some() {
            use std::os::unix::fs::OpenOptionsExt;
            // Nobody else reads it before it has the permissions of the old file.
            options.mode(0o600);
        }
        let file = options.open(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("no new file can be created in its folder: {error}"))
        })?;
        // Where a file system has no locks, those who look for files that were left behind get none either, and remove nothing.
        _ = file.try_lock();
        Ok(Self { file, path })
    }

    /// Writes the file and puts it in the place of the other one, with its permissions.
    pub(super) fn replace(mut self, target: &Target, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        if let Some(existing) = &target.existing {
            self.file.set_permissions(permissions(&self.file, existing)?)?;
        }
        self.file.sync_all()?;
        fs::rename(&self.path, &target.path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Behind a `replace` there is no file of this name.
        _ = fs::remove_file(&self.path);
    }
}

/// The permissions of the old file, whose owner the new one gets if the system allows it.
#[cfg(unix)]
fn permissions(file: &File, existing: &fs::Metadata) -> io::Result<fs::Permissions> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let mut mode = existing.mode() & 0o7777;
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (existing.uid(), existing.gid())
        && fchown(file, Some(existing.uid()), Some(existing.gid())).is_err()
    {
        mode &= 0o777;
        if own.gid() != existing.gid() && fchown(file, None, Some(existing.gid())).is_err() {
            // Another group gets no more than everybody.
            mode = (mode & 0o707) | ((mode & 0o007) << 3);
        }
    }
    Ok(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn permissions(_: &File, existing: &fs::Metadata) -> io::Result<fs::Permissions> {
    Ok(existing.permissions())
}

/// The beginning of the names of all new files for one path.
fn beginning(target: &Target) -> String {
    format!(".castnet-{:08x}-", crc32fast::hash(target.name().as_encoded_bytes()))
}

/// Removes new files for this path that processes left behind when they were killed. A file that cannot be removed stays.
pub(super) fn remove_left_behind(target: &Target) {
    let beginning = beginning(target);
    let is_ours = |name: &str| {
        let drawn = name.strip_prefix(&beginning);
        drawn.is_some_and(|drawn| drawn.len() == DIGITS && drawn.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    for entry in fs::read_dir(target.folder()).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_str().is_some_and(is_ours) {
            remove_if_left_behind(&entry.path());
        }
    }
}

fn remove_if_left_behind(path: &Path) {
    let open = OpenOptions::new().read(true).write(true).open(path).or_else(|_| File::open(path));
    // The lock is held until the file is gone: a process that has created it just now has no lock yet, and writes it anew.
    if let Ok(file) = open
        && file.try_lock().is_ok()
    {
        _ = fs::remove_file(path);
    }
}
