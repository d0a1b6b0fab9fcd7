//! Setting a file aside: what was not understood gets another name, and stays.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, openat, renameat};
use rustix::io::Errno;

use crate::error::{Doing, Error};
use crate::place::Place;

/// How many of one name are kept before it is refused to add another: whoever has as many has another problem.
const MAX_KEPT: usize = 10_000;

/// Gives what is at `path` the first free name of `NAME.kept-1`, `NAME.kept-2` and so on; says which. What is there
/// under such a name is never replaced. Neither the file's owner nor its mode has to let us read it.
pub fn set_aside(path: &Path) -> Result<PathBuf, Error> {
    let rename = || -> io::Result<PathBuf> {
        let place = Place::find(path)?;
        for number in 1..=MAX_KEPT {
            let mut name = place.name.clone();
            name.push(format!(".kept-{number}"));
            if rename_if_free(&place, &name)? {
                place.sync_directory()?;
                return Ok(place.path.with_file_name(name));
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{MAX_KEPT} of its name are kept already")))
    };
    rename().map_err(|cause| Error::new(path, Doing::SetAside, cause))
}

/// Renames unless something has the name; says whether it did.
fn rename_if_free(place: &Place, name: &std::ffi::OsStr) -> io::Result<bool> {
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{RenameFlags, renameat_with};
        let renamed = renameat_with(&place.directory, &place.name, &place.directory, name, RenameFlags::NOREPLACE);
        match renamed {
            Ok(()) => return Ok(true),
            Err(Errno::EXIST) => return Ok(false),
            // The file system cannot: by a file of our own that takes the name first.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(&place.directory, name, flags, Mode::RUSR | Mode::WUSR) {
        Ok(_) => {}
        Err(Errno::EXIST) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    renameat(&place.directory, &place.name, &place.directory, name)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_one_that_was_set_aside_stays() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().canonicalize().unwrap();
        let path = at.join("draft.yaml");
        for number in 1..=3 {
            fs::write(&path, format!("damage {number}")).unwrap();
            assert_eq!(set_aside(&path).unwrap(), at.join(format!("draft.yaml.kept-{number}")));
            assert!(!path.exists());
        }
        for number in 1..=3 {
            let kept = fs::read_to_string(at.join(format!("draft.yaml.kept-{number}"))).unwrap();
            assert_eq!(kept, format!("damage {number}"));
        }
        assert_eq!(set_aside(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        // A directory in a file's place too.
        fs::create_dir(&path).unwrap();
        assert!(set_aside(&path).unwrap().is_dir());
    }
}
