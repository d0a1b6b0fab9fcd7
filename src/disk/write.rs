//! Writing: a new file beside, then a rename. Nothing that is there is ever opened for writing, but to append to it.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use rustix::fs::{
    AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid, fchmod, fchown, fstat, linkat, openat, renameat, unlinkat,
};

use crate::directory::temporary_name;
use crate::error::{Doing, Error};
use crate::place::{Place, is};

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The program's own: for its owner alone (0600), whatever was there before.
    Private,
    /// The same for what is run (0700).
    PrivateProgram,
    /// The person's: one that is there keeps its mode, owner and group, as far as we may give them, and is never open to
    /// more; a new one gets what the umask leaves of 0666.
    Persons,
}

impl Access {
    /// The mode at creation: never wider than in the end.
    fn at_creation(self, there: Option<&Stat>) -> Mode {
        match (self, there) {
            (Self::PrivateProgram, _) => Mode::RWXU,
            (Self::Private, _) | (Self::Persons, Some(_)) => Mode::RUSR | Mode::WUSR,
            (Self::Persons, None) => Mode::from_raw_mode(0o666),
        }
    }
}

/// Writes a file whole: whenever the process or the machine dies, there is what was there before or all of `bytes`.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), Error> {
    let put = || -> io::Result<()> {
        let place = Place::find(path)?;
        // A device or a pipe is never exchanged for a file.
        match &place.there {
            Some(stat) if is(stat, FileType::Directory) => return Err(io::ErrorKind::IsADirectory.into()),
            Some(stat) if !is(stat, FileType::RegularFile) => {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
            }
            Some(_) | None => {}
        }
        let temporary = Temporary::write(&place, bytes, access)?;
        renameat(&place.directory, &temporary.name, &place.directory, &place.name)?;
        temporary.keep();
        place.sync_directory()
    };
    put().map_err(|cause| Error::new(path, Doing::Write, cause))
}

