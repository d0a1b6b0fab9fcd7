//! The files of a keyring: readable by their owner only, and written whole or not at all.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The largest file that is read, in bytes: an armored key with its private half.
pub(super) const MAX_FILE_BYTES: usize = 1024 * 1024;

/// How long another program may write a key before it is said that it does.
const PATIENCE: Duration = Duration::from_secs(5);

/// What tells whether a file was written since it was last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

/// Makes the directory and its parents; the directory itself becomes its owner's alone (0700).
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    disk::private_directory(path).map_err(|error| plain(&error))?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// The names of the files with this ending, and their stamps, in the order of the names.
pub(super) fn list(directory: &Path, ending: &str) -> io::Result<Vec<(String, Stamp)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(ending) && !name.starts_with('.') {
            files.push((name, stamp(&entry.path())));
        }
    }
    files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    Ok(files)
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok();
    Stamp {
        length: metadata.as_ref().map_or(0, fs::Metadata::len),
        modified: metadata.and_then(|metadata| metadata.modified().ok()),
    }
}

/// The text of a file. It may hold a private key, which is encrypted.
pub(super) fn read(path: &Path) -> io::Result<String> {
    disk::text(path, MAX_FILE_BYTES).map_err(|error| plain(&error))?.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Puts a file in the place of what was there. After a crash either is there, whole.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    disk::replace(path, bytes, disk::Access::Private).map_err(|error| plain(&error))
}

/// Removes a file, durably; one that is not there is an error.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    if disk::remove(path).map_err(|error| plain(&error))? { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// The cause alone: the keyring's errors say which file.
fn plain(error: &disk::Error) -> io::Error {
    io::Error::new(error.kind(), error.why())
}

/// Held while a key is looked up and written, so that of two that are imported at once into one key nothing is lost.
pub(super) fn lock(directory: &Path) -> io::Result<disk::Lock> {
    let lock = disk::Lock::wait(&directory.join(".lock"), PATIENCE).map_err(|error| plain(&error))?;
    lock.ok_or_else(|| io::Error::new(io::ErrorKind::WouldBlock, "another program is writing keys; try again"))
}
