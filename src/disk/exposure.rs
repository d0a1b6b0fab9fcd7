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

    /// A directory that others may change; to look into one alone gives nothing away, for what is in it has modes of its
    /// own.
    pub fn of_directory(path: &Path) -> Option<Self> {
        Self::of(path).filter(Self::is_writable)
    }

    /// A directory in which others can put theirs in the place of ours; where it is sticky, they cannot.
    pub fn of_directory_above(path: &Path) -> Option<Self> {
        let is_sticky = |exposure: &Self| exposure.owner.is_none() && exposure.mode & 0o1000 != 0;
        Self::of_directory(path).filter(|exposure| !is_sticky(exposure))
    }

    /// Why it is not used where secrets are kept, as OpenSSH uses no key that others can read (`StrictModes`,
    /// `sshd_config`), and the command that mends it; `quoted` makes a path one word for a shell.
    pub fn refusal(&self, quoted: impl Fn(&str) -> String) -> String {
        let path = self.path.to_string_lossy();
        let mend = if self.owner.is_some() {
            format!("Move it away: mv {} {}", quoted(&path), quoted(&format!("{path}.not-mine")))
        } else {
            format!("Make it yours alone: chmod go= {}", quoted(&path))
        };
        let why = if self.is_writable() { "what it holds may be theirs" } else { "what it holds is no secret" };
        format!("{self}: {why}, and is not used. {mend}")
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
    use std::os::unix::fs::{PermissionsExt as _, chown};

    use super::*;

    /// Needs the right to give files away, which root has.
    #[test]
    fn what_is_refused_comes_with_the_command_that_mends_it() {
        let dir = tempfile::tempdir().unwrap();
        let quoted = |word: &str| format!("<{word}>");
        let path = dir.path().join("a");
        let shown = path.display();
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        assert_eq!(Exposure::of_directory(&path), None);
        fs::set_permissions(&path, Permissions::from_mode(0o1777)).unwrap();
        assert_eq!(Exposure::of_directory_above(&path), None);
        fs::set_permissions(&path, Permissions::from_mode(0o770)).unwrap();
        let refused = Exposure::of_directory(&path).unwrap().refusal(quoted);
        assert!(refused.ends_with(&format!(" Make it yours alone: chmod go= <{shown}>")), "{refused}");
        if chown(&path, Some(65_534), None).is_err() {
            println!(
                "what_is_refused_comes_with_the_command_that_mends_it: only root can give a directory away; half run"
            );
            return;
        }
        fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        let refused = Exposure::of_directory(&path).unwrap().refusal(quoted);
        assert!(refused.contains("belongs to another user (uid 65534): what it holds may be theirs"), "{refused}");
        assert!(refused.ends_with(&format!(" Move it away: mv <{shown}> <{shown}.not-mine>")), "{refused}");
    }

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
