//! The files of a keyring: readable by their owner only, and written whole or not at all.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use domain::command::shell::Shell;

/// The largest file that is read, in bytes: an armored key with its private half.
pub(super) const MAX_FILE_BYTES: usize = 1024 * 1024;

/// How long another program may write a key before it is said that it does.
const PATIENCE: Duration = Duration::from_secs(5);

/// What tells whether a file was written since it was last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    length: u64,
    /// When it was written last, or given another mode or owner; seconds and nanoseconds.
    changed: (i64, i64),
}

/// Makes the directory and its parents; the directory itself becomes its owner's alone (0700). One that others can
/// change is refused.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    disk::private_directory(path).map_err(|error| plain(&error))?;
    refuse(disk::Exposure::of_directory(path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

fn refuse(exposed: Option<disk::Exposure>) -> io::Result<()> {
    let Some(exposure) = exposed else { return Ok(()) };
    let refusal = exposure.refusal(|path| Shell::Posix.quoted(path));
    Err(io::Error::new(io::ErrorKind::PermissionDenied, refusal))
}

/// The names of the files with this ending, and their stamps, in the order of the names.
pub(super) fn list(directory: &Path, ending: &str) -> io::Result<Vec<(String, Stamp)>> {
    let mut files = Vec::new();
    refuse(disk::Exposure::of_directory(directory))?;
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
    let of = |metadata: fs::Metadata| (metadata.len(), (metadata.ctime(), metadata.ctime_nsec()));
    let (length, changed) = metadata.map(of).unwrap_or_default();
    Stamp { length, changed }
}

/// The text of a file. It may hold a private key, which is encrypted; one that others can read or change is refused.
pub(super) fn read(path: &Path) -> io::Result<String> {
    refuse(path.parent().and_then(disk::Exposure::of_directory))?;
    refuse(disk::Exposure::of(path))?;
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
