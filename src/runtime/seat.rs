//! Where one workbench saves its draft and session: a directory that no other saves in meanwhile.
//!
//! The first workbench on a data directory takes the directory itself; each further one may take one of its own below it,
//! `workbench-2` and so on. A lock says who has it. What was found there and not understood is never written over: it is
//! set aside first, and while that fails nothing is saved.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::saving::state::{Finding, Other, OwnPlace};
use disk::{Doing, Error, Holder, Lock, Taken};

/// What a workbench saves in its seat.
pub(super) const DRAFT: &str = "draft.yaml";
pub(super) const SESSION: &str = "session.json";
const FILES: [&str; 2] = [DRAFT, SESSION];

/// The file that is locked.
const LOCK: &str = "workbench.lock";

/// Workbenches on one data directory; whoever has as many has another problem.
const MAX_SEATS: u32 = 99;

/// Cheap to clone; all clones are the same seat.
#[derive(Debug, Clone)]
pub(super) struct Seat(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    data: PathBuf,
    directory: PathBuf,
    lock: Option<Lock>,
    /// The lock's file was removed, and with it maybe all else.
    lost: bool,
    /// Files that were not understood, and could not be set aside yet.
    misunderstood: BTreeSet<PathBuf>,
}

impl Seat {
    /// The first seat of a data directory; taken by [`Seat::hold`].
    pub(super) fn first(data: &Path) -> Self {
        let (data, directory) = (data.to_owned(), data.to_owned());
        let (lost, misunderstood) = (false, BTreeSet::new());
        Self(Arc::new(Mutex::new(State { data, directory, lock: None, lost, misunderstood })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.state().directory.clone()
    }

    pub(super) fn is_first(&self) -> bool {
        let state = self.state();
        state.directory == state.data
    }

    /// Takes the seat, or makes sure that it still is ours: its directory is made again where it vanished, and what was
    /// not understood is set aside. An error says why nothing can be saved here.
    pub(super) fn hold(&self) -> Result<(), Error> {
        let mut state = self.state();
        state.hold()
    }

    /// Who has the seat, where that is another workbench; an error that is another one, such as that of a read-only
    /// directory, is no other workbench.
    pub(super) fn other(&self) -> Option<Other> {
        let state = self.state();
        if state.lock.is_some() {
            return None;
        }
        match Lock::take(&state.directory.join(LOCK)) {
            Ok(Taken::Others(holder)) => Some(Other { who: who(holder.as_ref()), earlier: state.earlier() }),
            Ok(Taken::Ours(_)) | Err(_) => None,
        }
    }

    /// Leaves this seat for one of its own.
    pub(super) fn change(&self, place: OwnPlace) -> Result<(), Error> {
        let mut state = self.state();
        match place {
            OwnPlace::Earlier(number) => {
                let directory = state.numbered(number);
                state.sit(directory)
            }
            OwnPlace::New => state.sit_on_a_new_one(),
        }
    }

    /// Sets a file aside that was not understood, at once if the seat is ours, or else before anything is saved.
    pub(super) fn set_aside(&self, path: &Path, why: String) -> Finding {
        let mut state = self.state();
        if state.lock.is_none() {
            state.misunderstood.insert(path.to_owned());
            return Finding {
                what: why,
                outcome: "It is left as it is, and set aside before anything is saved.".into(),
            };
        }
        match disk::set_aside(path) {
            Ok(kept) => Finding { what: why, outcome: format!("It is kept as {}.", kept.display()) },
            Err(error) => {
                state.misunderstood.insert(path.to_owned());
                Finding { what: why, outcome: format!("{error}. Until it is, nothing is saved over it.") }
            }
        }
    }
}

impl State {
    fn hold(&mut self) -> Result<(), Error> {
        if self.lock.take_if(|lock| !lock.is_in_force()).is_some() {
            self.lost = true;
        }
        if self.lock.is_none() {
            self.lock = Some(take(&self.directory)?);
            if std::mem::take(&mut self.lost) {
                // What is there now was written by another meanwhile.
                let files = FILES.map(|file| self.directory.join(file));
                self.misunderstood.extend(files.into_iter().filter(|path| path.symlink_metadata().is_ok()));
            }
        }
        while let Some(path) = self.misunderstood.first().cloned() {
            match disk::set_aside(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(_) | Err(_) => self.misunderstood.remove(&path),
            };
        }
        Ok(())
    }

    fn numbered(&self, number: u32) -> PathBuf {
        self.data.join(format!("workbench-{number}"))
    }

    fn sit(&mut self, directory: PathBuf) -> Result<(), Error> {
        let lock = take(&directory)?;
        (self.directory, self.lock) = (directory, Some(lock));
        self.misunderstood.clear();
        Ok(())
    }

    fn sit_on_a_new_one(&mut self) -> Result<(), Error> {
        for directory in (2..=MAX_SEATS).map(|number| self.numbered(number)) {
            let is_new = || !FILES.iter().any(|file| directory.join(file).symlink_metadata().is_ok());
            if !is_new() {
                continue;
            }
            disk::private_directory(&directory)?;
            // Between the look and the lock another may have sat down and gone again.
            if let Taken::Ours(lock) = Lock::take(&directory.join(LOCK))?
                && is_new()
            {
                (self.directory, self.lock) = (directory, Some(lock));
                self.misunderstood.clear();
                return Ok(());
            }
        }
        let cause = io::Error::new(io::ErrorKind::AlreadyExists, format!("{MAX_SEATS} workbenches have one already"));
        Err(Error::new(&self.data, Doing::Lock, cause))
    }

    /// The numbers of the places that have a draft, and that nobody has now.
    fn earlier(&self) -> Vec<u32> {
        let is_free = |number: &u32| {
            let directory = self.numbered(*number);
            let has_draft = directory.join(DRAFT).is_file();
            has_draft && matches!(Lock::take(&directory.join(LOCK)), Ok(Taken::Ours(_)))
        };
        (2..=MAX_SEATS).filter(is_free).collect()
    }
}

/// Makes a directory if it is not there, and locks it.
fn take(directory: &Path) -> Result<Lock, Error> {
    disk::private_directory(directory)?;
    match Lock::take(&directory.join(LOCK))? {
        Taken::Ours(lock) => Ok(lock),
        Taken::Others(holder) => {
            let cause = io::Error::other(format!("another workbench saves there: {}", who(holder.as_ref())));
            Err(Error::new(directory, Doing::Lock, cause))
        }
    }
}

/// Such as `process 812 on thinkpad, since 2026-05-12 09:12`, in the local time.
fn who(holder: Option<&Holder>) -> String {
    let Some(Holder { pid, host, since }) = holder else { return "it does not say who it is".to_owned() };
    let since = since.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M");
    format!("process {pid} on {host}, since {since}")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_place_is_for_one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (Seat::first(dir.path()), Seat::first(dir.path()));
        first.hold().unwrap();
        assert_eq!(first.other(), None);
        let other = second.other().unwrap();
        assert!(other.who.starts_with(&format!("process {} on ", std::process::id())), "{other:?}");
        assert!(second.hold().unwrap_err().to_string().contains("another workbench saves there: process"));
        second.change(OwnPlace::New).unwrap();
        assert_eq!(second.directory(), dir.path().join("workbench-2"));
        second.hold().unwrap();
        drop(first);
        assert_eq!(Seat::first(dir.path()).other(), None);
    }

    #[test]
    fn a_place_of_before_is_offered_while_nobody_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Seat::first(dir.path());
        first.hold().unwrap();
        let second = Seat::first(dir.path());
        second.change(OwnPlace::New).unwrap();
        fs::write(second.directory().join("draft.yaml"), "kept").unwrap();
        let third = Seat::first(dir.path());
        assert_eq!(third.other().unwrap().earlier, [0; 0]);
        drop(second);
        assert_eq!(third.other().unwrap().earlier, [2]);
        // A new one is another: nothing of the one before is lost.
        third.change(OwnPlace::New).unwrap();
        assert_eq!(third.directory(), dir.path().join("workbench-3"));
        let fourth = Seat::first(dir.path());
        fourth.change(OwnPlace::Earlier(2)).unwrap();
        assert_eq!(fourth.directory(), dir.path().join("workbench-2"));
        assert!(Seat::first(dir.path()).change(OwnPlace::Earlier(2)).is_err());
    }

    #[test]
    fn a_directory_that_vanished_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let seat = Seat::first(&data);
        seat.hold().unwrap();
        fs::remove_dir_all(&data).unwrap();
        seat.hold().unwrap();
        assert!(data.join(LOCK).exists());
        // What another wrote meanwhile is not written over.
        fs::remove_dir_all(&data).unwrap();
        fs::create_dir(&data).unwrap();
        fs::write(data.join("draft.yaml"), "another's").unwrap();
        seat.hold().unwrap();
        assert_eq!(fs::read_to_string(data.join("draft.yaml.kept-1")).unwrap(), "another's");
        // Or another has it now.
        fs::remove_dir_all(&data).unwrap();
        let another = Seat::first(&data);
        another.hold().unwrap();
        assert!(seat.hold().is_err());
    }
}