/// Writes a file whole unless there is one; says whether it did. Of two that do this at once, one writes.
pub fn create(path: &Path, bytes: &[u8], access: Access) -> Result<bool, Error> {
    let put = || -> io::Result<bool> {
        let place = Place::find(path)?;
        if place.there.is_some() {
            return Ok(false);
        }
        let temporary = Temporary::write(&place, bytes, access)?;
        let linked = linkat(&place.directory, &temporary.name, &place.directory, &place.name, AtFlags::empty());
        drop(temporary);
        match linked {
            Ok(()) => place.sync_directory().map(|()| true),
            Err(rustix::io::Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    };
    put().map_err(|cause| Error::new(path, Doing::Write, cause))
}

/// Adds to the end of a private file, which is made where it is not there, and waits until it is on the disk. Where that
/// fails half-way, what was written of it is taken away again.
pub fn append(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let add = || -> io::Result<()> {
        let place = Place::find(path)?;
        let flags = OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        // What is no file could hold its writer for ever.
        let mut file = File::from(openat(&place.directory, &place.name, flags | OFlags::NONBLOCK, mode)?);
        let stat = fstat(&file)?;
        if !is(&stat, FileType::RegularFile) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let before = file.metadata()?.len();
        let written = file.write_all(bytes).and_then(|()| file.sync_all());
        if written.is_err() {
            let _ = file.set_len(before);
        }
        written?;
        if place.there.is_none() { place.sync_directory() } else { Ok(()) }
    };
    add().map_err(|cause| Error::new(path, Doing::Write, cause))
}

/// A file under a name by chance, which is removed unless it was put in its place.
struct Temporary<'a> {
    place: &'a Place,
    name: String,
    stays: bool,
}

impl<'a> Temporary<'a> {
    /// A new file with this content, on the disk.
    fn write(place: &'a Place, bytes: &[u8], access: Access) -> io::Result<Self> {
        let there = place.there.as_ref();
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let name = temporary_name();
        let file = openat(&place.directory, &name, flags, access.at_creation(there))?;
        // From here on it is removed, whatever fails.
        let temporary = Self { place, name, stays: false };
        let mut file = File::from(file);
        if let (Access::Persons, Some(stat)) = (access, there) {
            keep_owner_and_mode(&file, stat)?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(temporary)
    }

    fn keep(mut self) {
        self.stays = true;
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if !self.stays {
            let _ = unlinkat(&self.place.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Gives a new file the owner, group and mode of the one whose place it takes. A right of a group or an owner that
/// cannot be kept is not handed to another.
fn keep_owner_and_mode(file: &File, of: &Stat) -> io::Result<()> {
    let ours = fstat(file)?;
    let mut mode = Place::mode(of) & Mode::from_raw_mode(0o777);
    let group_stays = ours.st_gid == of.st_gid || fchown(file, None, Some(Gid::from_raw(of.st_gid))).is_ok();
    if !group_stays {
        mode &= !Mode::RWXG;
    }
    if ours.st_uid != of.st_uid {
        let _ = fchown(file, Some(Uid::from_raw(of.st_uid)), None);
    }
    Ok(fchmod(file, mode)?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_whole_and_nothing_is_left_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for text in ["one", "a longer one", ""] {
            replace(&path, text.as_bytes(), Access::Private).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert!(!create(&path, b"two", Access::Private).unwrap());
        assert!(create(&dir.path().join("b"), b"two", Access::Private).unwrap());
        append(&dir.path().join("b"), b" and three").unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("b")).unwrap(), "two and three");
        assert_eq!(names(dir.path()), ["a", "b"]);
    }

    /// The names that a writer could be guessed to use, those of this program's past among them, are links to a file that
    /// others may not write: none of it is touched, and the file that was to be written is no link.
    #[test]
    fn a_link_under_a_name_that_can_be_guessed_is_not_written_through() {
        let dir = tempfile::tempdir().unwrap();
        let victim = dir.path().join("victim");
        fs::write(&victim, "secret").unwrap();
        fs::set_permissions(&victim, fs::Permissions::from_mode(0o600)).unwrap();
        let shared = dir.path().join("shared");
        fs::create_dir(&shared).unwrap();
        let pid = std::process::id();
        let guesses = [format!(".pol.yaml.{pid}.part"), format!("pol.yaml.{pid}.part"), ".pol.yaml.part".to_owned()];
        for guess in &guesses {
            symlink(&victim, shared.join(guess)).unwrap();
        }
        let path = shared.join("pol.yaml");
        for access in [Access::Persons, Access::Private, Access::PrivateProgram] {
            replace(&path, b"draft", access).unwrap();
            assert_eq!((fs::read_to_string(&victim).unwrap().as_str(), mode(&victim)), ("secret", 0o600));
            assert!(!fs::symlink_metadata(&path).unwrap().is_symlink());
        }
        assert_eq!(names(&shared).len(), guesses.len() + 1);
        assert_ne!(temporary_name(), temporary_name());
    }

    #[test]
    fn modes_are_right_from_the_first_moment_and_never_wider() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        for (access, expected) in [(Access::Private, 0o600), (Access::PrivateProgram, 0o700)] {
            fs::write(&path, "").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
            replace(&path, b"x", access).unwrap();
            assert_eq!(mode(&path), expected);
        }
        for kept in [0o600, 0o640, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            replace(&path, b"x", Access::Persons).unwrap();
            assert_eq!(mode(&path), kept);
        }
        assert_eq!(
            Access::Persons.at_creation(Some(&Place::find(&path).unwrap().there.unwrap())),
            Mode::RUSR | Mode::WUSR
        );
    }

    /// Needs the right to give files away, which root has.
    #[test]
    fn the_persons_file_keeps_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::write(&path, "x").unwrap();
        if chown(&path, Some(65_534), Some(65_534)).is_err() {
            println!("the_persons_file_keeps_its_owner: only root can give a file away; not run");
            return;
        }
        replace(&path, b"y", Access::Persons).unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (65_534, 65_534));
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_and_says_which() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("taken/x")).unwrap();
        let error = replace(&dir.path().join("taken"), b"x", Access::Private).unwrap_err();
        assert!(error.to_string().contains("taken cannot be written: it is a directory"), "{error}");
        assert_eq!(names(dir.path()), ["taken"]);
        let error = replace(&dir.path().join("none/a"), b"x", Access::Private).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(replace(Path::new("/dev/null"), b"x", Access::Persons).is_err());
        assert!(append(Path::new("/dev/null"), b"x").unwrap_err().to_string().contains("not a regular file"));
    }
}
