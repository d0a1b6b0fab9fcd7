//! Locks between processes: a file that its holder has locked, and that says who that is.
//!
//! The kernel lets go of a process's locks however it ends: the file of a dead process is no lock, whatever it says.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::fs::{AtFlags, Mode, OFlags, fstat, openat, statat};
use serde::{Deserialize, Serialize};

use crate::error::{Doing, Error};
use crate::place::Place;

/// What a lock's file may say, in bytes; more is not read.
const MAX_HOLDER: u64 = 4096;

/// Between two looks at a lock that is waited for.
const PAUSE: Duration = Duration::from_millis(5);

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub host: String,
    pub since: Timestamp,
}

impl Holder {
    /// This process, from now on.
    pub fn this() -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { pid: std::process::id(), host, since: Timestamp::now() }
    }
}

/// A lock that is held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// What came of asking for a lock.
#[derive(Debug)]
pub enum Taken {
    Ours(Lock),
    /// Another holds it; who, where its file says so.
    Others(Option<Holder>),
}

impl Lock {
    /// Takes the lock if it is free. Its file is made where it is not there, and stays.
    pub fn take(path: &Path) -> Result<Taken, Error> {
        let failed = |cause| Error::new(path, Doing::Lock, cause);
        loop {
            let mut file = open(path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(Taken::Others(holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            let mut lock = Self { file, path: path.to_owned() };
            // Whoever removed the file meanwhile has us lock what nobody else will find.
            if lock.is_in_force() {
                lock.sign();
                return Ok(Taken::Ours(lock));
            }
        }
    }

    /// Takes the lock, and waits for it at most `patience`; `None` where another had it all the while.
    pub fn wait(path: &Path, patience: Duration) -> Result<Option<Self>, Error> {
        let until = Instant::now() + patience;
        loop {
            match Self::take(path)? {
                Taken::Ours(lock) => return Ok(Some(lock)),
                Taken::Others(_) if Instant::now() >= until => return Ok(None),
                Taken::Others(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Whether the file that is locked is still the one that others would find.
    pub fn is_in_force(&self) -> bool {
        let Ok(ours) = fstat(&self.file) else { return false };
        let found = Place::find(&self.path)
            .and_then(|place| Ok(statat(&place.directory, &place.name, AtFlags::SYMLINK_NOFOLLOW)?));
        found.is_ok_and(|found| (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino))
    }

    /// Writes who holds it. A full disk is no reason to hold it any less.
    fn sign(&mut self) {
        let Ok(bytes) = serde_json::to_vec(&Holder::this()) else { return };
        let _ = self.file.set_len(0).and_then(|()| self.file.rewind()).and_then(|()| self.file.write_all(&bytes));
    }
}

fn open(path: &Path) -> io::Result<File> {
    let place = Place::find(path)?;
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(openat(&place.directory, &place.name, flags, Mode::RUSR | Mode::WUSR)?))
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut bytes = Vec::new();
    file.take(MAX_HOLDER).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let Taken::Ours(first) = Lock::take(&path).unwrap() else { panic!("it was free") };
        let Taken::Others(Some(holder)) = Lock::take(&path).unwrap() else { panic!("it is held") };
        assert_eq!((holder.pid, holder.host.is_empty()), (std::process::id(), false));
        assert!(holder.since <= Timestamp::now());
        assert!(Lock::wait(&path, Duration::from_millis(20)).unwrap().is_none());
        drop(first);
        assert!(matches!(Lock::take(&path).unwrap(), Taken::Ours(_)));
    }

    #[test]
    fn the_file_of_a_dead_process_is_no_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        std::fs::write(&path, r#"{"pid":1,"host":"here","since":"2026-01-01T00:00:00Z"}"#).unwrap();
        assert!(matches!(Lock::take(&path).unwrap(), Taken::Ours(_)));
    }

    #[test]
    fn who_waits_gets_it_once_it_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let Taken::Ours(first) = Lock::take(&path).unwrap() else { panic!("it was free") };
        let waiting = std::thread::spawn({
            let path = path.clone();
            move || Lock::wait(&path, Duration::from_secs(30)).unwrap()
        });
        drop(first);
        assert!(waiting.join().unwrap().is_some());
    }

    #[test]
    fn a_lock_whose_file_was_removed_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let Taken::Ours(first) = Lock::take(&path).unwrap() else { panic!("it was free") };
        assert!(first.is_in_force());
        std::fs::remove_file(&path).unwrap();
        assert!(!first.is_in_force());
        let Taken::Ours(second) = Lock::take(&path).unwrap() else { panic!("it is another file") };
        assert!(second.is_in_force() && !first.is_in_force());
    }
}
