//! Where a file is: its directory, held open, and its name in it. Follows links as the crate's rule has it.
//!
//! The path is walked part by part from the root, each directory opened in the one before, so that what was looked at
//! is what is used: no part can be exchanged for a link in between.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fsync, openat, readlinkat, statat};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::error::{Doing, Error};

/// Links of one path that are followed: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// How a directory is opened that only leads on: without the right to list it, where the system can.
#[cfg(target_os = "linux")]
const PASSAGE: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const PASSAGE: OFlags = OFlags::RDONLY;

/// A file's place. The file need not be there.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) directory: OwnedFd,
    pub(crate) name: OsString,
    /// Without links.
    pub(crate) path: PathBuf,
    /// What is there now.
    pub(crate) there: Option<Stat>,
}

impl Place {
    /// The place that a path names.
    pub(crate) fn find(path: &Path) -> io::Result<Self> {
        let mut walk = Walk::begin(path)?;
        loop {
            if let Some(place) = walk.step()? {
                return Ok(place);
            }
        }
    }

    /// Syncs the directory: a rename is durable when its directory is.
    pub(crate) fn sync_directory(&self) -> io::Result<()> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match openat(&self.directory, ".", flags, Mode::empty()).and_then(fsync) {
            // One that may be written but not read, or a file system that does not sync directories.
            Err(Errno::ACCESS | Errno::PERM | Errno::INVAL | Errno::NOTSUP) => Ok(()),
            other => Ok(other?),
        }
    }

    /// The mode of what is there, without its type.
    pub(crate) fn mode(stat: &Stat) -> Mode {
        Mode::from_raw_mode(stat.st_mode)
    }
}

/// The path without links, of which only those are followed that the crate's rule allows. The file need not be there.
pub fn resolve(path: &Path) -> Result<PathBuf, Error> {
    Place::find(path).map(|place| place.path).map_err(|cause| Error::new(path, Doing::Find, cause))
}

/// A path half walked.
struct Walk {
    directory: OwnedFd,
    path: PathBuf,
    /// The parts that are still to be walked, the next one last.
    waiting: Vec<OsString>,
    links: usize,
}

impl Walk {
    fn begin(path: &Path) -> io::Result<Self> {
        let absolute = std::path::absolute(path)?;
        let mut walk = Self { directory: root()?, path: PathBuf::from("/"), waiting: Vec::new(), links: 0 };
        walk.put_before(&absolute);
        Ok(walk)
    }

    /// Puts the parts of a path before those that wait.
    fn put_before(&mut self, path: &Path) {
        let parts = path.components().filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some(OsString::from("..")),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        });
        let parts: Vec<OsString> = parts.collect();
        self.waiting.extend(parts.into_iter().rev());
    }

    /// Walks one part; gives the place where it was the last.
    fn step(&mut self) -> io::Result<Option<Place>> {
        let Some(name) = self.waiting.pop() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names a directory, not a file"));
        };
        if name == ".." {
            self.enter(&name)?;
            self.path.pop();
            return Ok(None);
        }
        let there = match statat(&self.directory, &name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Some(stat),
            Err(Errno::NOENT) if self.waiting.is_empty() => None,
            Err(error) => return Err(error.into()),
        };
        if let Some(stat) = there.as_ref().filter(|stat| is(stat, FileType::Symlink)) {
            self.follow(&name, stat)?;
            return Ok(None);
        }
        if self.waiting.is_empty() {
            let directory = self.directory.try_clone()?;
            return Ok(Some(Place { directory, path: self.path.join(&name), name, there }));
        }
        self.enter(&name)?;
        self.path.push(&name);
        Ok(None)
    }

    fn enter(&mut self, name: &OsStr) -> io::Result<()> {
        let flags = PASSAGE | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        self.directory = openat(&self.directory, name, flags, Mode::empty())?;
        Ok(())
    }

    /// Goes on where a link leads to, if it is one that is followed.
    fn follow(&mut self, name: &OsStr, stat: &Stat) -> io::Result<()> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Errno::LOOP.into());
        }
        let owner = stat.st_uid;
        if owner != geteuid().as_raw() && owner != 0 {
            let link = self.path.join(name);
            let why = format!("{} is a link of another user (uid {owner}), which is not followed", link.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        let target = readlinkat(self.directory.as_fd(), name, Vec::new())?;
        // What was read is the link that was looked at.
        let again = statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if (again.st_ino, again.st_ctime, again.st_ctime_nsec) != (stat.st_ino, stat.st_ctime, stat.st_ctime_nsec) {
            return Err(io::Error::other("a link of its path was exchanged meanwhile"));
        }
        let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
        if target.is_absolute() {
            self.directory = root()?;
            self.path = PathBuf::from("/");
        }
        self.put_before(&target);
        Ok(())
    }
}

fn root() -> io::Result<OwnedFd> {
    Ok(openat(CWD, "/", PASSAGE | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?)
}

pub(crate) fn is(stat: &Stat, kind: FileType) -> bool {
    FileType::from_raw_mode(stat.st_mode) == kind
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{lchown, symlink};

    use super::*;

    #[test]
    fn own_links_are_followed_wherever_they_stand() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().canonicalize().unwrap();
        std::fs::create_dir(at.join("real")).unwrap();
        symlink("real", at.join("linked")).unwrap();
        symlink(at.join("linked/../linked/b"), at.join("real/a")).unwrap();
        let place = Place::find(&at.join("linked/./a")).unwrap();
        assert_eq!((place.path, place.there.is_some()), (at.join("real/b"), false));
        symlink("round", at.join("round")).unwrap();
        assert!(Place::find(&at.join("round")).is_err());
        assert!(Place::find(&at.join("none/b")).is_err());
        assert!(Place::find(Path::new("/")).is_err());
    }

    /// Needs the right to give files away, which root has.
    #[test]
    fn links_of_others_are_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().canonicalize().unwrap();
        std::fs::write(at.join("victim"), "mine").unwrap();
        symlink("victim", at.join("link")).unwrap();
        symlink(&at, at.join("directory")).unwrap();
        for name in ["link", "directory"] {
            if lchown(at.join(name), Some(65_534), None).is_err() {
                println!("links_of_others_are_refused_by_name: only root can give a link away; not run");
                return;
            }
        }
        for path in ["link", "directory/new"] {
            let error = Place::find(&at.join(path)).unwrap_err();
            assert!(error.to_string().contains("is a link of another user (uid 65534)"), "{path}: {error}");
        }
    }
}
