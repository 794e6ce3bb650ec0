//! The file that a path leads to.
use std::ffi::OsStr;
use std::format;
use std::fs::{self, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf, is_separator};
use std::string::String;

/// As many links as Linux follows.
const LINKS: usize = 40;

/// A regular file that can be replaced, or that can be created.
pub(super) struct Target {
    /// Its path, behind all links.
    pub(super) path: PathBuf,
    /// The file as it is now, if there is one.
    pub(super) existing: Option<Metadata>,
}

impl Target {
    /// Follows the links of a path, and refuses everything that a file must not replace.
    pub(super) fn of(given: &Path) -> io::Result<Self> {
        let existing = existing(not_empty(given)?)?;
        if let Some(existing) = &existing {
            refuse(existing)?;
        }
        let path = follow(given)?;
        if existing.is_some() {
            // The system says whether the file may be written. Nothing is changed.
            OpenOptions::new().write(true).open(&path)?;
        } else {
            check_new(given, &path)?;
        }
        Ok(Self { path, existing })
    }

    pub(super) fn folder(&self) -> &Path {
        folder(&self.path)
    }

    pub(super) fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

/// The path, if it is that of a regular file.
pub(super) fn readable(path: &Path) -> io::Result<&Path> {
    refuse_special(&fs::metadata(not_empty(path)?)?)?;
    Ok(path)
}

/// The path, unless it is empty.
fn not_empty(path: &Path) -> io::Result<&Path> {
    if path.as_os_str().is_empty() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "the path is empty: give the path of a file"));
    }
    Ok(path)
}

fn existing(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// An error for everything that is no regular file.
fn refuse_special(existing: &Metadata) -> io::Result<()> {
    if existing.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder: give the path of a file"));
    }
    if !existing.is_file() {
        let kind = special(existing.file_type());
        let reason = format!("it is {kind}, and no regular file: give the path of a file");
        return Err(io::Error::new(ErrorKind::InvalidInput, reason));
    }
    Ok(())
}

/// An error for everything that is no regular file, or is read-only.
fn refuse(existing: &Metadata) -> io::Result<()> {
    refuse_special(existing)?;
    // A plain write refuses such a file to everybody but root; a new file in its place would be refused to nobody.
    if existing.permissions().readonly() {
        let reason = "it is read-only: allow that it is written, or give another path";
        return Err(io::Error::new(ErrorKind::PermissionDenied, reason));
    }
    Ok(())
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "a FIFO"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else {
        "something special"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "something special"
}

/// The path at the end of a chain of links; what lies there need not exist.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        if !fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Ok(path);
        }
        let folder = folder(&path);
        // `/dev/stdout` is such a link. The process that has the file open would not see one that takes its place.
        if cfg!(target_os = "linux") && folder.canonicalize().is_ok_and(|folder| folder.starts_with("/proc")) {
            let reason = "it is a file that a process has open: give the path of a file";
            return Err(io::Error::new(ErrorKind::InvalidInput, reason));
        }
        path = folder.join(fs::read_link(&path)?);
    }
    Err(io::Error::new(ErrorKind::InvalidInput, format!("it leads over more than {LINKS} links")))
}

/// Whether there can be a new file at a path.
fn check_new(given: &Path, path: &Path) -> io::Result<()> {
    let last = path.as_os_str().as_encoded_bytes().last();
    if path.file_name().is_none() || last.is_some_and(|&last| is_separator(char::from(last))) {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is the path of a folder: give the path of a file"));
    }
    match existing(folder(path))? {
        Some(folder) if folder.is_dir() => Ok(()),
        Some(_) => Err(io::Error::new(ErrorKind::NotADirectory, "the path to its folder leads over a file")),
        None => Err(io::Error::new(ErrorKind::NotFound, without_folder(given, path))),
    }
}

fn without_folder(given: &Path, path: &Path) -> String {
    let link = if given == path { String::new() } else { format!("it is a link to {}, and ", path.display()) };
    format!("{link}its folder does not exist: create it first, for example with `std::fs::create_dir_all`")
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}
