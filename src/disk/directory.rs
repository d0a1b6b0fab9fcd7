//! Directories: making private ones, removing files from them, and what a killed writer left in them.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, unlinkat};

use crate::error::{Doing, Error};
use crate::place::Place;

/// How the names of files begin that are being written, and how they end.
const TEMPORARY: (&str, &str) = (".countersign-", ".part");

/// How old a file that is being written has to be to count as left behind: no write takes an hour.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// A name that nobody can guess: 122 random bits.
pub(crate) fn temporary_name() -> String {
    let (start, end) = TEMPORARY;
    format!("{start}{}{end}", uuid::Uuid::new_v4().simple())
}

/// Whether a file of this name is one that is being written, or was when its writer died.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// Makes a directory and its parents, open to its owner alone (0700). One that is there is left as it is.
pub fn private_directory(path: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|cause| Error::new(path, Doing::Make, cause))
}

/// Removes a file, durably; one that is not there is fine. Says whether it was.
pub fn remove(path: &Path) -> Result<bool, Error> {
    let gone = || -> io::Result<()> {
        let place = Place::find(path)?;
        unlinkat(&place.directory, &place.name, AtFlags::empty())?;
        place.sync_directory()
    };
    match gone() {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(Error::new(path, Doing::Remove, cause)),
    }
}

/// Removes what writers left that were killed between writing and renaming. What is younger than an hour may still be
/// written by another process.
pub fn sweep(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let is_left = |entry: &fs::DirEntry| {
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok();
        let age = age.and_then(|modified| SystemTime::now().duration_since(modified).ok());
        entry.file_name().to_str().is_some_and(is_temporary) && age.is_some_and(|age| age > LEFT_BEHIND)
    };
    for entry in entries.flatten().filter(is_left) {
        let _ = fs::remove_file(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_left_long_ago_is_swept() {
        let dir = tempfile::tempdir().unwrap();
        let names = [temporary_name(), temporary_name(), "draft.yaml".to_owned()];
        let old = SystemTime::now() - LEFT_BEHIND * 2;
        for (name, at) in names.iter().zip([Some(old), None, Some(old)]) {
            let file = fs::File::create(dir.path().join(name)).unwrap();
            if let Some(at) = at {
                file.set_modified(at).unwrap();
            }
        }
        sweep(dir.path());
        let left: Vec<bool> = names.iter().map(|name| dir.path().join(name).exists()).collect();
        assert_eq!(left, [false, true, true]);
    }

    #[test]
    fn removing_what_is_not_there_is_fine() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "").unwrap();
        assert!(remove(&path).unwrap());
        assert!(!remove(&path).unwrap());
        assert!(remove(dir.path()).is_err());
    }
}
