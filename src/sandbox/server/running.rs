//! Which sandbox of a directory is being served: for other programs that want to use it, and for a
//! reset, which must not take the store from under it.
//!
//! The kernel lets go of a process's locks however it ends, so that a lock says what a file with a
//! process's number cannot.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::files::{self, Files};

/// Held shared by every process that serves the directory.
const SERVING_FILE: &str = "serving.lock";

/// Held by the one that [`RUNNING_FILE`] tells of.
const RUNNING_LOCK_FILE: &str = "running.lock";
const RUNNING_FILE: &str = "sandbox.json";

/// A sandbox that is being served, by whatever process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub pid: u32,
    /// The port at 127.0.0.1.
    pub port: u16,
}

impl Running {
    /// The one of this directory; of several, the first. Reads and locks small files.
    pub fn find(directory: &Path) -> io::Result<Option<Self>> {
        let Some(text) = present(fs::read(directory.join(RUNNING_FILE)))? else { return Ok(None) };
        let lock = File::open(directory.join(RUNNING_LOCK_FILE))?;
        match lock.try_lock_shared() {
            // Nobody holds it: what the file tells of died.
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(serde_json::from_slice(&text).ok()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a process that serves holds.
#[derive(Debug)]
pub(super) struct Lease {
    _serving: File,
    announced: Option<Announced>,
}

/// Others are told of this one.
#[derive(Debug)]
struct Announced {
    _running: File,
    files: Files,
}

impl Lease {
    /// Takes the lock, before the store is opened; waits for a reset to be over. Blocks.
    pub(super) fn acquire(of: &Files) -> io::Result<Self> {
        let serving = lock_file(&of.directory().join(SERVING_FILE))?;
        serving.lock_shared()?;
        Ok(Self { _serving: serving, announced: None })
    }

    /// Tells others of this one, unless they are told of one already. Blocks.
    pub(super) fn announce(&mut self, of: &Files, port: u16) -> io::Result<()> {
        let running = lock_file(&of.directory().join(RUNNING_LOCK_FILE))?;
        if try_exclusive(&running)? {
            let record = serde_json::to_vec(&Running { pid: std::process::id(), port })?;
            files::replace(&of.directory().join(RUNNING_FILE), &record)?;
            self.announced = Some(Announced { _running: running, files: of.clone() });
        }
        Ok(())
    }

    /// Tells others no longer.
    pub(super) fn withdraw(&mut self) {
        self.announced = None;
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        // What stays behind is recognised by the lock that nobody holds.
        let _ = fs::remove_file(self.files.directory().join(RUNNING_FILE));
    }
}

/// Whether the lock was free; one that looks at it for a moment does not count as holding it.
fn try_exclusive(file: &File) -> io::Result<bool> {
    for attempt in 0..3 {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if attempt < 2 => std::thread::sleep(Duration::from_millis(2)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

fn lock_file(path: &Path) -> io::Result<File> {
    let opened = files::private(OpenOptions::new().write(true).create(true).truncate(false)).open(path);
    opened.map_err(|error| files::advised(&disk::Error::new(path, disk::Doing::Lock, error)))
}

/// A directory that nobody serves, and that nobody can begin to serve before this is dropped.
#[derive(Debug)]
pub struct Idle {
    _serving: File,
    files: Files,
}

impl Idle {
    /// None while some process serves the directory, or where there is none.
    pub fn look_up(directory: &Path) -> io::Result<Option<Self>> {
        let Some(serving) = present(lock_file(&directory.join(SERVING_FILE)))? else { return Ok(None) };
        Ok(try_exclusive(&serving)?.then(|| Self { _serving: serving, files: Files::new(directory) }))
    }

    /// Forgets all that the sandbox holds, and its authority, which is made anew when it is served again; the tokens
    /// stay.
    pub fn reset(self) -> io::Result<()> {
        let store = self.files.store();
        // The log first: without its store it means nothing, and a store without it is still whole.
        for suffix in ["-wal", "-shm", ""] {
            let mut name = store.clone().into_os_string();
            name.push(suffix);
            present(fs::remove_file(name))?;
        }
        present(fs::remove_file(self.files.authority()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_serves_is_found_while_it_lives() {
        let dir = tempfile::tempdir().unwrap();
        let of = Files::new(dir.path());
        assert_eq!(Running::find(dir.path()).unwrap(), None);
        let mut first = Lease::acquire(&of).unwrap();
        first.announce(&of, 1).unwrap();
        let mut second = Lease::acquire(&of).unwrap();
        second.announce(&of, 2).unwrap();
        let found = Running::find(dir.path()).unwrap().unwrap();
        assert_eq!((found.pid, found.port), (std::process::id(), 1));
        drop(second);
        assert_eq!(Running::find(dir.path()).unwrap(), Some(found));
        first.withdraw();
        assert_eq!(Running::find(dir.path()).unwrap(), None);
        first.announce(&of, 3).unwrap();
        assert_eq!(Running::find(dir.path()).unwrap().map(|running| running.port), Some(3));
        drop(first);
        assert_eq!(Running::find(dir.path()).unwrap(), None);
    }

    #[test]
    fn what_a_killed_one_left_behind_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(RUNNING_FILE), r#"{"pid": 1, "port": 2}"#).unwrap();
        fs::write(dir.path().join(RUNNING_LOCK_FILE), "").unwrap();
        assert_eq!(Running::find(dir.path()).unwrap(), None);
    }

    #[test]
    fn only_an_idle_directory_is_reset() {
        let dir = tempfile::tempdir().unwrap();
        let of = Files::new(dir.path());
        fs::write(of.store(), "x").unwrap();
        fs::write(of.token(), "x").unwrap();
        fs::write(of.authority(), "x").unwrap();
        let lease = Lease::acquire(&of).unwrap();
        assert!(Idle::look_up(dir.path()).unwrap().is_none());
        drop(lease);
        Idle::look_up(dir.path()).unwrap().unwrap().reset().unwrap();
        assert!(!of.store().exists() && !of.authority().exists() && of.token().exists());
        assert!(Idle::look_up(&dir.path().join("none")).unwrap().is_none());
    }
}
