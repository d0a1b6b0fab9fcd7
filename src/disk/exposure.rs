//! What of ours others may write or read, or even own, as OpenSSH looks at it.

use std::fmt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, statat};
use rustix::process::geteuid;

/// A file or directory that is not its owner's alone, or not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    path: PathBuf,
    /// Its owner, where that is neither the one who runs the program nor root.
    owner: Option<u32>,
    /// The permission bits.
    mode: u32,
}

impl Exposure {
    /// Looks at a file or a directory; `None` where it is private, or not there.
    pub fn of(path: &Path) -> Option<Self> {
        let stat = statat(CWD, path, AtFlags::empty()).ok()?;
        let mode = Mode::from_raw_mode(stat.st_mode);
        let ours = geteuid().as_raw();
        let owner = Some(stat.st_uid).filter(|owner| *owner != ours && *owner != 0);
        let is_open = mode.intersects(Mode::RWXG | Mode::RWXO);
        let exposure = || Self { path: path.to_owned(), owner, mode: mode.as_raw_mode() & 0o7777 };
        (is_open || owner.is_some()).then(exposure)
    }

    /// Whether somebody else may change it: more than being read.
    pub fn is_writable(&self) -> bool {
        self.owner.is_some() || self.mode & 0o022 != 0
    }

    /// Who owns it, where that is neither the one who runs the program nor root.
    pub fn owner(&self) -> Option<u32> {
        self.owner
    }
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.owner {
            Some(owner) => write!(f, "{path} belongs to another user (uid {owner})"),
            None if self.is_writable() => write!(f, "{path} may be written by others (mode {:04o})", self.mode),
            None => write!(f, "{path} may be read by others (mode {:04o})", self.mode),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[rstest::rstest]
    #[case(0o600, None)]
    #[case(0o644, Some("may be read by others (mode 0644)"))]
    #[case(0o666, Some("may be written by others (mode 0666)"))]
    fn what_others_may_do_is_said(#[case] mode: u32, #[case] expected: Option<&str>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        assert_eq!(Exposure::of(&path), None);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let said = Exposure::of(&path).map(|exposure| exposure.to_string());
        assert_eq!(said.as_deref().map(|said| said.trim_start_matches(path.to_str().unwrap()).trim()), expected);
    }
}
